"""Of the demonstration: an entry that waits to be accepted, and a limit of article 17 that runs."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from catalog import actions
from catalog.models import DutyChange, DutyKind, Resource
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.models import Role
from portal.worktime import access as worktime

_POLICE: Key = ("police", PROVINCE)
_CIVIL: Key = ("civil", PROVINCE)
_AUTHORITY: Key = ("data", PROVINCE)
_DAYS_AGO = 4
"""Working days since the law changed: six of ten are left."""


def load_handover(made: Organisation, *, now: datetime, busy: Collection[UUID] = ()) -> int:
    """Offer an entry to the story's steward, and let law change for two of theirs.

    ``busy`` are entries to leave alone; the same for the same arguments. Returns how many entries
    are concerned.
    """
    offered = _free(made, _CIVIL, busy)[:1]
    if offered:
        actions.offer_entries(
            by=made.holders[_CIVIL, Role.STEWARD], resources=offered,
            to=made.departments[_POLICE], now=now - timedelta(hours=3),
            reason="按部门职责分工调整，移交贵厅编目管理。",
        )  # fmt: skip
    bound = _free(made, _POLICE, busy)[-2:]
    if bound:
        day = timezone.localdate(now)
        calendar = worktime.calendar()
        while calendar.working_days_between(day, timezone.localdate(now)) < _DAYS_AGO:
            day -= timedelta(days=1)
        at = min(now - timedelta(hours=2), timezone.make_aware(datetime.combine(day, time(16))))
        event = DutyChange(
            department=made.departments[_POLICE], kind=DutyKind.LAW, happened_on=day,
            basis="《中华人民共和国治安管理处罚法》（2025年修订）",
            text="处罚种类和案由代码有调整，相关目录的数据项说明须同步更新。",
        )  # fmt: skip
        reviewer = made.holders[_AUTHORITY, Role.AUTHORITY_REVIEWER]
        actions.record_duty_change(by=reviewer, event=event, resources=bound, now=at)
    return len(offered) + len(bound)


def _free(made: Organisation, key: Key, busy: Collection[UUID]) -> list[Resource]:
    """Published entries of the department that nothing else happens to, in order."""
    found = Resource.objects.published().provided_by(made.departments[key])
    found = found.filter(attachment=None, versions__review=None).exclude(pk__in=busy)
    return list(found.distinct().order_by("code"))
