"""What a department could learn by combining data it holds with data it asks for (R34).

Two findings, each a rule with its reason. The grades are those of the catalog: 1 to 4 general,
5 important, 6 core.

* *re-identification*: rows without a name become rows about a known person, because both sides
  carry the same key and one of them says who that is.
* *raised grade*: many data items about the same people, each of a low grade, describe them as a
  whole; from ``PROFILE_FROM`` sensitive items out of ``ENTRIES_FROM`` entries on, the combination
  counts as one grade higher than its highest part.

Nothing is forbidden here: who signs decides, and is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sharing.protection.grades import suggest

JOIN_KINDS: Final = frozenset({"id_number", "phone", "plate", "bank", "email"})
"""Kinds of data item by which rows of two entries can be put together."""
NAMING_KINDS: Final = frozenset({"id_number", "name"})
"""Kinds of data item that say who a person is."""
SENSITIVE_FROM: Final = 3
"""Grade from which a personal data item counts towards a profile."""
PROFILE_FROM: Final = 8
ENTRIES_FROM: Final = 3
HIGHEST_GENERAL: Final = 4
"""Combining general data never makes it important by itself; that is for a catalog to declare."""


class AggregationCode(StrEnum):
    """What combining leads to."""

    REIDENTIFIES = "reidentifies"
    RAISES_GRADE = "raises_grade"


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A data item as the rules know it."""

    key: str
    name: str
    grade: int
    personal: bool

    @property
    def kind(self) -> str:
        """What it is by its title: id_number, name, phone … or nothing known."""
        return suggest(f"{self.name} {self.key}")


@dataclass(frozen=True, slots=True)
class Holding:
    """Data items of one entry that a department has or asks for; ``label`` names it to people."""

    label: str
    fields: tuple[FieldFacts, ...]

    @property
    def join_kinds(self) -> frozenset[str]:
        """By which kinds of key it can be joined."""
        return frozenset(field.kind for field in self.fields) & JOIN_KINDS

    @property
    def is_personal(self) -> bool:
        """Whether it is about people."""
        return any(field.personal for field in self.fields)

    @property
    def names_people(self) -> bool:
        """Whether it says who the people are."""
        return any(field.personal and field.kind in NAMING_KINDS for field in self.fields)


@dataclass(frozen=True, slots=True)
class Finding:
    """What combining leads to, with whom, and by which keys."""

    code: AggregationCode
    others: tuple[str, ...]
    keys: tuple[str, ...]
    grade: int = 0
    """The grade the combination counts as; 0 where it does not matter."""


def judge(asked: Holding, held: Sequence[Holding]) -> list[Finding]:
    """What ``asked`` together with the ``held`` data allows that neither does alone."""
    partners = [other for other in held if asked.join_kinds & other.join_kinds]
    if not partners:
        return []
    return [*_reidentifies(asked, partners), *_raises(asked, partners)]


def _reidentifies(asked: Holding, partners: Iterable[Holding]) -> list[Finding]:
    found = [
        other
        for other in partners
        if asked.names_people != other.names_people and (asked.is_personal or other.is_personal)
    ]
    if not found:
        return []
    keys = _keys(asked, found)
    labels = tuple(other.label for other in found)
    return [Finding(AggregationCode.REIDENTIFIES, labels, keys)]


def _raises(asked: Holding, partners: Sequence[Holding]) -> list[Finding]:
    together = [asked, *partners]
    sensitive = {
        (holding.label, field.key)
        for holding in together
        for field in holding.fields
        if field.personal and field.grade >= SENSITIVE_FROM and field.kind not in JOIN_KINDS
    }
    highest = max((field.grade for one in together for field in one.fields), default=0)
    if (
        len(together) < ENTRIES_FROM
        or len(sensitive) < PROFILE_FROM
        or not SENSITIVE_FROM <= highest < HIGHEST_GENERAL
    ):
        return []
    labels = tuple(other.label for other in partners)
    return [Finding(AggregationCode.RAISES_GRADE, labels, _keys(asked, partners), highest + 1)]


def _keys(asked: Holding, partners: Iterable[Holding]) -> tuple[str, ...]:
    """The data items of ``asked`` by which it is joined with any of ``partners``."""
    kinds = asked.join_kinds & frozenset().union(*(other.join_kinds for other in partners))
    return tuple(field.name for field in asked.fields if field.kind in kinds)
