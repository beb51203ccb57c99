"""The word lists of the demonstration catalog: data items, subjects of entries, themes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.models import SharingType, UpdateCycle
from portal.organisation.demo.tables import rows

_HERE = Path(__file__).parent
_BUNDLES = {
    "person": "id_number name sex birth_date",
    "enterprise": "uscc enterprise_name legal_person",
    "permit": "licence_no licence_name issued_on valid_from valid_until issued_by licence_status",
    "project": "project_code project_name builder investment project_stage",
    "station": "station_code station_name longitude latitude",
    "penalty": "decision_no penalty_type penalty_amount decided_on decided_by",
    "stat": "year indicator value unit",
    "r": "region_code updated_at",
}
_SHARING = {
    "u": SharingType.UNCONDITIONAL,
    "c": SharingType.CONDITIONAL,
    "n": SharingType.NON_SHARED,
}
_CYCLES = {
    "R": UpdateCycle.REALTIME, "D": UpdateCycle.DAILY, "W": UpdateCycle.WEEKLY,
    "M": UpdateCycle.MONTHLY, "Q": UpdateCycle.QUARTERLY, "H": UpdateCycle.HALF_YEARLY,
    "Y": UpdateCycle.YEARLY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A data item as most departments would describe it."""

    key: str
    name: str
    english: str
    data_type: str
    length: int | None
    grade: int
    personal: bool
    required: bool
    shared: bool
    mask: str
    code_set: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about; one entry comes of it for each department that holds such data."""

    line: str
    levels: str
    title: str
    english: str
    items: tuple[Item, ...]
    sharing_type: SharingType
    cycle: UpdateCycle
    format_class: str
    theme: "Theme"
    basis: str

    @property
    def stem(self) -> str:
        """The title without its usual ending."""
        return self.title.removesuffix("信息")

    @property
    def personal(self) -> bool:
        """Whether it holds personal information."""
        return any(item.personal for item in self.items)


@dataclass(frozen=True, slots=True)
class Theme:
    """A division of the classification, the work behind its data, and what they are used for."""

    class_code: str
    name: str
    work: str
    uses: str


@cache
def items() -> dict[str, Item]:
    """All items by key."""
    return {row[0]: _item(row) for row in rows(_HERE / "items.tsv", 10)}


def _item(row: list[str]) -> Item:
    key, name, english, data_type, length, grade, marks, mask, code_set, meaning = row
    return Item(
        key, name, english, data_type, int(length) if length else None, int(grade),
        "p" in marks, "r" in marks, "x" not in marks, mask, code_set, meaning,
    )  # fmt: skip


@cache
def themes() -> dict[str, Theme]:
    """All themes by the short name that subjects use."""
    return {short: Theme(*row) for short, *row in rows(_HERE / "themes.tsv", 5)}


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects, by line."""
    return tuple(_subject(row) for row in rows(_HERE / "subjects.tsv", 10))


def _subject(row: list[str]) -> Subject:
    line, levels, title, english, words, sharing, cycle, format_class, theme, basis = row
    keys = " ".join(
        _BUNDLES[word[1:]] if word.startswith("@") else word for word in words.split()
    ).split()
    return Subject(
        line, levels, title, english, tuple(items()[key] for key in dict.fromkeys(keys)),
        _SHARING[sharing], _CYCLES[cycle], format_class, themes()[theme], basis,
    )  # fmt: skip
