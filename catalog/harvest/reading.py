"""What readers of catalogs give: pages of records, in the words of an imported line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from catalog.models import Mode, OpenType, UpdateCycle

LONGEST_TEXT = 8_000
MOST_RECORDS = 10**9
"""A source that says it has more than this is not believed."""
MOST_VALUES = 200
CYCLE_WORDS = {
    UpdateCycle.REALTIME: "实时", UpdateCycle.DAILY: "每日", UpdateCycle.WEEKLY: "每周",
    UpdateCycle.MONTHLY: "每月", UpdateCycle.QUARTERLY: "每季度", UpdateCycle.HALF_YEARLY: "每半年",
    UpdateCycle.YEARLY: "每年", UpdateCycle.IRREGULAR: "不定期",
}  # fmt: skip
"""Words by which a line of an import names a cycle."""
OPEN_WORDS = {
    OpenType.OPEN: "无条件开放", OpenType.ON_REQUEST: "有条件开放", OpenType.CLOSED: "不予开放",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its identifier at the source, and its values under the keys of an import.

    Beyond those of an import: ``title_en``, ``uscc`` (of the publisher), ``themes`` (pairs of code
    and name), ``sharing_type``, ``sharing_condition``, ``sharing_modes``; ``lengths`` says how long
    texts were that are cut here; ``broken`` what came instead of a record.
    """

    identifier: str
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records and the way to the next one ("" when there is none).

    ``told`` is how many records the source says it has in all. ``sure`` is false when the page may
    have been cut off unnoticed. ``names`` is set once, when records have to be asked for by name.
    """

    records: Sequence[Record]
    following: str = ""
    told: int | None = None
    sure: bool = True
    names: Sequence[str] | None = field(default=None)


class Reader(Protocol):
    """Reads a source page by page; every call is independent of those before."""

    def page(self, cursor: str, names: Sequence[str]) -> Page:
        """The page at ``cursor`` ("" is the first). HarvestProblem when it cannot be had."""
        ...


def clean(value: object) -> str:
    """Text that the database takes: no zero characters, no halves of surrogate pairs."""
    text = str(value).replace("\x00", "")
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def broken(value: object) -> Record:
    """Something that stood where a record should."""
    return Record("", {"broken": clean(value)[:200]})


def shortened(raw: dict[str, Any]) -> dict[str, Any]:
    """The values without texts and lists of absurd length; how long texts were is noted."""
    lengths = {
        name: len(value)
        for name, value in raw.items()
        if isinstance(value, str) and len(value) > LONGEST_TEXT
    }
    short = {name: _short(value) for name, value in raw.items()}
    return short | {"lengths": lengths} if lengths else short


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value[:LONGEST_TEXT])
    if isinstance(value, list):
        return [_short(one) for one in value[:MOST_VALUES]]
    return value if isinstance(value, (bool, int, float)) or value is None else clean(value)


def mode_of(identifier: str) -> str:
    """The sharing mode that the identifier of a distribution of ours ends in; "" of all others."""
    sign = "#mode-" if "#" in identifier else "."
    ending = identifier.rpartition(sign)[2]
    return ending if ending in Mode.values else ""


def link_of(given: object, base: str, otherwise: str) -> str:
    """The page of a record at its source: ``given`` if it is on the host of ``base``."""
    text = str(given or "").strip()
    parts = urlsplit(urljoin(base, text)) if text else urlsplit("")
    own = parts.scheme in {"http", "https"} and parts.hostname == urlsplit(base).hostname
    return (parts.geturl() if own else otherwise)[:1000]


def first_text(values: Iterable[object]) -> str:
    """The first that says anything."""
    return next((str(value) for value in values if value not in (None, "")), "")
