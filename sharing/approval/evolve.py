"""From events to the state. Decides nothing and refuses nothing: events are facts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sharing.approval.asides import aside_event
from sharing.approval.events import (
    AsideEvent,
    CaseEvent,
    Consented,
    Copied,
    CustodyEvent,
    Decision,
    Event,
    FieldsNarrowed,
    OfficeSucceeded,
    Refused,
    Resubmitted,
    SignatureTakenBack,
    StageEvent,
    StageNotified,
    StageOpened,
    StageSigned,
    Submitted,
    SupplementRequested,
    TermsNarrowed,
    Urged,
    Withdrawn,
)
from sharing.approval.holding import custody_event, signed, stages_with, with_stage
from sharing.approval.state import Pause, StageState, State, drafted
from sharing.approval.terms import ItemStatus, Plan, Side, StageStatus

_DECIDED: dict[type[Decision], tuple[ItemStatus, StageStatus]] = {
    Consented: (ItemStatus.CONSENTED, StageStatus.CLOSED),
    Refused: (ItemStatus.REFUSED, StageStatus.REFUSED),
    Withdrawn: (ItemStatus.WITHDRAWN, StageStatus.CLOSED),
}


def fold(events: Sequence[Event], start: State | None = None) -> State:
    """The state after ``events``; without ``start`` the first one must be the submission."""
    if start is None:
        first = events[0] if events else None
        if not isinstance(first, Submitted):
            raise ValueError("a case without a draft begins with its submission")
        start = drafted(first.applicant, first.office)
    state, last_signed = start, start.last_signed
    for event in events:
        if isinstance(event, SignatureTakenBack):  # the only one that asks for the last signature
            state = replace(state, last_signed=last_signed)
        state = _after(state, event)
        last_signed = _last_signed(last_signed, event)
    return replace(state, version=start.version + len(events), last_signed=last_signed)


def evolve(state: State, event: Event) -> State:
    """The state after one more event."""
    return fold([event], state)


def _after(state: State, event: Event) -> State:
    """The state after ``event``, but for what ``fold`` keeps count of."""
    if isinstance(event, StageEvent):
        return _stage_event(state, event)
    if isinstance(event, CustodyEvent):
        return custody_event(state, event)
    if isinstance(event, AsideEvent):
        return aside_event(state, event)
    return _case_event(state, event)


def _last_signed(before: StageSigned | None, event: Event) -> StageSigned | None:
    """The signature that may still be taken back: the last thing that anybody did.

    What follows by itself, a reminder and a copy are no acts on the case.
    """
    if isinstance(event, StageSigned):
        return event
    by_itself = not hasattr(event, "by")
    return before if by_itself or isinstance(event, Copied | Urged) else None


def _stage_event(state: State, event: StageEvent) -> State:
    stage = state.stages[event.position - 1]
    match event:
        case StageOpened():
            return _reach(
                state, replace(stage, status=StageStatus.OPEN, opened_at=event.at), event.at
            )
        case StageNotified():
            told = replace(
                stage, status=StageStatus.NOTIFIED, opened_at=event.at, closed_at=event.at
            )
            return _reach(state, told, event.at)
        case StageSigned():
            return with_stage(state, signed(stage, event))
        case FieldsNarrowed():
            _, terms = state.asked
            return replace(state, terms=replace(terms, fields=event.kept))
        case TermsNarrowed():
            return replace(state, terms=event.terms)
        case OfficeSucceeded():
            return _succeeded(state, stage, event)
        case _:  # pragma: no cover
            assert_never(event)


def _succeeded(state: State, stage: StageState, event: OfficeSucceeded) -> State:
    """The stage belongs to another office; the frozen chain says so from now on too.

    Who had the stage alone, or prepared it, was an official of the old office: it waits for
    every holder of the new one. Added signers stay until the new holder does without them.
    """
    plan, _ = state.asked
    role = event.role or stage.stage.role
    new = replace(stage.stage, office=event.office, role=role, holders=event.holders)
    stages = tuple(new if one.position == new.position else one for one in plan.stages)
    moved = replace(stage, stage=new, custody=None, delegation=None)
    return replace(with_stage(state, moved), plan=replace(plan, stages=stages))


def _case_event(state: State, event: CaseEvent) -> State:
    match event:
        case Submitted():
            return replace(
                state,
                status=ItemStatus.HOME_REVIEW,
                applicant=event.applicant,
                office=event.office,
                plan=event.plan,
                stages=_fresh(event.plan),
                terms=event.terms,
                content_hash=event.content_hash,
                submitted_at=event.at,
                requesters=event.by.identities | {event.applicant.official_id},
            )
        case SupplementRequested():
            paused = replace(state.stages[event.position - 1], status=StageStatus.PAUSED)
            return replace(
                with_stage(state, paused),
                status=ItemStatus.SUPPLEMENT,
                supplement=event,
                pauses=(*state.pauses, Pause(event.at)),
            )
        case Resubmitted():
            return _resubmitted(state, event)
        case Consented() | Refused() | Withdrawn():
            return _decided(state, event)
        case _:  # pragma: no cover
            assert_never(event)


def _resubmitted(state: State, event: Resubmitted) -> State:
    resumed = replace(
        state,
        terms=event.terms,
        content_hash=event.content_hash,
        requesters=state.requesters | event.by.identities,
        pauses=(*state.pauses[:-1], replace(state.pauses[-1], until=event.at)),
    )
    if event.plan is not None:
        return replace(
            resumed,
            status=ItemStatus.HOME_REVIEW,
            plan=event.plan,
            stages=_fresh(event.plan),
            current=None,
            received_at=None,
            extension=None,
        )
    open_again = (
        replace(stage, status=StageStatus.OPEN) if stage.status is StageStatus.PAUSED else stage
        for stage in resumed.stages
    )
    at_provider = resumed.received_at is not None
    return replace(
        resumed,
        stages=tuple(open_again),
        status=ItemStatus.PROVIDER_REVIEW if at_provider else ItemStatus.HOME_REVIEW,
    )


def _decided(state: State, event: Decision) -> State:
    status, last = _DECIDED[type(event)]
    stages = tuple(_close(stage, last, event.at, current=state.current) for stage in state.stages)
    return replace(state, status=status, stages=stages, current=None, decision=event)


def _close(
    stage: StageState, last: StageStatus, at: datetime, *, current: int | None
) -> StageState:
    if stage.status in {StageStatus.SIGNED, StageStatus.NOTIFIED}:
        return stage
    here = stage.stage.position == current
    return replace(
        stage, status=last if here else StageStatus.CLOSED, closed_at=at if here else None
    )


def _reach(state: State, stage: StageState, at: datetime) -> State:
    """The case arrives at ``stage``; at the provider's first one the reply clock starts."""
    received_at = state.received_at
    if stage.stage.side is Side.PROVIDER and received_at is None:
        received_at = at
    return replace(
        state,
        stages=stages_with(state, stage),
        current=stage.stage.position,
        received_at=received_at,
        status=ItemStatus.HOME_REVIEW if received_at is None else ItemStatus.PROVIDER_REVIEW,
    )


def _fresh(plan: Plan) -> tuple[StageState, ...]:
    return tuple(StageState(stage=stage) for stage in plan.stages)
