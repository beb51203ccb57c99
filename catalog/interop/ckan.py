"""The read actions of CKAN's API, version 3, over entries the caller sees.

An entry is a package, a provider an organization, a class of the classification a group, a
sharing mode a resource. Every action takes CKAN's own parameters; what it does not know it
refuses, so that a harvester never takes half the catalog for all of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, F
from django.utils.translation import gettext as _

from catalog.interop.ckan_shapes import (
    group,
    organization,
    organization_name,
    package,
    resources_of,
    tag,
)
from catalog.interop.entries import shown_to
from catalog.interop.queries import Restriction, read_restrictions
from catalog.models import Classification, Resource, ResourceQuerySet
from catalog.search import parse_for, search_rows
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Department, Official

RowT = TypeVar("RowT")
MOST_ROWS = 1000
MOST_NAMES = 100_000
SORTS = {
    "id asc": "pk", "id desc": "-pk", "name asc": "pk", "name desc": "-pk",
    "title asc": "live__title", "title desc": "-live__title",
    "metadata_modified asc": "updated_at", "metadata_modified desc": "-updated_at",
    "metadata_created asc": "created_at", "metadata_created desc": "-created_at",
    "score desc": "-updated_at",
}  # fmt: skip
FACETS = {"organization": "provider_id", "groups": "live__classification__code"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an action: who asks, on which day, with what, and where the portal is."""

    official: Official | None
    on: date
    given: Mapping[str, Any]
    base: str

    def entries(self) -> ResourceQuerySet:
        """The entries of this caller."""
        return shown_to(self.official, self.on)

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.given.get(name, default)
        return default if value is None else str(value)

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter as a number from 0 to ``most``; Invalid for anything else."""
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit()):
            raise _invalid(name, _("This is not a whole number."))
        return min(int(text), most)

    def flag(self, name: str) -> bool:
        """A parameter as yes or no."""
        return self.text(name).lower() in {"true", "1", "yes"}


def _invalid(name: str, message: str) -> Invalid:
    remedy = _("Correct the parameter and repeat the call.")
    return Invalid(message, [Fault(name, message, remedy, "invalid")])


def _missing() -> NotVisible:
    return NotVisible(_("There is no such entry in the catalog."))


# --- packages ------------------------------------------------------------------------------


def package_list(call: Call) -> list[str]:
    """Names of all packages."""
    rows = call.entries().order_by("pk").values_list("pk", flat=True)
    offset = call.number("offset", 0, MOST_NAMES)
    limit = call.number("limit", MOST_NAMES, MOST_NAMES)
    return [str(pk) for pk in rows[offset : offset + limit]]


def package_show(call: Call) -> dict[str, Any]:
    """One package by its id, or by the resource code of the entry."""
    wanted = call.text("id")
    if not wanted:
        raise _invalid("id", _("Name the package."))
    found = _one(call.entries(), wanted)
    if found is None:
        raise _missing()
    return package(found, call.base)


def _one(entries: ResourceQuerySet, wanted: str) -> Resource | None:
    try:
        return entries.filter(pk=UUID(wanted)).first()
    except ValueError:
        return entries.filter(code=wanted).first()


def current_package_list_with_resources(call: Call) -> list[dict[str, Any]]:
    """All packages whole, newest first."""
    rows = call.entries().order_by("-updated_at", "pk")
    offset = call.number("offset", 0, MOST_NAMES)
    limit = call.number("limit", MOST_ROWS, MOST_ROWS)
    return [package(row, call.base) for row in rows[offset : offset + limit]]


def package_search(call: Call) -> dict[str, Any]:
    """Packages by words (``q``) and restrictions (``fq``), with counts of facets where asked."""
    found = _restricted(_worded(call), read_restrictions(call.text("fq")))
    sort = call.text("sort").strip() or "metadata_modified desc"
    keys = [" ".join(part.split()) for part in sort.split(",")]
    if unknown := [key for key in keys if key not in SORTS]:
        raise _invalid("sort", _("Not known: %(names)s.") % {"names": ", ".join(unknown)})
    start, rows = call.number("start", 0, MOST_NAMES), call.number("rows", 10, MOST_ROWS)
    page = found.order_by(*dict.fromkeys([*(SORTS[key] for key in keys), "pk"]))
    facets = _facets(found, call.given.get("facet.field"))
    return {
        "count": found.count(),
        "sort": sort,
        "results": [package(row, call.base) for row in page[start : start + rows]],
        "facets": {name: {row["name"]: row["count"] for row in rows} for name, rows in facets},
        "search_facets": {name: {"title": name, "items": rows} for name, rows in facets},
    }


def _worded(call: Call) -> ResourceQuerySet:
    words = call.text("q").strip()
    entries = call.entries()
    if words in {"", "*:*", "*"}:
        return entries
    query = parse_for(words)
    rows = search_rows(call.official, call.on, query)
    return entries.filter(pk__in=rows.values("resource_id")) if query else entries


def _restricted(found: ResourceQuerySet, wanted: Iterable[Restriction]) -> ResourceQuerySet:
    for one in wanted:
        condition = one.condition()
        found = found.exclude(condition) if one.negated else found.filter(condition)
    return found


def _facets(found: ResourceQuerySet, asked: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    try:
        names = json.loads(asked) if isinstance(asked, str) and asked else asked or []
    except ValueError:
        raise _invalid("facet.field", _("This is not a list of names.")) from None
    if not isinstance(names, list) or (unknown := [str(n) for n in names if n not in FACETS]):
        unknown = unknown if isinstance(names, list) else [str(names)]
        raise _invalid("facet.field", _("Not known: %(names)s.") % {"names": ", ".join(unknown)})
    return [(name, _facet(found, name)) for name in names]


def _facet(found: ResourceQuerySet, name: str) -> list[dict[str, Any]]:
    title = {"organization": "provider__name", "groups": "live__classification__name"}[name]
    counted = found.order_by().values(value=F(FACETS[name]), title=F(title)).annotate(n=Count("pk"))
    return [
        {
            "name": organization_name(row["value"]) if name == "organization" else row["value"],
            "display_name": row["title"],
            "count": row["n"],
        }
        for row in counted.order_by("-n", "value")
        if row["value"] is not None
    ]


def resource_show(call: Call) -> dict[str, Any]:
    """One way of sharing by its id."""
    pk, _dot, _mode = call.text("id").partition(".")
    found = _one(call.entries(), pk) if pk else None
    for one in resources_of(found, call.base) if found else ():
        if one["id"] == call.text("id"):
            return one
    raise NotVisible(_("There is no such resource in the catalog."))


# --- organizations, groups, tags -----------------------------------------------------------


def organization_list(call: Call) -> list[Any]:
    """Providers of the entries of this caller, by name, whole with ``all_fields``."""
    return _listed(call, _providers(call), organization)


def organization_show(call: Call) -> dict[str, Any]:
    """One provider; 404 where this caller sees none of its entries."""
    for department, count in _providers(call):
        if organization_name(department.pk) == call.text("id"):
            return organization(department) | {"package_count": count}
    raise NotVisible(_("There is no such department in the catalog."))


def _providers(call: Call) -> list[tuple[Department, int]]:
    counts = _counts(call, "provider_id")
    rows = Department.objects.filter(pk__in=counts).order_by("name", "pk")
    return [(row, counts[row.pk]) for row in rows]


def group_list(call: Call) -> list[Any]:
    """Classes that entries of this caller are in, by code, whole with ``all_fields``."""
    return _listed(call, _classes(call), group)


def group_show(call: Call) -> dict[str, Any]:
    """One class; 404 where this caller sees no entry of it."""
    for node, count in _classes(call):
        if node.code == call.text("id"):
            return group(node) | {"package_count": count}
    raise NotVisible(_("There is no such class in the catalog."))


def _classes(call: Call) -> list[tuple[Classification, int]]:
    counts = _counts(call, "live__classification_id")
    rows = Classification.objects.filter(pk__in=counts).order_by("code")
    return [(row, counts[row.pk]) for row in rows]


def _counts(call: Call, field: str) -> dict[int, int]:
    counted = call.entries().order_by().filter(**{f"{field}__isnull": False})
    return dict(counted.values_list(field).annotate(Count("pk")))


def _listed(
    call: Call, rows: Sequence[tuple[RowT, int]], whole: Callable[[RowT], dict[str, Any]]
) -> list[Any]:
    limit = call.number("limit", MOST_ROWS, MOST_NAMES)
    offset = call.number("offset", 0, MOST_NAMES)
    made = [whole(row) | {"package_count": n} for row, n in rows[offset : offset + limit]]
    return made if call.flag("all_fields") else [one["name"] for one in made]


def tag_list(call: Call) -> list[Any]:
    """Keywords and themes of the entries of this caller; with ``query`` those that hold it."""
    words: set[str] = set()
    for keywords, theme in call.entries().values_list("live__keywords", "live__theme"):
        words.update(filter(None, (*keywords, theme)))
    wanted = call.text("query").lower()
    found = sorted(word for word in words if wanted in word.lower())
    return [tag(word) for word in found] if call.flag("all_fields") else found


def status_show(call: Call) -> dict[str, Any]:
    """What this is and what it can do."""
    return {
        "site_title": "GovShare 政务数据共享门户",
        "site_url": call.base,
        "ckan_version": "2.11.0",
        "locale_default": "zh_Hans",
        "extensions": [],
        "error_emails_to": None,
    }


ACTIONS: dict[str, Callable[[Call], Any]] = {
    action.__name__: action
    for action in (
        status_show, package_list, package_show, package_search,
        current_package_list_with_resources, resource_show, organization_list, organization_show,
        group_list, group_show, tag_list,
    )
}  # fmt: skip
