"""Which heading of a department's sheet means which column of ours. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.utils import translation

from catalog.exchange.columns import COLUMNS, ENTRY_COLUMNS, ITEM, ITEM_COLUMNS, JOINING

SIMILAR = 0.75
"""How alike two headings must be to be taken for the same, from 0 to 1."""
ROWS_LOOKED_AT = 30
SAMPLES = 3
LONGEST_HEADING = 100
_AMBIGUOUS = frozenset(["序号", "编号", "行号", "no"])
_ASIDE = re.compile(r"[(\[【{<《][^)\]】}>》]*[)\]】}>》]")
_MARKS = re.compile(r"[\s*#:：；;,，.。、_\-—/\\|\"'“”‘’·?？!！()\[\]【】{}<>《》]+")
_NEED = re.compile(r"(?:必填项?|选填项?|必选|可选|非必填)$")


@dataclass(slots=True)
class Match:
    """What one column of a sheet means; ``how`` is exact, similar, chosen or none."""

    heading: str
    key: str = ""
    how: str = "none"
    samples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SheetMatch:
    """What a sheet holds; ``row`` is the number of its heading row, -1 without one."""

    name: str
    row: int
    columns: list[Match]

    @property
    def keys(self) -> set[str]:
        """Our columns that the sheet has."""
        return {column.key for column in self.columns if column.key}

    @property
    def role(self) -> str:
        """entries, items, both, or "" when nothing of it is read."""
        items = any(key.startswith(ITEM) for key in self.keys)
        entries = any(not key.startswith(ITEM) and key not in JOINING for key in self.keys)
        if items and "item.name" in self.keys:
            return "both" if entries else "items"
        return "entries" if "title" in self.keys else ""

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> Self:
        """From the database."""
        columns = [Match(**column) for column in content["columns"]]
        return cls(content["name"], content["row"], columns)


def plain(heading: str) -> str:
    """A heading without what departments write around it: "*信息资源名称（必填）" is 信息资源名称."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = _MARKS.sub("", _ASIDE.sub("", text)) or _MARKS.sub("", text)
    return _NEED.sub("", text) or text


@cache
def spellings(of_items: bool) -> dict[str, str]:  # noqa: FBT001 - a key of the cache
    """Key of our column by plain spelling; our own headings in every language come first."""
    columns = ITEM_COLUMNS if of_items else (*ENTRY_COLUMNS, COLUMNS["faults"])
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for column in columns:
                found.setdefault(plain(str(column.heading)), column.key)
    for column in columns:
        for word in (column.key.removeprefix(ITEM), *column.words.split()):
            found.setdefault(plain(word), column.key)
    return found


def match_sheet(name: str, rows: Iterable[tuple[int, Sequence[str]]]) -> SheetMatch:
    """Find the heading row among the first rows and match it; no heading row is row -1."""
    looked_at = list(rows)[:ROWS_LOOKED_AT]
    best: tuple[int, int] | None = None
    for position, (_number, row) in enumerate(looked_at):
        score = _score(row)
        if score >= 2 and (best is None or score > best[0]):
            best = (score, position)
    if best is None:
        return SheetMatch(name, -1, [])
    number, headings = looked_at[best[1]]
    matches = match_headings(name, headings)
    for position, match in enumerate(matches):
        values = (
            row[position].strip() for _n, row in looked_at[best[1] + 1 :] if position < len(row)
        )
        match.samples = [value[:40] for value in dict.fromkeys(values) if value][:SAMPLES]
    return SheetMatch(name, number, matches)


def match_headings(name: str, headings: Sequence[str]) -> list[Match]:
    """Match every heading; each of our columns is given away once, to the best heading."""
    own, other = spellings(False), spellings(True)  # noqa: FBT003 - see there
    plains = [plain(heading) for heading in headings]
    items_first = _is_items(name, plains, own, other)
    tables = (other, _references(own)) if items_first else (own, _only(other, own))
    matches = [Match(" ".join(heading.split())[:LONGEST_HEADING]) for heading in headings]
    taken: set[str] = set()
    for table in tables:
        for match, text in zip(matches, plains, strict=True):
            key = table.get(text, "")
            if key and not match.key and key not in taken:
                match.key, match.how = key, "exact"
                taken.add(key)
    for table in tables:
        _match_similar(matches, plains, table, taken)
    return matches


def _match_similar(
    matches: list[Match], plains: list[str], table: dict[str, str], taken: set[str]
) -> None:
    scored = [
        (_likeness(text, word), position, key)
        for position, text in enumerate(plains)
        if text and not matches[position].key
        for word, key in table.items()
        if key not in taken
    ]
    for score, position, key in sorted(scored, key=lambda one: (-one[0], one[1])):
        if score < SIMILAR:
            break
        if key not in taken and not matches[position].key:
            matches[position].key, matches[position].how = key, "similar"
            taken.add(key)


@cache
def _likeness(one: str, other: str) -> float:
    if abs(len(one) - len(other)) > max(len(one), len(other)) / 2:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _is_items(name: str, plains: list[str], own: dict[str, str], other: dict[str, str]) -> bool:
    """Whether the sheet lists data items: headings that only items have, few that only entries."""
    known = [text for text in plains if text in own or text in other]
    only_items = sum(1 for text in known if text not in own)
    only_entries = sum(1 for text in known if text not in other and own[text] not in JOINING)
    named = any(word in name for word in ("信息项", "数据项", "字段", "item", "Item"))
    return only_items + named >= 2 and only_entries <= 1


def _references(own: dict[str, str]) -> dict[str, str]:
    """What a sheet of items says of its entries; a mere 序号 there numbers the items."""
    return {
        text: key
        for text, key in own.items()
        if key in {*JOINING, "faults"} and text not in _AMBIGUOUS
    }


def _only(table: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """What ``table`` has and ``other`` has not: in a sheet of both, common words mean the entry."""
    return {text: key for text, key in table.items() if text not in other}


def _score(row: Sequence[str]) -> int:
    known = {*spellings(False), *spellings(True)}  # noqa: FBT003
    return len({plain(cell) for cell in row if 0 < len(cell) <= LONGEST_HEADING} & known)
