"""What the rules look at, in the shape in which they look at it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.models import DataItem, ResourceVersion
from portal.errors import Text


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the last check of the attached data found; ``newest`` is the day of its newest row."""

    checked_on: date
    newest: date | None
    results: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules know of one entry; nothing is asked for later.

    ``mapped``: keys of the items that have a column, None when no data is attached. ``twins``:
    titles of other entries of the provider that differ in next to nothing. ``fresh_until`` is by
    the declared cycle and the newest date known.
    """

    version: ResourceVersion
    items: Sequence[DataItem]
    published: bool = False
    code_fits: bool = True
    provider_code_fits: bool = True
    has_contact: bool = True
    mapped: frozenset[str] | None = None
    twins: Sequence[str] = ()
    updated_on: date | None = None
    fresh_until: date | None = None
    data: DataFacts | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule came to: of ``checked`` things ``failed`` do not pass; ``names`` says which.

    What is ``tolerated`` lowers the score, but nobody is warned of it.
    """

    checked: int
    failed: int
    names: tuple[str, ...] = ()
    tolerated: bool = False


PASSED, FAILED = Outcome(1, 0), Outcome(1, 1)

Check = Callable[[Facts, date], Outcome | None]
"""None: the rule does not apply to the entry."""


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A rule on entries: what it warns of, for which dimension, how to mend it and where.

    ``place`` is "entry", "items", "provider", "attachment" or "data".
    """

    code: str
    dimension: str
    weight: int
    label: Text
    remedy: Text
    place: str
    check: Check = field(repr=False)


def plain(failed: object) -> Outcome:
    """The outcome of a rule that looks at one thing."""
    return FAILED if failed else PASSED


def among(items: Sequence[DataItem], failing: Callable[[DataItem], object]) -> Outcome | None:
    """The outcome of a rule that looks at each of these items; None without any."""
    if not items:
        return None
    names = tuple(item.name for item in items if failing(item))
    return Outcome(len(items), len(names), names)
