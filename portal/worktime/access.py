"""Reading the calendar and the legal limits."""

import time
from datetime import date
from typing import Final, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.organisation.models import Region
from portal.worktime.calendar import Calendar
from portal.worktime.models import CalendarYear, DeadlineRule, Holiday

KEEP_SECONDS: Final = 5.0
"""How long a process goes on with a calendar it has read."""

_kept: list[tuple[float, Calendar]] = []


class Limit(NamedTuple):
    """A limit in working days: None where neither law nor region sets one."""

    days: int | None
    extension_days: int


def calendar() -> Calendar:
    """The calendar as the tables have it, at most some seconds old."""
    until = time.monotonic() - KEEP_SECONDS
    if _kept and _kept[0][0] > until:
        return _kept[0][1]
    fresh = read_calendar()
    _kept[:] = [(time.monotonic(), fresh)]
    return fresh


def read_calendar() -> Calendar:
    """The calendar as the tables have it now."""
    days: dict[str, set[date]] = {"holiday": set(), "makeup": set()}
    for day, kind in Holiday.objects.values_list("day", "kind"):
        days[kind].add(day)
    years = CalendarYear.objects.filter(published=True).values_list("year", flat=True)
    return Calendar(frozenset(days["holiday"]), frozenset(days["makeup"]), frozenset(years))


def forget() -> None:
    """Read the calendar anew next time; called when this process has changed it."""
    _kept.clear()


def rules_in_force(rule: str, region: Region | None, on: date) -> list[DeadlineRule]:
    """Limits for ``rule`` that bind ``region``: its own, those of the regions above, the national."""
    places = Q(region__isnull=True)
    if region is not None:
        places |= Q(region__in=[region.pk, *region.superior_codes()])
    ended = Q(valid_until__isnull=False, valid_until__lte=on)
    return list(DeadlineRule.objects.filter(places, rule=rule, valid_from__lte=on).exclude(ended))


def limit(rule: str, region: Region | None, on: date) -> Limit:
    """The limit that counts in ``region`` on the day ``on``: the shortest of those that bind it.

    A region may only shorten what holds above it (R46). Of equal limits the nearest region's
    counts, so that it can also shorten the extension. A national limit without article is a mere
    default: it counts only where no region has a limit.
    """
    rules = [one for one in rules_in_force(rule, region, on) if one.days is not None]
    local = [one for one in rules if one.region_id]
    binding = [one for one in rules if one.region_id or one.article or not local]
    if not binding:
        return Limit(None, 0)
    nearest = min(binding, key=_strictness)
    return Limit(nearest.days, nearest.extension_days)


def _strictness(rule: DeadlineRule) -> tuple[int, int, int]:
    nearness = len((rule.region_id or "").rstrip("0"))
    return rule.days or 0, -nearness, -rule.valid_from.toordinal()


def citation(article: str) -> str:
    """An article for people: a bare number is one of Decree 809, anything else stands as it is."""
    return (
        _("Decree 809, article %(number)s") % {"number": article} if article.isdigit() else article
    )
