"""A record of another catalog as an entry of this one, by the way a line of an import takes."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from catalog.exchange.defects import Defect
from catalog.exchange.entries import Entry, Origin, digest_of, map_line
from catalog.harvest.problems import Fault, fault

_NOT_FOR_HARVESTS = frozenset({Defect.MISSING_DEPARTMENT, Defect.AMBIGUOUS_DEPARTMENT})
"""Departments are found in another way, which has faults of its own."""
_DATES = ("source_published_on", "source_updated_on")
_LONGEST = {"title_en": 300, "sharing_condition": 4000, "theme": 100}


@dataclass(slots=True)
class Mapped:
    """A record in the terms of a version; ``content`` is JSON, with the code of the class."""

    title: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    notes: list[list[str]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)


def key_of(source_id: UUID, identifier: str) -> str:
    """The natural key of a record: its source and its identifier there."""
    return f"harvest/{source_id.hex}/{hashlib.sha256(identifier.encode()).hexdigest()[:40]}"


def map_record(
    number: int, identifier: str, raw: dict[str, Any], *, today: date, codes: Collection[str]
) -> Mapped:
    """What the record means here; ``codes`` are the classes that this catalog has."""
    if "broken" in raw:
        return Mapped(faults=[fault(Fault.NOT_A_RECORD, raw["broken"])])
    entry = map_line(number, raw, Origin(today))
    faults = [] if identifier else [fault(Fault.NO_IDENTIFIER)]
    if entry is None:
        return Mapped(faults=[*faults, fault(Fault.NO_TITLE)])
    content = entry.content | _beyond(raw) | _themes(raw, codes, entry)
    return Mapped(entry.title, _plain(content), _notes(entry, raw, content), faults)


def digest(content: dict[str, Any], provider_id: int | None, link: str) -> str:
    """SHA-256 of everything that a run takes over; the same record always gives the same."""
    return digest_of(content | {"provider": provider_id, "link": link})


def content_of(kept: dict[str, Any]) -> dict[str, Any]:
    """Kept content as values of a version, but for the class, which is still a code."""
    dates = {name: date.fromisoformat(kept[name]) for name in _DATES if kept.get(name)}
    return {**kept, **dict.fromkeys(_DATES), **dates}


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    dates = {name: value.isoformat() for name in _DATES if (value := content.get(name))}
    return {**content, **dict.fromkeys(_DATES), **dates}


def _beyond(raw: dict[str, Any]) -> dict[str, Any]:
    """What other catalogs say of an entry beyond a line of an import."""
    texts = {name: " ".join(str(raw.get(name) or "").split()) for name in ("title_en",)}
    condition = str(raw.get("sharing_condition") or "").strip()
    return {
        "title_en": texts["title_en"][: _LONGEST["title_en"]],
        "sharing_type": str(raw.get("sharing_type") or ""),
        "sharing_condition": condition[: _LONGEST["sharing_condition"]],
        "sharing_modes": list(raw.get("sharing_modes") or []),
    }


def _themes(raw: dict[str, Any], codes: Collection[str], entry: Entry) -> dict[str, Any]:
    """The class, if this catalog has its code; the name of any other one is the theme."""
    pairs = [(str(code), str(name)) for code, name in raw.get("themes") or ()]
    code = next((code for code, _name in pairs if code in codes), "")
    name = next((name for one, name in pairs if one not in codes and name), "")
    theme = entry.content["theme"] or name[: _LONGEST["theme"]]
    return {"classification": code, "theme": theme}


def _notes(entry: Entry, raw: dict[str, Any], content: dict[str, Any]) -> list[list[str]]:
    lengths = raw.get("lengths") or {}
    names = {Defect.LONG_DESCRIPTION: "description", Defect.LONG_TITLE: "title"}
    found = []
    for kind, value in entry.defects:
        if kind in _NOT_FOR_HARVESTS or (kind is Defect.UNKNOWN_PLACE):
            continue
        if kind is Defect.MISSING_THEME and (content["theme"] or content["classification"]):
            continue
        found.append([str(kind), str(lengths.get(names.get(kind, ""), value))])
    return found
