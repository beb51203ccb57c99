"""Steps of a version on its way into the catalog: one lock, one decision, what follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import cases
from catalog.actions.content import APPROVALS, refuse
from catalog.actions.drafts import lock_managed
from catalog.actions.duties import fulfil
from catalog.actions.faults import content_faults, publication_faults
from catalog.actions.orders import order_faults
from catalog.actions.publishing import content_digest, make_live, take_down
from catalog.actions.review_effects import Step, take_effect
from catalog.lifecycle.decide import available, decide
from catalog.lifecycle.terms import Actor, Command, Denial, Order, Status
from catalog.models import (
    SHOWN_STATUSES,
    PublicationReview,
    Resource,
    ResourceVersion,
    ReviewStatus,
    UpdateOutcome,
    VersionStatus,
)
from catalog.reasons import error_for, reason_for
from portal.errors import Fault, Invalid, NotAllowed, PortalError, Reason
from portal.organisation.models import Official
from portal.worktime import access as worktime

T = TypeVar("T")
LOCK_NOT_AVAILABLE: Final = "55P03"
MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Sending:
    """What the sender says: ``seen`` steps, a text for the reviewers, the wanted time."""

    seen: int = 0
    text: str = ""
    wanted_at: datetime | None = None


def send(
    *, by: Official, version: ResourceVersion, sending: Sending = Sending(), now: datetime
) -> PublicationReview:
    """Send a draft for approval and review (Decree 809 articles 13, 16); again after a return.

    Invalid lists every fault, also that nobody could approve it. Forbidden unless ``by`` looks
    after the entry, Stale when more than ``seen`` steps have been taken, NotAllowed with the
    reason.
    """
    return settled(lambda: _send(by, version, sending, now))


def execute(
    *, by: Official, review_id: UUID | str, order: Order, now: datetime
) -> PublicationReview:
    """Carry out an order on a sent version: the only way its review goes on.

    NotVisible, Stale, NotAllowed with the reason, Invalid with every fault of the order or, before
    publication, of the version. Of two at once the second sees what the first did.
    """
    return settled(lambda: _execute(by, review_id, order, now))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many: the review as it is now, or why it was not done."""

    review: PublicationReview
    error: PortalError | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault behind the refusal."""
        return self.error.faults if isinstance(self.error, Invalid) else ()


def execute_many(
    *, by: Official, orders: Sequence[tuple[UUID, Order]], now: datetime
) -> list[Outcome]:
    """Carry out each order on its own: one that is refused leaves the others done.

    NotVisible if one of the reviews does not exist for ``by``: then nothing is done.
    """
    if len(orders) > MOST_AT_ONCE:
        message = _("These are too many at once.")
        raise Invalid(message, [Fault("selected", message, _("Choose 200 at most."), "too_many")])
    on = timezone.localdate(now)
    reviews = [cases.get_review(by, review_id, on) for review_id, _order in orders]
    outcomes = []
    for review, (_id, order) in zip(reviews, orders, strict=True):
        try:
            outcomes.append(Outcome(execute(by=by, review_id=review.pk, order=order, now=now)))
        except PortalError as error:
            outcomes.append(Outcome(review, error))
    return outcomes


@transaction.atomic
def interrupt(resource: Resource, fault: Fault, *, now: datetime) -> None:
    """Return a version of the locked entry that is under review, because the entry changed."""
    for review in PublicationReview.objects.under_review().filter(resource=resource):
        locked = lock_review(review.pk, resource)
        step = Step(Order(Command.RETURN), Status(locked.status), Status.RETURNED, (fault,))
        carry_out(locked, step, None, now)


def available_commands(
    version: ResourceVersion, official: Official, now: datetime
) -> dict[Command, Reason | None]:
    """For every command: None if the official could give it now, or why not.

    ``version.resource.provider`` must be loaded. Pages draw their buttons from this; the same
    decision answers when the command is given.
    """
    review = PublicationReview.objects.filter(version=version).first()
    actor = cases.actor_for(official, version.resource, review, timezone.localdate(now))
    answers = available(cases.state_of(review), actor=actor)
    return {
        command: reason_for(denial) if denial is not None else None
        for command, denial in answers.items()
    }


def sending_faults(version: ResourceVersion, by: Official, now: datetime) -> list[Fault]:
    """Everything that keeps the version from being sent by ``by``, at once."""
    on = timezone.localdate(now)
    faults = content_faults(version, on)
    provider = version.resource.provider
    heads = cases.holders(cases.offices_of(provider), cases.HEAD_ROLES, on)
    if not heads - {by.pk}:
        faults.append(
            Fault(
                "provider",
                _("Nobody but you could approve the version for the department."),
                _("Have another head of department or of the sharing office appointed."),
                "no_head",
            )
        )
    if cases.authority_for(provider.region, on) is None:
        faults.append(
            Fault(
                "provider",
                _("The region has no competent authority that could review the version."),
                _("Have the system administrator enter it."),
                "no_authority",
            )
        )
    return faults


# --- carrying out --------------------------------------------------------------------------


def settled(work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction; tell that somebody else holds the entry in words."""
    try:
        with transaction.atomic():
            return work()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise NotAllowed(
            _("Somebody else is working on this entry at this moment."),
            remedy=_("Try again in a few seconds. What you entered is kept."),
            code="busy",
        ) from error


