"""Reminding of due dates: a working day before, and every day after."""

from collections.abc import Iterable
from datetime import date, datetime

from portal.notices.models import Notice
from portal.worktime import access as worktime
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import Grant, GrantStatus, ItemStage
from sharing.telling import tell_about_item, tell_provider


def remind(now: datetime) -> int:
    """Tell holders of open stages that are due or overdue, and stewards what must be supplied.

    Each is told at most once a day, however often this runs; returns how many were told of.
    """
    on = local_day(now)
    soon = worktime.calendar().next_working_day(on)
    return _stages(on, soon, now) + _supplies(on, soon, now)


def _stages(on: date, soon: date, now: datetime) -> int:
    stages = (
        ItemStage.objects.filter(status=ItemStage.Status.OPEN, due_on__lte=soon)
        .select_related("item__application__department", "item__version")
        .order_by("pk")
    )
    return sum(_remind_of_stage(stage, on, now) for stage in stages)


def _remind_of_stage(stage: ItemStage, on: date, now: datetime) -> bool:
    kind = "item.overdue" if stage.due_on is not None and stage.due_on < on else "item.due_soon"
    holders = access.holders(stage.office_id, [stage.role], on)
    people = holders - _told_today(kind, stage.item.application.number, on)
    tell_about_item(
        stage.item, kind, people - {stage.item.application.applicant_id}, now=now,
        due=str(stage.due_on),
    )  # fmt: skip
    return bool(people)


def _supplies(on: date, soon: date, now: datetime) -> int:
    waiting = Grant.objects.filter(
        status=GrantStatus.PROVISIONING, supply_due_on__lte=soon
    ).select_related("resource", "version", "item__application")
    told = 0
    for grant in waiting:
        if not _told_today("grant.supply_due", grant.number, on):
            tell_provider(grant, "grant.supply_due", now=now, due=str(grant.supply_due_on))
            told += 1
    return told


def _told_today(kind: str, number: str, on: date) -> set[int]:
    """Who was told today of ``kind`` about the application or grant of that number."""
    rows: Iterable[tuple[int, datetime]] = Notice.objects.filter(
        kind=kind, params__number=number
    ).values_list("official_id", "created_at")
    return {official for official, at in rows if local_day(at) == on}
