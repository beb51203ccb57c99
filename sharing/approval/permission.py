"""In whose name somebody may give a command now, or why not: the table, then what stands in its way."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from sharing.approval.clocks import local_day
from sharing.approval.commands import (
    Claim,
    CommandType,
    ConsentExtension,
    Delegate,
    Refuse,
    RefuseExtension,
    Release,
    RemoveSigner,
    RequestExtension,
    RequestSupplement,
    Resubmit,
    Sign,
    Transfer,
    Urge,
)
from sharing.approval.custody import Hold, Place
from sharing.approval.relations import Relation, relations_of, ways_as
from sharing.approval.rules import denial
from sharing.approval.separation import separable
from sharing.approval.state import State
from sharing.approval.terms import Actor, DenialCode, Signature, SigningRule, StageStatus

EXTENSION_DAYS: Final = 10
"""Working days by which a reply may be extended in all (Decree 809 article 21, R13)."""


class Leave(NamedTuple):
    """Who gives a command, in whose name and as what."""

    actor: Actor
    by: Signature
    relation: Relation


def permit(state: State, command: CommandType, actor: Actor, now: datetime) -> Leave | DenialCode:
    """In whose name the actor may give the command, or why not.

    Of several relations the first that may gives the name; who may in none is told what stands in
    the way of one that the table permits, else what the table says to the first.
    """
    relations = relations_of(state, actor)
    if relations[0] is Relation.APPLICANT:
        return _applicant(state, command, actor, now)
    obstacle: DenialCode | None = None
    for relation in relations:
        if denial(state.status, relation, command) is not None:
            continue
        for by in ways_as(relation, state, actor):
            leave = Leave(actor, by, relation)
            code = barred(state, command, leave, now)
            if code is None:
                return leave
            obstacle = obstacle or code
    return obstacle or denial(state.status, relations[0], command) or DenialCode.NOT_A_HOLDER


def _applicant(
    state: State, command: CommandType, actor: Actor, now: datetime
) -> Leave | DenialCode:
    is_applicant = actor.official_id == state.applicant.official_id
    code = denial(state.status, Relation.APPLICANT, command)
    if code is DenialCode.OWN_APPLICATION and not is_applicant:
        return DenialCode.STANDS_IN_FOR_APPLICANT
    if code is not None:
        return code
    if command is Resubmit and actor.official_id in state.spent_identities:
        return DenialCode.ALREADY_SIGNED  # a signer does not change sides
    if command is Urge and _urged(state, now, by_authority=False):
        return DenialCode.URGED_TODAY
    by = Signature(actor.person, None if is_applicant else state.applicant)
    return Leave(actor, by, Relation.APPLICANT)


_SPENDS: Final = frozenset({Sign, Refuse, RequestSupplement, Delegate, Claim, RequestExtension})
"""Commands of somebody who decides the stage, now or in the end: nobody decides two (R19)."""
_DECIDES: Final = frozenset({Sign, Refuse, RequestSupplement, Transfer, Delegate, Claim, Release})
"""Commands that mean nothing once the holders have signed and only added signers are awaited."""


def barred(state: State, command: CommandType, leave: Leave, now: datetime) -> DenialCode | None:
    """What keeps somebody whom the table permits it from giving the command, if anything does."""
    by = leave.by
    if by.identities & state.requesters:
        return DenialCode.ACTED_FOR_APPLICANT
    if command in _SPENDS and by.identities & state.spent_identities:
        return DenialCode.ALREADY_SIGNED
    if leave.relation is Relation.HOLDER and command in _DECIDES and state.waiting.is_held_enough:
        return DenialCode.AWAITING_ADDED
    special = _SPECIAL.get(command)
    return special(state, leave, now) if special else None


def needed_later(state: State, by: Iterable[int], *, instead: Iterable[frozenset[int]]) -> bool:
    """Whether these signatures would leave a later stage without a signer, and another's would not.

    Judged by the holders named when the chain was planned; ``instead`` are the identities of
    those who could sign in their place.
    """
    later = [
        [holder.identities for holder in following.stage.holders]
        for following in state.stages
        if following.status is StageStatus.WAITING
        for _ in range(following.stage.quorum)
    ]
    spent = state.spent_identities | state.requesters
    if separable(later, spent | frozenset(by)):
        return False
    return any(separable(later, spent | other) for other in instead if not other & spent)


def _sign(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    _, terms = state.asked
    stage = state.waiting
    if terms.period_end < local_day(now):
        return DenialCode.PERIOD_PAST
    if leave.relation is Relation.ADDED_SIGNER:
        turn = {person.official_id for person in stage.added_now()}
        return None if turn & leave.by.identities else DenialCode.AWAITING_HOLDER
    if any(not group.is_done for group in stage.groups if group.place is Place.BEFORE):
        return DenialCode.AWAITING_ADDED
    if stage.stage.rule is SigningRule.ALL:
        return None
    others = [holder.identities for holder in stage.stage.holders]
    return (
        DenialCode.NEEDED_LATER
        if needed_later(state, leave.by.identities, instead=others)
        else None
    )


def _supplement(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del leave, now
    return DenialCode.SUPPLEMENT_USED if state.supplement is not None else None


def _alone(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    """Only a stage that one signature decides can be one person's."""
    del leave, now
    return DenialCode.SEVERAL_SIGN if state.waiting.stage.quorum > 1 else None


def _claim(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    if state.waiting.custody is not None:
        return DenialCode.ALREADY_CLAIMED
    return _alone(state, leave, now)


def _release(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del leave, now
    custody = state.waiting.custody
    own = custody is not None and custody.how in {Hold.CLAIMED, Hold.DELEGATED}
    return None if own else DenialCode.NOT_CLAIMED


def _remove(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del leave, now
    some = any(group.pending for group in state.waiting.groups)
    return None if some else DenialCode.NO_ADDED_SIGNER


def _urge(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del leave
    return DenialCode.URGED_TODAY if _urged(state, now, by_authority=True) else None


def _urged(state: State, now: datetime, *, by_authority: bool) -> bool:
    """Whether that side has reminded for this working day, or for the next one, already."""
    today = local_day(now)
    return any(one.counts_for >= today for one in state.urged if one.by_authority is by_authority)


def _extend(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del leave, now
    if state.extension is not None:
        return DenialCode.EXTENSION_OPEN
    used_up = state.extended_days >= EXTENSION_DAYS
    return DenialCode.EXTENSION_USED_UP if used_up else None


def _judge_extension(state: State, leave: Leave, now: datetime) -> DenialCode | None:
    del now
    if state.extension is None:
        return DenialCode.NO_EXTENSION_ASKED
    own = bool(leave.by.identities & state.extension.by.identities)
    return DenialCode.OWN_EXTENSION if own else None


_Special: TypeAlias = Callable[[State, Leave, datetime], DenialCode | None]
_SPECIAL: Final[Mapping[CommandType, _Special]] = {
    Sign: _sign,
    RequestSupplement: _supplement,
    Transfer: _alone,
    Delegate: _alone,
    Claim: _claim,
    Release: _release,
    RemoveSigner: _remove,
    Urge: _urge,
    RequestExtension: _extend,
    ConsentExtension: _judge_extension,
    RefuseExtension: _judge_extension,
}
"""What else must be true for a command, beside the table and the separation of people."""