def _send(
    by: Official, version: ResourceVersion, sending: Sending, now: datetime
) -> PublicationReview:
    on = timezone.localdate(now)
    resource = lock_managed(by, version.resource, on)
    draft = ResourceVersion.objects.select_related("classification").get(pk=version.pk)
    draft.resource = resource
    if draft.status != VersionStatus.DRAFT:
        raise error_for(Denial.CLOSED)
    review = PublicationReview.objects.filter(version=draft).first()
    order = Order(Command.SEND, seen=sending.seen, text=sending.text)
    actor = cases.actor_for(by, resource, review, on)
    state = cases.state_of(review)
    answer = decide(state, order, actor=actor, now=now)
    if isinstance(answer, Denial):
        raise error_for(answer)
    faults = [*sending_faults(draft, by, now), *order_faults(order, answer, (), on)]
    if sending.wanted_at is not None and sending.wanted_at <= now:
        remedy = reason_for(Denial.NOT_LATER).params["remedy"]
        text = reason_for(Denial.NOT_LATER).text
        faults.append(Fault("wanted_at", text, str(remedy), Denial.NOT_LATER.value))
    refuse(faults)
    if review is None:
        review = PublicationReview(version=draft, resource=resource)
    review.version, review.resource = draft, resource
    review.round += 1
    review.sender, review.sent_at, review.wanted_at = by, now, sending.wanted_at
    review.approved_by = review.released_by = review.publish_at = None
    review.received_at = review.due_on = review.limit_days = None
    review.due_provisional = False
    review.content_hash = _digest(draft)
    stored = _store(review, Step(order, state.status, answer), by, now)
    fulfil(resource, outcome=UpdateOutcome.SENT, review=stored, by=by, now=now)
    return stored


def _execute(by: Official, review_id: UUID | str, order: Order, now: datetime) -> PublicationReview:
    on = timezone.localdate(now)
    review = lock_review(cases.get_review(by, review_id, on).pk)
    actor = cases.actor_for(by, review.resource, review, on)
    answer = _decided(review, order, actor, now)
    items = list(review.version.items.all())
    if faults := order_faults(order, answer, items, on):
        raise Invalid(_("The decision is not complete yet."), faults)
    return carry_out(review, Step(order, Status(review.status), answer), by, now)


def _decided(review: PublicationReview, order: Order, actor: Actor, now: datetime) -> Status:
    if order.command is Command.SEND:
        raise error_for(Denial.NOT_NOW)  # sending has a door of its own
    answer = decide(cases.state_of(review), order, actor=actor, now=now)
    if isinstance(answer, Denial):
        raise error_for(answer)
    return answer


