"""The filters as a page shows them: values with their names, in the order in which people read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Classification,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    ResourceStatus,
    SharingType,
    UpdateCycle,
)
from catalog.search import trees
from catalog.search.counting import Counts
from catalog.search.filters import (
    USABLE,
    Filters,
    Freshness,
    gone_into,
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


LABELS: dict[str, Text] = {
    "status": _("Completeness"),
    "usable": _("For your department"),
    "sharing": _("Sharing type"),
    "region": _("Region"),
    "provider": _("Provider"),
    "classification": _("Classification"),
    "quality": _("Quality"),
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
    "quality": [
        ("A", _("A, very good")),
        ("B", _("B, good")),
        ("C", _("C, fair")),
        ("D", _("D, poor")),
        ("E", _("E, very poor")),
    ],
}


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
