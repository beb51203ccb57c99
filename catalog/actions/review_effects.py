"""What follows from a step of a review, in its transaction: step row, checks, ledger, notices."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from catalog import cases
from catalog.lifecycle.terms import Command, Order, Status
from catalog.models import PublicationReview, ReviewCheck, ReviewStep
from catalog.telling import tell
from portal.errors import Fault
from portal.ledger.records import record
from portal.organisation.models import Official, Role


@dataclass(frozen=True, slots=True)
class Step:
    """A decided step: the order, from where to where it leads, and what the clockwork found."""

    order: Order
    before: Status
    after: Status
    faults: tuple[Fault, ...] = ()


LEDGER: Final[dict[Status, tuple[str, str]]] = {
    Status.HEAD_REVIEW: ("catalog.review_sent", "13"),
    Status.AUTHORITY_REVIEW: ("catalog.review_approved", "13"),
    Status.SCHEDULED: ("catalog.review_scheduled", "16, 17"),
    Status.PUBLISHED: ("catalog.review_passed", "16, 17"),
    Status.RETURNED: ("catalog.review_returned", "16"),
    Status.TAKEN_BACK: ("catalog.review_taken_back", ""),
    Status.BLOCKED: ("catalog.review_blocked", "3"),
}
"""Kind of the ledger entry and article of Decree 809 for each status a step leads to."""


def take_effect(
    review: PublicationReview,
    step: Step,
    *,
    by: Official | None,
    acting_for: int | None,
    now: datetime,
) -> None:
    """Write the step down and tell whom it concerns."""
    row = _row(review, step, by, acting_for, now)
    ReviewCheck.objects.bulk_create(
        ReviewCheck(
            step=row, kind=check.kind.value, outcome=check.outcome, done_by=check.done_by.strip(),
            done_on=check.done_on, text=check.text.strip(),
        )
        for check in step.order.checks
        if step.after is Status.AUTHORITY_REVIEW and check.done_on is not None
    )  # fmt: skip
    _enter(review, step, row, by, now)
    _TELL[step.after](review, step, by, now)


def _row(
    review: PublicationReview,
    step: Step,
    by: Official | None,
    acting_for: int | None,
    now: datetime,
) -> ReviewStep:
    order = step.order
    return ReviewStep.objects.create(
        review=review,
        seq=review.step_count,
        round=review.round,
        command=order.command.value,
        before=step.before.value,
        after=step.after.value,
        actor=by,
        acting_for_id=acting_for,
        at=now,
        text=order.text.strip(),
        faults=[
            {"field": one.field, "message": str(one.message), "remedy": str(one.remedy)}
            for one in step.faults
        ],
        remarks=[{"place": one.place, "text": one.text} for one in order.remarks],
        content_hash=review.content_hash,
        publish_at=order.publish_at or (review.wanted_at if step.after is Status.HEAD_REVIEW else None),
        mark=order.mark.value if order.mark else "",
    )  # fmt: skip


def _enter(
    review: PublicationReview, step: Step, row: ReviewStep, by: Official | None, now: datetime
) -> None:
    kind, article = LEDGER[step.after]
    acting_for = row.acting_for.full_name if row.acting_for else ""
    departments = {review.resource.provider_id}
    if review.authority_id is not None and review.received_at is not None:
        departments.add(review.authority_id)
    record(
        kind,
        by=by,
        obj=review.resource,
        now=now,
        label=review.version.title,
        acting_for=acting_for,
        departments=departments,
        data={
            "review": str(review.pk),
            "seq": row.seq,
            "round": row.round,
            "version": review.version.number,
            "before": step.before.value,
            "after": step.after.value,
            "content_hash": review.content_hash,
            **_details(review, step),
        },
        article=article,
    )


def _details(review: PublicationReview, step: Step) -> dict[str, Any]:
    order = step.order
    facts: dict[str, Any] = {
        "reason": order.text.strip(),
        "remarks": len(order.remarks),
        "faults": [one.code for one in step.faults],
        "mark": order.mark.value if order.mark else "",
        "publish_at": order.publish_at,
    }
    if step.after is Status.AUTHORITY_REVIEW:
        facts["due_on"] = review.due_on
        facts["checks"] = [
            {"kind": one.kind.value, "outcome": one.outcome, "by": one.done_by, "on": one.done_on}
            for one in order.checks
        ]
    return {name: value for name, value in facts.items() if value}


# --- who is told ---------------------------------------------------------------------------

Teller = Callable[[PublicationReview, Step, Official | None, datetime], None]


def _to_approve(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    del step
    on = timezone.localdate(now)
    heads = cases.holders(cases.offices_of(review.resource.provider), cases.HEAD_ROLES, on)
    tell(review, "review.to_approve", heads - _own(review), now=now, name=_name(by))


def _to_review(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    del step
    people = _authority(review, now) - _own(review) - ({by.pk} if by else set())
    tell(review, "review.to_review", people, now=now, due=str(review.due_on or ""))
    authority = review.authority.name if review.authority else ""
    tell(review, "review.approved", [review.sender_id], now=now, authority=authority)


def _returned(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    notice = "review.returned"
    if by is None:
        timed = step.before is Status.SCHEDULED and len(step.faults) > 0
        notice = "review.not_published" if timed else "review.interrupted"
    texts = [*(one.text for one in step.order.remarks), *(str(one.message) for one in step.faults)]
    text = step.order.text.strip() or "; ".join(texts)
    tell(review, notice, _stewards(review, now), now=now, name=_name(by), text=text[:300])


def _taken_back(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    on = timezone.localdate(now)
    if step.before is Status.HEAD_REVIEW:
        offices = cases.offices_of(review.resource.provider)
        people = cases.holders(offices, cases.HEAD_ROLES, on)
    else:
        people = _authority(review, now)
    tell(review, "review.taken_back", people - _own(review), now=now, name=_name(by))


def _scheduled(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    del by, step
    at = f"{timezone.localtime(review.publish_at):%Y-%m-%d %H:%M}" if review.publish_at else ""
    tell(review, "review.scheduled", _stewards(review, now), now=now, at=at)


def _published(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    del by, step
    people = _stewards(review, now) | ({review.approved_by_id} if review.approved_by_id else set())
    tell(review, "review.published", people, now=now)


def _blocked(review: PublicationReview, step: Step, by: Official | None, now: datetime) -> None:
    del by, step
    people = _stewards(review, now) | cases.holders(
        cases.offices_of(review.resource.provider), cases.HEAD_ROLES, timezone.localdate(now)
    )
    tell(review, "review.blocked", people, now=now)


_TELL: Final[dict[Status, Teller]] = {
    Status.HEAD_REVIEW: _to_approve,
    Status.AUTHORITY_REVIEW: _to_review,
    Status.SCHEDULED: _scheduled,
    Status.PUBLISHED: _published,
    Status.RETURNED: _returned,
    Status.TAKEN_BACK: _taken_back,
    Status.BLOCKED: _blocked,
}


def _own(review: PublicationReview) -> set[int]:
    """Everybody on the sender's side."""
    return {review.sender_id, *cases.people_behind(review).get(Command.SEND, frozenset())}


def _stewards(review: PublicationReview, now: datetime) -> set[int]:
    """The sender, and the provider's stewards when the sender no longer is one of its people."""
    on = timezone.localdate(now)
    offices = cases.offices_of(review.resource.provider)
    if review.sender_id in cases.holders(offices, Role.values, on):
        return {review.sender_id}
    return {review.sender_id} | cases.holders(offices, [Role.STEWARD], on)


def _authority(review: PublicationReview, now: datetime) -> set[int]:
    if review.authority_id is None:
        return set()
    return cases.holders([review.authority_id], cases.AUTHORITY_ROLES, timezone.localdate(now))


def _name(by: Official | None) -> str:
    return by.full_name if by else ""