def lock_review(review_id: UUID, resource: Resource | None = None) -> PublicationReview:
    """The review with its entry, both locked, in the order in which all actions lock."""
    found = PublicationReview.objects.get(pk=review_id)
    entry = resource or lock_managed(None, found.resource, timezone.localdate(found.sent_at))
    review = (
        PublicationReview.objects.select_for_update(of=("self",))
        .select_related("version__classification", "sender", "authority", "released_by")
        .get(pk=review_id)
    )
    review.resource = review.version.resource = entry
    return review


def carry_out(
    review: PublicationReview, step: Step, by: Official | None, now: datetime
) -> PublicationReview:
    """Store the decided step and do what it means."""
    match step.after:
        case Status.AUTHORITY_REVIEW:
            _approve(review, by, now)
        case Status.SCHEDULED:
            refuse(faults_now(review, now))
            review.released_by, review.publish_at = by, step.order.publish_at
        case Status.PUBLISHED:
            refuse(faults_now(review, now))
            review.released_by = by or review.released_by
        case Status.BLOCKED:
            _set_approvals(review.version, value=False)
        case _:
            _set_approvals(review.version, value=False)
            review.approved_by = review.released_by = review.publish_at = None
    stored = _store(review, step, by, now)
    if step.after is Status.PUBLISHED:
        make_live(
            review.version, by=review.released_by, now=now, review=str(review.pk),
            round=review.round,
        )  # fmt: skip
    elif step.after is Status.BLOCKED:
        _block(review, step.order, by, now)
    return stored


def _approve(review: PublicationReview, by: Official | None, now: datetime) -> None:
    """The department's approval: from now on the authority's clock runs (article 17)."""
    on = timezone.localdate(now)
    refuse(content_faults(review.version, on))
    authority = cases.authority_for(review.resource.provider.region, on)
    if authority is None:
        message = _("The region has no competent authority that could review the version.")
        raise Invalid(message, [Fault("", message, _("Have the system administrator enter it."))])
    _set_approvals(review.version, value=True)
    review.approved_by, review.authority, review.received_at = by, authority, now
    set_due_date(review)


def set_due_date(review: PublicationReview) -> None:
    """Derive the due date from the day the authority received the version and the calendar."""
    if review.received_at is None:
        return
    received = timezone.localdate(review.received_at)
    limit = worktime.limit("catalog_review_publish", review.resource.provider.region, received)
    review.limit_days, review.due_on, review.due_provisional = limit.days, None, False
    if limit.days:
        due = worktime.calendar().add_working_days(received, limit.days)
        review.due_on, review.due_provisional = due.on, due.provisional


def faults_now(review: PublicationReview, now: datetime) -> list[Fault]:
    """What keeps the sent version from being published at this moment."""
    faults = publication_faults(review.version, timezone.localdate(now))
    if _digest(review.version) != review.content_hash:
        faults.append(
            Fault(
                "",
                _("The version is not the one that was sent."),
                _("Send it again, so that what is published is what was approved."),
                "content",
            )
        )
    return faults


def _digest(version: ResourceVersion) -> str:
    return content_digest(version, without=APPROVALS)


def _set_approvals(version: ResourceVersion, *, value: bool) -> None:
    for name in APPROVALS:
        setattr(version, name, value)
    version.save(update_fields=APPROVALS)


def _block(review: PublicationReview, order: Order, by: Official | None, now: datetime) -> None:
    """Mark the entry for good (R06); what of it is in the catalog goes out of it at once."""
    resource = review.resource
    if resource.status in SHOWN_STATUSES:
        take_down(resource, by=by, reason=str(_("marked as secret")), now=now)
    resource.blocked = order.mark.value if order.mark else ""
    resource.save(update_fields=["blocked", "updated_at"])


def _store(
    review: PublicationReview, step: Step, by: Official | None, now: datetime
) -> PublicationReview:
    for_whom = None
    if by is not None:
        on = timezone.localdate(now)
        for_whom = cases.acted_for(by, review.resource, review, step.order.command, on)
    if step.after is Status.HEAD_REVIEW:
        _set_approvals(review.version, value=False)
    review.status = ReviewStatus(step.after.value)
    review.step_count += 1
    review.updated_at = now
    review.save()
    take_effect(review, step, by=by, acting_for=for_whom, now=now)
    return review
