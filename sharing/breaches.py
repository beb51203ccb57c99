"""Breaches that grants and corrections know of, for the register of violations (R42)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.worktime import access as worktime
from sharing.concern_reminders import overdue_corrections
from sharing.escalation.late import FACTS
from sharing.granting.clockwork import overdue_disposals, unrecorded_use
from sharing.models import Grant
from sharing.violations import Finding, register_detector


def register_all() -> None:
    """Called when the app is ready."""
    register_detector(
        "no_disposal", article="40(4)", name=_("data not disposed of"), facts=FACTS,
        find=_of_grants(overdue_disposals),
    )  # fmt: skip
    register_detector(
        "no_usage_record", article="40(5)", name=_("use not recorded"), facts=FACTS,
        find=_of_grants(unrecorded_use),
    )  # fmt: skip
    register_detector(
        "late_correction", article="39(6)", name=_("late correction"), facts=FACTS,
        find=_corrections,
    )  # fmt: skip


def _of_grants(
    rows: Callable[[datetime], Iterable[tuple[Grant, date]]],
) -> Callable[[datetime], Iterator[Finding]]:
    """The recipient answers for what it did not do with the data (article 40)."""

    def find(now: datetime) -> Iterator[Finding]:
        calendar = worktime.calendar()
        for grant, day in rows(now):
            yield Finding(
                key=str(grant.pk),
                department_id=grant.department_id,
                label=f"{grant.number} {grant.version.title}",
                happened_on=calendar.next_working_day(day),
                facts={"due_on": day.isoformat()},
                url=reverse("sharing:grant", args=[grant.pk]),
            )

    return find


def _corrections(now: datetime) -> Iterator[Finding]:
    calendar = worktime.calendar()
    for late in overdue_corrections(now):
        facts = {
            "since": late.since.isoformat(),
            "due_on": late.due_on.isoformat(),
            "done_on": late.done_on.isoformat() if late.done_on else "",
            "limit_days": late.limit_days,
        }
        yield Finding(
            key=late.key,
            department_id=late.department_id,
            label=late.label,
            happened_on=calendar.next_working_day(late.due_on),
            facts={name: value for name, value in facts.items() if value},
            url=late.url,
        )
