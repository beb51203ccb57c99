"""Counts beside the filters: exact, and of what this official may see only.

A facet counts with every filter but its own, so that its numbers say what choosing would give.
One statement answers them all: the matching rows are read once, each facet counts over them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    FormatClass,
    OpenType,
    ResourceSearch,
    ResourceStatus,
    SharingType,
    UpdateCycle,
)
from catalog.search.filters import COLUMNS, Filters, region_prefix
from portal.errors import Text
from portal.organisation.models import Department, Region

NATION = "000000"
MOST_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet, with the number of entries that choosing it would show."""

    value: str
    label: Text
    count: int
    chosen: bool = False
    depth: int = 0

    @property
    def indent(self) -> range:
        """One step for each level above."""
        return range(self.depth)


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet with its values; ``more`` values were left out for being rare."""

    name: str
    label: Text
    options: tuple[Option, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries that pass all filters, and the numbers of every facet by value."""

    total: int
    by_facet: Mapping[str, Mapping[str, int]]


LABELS: dict[str, Text] = {
    "status": _("Completeness"),
    "sharing": _("Sharing type"),
    "region": _("Region"),
    "provider": _("Provider"),
    "cycle": _("Update cycle"),
    "format": _("Format"),
    "theme": _("Theme"),
    "openness": _("Openness"),
}
"""Facets in the order of the page."""
_CHOICES: dict[str, Any] = {
    "status": ResourceStatus,
    "sharing": SharingType,
    "cycle": UpdateCycle,
    "format": FormatClass,
    "openness": OpenType,
}


def count(found: QuerySet[ResourceSearch], filters: Filters) -> Counts:
    """Count the rows of ``found`` (which the filters do not yet restrict) by facet."""
    conditions = filters.conditions()
    flagged = found.annotate(
        **{
            f"passes_{name}": ExpressionWrapper(condition, output_field=BooleanField())
            for name, condition in conditions.items()
        }
    ).values(*COLUMNS.values(), *(f"passes_{name}" for name in conditions))
    base, params = flagged.order_by().query.sql_with_params()
    parts = [_counting("total", "''", conditions)]
    for name, column in COLUMNS.items():
        others = [other for other in conditions if other != name]
        parts.append(_counting(name, f"{column}::text", others))
    sql = f"WITH base AS MATERIALIZED ({base}) {' UNION ALL '.join(parts)}"
    by_facet: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for name, value, number in cursor.fetchall():
            by_facet[name][value] = number
    total = sum(by_facet.pop("total", {}).values())
    return Counts(total, by_facet)


def _counting(name: str, value: str, passing: Iterable[str]) -> str:
    where = " AND ".join(f"passes_{other}" for other in passing) or "TRUE"
    return f"SELECT '{name}', {value}, count(*) FROM base WHERE {where} GROUP BY 2"  # noqa: S608


def facets(counts: Counts, filters: Filters) -> tuple[Facet, ...]:
    """The facets as a page shows them; two queries, for the names of providers and regions."""
    made = []
    for name, label in LABELS.items():
        chosen = getattr(filters, name)
        numbers = {value: n for value, n in counts.by_facet.get(name, {}).items() if value}
        if name == "region":
            options = _regions(numbers, chosen)
            made.append(Facet(name, label, tuple(options)))
        elif name in _CHOICES:
            made.append(Facet(name, label, tuple(_fixed(_CHOICES[name], numbers, chosen))))
        else:
            made.append(_most_common(name, numbers, chosen))
    return tuple(facet for facet in made if facet.options)


def _fixed(choices: Any, numbers: Mapping[str, int], chosen: tuple[str, ...]) -> list[Option]:
    return [
        Option(value, label, numbers.get(value, 0), value in chosen)
        for value, label in choices.choices
        if value in numbers or value in chosen
    ]


def _most_common(name: str, numbers: Mapping[str, int], chosen: tuple[str, ...]) -> Facet:
    ranked = sorted(numbers, key=lambda value: (-numbers[value], value))
    shown = list(dict.fromkeys([*chosen, *ranked[:MOST_OPTIONS]]))
    names: Mapping[str, str] = {}
    if name == "provider":
        found = Department.objects.filter(pk__in=[int(value) for value in shown])
        names = {str(one.pk): _name(one) for one in found.only("name", "name_en")}
    options = tuple(
        Option(value, names.get(value, value), numbers.get(value, 0), value in chosen)
        for value in sorted(shown, key=lambda value: (-numbers.get(value, 0), value))
        if name != "provider" or value in names
    )
    return Facet(name, LABELS[name], options, more=len(set(ranked) - set(shown)))


def _regions(numbers: Mapping[str, int], chosen: tuple[str, ...]) -> list[Option]:
    """The way down to the chosen region (or to where the entries part), and what lies below it."""
    sums: Counter[str] = Counter()
    for code, number in numbers.items():
        for above in lineage(code):
            sums[above] += number
    for code in chosen:
        for above in lineage(code):
            sums.setdefault(above, 0)
    if not sums:
        return []
    start = chosen[0] if len(chosen) == 1 else _where_they_part(sums)
    path = [code for code in lineage(start) if code != NATION]
    below = [code for code in sums if _parent(code) == start]
    if len(chosen) > 1:
        below = sorted({*below, *(code for code in chosen if code not in path)})
    names = dict(Region.objects.filter(pk__in=[*path, *below, *chosen]).values_list("code", "name"))
    listed = [(code, depth) for depth, code in enumerate(path)]
    listed += [(code, len(path)) for code in sorted(below)]
    return [
        Option(code, names.get(code, code), sums[code], code in chosen, depth)
        for code, depth in listed
    ]


def _name(thing: Department | Region) -> str:
    return (thing.name_en if get_language() == "en" else "") or thing.name


def lineage(code: str) -> list[str]:
    """The region and those above it, the nation first."""
    prefix = region_prefix(code)
    sizes = [size for size in (2, 4, 6, 9, 12) if size <= len(prefix)]
    return [NATION, *(prefix[:size].ljust(6, "0") for size in sizes)]


def _parent(code: str) -> str:
    return lineage(code)[-2] if code != NATION else ""


def _where_they_part(sums: Mapping[str, int]) -> str:
    start = NATION
    while True:
        below = [code for code in sums if _parent(code) == start]
        if len(below) != 1 or sums[below[0]] < sums[start]:
            return start
        start = below[0]
