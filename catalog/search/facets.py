"""Counts beside the filters: exact, and of what this official may see only.

A facet counts with every filter but its own, so that its numbers say what choosing would give.
One statement answers them all: the matching rows are read once, and put together where they are
alike; each facet counts over that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Classification,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    ResourceSearch,
    ResourceStatus,
    SharingType,
    UpdateCycle,
)
from catalog.search import trees
from catalog.search.filters import (
    COLUMNS,
    USABLE,
    Filters,
    Freshness,
    Reader,
    gone_into,
    graded,
    overdue,
    region_prefix,
    unit_pairs,
)
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
    folded: bool = False


Numbers = Mapping[str, int]
Listed = tuple[list[Option], int]
"""Options, and how many values were left out."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries that pass all filters, and the numbers of every facet by value."""

    total: int
    by_facet: Mapping[str, Numbers]


LABELS: dict[str, Text] = {
    "status": _("Completeness"),
    "usable": _("For your department"),
    "sharing": _("Sharing type"),
    "region": _("Region"),
    "provider": _("Provider"),
    "classification": _("Classification"),
    "freshness": _("Freshness"),
    "cycle": _("Update cycle"),
    "mode": _("Sharing mode"),
    "grade": _("Grade"),
    "format": _("Format"),
    "theme": _("Theme"),
    "openness": _("Openness"),
}
"""Facets in the order of the page."""
OPEN = ("status", "usable", "sharing", "region", "provider")
"""Facets that a page shows unfolded; the others unfold on demand or when one is chosen."""
_CHOICES: dict[str, Sequence[tuple[Any, Any]]] = {
    "status": ResourceStatus.choices,
    "usable": [(USABLE, _("can use it at once"))],
    "sharing": SharingType.choices,
    "freshness": [
        (Freshness.FRESH, _("updated within its cycle")),
        (Freshness.OVERDUE, _("update overdue")),
    ],
    "cycle": UpdateCycle.choices,
    "mode": Mode.choices,
    "grade": Grade.choices,
    "format": FormatClass.choices,
    "openness": OpenType.choices,
}
_VALUES = {name: f"{column}::text" for name, column in COLUMNS.items()} | {
    "mode": "unnest(sharing_modes)::text",
    "grade": "grade_shown::text",
    "freshness": "freshness",
    "usable": f"CASE WHEN usable THEN '{USABLE}' END",
}
"""SQL of the values of each facet; several values of a row count once each."""
_MANY = frozenset({"provider_id", "region_id", "theme"})
"""Columns of many values. Rows that are alike in the others are put together first: what is left
is small, and most facets count over that.
"""


def worked_out(reader: Reader) -> dict[str, Any]:
    """Annotations for the facets that are no column of their own."""
    return {
        "grade_shown": Case(When(graded(), then="grade")),
        "freshness": Case(
            When(overdue(reader), then=Value(Freshness.OVERDUE.value)),
            When(fresh_until__isnull=False, then=Value(Freshness.FRESH.value)),
            output_field=CharField(),
        ),
        "usable": _whether(reader.sight.usable()),
    }


