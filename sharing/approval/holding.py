"""Who has a stage, folded from events: transfers, delegations, claims, added signers, taking back."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from sharing.approval.custody import Custody, Delegation, Hold, SignerGroup
from sharing.approval.events import (
    CustodyEvent,
    DelegationReturned,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageClaimed,
    StageDelegated,
    StageReassigned,
    StageReleased,
    StageSigned,
    StageTransferred,
)
from sharing.approval.state import StageState, State
from sharing.approval.terms import ItemStatus, Person, Side, Signature, StageStatus


def custody_event(state: State, event: CustodyEvent) -> State:
    """The state after the stage went to somebody else or came back."""
    if isinstance(event, SignatureTakenBack):
        return _taken_back(state, event)
    stage = state.stages[event.position - 1]
    involved = state.involved | _named(event)
    return replace(with_stage(state, _stage_after(stage, event)), involved=involved)


def signed(stage: StageState, event: StageSigned) -> StageState:
    """The stage with one more signature, closed when it was the last one wanted."""
    if event.added:
        groups = tuple(_with_signature(group, event.by) for group in stage.groups)
        return closed_if_complete(replace(stage, groups=groups), event)
    return closed_if_complete(replace(stage, signatures=(*stage.signatures, event)), event)


def closed_if_complete(stage: StageState, event: StageSigned | SignerRemoved) -> StageState:
    """The stage as signed once nothing more is wanted."""
    if not stage.is_complete:
        return stage
    return replace(stage, status=StageStatus.SIGNED, closed_at=event.at)


def with_stage(state: State, stage: StageState) -> State:
    """The state with ``stage`` in its place."""
    return replace(state, stages=stages_with(state, stage))


def stages_with(state: State, stage: StageState) -> tuple[StageState, ...]:
    """The stages of ``state`` with ``stage`` in its place."""
    index = stage.stage.position - 1
    return (*state.stages[:index], stage, *state.stages[index + 1 :])


def principal(by: Signature) -> Person:
    """In whose name something was done."""
    return by.acting_for or by.person


_Passing: TypeAlias = (
    StageTransferred
    | StageReassigned
    | StageDelegated
    | DelegationReturned
    | StageClaimed
    | StageReleased
)


def _stage_after(stage: StageState, event: _Passing | SignersAdded | SignerRemoved) -> StageState:
    if isinstance(event, SignersAdded):
        return replace(stage, groups=(*stage.groups, _group(event)))
    if isinstance(event, SignerRemoved):
        groups = tuple(_without(group, event.signer) for group in stage.groups)
        return closed_if_complete(replace(stage, groups=groups), event)
    return _passed(stage, event)


def _passed(stage: StageState, event: _Passing) -> StageState:
    match event:
        case StageTransferred() | StageReassigned():
            return _given(stage, event)
        case StageDelegated():
            return _delegated(stage, event)
        case DelegationReturned():
            if stage.delegation is None:
                return stage
            back = replace(stage.delegation, returned_at=event.at, opinion=event.opinion)
            return replace(stage, delegation=back)
        case StageClaimed():
            has = Custody(
                how=Hold.CLAIMED, person=principal(event.by), role=stage.stage.role, since=event.at
            )
            return replace(stage, custody=has)
        case StageReleased():
            return replace(stage, custody=None)
        case _:  # pragma: no cover
            assert_never(event)


def _delegated(stage: StageState, event: StageDelegated) -> StageState:
    """The delegator keeps the stage: it comes back to them alone."""
    keeps = Custody(
        how=Hold.DELEGATED, person=principal(event.by), role=stage.stage.role, since=event.at
    )
    given = Delegation(by=event.by, to=event.to, since=event.at, task=event.task)
    return replace(stage, custody=stage.custody or keeps, delegation=given)


def _given(stage: StageState, event: StageTransferred | StageReassigned) -> StageState:
    how = Hold.TRANSFERRED if isinstance(event, StageTransferred) else Hold.REASSIGNED
    has = Custody(how=how, person=event.to, role=event.role, since=event.at, reason=event.reason)
    return replace(stage, custody=has, delegation=None)


def _group(event: SignersAdded) -> SignerGroup:
    return SignerGroup(
        place=event.place, rule=event.rule, signers=event.signers, needed=event.needed
    )


def _with_signature(group: SignerGroup, by: Signature) -> SignerGroup:
    if any(person.official_id in by.identities for person in group.pending):
        return replace(group, signed=(*group.signed, by))
    return group


def _without(group: SignerGroup, signer: Person) -> SignerGroup:
    """The group without a signer who has not signed."""
    if signer.official_id not in {person.official_id for person in group.pending}:
        return group
    left = tuple(one for one in group.signers if one.official_id != signer.official_id)
    return replace(group, signers=left)


def _named(event: CustodyEvent) -> frozenset[int]:
    match event:
        case StageTransferred() | StageReassigned() | StageDelegated():
            return frozenset({event.to.official_id})
        case SignersAdded():
            return frozenset(person.official_id for person in event.signers)
        case _:
            return frozenset()


def _taken_back(state: State, event: SignatureTakenBack) -> State:
    """The stage waits for its signer again; what was opened after it waits for its turn again."""
    last = state.last_signed
    here = state.stages[event.position - 1]
    reopened = replace(
        here,
        status=StageStatus.OPEN,
        closed_at=None,
        signatures=tuple(one for one in here.signatures if one != last),
        groups=tuple(_minus(group, last) for group in here.groups),
    )
    before, after = state.stages[: event.position - 1], state.stages[event.position :]
    stages = (*before, reopened, *(StageState(stage=one.stage) for one in after))
    arrived = [one.opened_at for one in stages if one.stage.side is Side.PROVIDER and one.opened_at]
    received_at = min(arrived, default=None)
    return replace(
        state,
        stages=stages,
        terms=event.terms,
        current=event.position,
        received_at=received_at,
        status=ItemStatus.HOME_REVIEW if received_at is None else ItemStatus.PROVIDER_REVIEW,
    )


def _minus(group: SignerGroup, last: StageSigned | None) -> SignerGroup:
    if last is None or not last.added:
        return group
    return replace(group, signed=tuple(by for by in group.signed if by != last.by))
