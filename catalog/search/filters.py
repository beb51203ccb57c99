"""Filters of the catalog: what a form, an address or an API call may ask for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

from django.db.models import Q

from catalog.access import Sight, sight_of
from catalog.models import (
    FormatClass,
    Grade,
    Mode,
    OpenType,
    ResourceStatus,
    SharingType,
    UpdateCycle,
)
from catalog.models.quality import LETTERS
from catalog.search.cursors import Order
from portal.organisation.models import Department, Official
from portal.organisation.naming import heirs

RELEVANCE, MOST_USED, NEWEST = Order.RELEVANCE.value, Order.MOST_USED.value, Order.NEWEST.value
SORTS = (RELEVANCE, MOST_USED, NEWEST)
LITERAL = "literal"
USABLE = "yes"


class Freshness(StrEnum):
    """Whether the data was updated within its cycle, as far as its source says when."""

    FRESH = "fresh"
    OVERDUE = "overdue"


def _choice_values(choices: Any) -> Callable[[str], bool]:
    return frozenset(map(str, choices.values)).__contains__


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 18


def _is_region(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) in {6, 9, 12}


def _is_classification(value: str) -> bool:
    return value.isascii() and value.isdigit() and 1 <= len(value) <= 20


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom, and for which day, filters are read."""

    sight: Sight
    on: date

    @classmethod
    def of(cls, official: Official | None, on: date) -> Self:
        """The reader as of that day; None is an anonymous caller."""
        return cls(sight_of(official, on), on)


@dataclass(frozen=True, slots=True)
class Filters:
    """Values chosen for each facet; values of one facet are alternatives, facets add up.

    A region, a department and a class stand for everything below them, unless something below
    them is chosen too. Values that cannot occur are dropped on the way in.
    """

    sharing: tuple[str, ...] = ()
    usable: tuple[str, ...] = ()
    openness: tuple[str, ...] = ()
    cycle: tuple[str, ...] = ()
    freshness: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    classification: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    sort: str = RELEVANCE
    literal: bool = False
    """Search for the words as they are typed, without their synonyms."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read filters from lists by name, such as ``dict(request.GET.lists())``."""
        chosen: dict[str, Any] = {}
        for name, is_possible in POSSIBLE.items():
            given = [str(value) for value in values.get(name, ())][:50]
            chosen[name] = tuple(dict.fromkeys(value for value in given if is_possible(value)))
        sort = str((list(values.get("sort", ())) or [RELEVANCE])[-1])
        literal = "1" in map(str, values.get(LITERAL, ()))
        return cls(**chosen, sort=sort if sort in SORTS else RELEVANCE, literal=literal)

    def chosen(self) -> list[tuple[str, str]]:
        """Every chosen value with the name of its facet, in the order of the facets."""
        return [(name, value) for name in POSSIBLE for value in getattr(self, name)]

    def as_lists(self) -> dict[str, list[str]]:
        """What ``of`` reads: all that an address has to carry, without what goes without saying."""
        lists = {name: list(getattr(self, name)) for name in POSSIBLE if getattr(self, name)}
        if self.sort != RELEVANCE:
            lists["sort"] = [self.sort]
        if self.literal:
            lists[LITERAL] = ["1"]
        return lists

    def without(self, name: str, value: str) -> Self:
        """The same filters with one value taken out."""
        kept: Any = tuple(other for other in getattr(self, name) if other != value)
        return replace(self, **{name: kept})

    def conditions(self, reader: Reader) -> dict[str, Q]:
        """A condition on ``ResourceSearch`` for every facet that restricts something."""
        made = {}
        for name in POSSIBLE:
            if values := getattr(self, name):
                special = _SPECIAL.get(name)
                made[name] = special(values, reader) if special else _one_of(name, values)
        return made


POSSIBLE: dict[str, Callable[[str], bool]] = {
    "sharing": _choice_values(SharingType),
    "usable": USABLE.__eq__,
    "openness": _choice_values(OpenType),
    "cycle": _choice_values(UpdateCycle),
    "freshness": frozenset(Freshness).__contains__,
    "format": _choice_values(FormatClass),
    "mode": _choice_values(Mode),
    "grade": _choice_values(Grade),
    "quality": frozenset(LETTERS).__contains__,
    "provider": _is_number,
    "region": _is_region,
    "classification": _is_classification,
    "theme": lambda value: 0 < len(value) <= 100 and "\x00" not in value,
    "status": _choice_values(ResourceStatus),
}
COLUMNS = {
    "sharing": "sharing_type",
    "openness": "open_type",
    "cycle": "update_cycle",
    "format": "format_class",
    "mode": "sharing_modes",
    "provider": "provider_id",
    "region": "region_id",
    "classification": "classification_code",
    "theme": "theme",
    "quality": "quality",
    "status": "status",
}
"""Columns of the facets that are one; the others are worked out (``facets.worked_out``)."""


