"""Detectors of what came too late: replies, supply, reflux, catalog updates and reviews.

Late is what was due and had not happened by the end of the due date; it is entered when the ladder
of the region says so. What happened too late while nothing ran is found afterwards as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import DutyChange, PublicationReview, ReviewStatus
from portal.errors import Text
from portal.ledger.models import Entry
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar
from sharing.approval.clocks import BEIJING, local_day
from sharing.escalation import ladders, sources
from sharing.models import ApplicationItem, Grant, GrantStatus
from sharing.oversight.ladder import place
from sharing.violations import Finding, register_detector

LOOK_BACK: Final = timedelta(days=400)
"""What was over longer ago is not looked at any more."""
_OVER: Final = (
    ApplicationItem.Status.CONSENTED, ApplicationItem.Status.REFUSED,
    ApplicationItem.Status.WITHDRAWN,
)  # fmt: skip

FACTS: Final[Mapping[str, Text]] = {
    "since": _("clock runs from"),
    "due_on": _("due on"),
    "done_on": _("done on"),
    "days_late": _("working days late when found"),
    "limit_days": _("limit, working days"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is or was due; ``done_on`` is None while it has not happened."""

    key: str
    department_id: int
    region_id: str
    label: str
    url: str
    due_on: date
    since: date | None = None
    done_on: date | None = None
    limit_days: int | None = None


Rows = Callable[[Sequence[str] | None, datetime], Iterable[Due]]
"""What is or was due: with these keys, or (None) whatever may be late now."""


def register_all() -> None:
    """Called when the app is ready."""
    _register("late_reply", sources.REPLY, "39(4)", _("late reply"), _replies)
    _register("late_supply", sources.SUPPLY, "39(4)", _("late supply"), _supplies(reflux=False))
    _register(
        "no_reflux", sources.SUPPLY, "39(5)", _("data not returned in time"), _supplies(reflux=True)
    )
    _register(
        "late_catalog_update", sources.CATALOG_UPDATE, "39(1)", _("late update of the catalog"),
        _updates,
    )  # fmt: skip
    _register(
        "late_catalog_review", sources.CATALOG_REVIEW, "41(3)", _("late review of the catalog"),
        _reviews,
    )  # fmt: skip


def _register(code: str, clock: str, article: str, name: Text, rows: Rows) -> None:
    def find(now: datetime) -> Iterator[Finding]:
        calendar, table, today = worktime.calendar(), ladders.read(), local_day(now)
        for row in rows(None, now):
            done = row.done_on or today
            if ladders.is_for_register(
                table, calendar, region=row.region_id, clock=clock, due=row.due_on, done=done
            ):
                yield _finding(row, calendar, done)

    def refuted(keys: Sequence[str], now: datetime) -> Iterator[str]:
        calendar, today = worktime.calendar(), local_day(now)
        for row in rows(keys, now):
            if place(calendar, row.due_on, row.done_on or today) < 1:
                yield row.key

    register_detector(
        code, article=article, name=name, find=find, refuted=refuted, facts=FACTS
    )  # fmt: skip


def _finding(row: Due, calendar: Calendar, done: date) -> Finding:
    facts: dict[str, str | int | None] = {
        "since": row.since.isoformat() if row.since else None,
        "due_on": row.due_on.isoformat(),
        "done_on": row.done_on.isoformat() if row.done_on else None,
        "days_late": place(calendar, row.due_on, done),
        "limit_days": row.limit_days,
    }
    return Finding(
        key=row.key,
        department_id=row.department_id,
        label=row.label,
        url=row.url,
        happened_on=calendar.next_working_day(row.due_on),
        facts={name: value for name, value in facts.items() if value is not None},
    )


# --- replies (article 21) ------------------------------------------------------------------


def _replies(keys: Sequence[str] | None, now: datetime) -> Iterator[Due]:
    """Applications with the day on which the provider's reply is due: that of its last stage.

    While a supplement is awaited the clock stands still, so nothing is late then.
    """
    mine = Q(stages__side="provider", stages__kind="sign")
    items: QuerySet[Any] = (
        ApplicationItem.objects.annotate(
            reply_due=Max("stages__due_on", filter=mine),
            received=Min("stages__opened_at", filter=mine),
            ended=TruncDate("decided_at", tzinfo=BEIJING),
        )
        .filter(reply_due__isnull=False, received__isnull=False)
        .exclude(status__in=[ApplicationItem.Status.DRAFT, ApplicationItem.Status.SUPPLEMENT])
    )
    if keys is not None:
        items = items.filter(pk__in=keys)
    else:
        recent = Q(decided_at__gte=now - LOOK_BACK)
        items = items.filter(Q(decided_at__isnull=True) | recent, reply_due__lt=local_day(now))
    rows = items.select_related("application", "provider", "version").order_by("pk")
    for item in rows.iterator(chunk_size=500):
        yield Due(
            key=str(item.pk), department_id=item.provider_id, region_id=item.provider.region_id,
            label=f"{item.application.number} {item.version.title}",
            url=reverse("sharing:application", args=[item.application_id]),
            due_on=item.reply_due, since=local_day(item.received),
            done_on=item.ended if item.status in _OVER else None,
        )  # fmt: skip