def _whether(condition: Q) -> Case:
    """The condition as a value; unlike a bare one, it may be one that nothing can meet."""
    return Case(
        When(condition, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )


def count(found: QuerySet[ResourceSearch], filters: Filters, reader: Reader) -> Counts:
    """Count the rows of ``found`` (which the filters do not yet restrict) by facet."""
    conditions = filters.conditions(reader)
    added = worked_out(reader) | {
        f"passes_{name}": _whether(condition) for name, condition in conditions.items()
    }
    columns = found.annotate(**added).order_by().values(*COLUMNS.values(), *added)
    base, params = columns.query.sql_with_params()
    few = [name for name in [*COLUMNS.values(), *added] if name not in _MANY]
    parts = [_counting("total", "''", conditions)]
    for name, value in _VALUES.items():
        others = [other for other in conditions if other != name]
        parts.append(_counting(name, value, others))
    sql = (
        f"WITH base AS MATERIALIZED ({base}), "  # noqa: S608 - names of columns, all ours
        f"few AS MATERIALIZED (SELECT {', '.join(few)}, count(*) AS number FROM base"
        f" GROUP BY {', '.join(few)}) {' UNION ALL '.join(parts)}"
    )
    by_facet: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for name, value, number in cursor.fetchall():
            by_facet[name][value] = number
    total = sum(by_facet.pop("total", {}).values())
    return Counts(total, by_facet)


def _counting(name: str, value: str, passing: Iterable[str]) -> str:
    where = " AND ".join(f"passes_{other}" for other in passing) or "TRUE"
    source, number = ("base", "count(*)") if COLUMNS.get(name) in _MANY else ("few", "sum(number)")
    return f"SELECT '{name}', {value}, {number}::bigint FROM {source} WHERE {where} GROUP BY 2"  # noqa: S608


def facets(counts: Counts, filters: Filters) -> tuple[Facet, ...]:
    """The facets as a page shows them; a few queries, for the names of what is shown."""
    made = []
    for name, label in LABELS.items():
        chosen = getattr(filters, name)
        numbers = {value: n for value, n in counts.by_facet.get(name, {}).items() if value}
        if not numbers and not chosen:
            continue
        if name in _CHOICES:
            options, more = _fixed(_CHOICES[name], numbers, chosen), 0
        else:
            options, more = _LISTED[name](numbers, chosen)
        folded = name not in OPEN and not chosen
        made.append(Facet(name, label, tuple(options), more, folded=folded))
    return tuple(facet for facet in made if facet.options)


def _fixed(
    choices: Sequence[tuple[Any, Any]], numbers: Numbers, chosen: tuple[str, ...]
) -> list[Option]:
    return [
        Option(str(value), label, numbers.get(str(value), 0), str(value) in chosen)
        for value, label in choices
        if str(value) in numbers or str(value) in chosen
    ]


def _themes(numbers: Numbers, chosen: tuple[str, ...]) -> Listed:
    ranked = sorted(numbers, key=lambda value: (-numbers[value], value))
    shown = list(dict.fromkeys([*chosen, *ranked[:MOST_OPTIONS]]))
    options = [
        Option(value, value, numbers.get(value, 0), value in chosen)
        for value in sorted(shown, key=lambda value: (-numbers.get(value, 0), value))
    ]
    return options, len(set(ranked) - set(shown))


def _regions(numbers: Numbers, chosen: tuple[str, ...]) -> Listed:
    """The way down to the chosen region (or to where the entries part), and what lies below it."""
    listed = trees.drill(numbers, chosen, region_lineage)
    found = Region.objects.filter(pk__in=[code for code, _number, _depth in listed])
    names = {region.pk: _name(region) for region in found.only("name", "name_en")}
    return _tree(listed, names, chosen), 0


def _classes(numbers: Numbers, chosen: tuple[str, ...]) -> Listed:
    """The way down to the chosen class, and what lies below it."""
    listed = trees.drill(numbers, chosen, class_lineage)
    found = Classification.objects.filter(code__in=[code for code, _number, _depth in listed])
    names = {node.code: f"{node.code} {_name(node)}" for node in found}
    return _tree(listed, names, chosen), 0


def _providers(numbers: Numbers, chosen: tuple[str, ...]) -> Listed:
    """Departments with what their units provide; the units of a chosen one stand below it."""
    above = {str(pk): str(parent) for pk, parent in unit_pairs()}
    heirs = gone_into(map(int, chosen))
    for old, new in heirs.items():
        numbers = {**numbers, str(old): sum(numbers.get(str(pk), 0) for pk in {old, *new})}
    listed, more = trees.unfold(numbers, chosen, above, MOST_OPTIONS)
    found = Department.objects.filter(pk__in=[int(value) for value, _number, _depth in listed])
    names = {str(one.pk): _name(one) for one in found.only("name", "name_en")}
    names |= _names_of_gone(heirs)
    return _tree([one for one in listed if one[0] in names], names, chosen), more


def _names_of_gone(heirs: Mapping[int, set[int]]) -> dict[str, str]:
    """Old names with the new ones, for departments that no longer exist."""
    ids = {*heirs}.union(*heirs.values())
    if not ids:
        return {}
    rows = Department.objects.filter(pk__in=ids).order_by("pk")
    found = {one.pk: one for one in rows}
    now = {pk: one for pk, one in found.items() if one.valid_until is None}
    return {
        str(old): gettext("%(then)s (now: %(now)s)")
        % {"then": _name(found[old]), "now": ", ".join(_name(now[pk]) for pk in new if pk in now)}
        for old, new in heirs.items()
    }


_LISTED: Mapping[str, Callable[[Numbers, tuple[str, ...]], Listed]] = {
    "theme": _themes,
    "region": _regions,
    "classification": _classes,
    "provider": _providers,
}


def _tree(
    listed: Iterable[trees.Place], names: Mapping[str, str], chosen: tuple[str, ...]
) -> list[Option]:
    return [
        Option(value, names.get(value, value), number, value in chosen, depth)
        for value, number, depth in listed
    ]


def _name(thing: Department | Region | Classification) -> str:
    return (thing.name_en if get_language() == "en" else "") or thing.name


def value_label(name: str, value: str) -> Text:
    """What a value of a facet is called; the value itself where it has its own name elsewhere."""
    labels: dict[str, Text] = {str(one): label for one, label in _CHOICES.get(name, ())}
    if name == "region":
        region = Region.objects.filter(pk=value).first()
        return _name(region) if region else value
    if name == "provider":
        department = Department.objects.filter(pk=int(value)).first()
        gone = _names_of_gone(gone_into([int(value)]))
        return gone.get(value) or (_name(department) if department else value)
    return labels.get(value, value)


def region_lineage(code: str) -> list[str]:
    """The region and those above it, the nation first."""
    prefix = region_prefix(code)
    sizes = [size for size in (2, 4, 6, 9, 12) if size <= len(prefix)]
    return [NATION, *(prefix[:size].ljust(6, "0") for size in sizes)]


def class_lineage(code: str) -> list[str]:
    """The class and those above it; the first stands for all of them."""
    sizes = [size for size in (1, 3, 6) if size < len(code)]
    return ["", *(code[:size] for size in sizes), *filter(None, [code])]