def _one_of(name: str, values: tuple[str, ...]) -> Q:
    return Q(**{f"{COLUMNS[name]}__in": values})


def _below(name: str, prefixes: Iterable[str]) -> Q:
    """Everything below the prefixes."""
    found = Q()
    for prefix in _lowest(prefixes):
        found |= Q(**{f"{COLUMNS[name]}__startswith": prefix})
    return found


def _lowest(prefixes: Iterable[str]) -> tuple[str, ...]:
    """The prefixes without those that have another below them, which narrows them."""
    given = set(prefixes)
    return tuple(
        prefix
        for prefix in sorted(given)
        if not any(other != prefix and other.startswith(prefix) for other in given)
    )


def _providers(values: Iterable[str]) -> set[int]:
    """The departments with their units; one of which a unit is chosen too is narrowed by it.

    One that no longer exists stands for those that took over from it too.
    """
    chosen = set(map(int, values))
    chosen = chosen.union(*gone_into(chosen).values())
    pairs = unit_pairs()
    above = dict(pairs)
    units: dict[int, set[int]] = defaultdict(set)
    for pk, parent in pairs:
        units[parent].add(pk)
    found: set[int] = set()
    level = chosen - set().union(*(_above(pk, above) for pk in chosen))
    while level:
        found |= level
        level = set().union(*(units[pk] for pk in level)) - found
    return found


def _above(pk: int, above: Mapping[int, int]) -> set[int]:
    found: set[int] = set()
    while (parent := above.get(pk)) is not None and parent not in found:
        found.add(parent)
        pk = parent
    return found


def gone_into(department_ids: Iterable[int]) -> dict[int, set[int]]:
    """Those of the departments that no longer exist, with all that took over from them."""
    gone = Department.objects.filter(pk__in=list(department_ids), valid_until__isnull=False)
    ids = list(gone.order_by().values_list("pk", flat=True))
    return heirs(ids) if ids else {}


def unit_pairs() -> list[tuple[int, int]]:
    """Every internal unit with the department it belongs to; read anew, for trees change."""
    units = Department.objects.filter(parent__isnull=False).order_by()
    return [(pk, parent) for pk, parent in units.values_list("pk", "parent_id") if parent]


def graded() -> Q:
    """Rows whose grade somebody has set: imported entries have none yet."""
    return ~Q(status=ResourceStatus.IMPORTED)


def overdue(reader: Reader) -> Q:
    """Rows whose data should have been updated by now."""
    return Q(fresh_until__lt=reader.on)


def _freshness(values: tuple[str, ...], reader: Reader) -> Q:
    if set(values) == set(Freshness):
        return Q(fresh_until__isnull=False)
    fresh = Q(fresh_until__gte=reader.on)
    return fresh if Freshness.FRESH in values else overdue(reader)


_SPECIAL: dict[str, Callable[[tuple[str, ...], Reader], Q]] = {
    "provider": lambda values, _reader: Q(provider_id__in=_providers(values)),
    "region": lambda values, _reader: _below("region", map(region_prefix, values)),
    "classification": lambda values, _reader: _below("classification", values),
    "mode": lambda values, _reader: Q(sharing_modes__overlap=list(values)),
    "grade": lambda values, _reader: Q(grade__in=values) & graded(),
    "freshness": _freshness,
    "usable": lambda _values, reader: reader.sight.usable(),
}


def region_prefix(code: str) -> str:
    """The digits that everything in the region shares: 320600 gives 3206, the nation none."""
    if len(code) > 6:
        return code
    for size in (0, 2, 4):
        if code.endswith("0" * (6 - size)):
            return code[:size]
    return code


def fitting(name: str, values: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a value of a column fits the chosen ones, as ``conditions`` says it in SQL."""
    if name == "provider":
        return frozenset(map(str, _providers(values))).__contains__
    if name in {"region", "classification"}:
        prefixes = map(region_prefix, values) if name == "region" else values
        below = _lowest(prefixes)
        return lambda value: value.startswith(below)
    return frozenset(values).__contains__