# --- supply (article 22) and reflux (article 24) -------------------------------------------


def _supplies(*, reflux: bool) -> Rows:
    def rows(keys: Sequence[str] | None, now: datetime) -> Iterator[Due]:
        grants = Grant.objects.filter(
            supply_due_on__isnull=False, item__application__reflux=reflux
        ).select_related("resource__provider", "version")
        if keys is not None:
            grants = grants.filter(pk__in=keys)
        else:
            first = local_day(now - LOOK_BACK)
            grants = grants.filter(supply_due_on__lt=local_day(now), supply_due_on__gte=first)
        for some in _chunks(grants):
            opened = _opened([grant.pk for grant in some])
            for grant in some:
                yield _supply(grant, opened.get(str(grant.pk)))

    return rows


def _supply(grant: Grant, opened: datetime | None) -> Due:
    provider, due = grant.resource.provider, grant.supply_due_on
    if due is None:
        raise ValueError(grant.pk)
    done = opened
    if done is None and grant.status != GrantStatus.PROVISIONING:
        done = grant.status_at
    return Due(
        key=str(grant.pk),
        department_id=provider.pk,
        region_id=provider.region_id,
        label=f"{grant.number} {grant.version.title}",
        url=reverse("sharing:grant", args=[grant.pk]),
        due_on=due,
        since=local_day(grant.created_at),
        done_on=local_day(done) if done else None,
    )


def _opened(ids: Iterable[UUID]) -> dict[str, datetime]:
    """When each of these grants was first open for use, as the ledger has it."""
    entries = Entry.objects.filter(
        kind="grant.activated", object_type="sharing.grant", object_id__in=[str(pk) for pk in ids]
    )
    return dict(entries.order_by("-id").values_list("object_id", "at"))


def _chunks(grants: QuerySet[Grant]) -> Iterator[list[Grant]]:
    some: list[Grant] = []
    for grant in grants.order_by("pk").iterator(chunk_size=500):
        some.append(grant)
        if len(some) == 500:
            yield some
            some = []
    yield some


# --- the catalog (article 17) --------------------------------------------------------------


def _updates(keys: Sequence[str] | None, now: datetime) -> Iterator[Due]:
    """Changes of law or duties, done when the last entry was sent."""
    events: QuerySet[Any] = DutyChange.objects.filter(due_on__isnull=False).annotate(
        last=Max("updates__done_at"),
        waits=Max("updates__pk", filter=Q(updates__done_at__isnull=True)),
    )
    if keys is not None:
        events = events.filter(pk__in=keys)
    else:
        first = local_day(now - LOOK_BACK)
        events = events.filter(due_on__lt=local_day(now), due_on__gte=first)
    for event in events.select_related("department").order_by("pk").iterator(chunk_size=500):
        if event.last is None and event.waits is None:
            continue
        yield Due(
            key=str(event.pk),
            department_id=event.department_id,
            region_id=event.department.region_id,
            label=event.basis,
            url=reverse("catalog:duty", args=[event.pk]),
            due_on=event.due_on,
            since=event.happened_on,
            done_on=local_day(event.last) if event.waits is None else None,
            limit_days=event.limit_days,
        )


def _reviews(keys: Sequence[str] | None, now: datetime) -> Iterator[Due]:
    """Reviews by authorities; one that was passed on in time is not late."""
    reviews = PublicationReview.objects.filter(
        due_on__isnull=False, received_at__isnull=False, authority__isnull=False
    )
    if keys is not None:
        reviews = reviews.filter(pk__in=[key.partition(":")[0] for key in keys])
    else:
        waits = Q(status=ReviewStatus.AUTHORITY_REVIEW)
        first = local_day(now - LOOK_BACK)
        reviews = reviews.filter(
            waits | Q(due_on__gte=first), due_on__lt=local_day(now)
        )  # fmt: skip
    wanted = None if keys is None else set(keys)
    rows = reviews.select_related("authority", "version").prefetch_related("steps")
    for review in rows.order_by("pk").iterator(chunk_size=500):
        key = f"{review.pk}:{review.round}"
        if review.authority is None or review.due_on is None or review.received_at is None:
            continue
        if wanted is not None and key not in wanted:
            continue
        yield Due(
            key=key,
            department_id=review.authority.pk,
            region_id=review.authority.region_id,
            label=review.version.title,
            url=reverse("catalog:review", args=[review.pk]),
            due_on=review.due_on,
            since=local_day(review.received_at),
            done_on=_passed_on(review),
            limit_days=review.limit_days,
        )


def _passed_on(review: PublicationReview) -> date | None:
    """When the authority decided in the present round; None while it has not."""
    if review.status == ReviewStatus.AUTHORITY_REVIEW:
        return None
    here = [
        step.at
        for step in review.steps.all()
        if step.before == ReviewStatus.AUTHORITY_REVIEW and step.round == review.round
    ]
    return local_day(min(here)) if here else None
