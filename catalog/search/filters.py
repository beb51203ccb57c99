"""Filters of the catalog: what a form, an address or an API call may ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import Q

from catalog.models import (
    FormatClass,
    OpenType,
    ResourceStatus,
    SharingType,
    UpdateCycle,
)

RELEVANCE, NEWEST = "relevance", "newest"
SORTS = (RELEVANCE, NEWEST)


def _choice_values(choices: Any) -> Callable[[str], bool]:
    return frozenset(choices.values).__contains__


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 18


def _is_region(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) in {6, 9, 12}


@dataclass(frozen=True, slots=True)
class Filters:
    """Values chosen for each facet; values of one facet are alternatives, facets add up.

    A region stands for everything below it. Values that cannot occur are dropped on the way in.
    """

    sharing: tuple[str, ...] = ()
    openness: tuple[str, ...] = ()
    cycle: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    sort: str = RELEVANCE

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read filters from lists by name, such as ``dict(request.GET.lists())``."""
        chosen: dict[str, Any] = {}
        for name, is_possible in POSSIBLE.items():
            given = [str(value) for value in values.get(name, ())][:50]
            chosen[name] = tuple(dict.fromkeys(value for value in given if is_possible(value)))
        sort = str((list(values.get("sort", ())) or [RELEVANCE])[-1])
        return cls(**chosen, sort=sort if sort in SORTS else RELEVANCE)

    def chosen(self) -> list[tuple[str, str]]:
        """Every chosen value with the name of its facet, in the order of the facets."""
        return [(name, value) for name in POSSIBLE for value in getattr(self, name)]

    def without(self, name: str, value: str) -> Self:
        """The same filters with one value taken out."""
        kept: Any = tuple(other for other in getattr(self, name) if other != value)
        return replace(self, **{name: kept})

    def conditions(self) -> dict[str, Q]:
        """A condition on ``ResourceSearch`` for every facet that restricts something."""
        made = {}
        for name in POSSIBLE:
            if values := getattr(self, name):
                made[name] = _condition(name, values)
        return made


POSSIBLE: dict[str, Callable[[str], bool]] = {
    "sharing": _choice_values(SharingType),
    "openness": _choice_values(OpenType),
    "cycle": _choice_values(UpdateCycle),
    "format": _choice_values(FormatClass),
    "provider": _is_number,
    "region": _is_region,
    "theme": lambda value: 0 < len(value) <= 100 and "\x00" not in value,
    "status": _choice_values(ResourceStatus),
}
COLUMNS = {
    "sharing": "sharing_type",
    "openness": "open_type",
    "cycle": "update_cycle",
    "format": "format_class",
    "provider": "provider_id",
    "region": "region_id",
    "theme": "theme",
    "status": "status",
}


def _condition(name: str, values: tuple[str, ...]) -> Q:
    if name != "region":
        return Q(**{f"{COLUMNS[name]}__in": values})
    below = Q()
    for code in values:
        below |= Q(region_id__startswith=region_prefix(code))
    return below


def region_prefix(code: str) -> str:
    """The digits that everything in the region shares: 320600 gives 3206, the nation none."""
    if len(code) > 6:
        return code
    for size in (0, 2, 4):
        if code.endswith("0" * (6 - size)):
            return code[:size]
    return code
