"""Reading a catalog through CKAN's action API: ``package_search`` by pages, or one by one.

Packages are asked for in the order of their ids, which changes of a package do not move. A site
that has no search is read by ``package_list`` and ``package_show``.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from catalog.harvest.fetching import Client, NotFound
from catalog.harvest.problems import unreadable
from catalog.harvest.reading import (
    CYCLE_WORDS,
    MOST_RECORDS,
    OPEN_WORDS,
    Page,
    Record,
    broken,
    clean,
    first_text,
    link_of,
    mode_of,
    shortened,
)
from catalog.models import OpenType, SharingType, UpdateCycle

ROWS = 100
ONE_BY_ONE = 20
"""Packages of a page where each is a question of its own."""
_JSON = "application/json"
_CYCLE_NAMES = ("update_cycle", "update_frequency", "frequency", "accrual_periodicity")


class CkanReader:
    """Reads one site; ``address`` is the site or its API."""

    def __init__(self, address: str, client: Client) -> None:
        self._site = address.partition("/api/")[0].rstrip("/")
        self._client = client

    def page(self, cursor: str, names: Sequence[str]) -> Page:
        """The page at ``cursor``: ``search:<start>`` or ``list:<place in names>``."""
        way, _colon, number = cursor.partition(":")
        if way == "list":
            return self._listed(int(number), names)
        try:
            return self._searched(int(number or 0))
        except NotFound:
            if cursor:
                raise
            return self._names()

    def _ask(self, action: str, **parameters: str | int) -> Any:
        query = f"?{urlencode(parameters)}" if parameters else ""
        answer = self._client.get(f"{self._site}/api/3/action/{action}{query}", _JSON)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise unreadable(_("it is not JSON")) from None
        if not isinstance(found, dict) or found.get("success") is not True:
            raise unreadable(_("it is not an answer of CKAN’s API"))
        return found.get("result")

    def _searched(self, start: int) -> Page:
        found = self._ask("package_search", start=start, rows=ROWS, sort="id asc")
        if not isinstance(found, dict) or not isinstance(found.get("results"), list):
            raise unreadable(_("it is not an answer of CKAN’s API"))
        rows, told = found["results"], found.get("count")
        if not isinstance(told, int) or not 0 <= told <= MOST_RECORDS:
            raise unreadable(_("it does not say how many packages there are"))
        end = start + len(rows)
        more = bool(rows) and end < told
        return Page([self._record(row) for row in rows], f"search:{end}" if more else "", told)

    def _names(self) -> Page:
        names = self._ask("package_list")
        if not isinstance(names, list):
            raise unreadable(_("it is not an answer of CKAN’s API"))
        names = sorted({clean(name) for name in names})
        return Page([], "list:0" if names else "", len(names), names=names)

    def _listed(self, place: int, names: Sequence[str]) -> Page:
        found = []
        for name in names[place : place + ONE_BY_ONE]:
            try:
                found.append(self._record(self._ask("package_show", id=name)))
            except NotFound:
                continue  # gone since the list was made, or private: the pass is not complete then
        end = place + ONE_BY_ONE
        return Page(found, f"list:{end}" if end < len(names) else "", len(names))

    def _record(self, package: object) -> Record:
        if not isinstance(package, dict):
            return broken(package)
        identifier = package.get("id") or package.get("name") or ""
        return Record(clean(identifier), shortened(_values(package, self._site)))


def _values(package: Mapping[str, Any], site: str) -> dict[str, Any]:
    extras = {
        str(one.get("key")): one.get("value")
        for one in _objects(package.get("extras"))
        if one.get("key")
    }
    resources = _objects(package.get("resources"))
    organization = package.get("organization")
    name = str(package.get("name") or package.get("id") or "")
    modes = (mode_of(str(one.get("id") or "")) for one in resources)
    return {
        "title": package.get("title") or "",
        "title_en": str(extras.get("title_en") or ""),
        "description": str(package.get("notes") or ""),
        "department": _publisher(organization, package),
        "tags": [str(one.get("name") or "") for one in _objects(package.get("tags"))],
        "themes": [
            [str(one.get("name") or ""), str(one.get("title") or "")]
            for one in _objects(package.get("groups"))
        ],
        "update_frequency": _cycle(package, extras),
        "is_open": _openness(package, extras),
        "data_formats": [str(one.get("format") or "") for one in resources],
        "publish_time": first_text((extras.get("issued"), package.get("metadata_created"))),
        "update_time": first_text((extras.get("modified"), package.get("metadata_modified"))),
        "url": link_of(package.get("url"), site, f"{site}/dataset/{name}"),
        "sharing_type": _known(extras.get("sharing_type"), SharingType.values),
        "sharing_condition": str(extras.get("sharing_condition") or ""),
        "sharing_modes": list(dict.fromkeys(filter(None, modes))),
    }


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _known(value: object, values: Sequence[str]) -> str:
    return str(value) if value in values else ""


def _publisher(organization: object, package: Mapping[str, Any]) -> str:
    own = organization if isinstance(organization, dict) else {}
    return first_text((own.get("title"), own.get("name"), package.get("author")))


def _cycle(package: Mapping[str, Any], extras: Mapping[str, Any]) -> str:
    given = first_text(
        value for name in _CYCLE_NAMES for value in (extras.get(name), package.get(name))
    )
    return CYCLE_WORDS[UpdateCycle(given)] if given in UpdateCycle.values else given


def _openness(package: Mapping[str, Any], extras: Mapping[str, Any]) -> str:
    given = str(extras.get("open_type") or "")
    if given in OpenType.values:
        return OPEN_WORDS[OpenType(given)]
    return OPEN_WORDS[OpenType.OPEN] if package.get("isopen") is True else given
