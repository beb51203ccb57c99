"""What departments were called, what became of them, and who goes on for those that are gone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.organisation.models import ChangeReceiver, ChangeStatus, Department, FormerName


@dataclass(frozen=True, slots=True)
class Name:
    """A name that held until a day (None: still), in both languages."""

    name: str
    name_en: str
    until: date | None = None

    @property
    def shown(self) -> str:
        """In the reader's language."""
        return (self.name_en if get_language() == "en" else "") or self.name


def names_of(department: Department) -> list[Name]:
    """All names of the department, the oldest first; the last is today's."""
    former = FormerName.objects.filter(department=department).order_by("valid_until")
    return [
        *(Name(one.name, one.name_en, one.valid_until) for one in former),
        Name(department.name, department.name_en),
    ]


def name_on(department: Department, on: date) -> Name:
    """What the department was called on the day ``on``."""
    return next(one for one in names_of(department) if one.until is None or on < one.until)


def then_and_now(department: Department, on: date, today: date) -> str:
    """The name on the day ``on``; with today's name, or that of its successor, where it differs."""
    then = name_on(department, on).shown
    current = current_of(department, today)
    now = name_on(current, today).shown
    return then if now == then else _("%(then)s (now: %(now)s)") % {"then": then, "now": now}


def current_of(department: Department, on: date) -> Department:
    """The department, or the one that took over from it, as far as there is one on ``on``."""
    place, seen = department, {department.pk}
    while place.valid_until is not None and place.valid_until <= on:
        successor: Department | None = place.successor
        if successor is None or successor.pk in seen:
            break
        place = successor
        seen.add(place.pk)
    return place


def heirs(department_ids: Iterable[int]) -> dict[int, set[int]]:
    """Every department that took over duties of one of these, by the one that is gone.

    Transitively; by successor and by the changes in force, so that of a divided department all
    parts are found. Departments from which nobody took over are left out.
    """
    return _reached(set(department_ids), forwards=True)


def predecessors(department_ids: Iterable[int]) -> dict[int, set[int]]:
    """The departments whose duties these took over, transitively; those without any are left out."""
    return _reached(set(department_ids), forwards=False)


def _reached(starts: set[int], *, forwards: bool) -> dict[int, set[int]]:
    steps: dict[int, set[int]] = defaultdict(set)
    level = starts
    while level:
        found = _steps(level, forwards=forwards)
        for start, end in found:
            steps[start].add(end)
        level = {end for _start, end in found} - set(steps) - starts
    return {start: reached for start in starts if (reached := _closure(start, steps))}


def _steps(ids: set[int], *, forwards: bool) -> list[tuple[int, int]]:
    gone = Department.objects.filter(successor__isnull=False).order_by()
    by_field = gone.filter(**{"pk__in" if forwards else "successor__in": ids})
    pairs = list(by_field.values_list("pk", "successor_id"))
    rows = ChangeReceiver.objects.filter(
        change__status=ChangeStatus.DONE,
        change__kind__in=["merge", "split", "dissolve"],
        **{"change__sources__in" if forwards else "department__in": ids},
    ).order_by()
    pairs += rows.values_list("change__sources", "department_id")
    pairs = [(old, new) for old, new in pairs if old != new and new is not None]
    return pairs if forwards else [(new, old) for old, new in pairs]


def _closure(start: int, steps: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    level = {start}
    while level:
        level = set().union(*(steps.get(one, set()) for one in level)) - found - {start}
        found |= level
    return found


def earlier_names(department_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Former names of these departments and all names of those they took over from."""
    wanted = set(department_ids)
    before = predecessors(wanted)
    everybody = wanted.union(*before.values())
    names: dict[int, list[str]] = defaultdict(list)
    former = FormerName.objects.filter(department__in=everybody).order_by("valid_until")
    for pk, name in former.values_list("department_id", "name"):
        names[pk].append(name)
    gone = everybody - wanted | set().union(*before.values())
    own = dict(Department.objects.filter(pk__in=gone).values_list("pk", "name"))
    found = {}
    for pk in wanted:
        texts = list(names[pk])
        for old in sorted(before.get(pk, ())):
            texts += [*names[old], own[old]]
        if texts:
            found[pk] = tuple(dict.fromkeys(texts))
    return found
