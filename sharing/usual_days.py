"""How long offices usually take: from their own past decisions, never from hopes.

A stage counts from the working day after it was opened to the day it was decided, as the clocks
count. Only decided stages are looked at, the newest ``LOOKED_AT`` of every office and post.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from portal.worktime import access as worktime
from sharing.approval.terms import Plan, StageKind
from sharing.models import ItemStage

LOOKED_AT: Final = 200
DECIDED: Final = (ItemStage.Status.SIGNED, ItemStage.Status.REFUSED)
Place = tuple[int, str]
"""Id of an office and one of its posts."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Working days over past cases: half took at most ``median``, four in five at most ``most``."""

    median: int
    most: int
    cases: int


@dataclass(frozen=True, slots=True)
class Total:
    """The usual days of a whole chain; ``unknown`` steps have no history and are not in it."""

    median: int
    most: int
    known: int
    unknown: int


def usual_days(places: Iterable[Place], now: datetime) -> dict[Place, Usual]:
    """The usual days of each place that has a history; one query however many places."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    asked = [_past(place, now) for place in wanted]
    rows = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    calendar = worktime.calendar()
    days: dict[Place, list[int]] = {}
    for office, role, opened, decided in rows:
        began, ended = timezone.localdate(opened), timezone.localdate(decided)
        days.setdefault((office, role), []).append(calendar.working_days_between(began, ended))
    return {place: _usual(found) for place, found in days.items()}


def places_of(plan: Plan) -> list[Place]:
    """The offices and posts that have to decide something in a chain."""
    return [
        (stage.office.id, stage.role.value)
        for stage in plan.stages
        if stage.kind is not StageKind.NOTIFY
    ]


def total_of(plan: Plan, usual: dict[Place, Usual]) -> Total | None:
    """The usual days of the whole chain, one stage after the other; None without any history.

    The sum of what four in five stages keep is more than four in five chains need.
    """
    places = places_of(plan)
    known = [usual[place] for place in places if place in usual]
    if not known:
        return None
    return Total(
        median=sum(one.median for one in known),
        most=sum(one.most for one in known),
        known=len(known),
        unknown=len(places) - len(known),
    )


def _past(place: Place, now: datetime):  # type: ignore[no-untyped-def] # noqa: ANN202
    office, role = place
    return (
        ItemStage.objects.filter(
            office=office, role=role, status__in=DECIDED, opened_at__isnull=False,
            decided_at__lte=now,
        )
        .order_by("-decided_at")
        .values_list("office_id", "role", "opened_at", "decided_at")[:LOOKED_AT]
    )  # fmt: skip


def _usual(days: Sequence[int]) -> Usual:
    ordered = sorted(days)
    return Usual(_rank(ordered, 0.5), _rank(ordered, 0.8), len(ordered))


def _rank(ordered: Sequence[int], share: float) -> int:
    """The smallest value that at least ``share`` of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
