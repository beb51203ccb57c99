"""Invariants of the approval chain, checked by playing the stored events again."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from portal.worktime import access as worktime
from sharing import cases
from sharing.approval.clocks import Timetable
from sharing.approval.events import (
    Consented,
    DelegationReturned,
    Event,
    ExtensionConsented,
    ExtensionRequested,
    FieldsNarrowed,
    Refused,
    Resubmitted,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageClaimed,
    StageDelegated,
    StageReassigned,
    StageReleased,
    StageSigned,
    StageTransferred,
    SupplementRequested,
    TermsNarrowed,
)
from sharing.approval.evolve import evolve
from sharing.approval.serialise import from_dict
from sharing.approval.state import FINAL, State
from sharing.approval.terms import StageStatus
from sharing.models import ApplicationItem, ItemEvent, ItemStage

CHUNK = 500
_DECISIONS = (
    StageSigned | FieldsNarrowed | TermsNarrowed | Refused | SupplementRequested | StageTransferred
    | StageReassigned | StageDelegated | DelegationReturned | StageClaimed | StageReleased
    | SignersAdded | SignerRemoved
)  # fmt: skip
"""What is done with a stage while it is the current one, and never with another."""


def _played() -> Iterator[tuple[ApplicationItem, list[tuple[State, Event]], State]]:
    """Every item with its events, each with the state before it, and the state after all.

    Two queries for every CHUNK of items.
    """
    items = ApplicationItem.objects.select_related(
        "application__applicant", "application__department"
    ).order_by("pk")
    rows = items.iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        events: dict[UUID, list[Event]] = defaultdict(list)
        stored = ItemEvent.objects.filter(item__in=chunk).order_by("item", "seq")
        for item_id, data in stored.values_list("item_id", "data"):
            events[item_id].append(from_dict(data))
        for item in chunk:
            state, steps = cases.draft_of(item), []
            for event in events[item.pk]:
                steps.append((state, event))
                state = evolve(state, event)
            yield item, steps, state


@invariant(
    5, _("Decisions follow the chain frozen at submission, in order, and none comes after the end.")
)
def decisions_follow_the_chain(now: datetime) -> Iterator[Violation]:
    """A decision on a stage that was not the current one, after the end, or consent too early."""
    del now
    for item, steps, _after in _played():
        for before, event in steps:
            if before.status in FINAL:
                yield Violation(str(item.pk), _("an event after the decision"))
            if isinstance(event, _DECISIONS) and event.position != before.current:
                yield Violation(str(item.pk), _("a decision on a stage that was not open"))
            elif isinstance(event, SignatureTakenBack) and _was_acted_on(before, event):
                yield Violation(str(item.pk), _("a signature taken back after somebody had acted"))
            elif isinstance(event, Consented) and _unsigned(before):
                yield Violation(str(item.pk), _("consent without every signature"))


def _was_acted_on(before: State, event: SignatureTakenBack) -> bool:
    """Whether what is taken back was not the last thing that anybody did, or not their own."""
    last = before.last_signed
    if last is None or last.position != event.position:
        return True
    return not last.by.identities & event.by.identities


def _unsigned(state: State) -> bool:
    done = {StageStatus.SIGNED, StageStatus.NOTIFIED}
    return any(
        stage.stage.quorum and (stage.status not in done or not stage.is_complete)
        for stage in state.stages
    )


@invariant(6, _("Nobody decides their own application, and nobody signs two stages of it."))
def people_are_separated(now: datetime) -> Iterator[Violation]:
    """A decision in the name of somebody of the applicant's side, or of an earlier signer."""
    del now
    for item, steps, _after in _played():
        for before, event in steps:
            if isinstance(event, _DECISIONS | ExtensionRequested | ExtensionConsented):
                if event.by.identities & (before.requesters | {item.application.applicant_id}):
                    yield Violation(str(item.pk), _("decided by the applicant's side"))
                if isinstance(event, StageSigned) and event.by.identities & before.spent_identities:
                    yield Violation(str(item.pk), _("two stages signed by one person"))


@invariant(
    7, _("A signature covers what was entered when it was given; a change starts a new round.")
)
def signatures_cover_the_content(now: datetime) -> Iterator[Violation]:
    """A signature over other content than the application's, or signatures kept over a change."""
    del now
    for item, steps, _after in _played():
        for before, event in steps:
            if isinstance(event, StageSigned) and event.content_hash != before.content_hash:
                yield Violation(str(item.pk), _("a signature over other content"))
            if _keeps_signatures(event, before):
                yield Violation(str(item.pk), _("other terms without a new round"))


def _keeps_signatures(event: object, before: State) -> bool:
    """Whether a supplement changed the terms although the round goes on."""
    if not isinstance(event, Resubmitted) or event.plan is not None:
        return False
    return not event.terms.asks_the_same_as(before.asked[1])


@invariant(8, _("Of several decisions at once on one stage exactly one is recorded."))
def one_decision_a_stage(now: datetime) -> Iterator[Violation]:
    """More signatures on a stage than it asks for."""
    del now
    for item, steps, _after in _played():
        for before, event in steps:
            if isinstance(event, StageSigned) and before.stages:
                stage = before.stages[event.position - 1]
                too_many = not stage.added_now() if event.added else stage.is_held_enough
                if too_many:
                    yield Violation(str(item.pk), _("a stage signed once too often"))


@invariant(31, _("Status, due dates and stages of an item are the fold of its events."))
def projection_equals_events(now: datetime) -> Iterator[Violation]:
    """A column or stage that says something else than the events."""
    del now
    calendar = worktime.calendar()
    for item, _steps, state in _played():
        due = cases.timetable(state, calendar)
        wrong = [
            name
            for name, value in cases.item_columns(state, due).items()
            if getattr(item, name) != value
        ]
        if wrong:
            yield Violation(
                str(item.pk), _("columns differ: %(names)s") % {"names": ", ".join(wrong)}
            )
        if _stored_stages(item) != _folded_stages(item, state, due):
            yield Violation(str(item.pk), _("stages differ"))


def _stored_stages(item: ApplicationItem) -> list[tuple[object, ...]]:
    rows = ItemStage.objects.filter(item=item).order_by("position")
    return list(rows.values_list("position", *cases.STAGE_COLUMNS))


def _folded_stages(
    item: ApplicationItem, state: State, due: Timetable | None
) -> list[tuple[object, ...]]:
    rows = cases.stage_rows(item, state, due)
    return [(row.position, *(getattr(row, name) for name in cases.STAGE_COLUMNS)) for row in rows]


@invariant(34, _("An item belongs to the department and entry of its application and grant."))
def items_fit_their_application(now: datetime) -> Iterator[Violation]:
    """Copies of keys that differ from what they copy."""
    del now
    for item in ApplicationItem.objects.select_related("application", "resource", "version"):
        if item.demander_id != item.application.department_id:
            yield Violation(str(item.pk), _("another department than the application's"))
        if item.version.resource_id != item.resource_id:
            yield Violation(str(item.pk), _("a version of another entry"))
