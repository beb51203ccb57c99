"""What of a notice may leave the portal: numbers, names of departments, dates and the link.

Titles of entries, names of people, reasons and other texts stay inside, whatever a text asks for;
never the data itself. Everything a letter or webhook says comes from here.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin

from django.conf import settings

from portal.notices import kinds

DEPARTMENTS: Final = ("department", "authority", "responder", "office")
DATES: Final = ("due", "day", "at", "begin", "end")
NUMBERS: Final = ("number",)
LEAVING: Final = frozenset({*DEPARTMENTS, *DATES, *NUMBERS})
"""Params that may leave the portal."""
WITHHELD: Final = "…"
LONGEST: Final = 200

_PLACE: Final = re.compile(r"%\((\w+)\)s")


def facts_of(params: kinds.Params) -> dict[str, str]:
    """The params that may leave, each as one short line."""
    return {
        name: one_line(params[name])
        for name in sorted(LEAVING & set(params))
        if isinstance(params[name], str | int) and params[name] != ""
    }


def one_line(value: object) -> str:
    """Without line breaks and control characters, and not longer than fits."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return " ".join(text.split())[:LONGEST]


def places_of(kind: str) -> tuple[str, ...]:
    """The places of the kind's own text that may leave."""
    found = dict.fromkeys(_PLACE.findall(kinds.pattern_of(kind)))
    return tuple(name for name in found if name in LEAVING)


def withheld_of(kind: str) -> tuple[str, ...]:
    """The places of the kind's own text that stay inside."""
    found = dict.fromkeys(_PLACE.findall(kinds.pattern_of(kind)))
    return tuple(name for name in found if name not in LEAVING)


def sentence_of(kind: str, params: kinds.Params) -> str:
    """The kind's own text in the language in use; what stays inside is shown as …."""
    if not kinds.is_registered(kind):
        return kinds.text_of(kind, {})
    facts = facts_of(params)
    return _PLACE.sub(lambda found: facts.get(found[1], WITHHELD), kinds.pattern_of(kind))


def link_to(path: str) -> str:
    """The full address of a page of the portal; an address of somewhere else becomes the portal's."""
    base = str(settings.PORTAL_ADDRESS).rstrip("/") + "/"
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return urljoin(base, path.lstrip("/")) if is_ours else base


def content_of(kind: str, params: kinds.Params, url: str) -> Mapping[str, object]:
    """What a webhook is told."""
    facts = facts_of(params)
    return {
        "kind": kind,
        "group": kinds.group_of(kind),
        "number": facts.get("number", ""),
        "departments": {name: facts[name] for name in DEPARTMENTS if name in facts},
        "dates": {name: facts[name] for name in DATES if name in facts},
        "link": link_to(url),
    }
