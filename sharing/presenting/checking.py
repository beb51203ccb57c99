"""The page before sending: every entry with its faults, its chain, its usual days, its warnings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal.errors import Fault, Invalid
from portal.organisation.models import Official
from portal.pages.chain import ChainGroup
from portal.worktime.calendar import Due
from sharing import planning
from sharing.actions.checks import BasketFaults
from sharing.cautions import cautions_of
from sharing.models import Application, ApplicationItem
from sharing.planning import Planned
from sharing.presenting.cautions import Said, said
from sharing.presenting.chains import planned_chain
from sharing.presenting.samples import ItemView, item_views
from sharing.usual_days import Total, places_of, total_of, usual_days


@dataclass(frozen=True)
class Entry:
    """One entry on the page."""

    item: ApplicationItem
    views: list[ItemView]
    faults: list[Fault] = field(default_factory=list)
    cautions: list[Said] = field(default_factory=list)
    groups: list[ChainGroup] = field(default_factory=list)
    steps: int = 0
    reply: Due | None = None
    supply: Due | None = None
    total: Total | None = None


@dataclass(frozen=True)
class Forecast:
    """The whole basket at a glance: its slowest entry decides."""

    steps: int
    reply: Due | None
    supply: Due | None
    median: int | None
    most: int | None


def checked(
    official: Official,
    application: Application,
    items: Sequence[ApplicationItem],
    faults: BasketFaults,
    now: datetime,
) -> list[Entry]:
    """Every entry; chains only of those with which nothing is wrong."""
    on = timezone.localdate(now)
    planned = _planned(application, items, now)
    usual = usual_days([place for one in planned.values() for place in places_of(one.plan)], now)
    cautions = cautions_of(application, items)
    found = []
    for item in items:
        keys = set(item.fields)
        rows = (item.resource.live or item.version).items.all()
        entry: dict[str, Any] = {
            "item": item,
            "views": [view for view in item_views(rows) if view.item.key in keys],
            "faults": faults.by_item.get(item.pk, []),
            "cautions": said(cautions[item.pk], official, on, own=True),
        }
        if (plan := planned.get(item.pk)) is not None:
            entry |= {
                "groups": planned_chain(plan, usual),
                "steps": len(plan.plan.stages),
                "reply": plan.timetable.reply,
                "supply": plan.timetable.supply,
                "total": total_of(plan.plan, usual),
            }
        found.append(Entry(**entry))
    return found


def forecast(
    application: Application, items: Sequence[ApplicationItem], now: datetime
) -> Forecast | None:
    """When everything would be answered if it were sent now; None if no chain can be planned."""
    planned = list(_planned(application, items, now).values())
    if not planned:
        return None
    usual = usual_days([place for one in planned for place in places_of(one.plan)], now)
    totals = [total for one in planned if (total := total_of(one.plan, usual)) is not None]
    return Forecast(
        steps=max(len(one.plan.stages) for one in planned),
        reply=_latest([one.timetable.reply for one in planned]),
        supply=_latest([one.timetable.supply for one in planned]),
        median=max((total.median for total in totals), default=None),
        most=max((total.most for total in totals), default=None),
    )


def _planned(
    application: Application, items: Sequence[ApplicationItem], now: datetime
) -> dict[Any, Planned]:
    found = {}
    for item in items:
        try:
            found[item.pk] = planning.plan(application, item, now)
        except Invalid:  # told as a fault of the item
            continue
    return found


def _latest(dues: Sequence[Due | None]) -> Due | None:
    return max((due for due in dues if due is not None), key=lambda due: due.on, default=None)
