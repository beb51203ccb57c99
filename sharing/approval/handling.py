"""Commands that move a stage between people, draw others in or ask for time: from command to events."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from sharing.approval.clocks import local_day
from sharing.approval.commands import (
    AddingCommand,
    AddSigner,
    Advise,
    Claim,
    ConsentExtension,
    Consult,
    Copy,
    CustodyCommand,
    Delegate,
    ExtensionCommand,
    HandBack,
    Reassign,
    RefuseExtension,
    Release,
    RemoveSigner,
    RequestExtension,
    TakeBack,
    Transfer,
    Urge,
)
from sharing.approval.events import (
    Copied,
    DelegationReturned,
    Event,
    ExtensionConsented,
    ExtensionRefused,
    ExtensionRequested,
    OpinionAsked,
    OpinionGiven,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageClaimed,
    StageDelegated,
    StageReassigned,
    StageReleased,
    StageTransferred,
    Urged,
)
from sharing.approval.permission import EXTENSION_DAYS, Leave, needed_later
from sharing.approval.relations import (
    ADMINISTRATORS,
    Relation,
    is_applicant,
    open_consultation,
)
from sharing.approval.seating import may_take
from sharing.approval.state import State
from sharing.approval.terms import Actor, DenialCode, Denied, Role, SigningRule

Answer: TypeAlias = tuple[Event, ...] | Denied


def handle(
    state: State,
    command: CustodyCommand | AddingCommand | ExtensionCommand,
    leave: Leave,
    now: datetime,
) -> Answer:
    """The events of a command that ``leave`` permits, or what is wrong with what it carries."""
    return _HANDLERS[type(command)](state, command, leave, now)


def capable(state: State, to: Actor) -> Role | DenialCode:
    """Under which post ``to`` could have the current stage alone, or why not (R19).

    The posts are those to which planning would let the stage fall: nobody else is in the chain.
    """
    stage = state.waiting.stage
    if (code := unfit(state, to)) is not None:
        return code
    roles = [
        post.role
        for post in to.posts
        if post.office_id == stage.office.id and post.acting_for is None
    ]
    fitting = [role for role in roles if may_take(stage, role)]
    if not fitting:
        return DenialCode.TARGET_UNFIT
    if to.official_id in state.spent_identities:
        return DenialCode.TARGET_SIGNED
    others = [holder.identities for holder in stage.holders]
    if needed_later(state, {to.official_id}, instead=others):
        return DenialCode.NEEDED_LATER
    return stage.role if stage.role in fitting else fitting[0]


def unfit(state: State, to: Actor) -> DenialCode | None:
    """Why ``to`` may have no hand in the case at all."""
    if is_applicant(state, to) or to.official_id in state.requesters:
        return DenialCode.TARGET_IS_APPLICANT
    return None


def colleague(state: State, to: Actor) -> DenialCode | None:
    """Why ``to`` may not work on the current stage beside its holder: not of the office."""
    office = state.waiting.stage.office.id
    works_there = any(
        post.office_id == office and post.role not in ADMINISTRATORS and post.acting_for is None
        for post in to.posts
    )
    return unfit(state, to) or (None if works_there else DenialCode.TARGET_UNFIT)


def _transfer(state: State, command: Transfer, leave: Leave, now: datetime) -> Answer:
    if command.to.official_id in leave.by.identities:
        return Denied(DenialCode.TARGET_HAS_IT)
    role = capable(state, command.to)
    if isinstance(role, DenialCode):
        return Denied(role)
    moved = StageTransferred(
        at=now, position=_position(state), by=leave.by, to=command.to.person, role=role,
        reason=command.reason.strip(),
    )  # fmt: skip
    return (moved,)


def _reassign(state: State, command: Reassign, leave: Leave, now: datetime) -> Answer:
    """Whoever gives the stage away never takes it, nor lets somebody keep what they have."""
    if not command.reason.strip():
        return Denied(DenialCode.TEXT_MISSING)
    has = state.waiting.assignee
    taken = leave.by.identities | ({has.official_id} if has else set())
    if command.to.official_id in taken:
        return Denied(DenialCode.TARGET_HAS_IT)
    role = capable(state, command.to)
    if isinstance(role, DenialCode):
        return Denied(role)
    moved = StageReassigned(
        at=now, position=_position(state), by=leave.by, to=command.to.person, role=role,
        reason=command.reason.strip(),
    )  # fmt: skip
    return (moved,)


def _delegate(state: State, command: Delegate, leave: Leave, now: datetime) -> Answer:
    if command.to.official_id in leave.by.identities:
        return Denied(DenialCode.TARGET_HAS_IT)
    if (code := colleague(state, command.to)) is not None:
        return Denied(code)
    given = StageDelegated(
        at=now, position=_position(state), by=leave.by, to=command.to.person,
        task=command.task.strip(),
    )  # fmt: skip
    return (given,)


def _hand_back(state: State, command: HandBack, leave: Leave, now: datetime) -> Answer:
    opinion = command.opinion.strip()
    if leave.relation is Relation.DELEGATE and not opinion:
        return Denied(DenialCode.TEXT_MISSING)
    return (DelegationReturned(at=now, position=_position(state), by=leave.by, opinion=opinion),)


def _take_back(state: State, command: TakeBack, leave: Leave, now: datetime) -> Answer:
    last = state.last_signed
    if last is None:  # the relation says there is one
        return Denied(DenialCode.NOT_LAST_SIGNER)
    _, terms = state.asked
    back = SignatureTakenBack(
        at=now, position=last.position, by=leave.by, terms=last.terms_before or terms,
        reason=command.reason.strip(),
    )  # fmt: skip
    return (back,)


def _claim(state: State, command: Claim, leave: Leave, now: datetime) -> Answer:
    del command
    others = [holder.identities for holder in state.waiting.stage.holders]
    if needed_later(state, leave.by.identities, instead=others):
        return Denied(DenialCode.NEEDED_LATER)
    return (StageClaimed(at=now, position=_position(state), by=leave.by),)


def _release(state: State, command: Release, leave: Leave, now: datetime) -> Answer:
    del command
    return (StageReleased(at=now, position=_position(state), by=leave.by),)


def _add_signer(state: State, command: AddSigner, leave: Leave, now: datetime) -> Answer:
    if (code := _unfit_signers(state, command, leave)) is not None:
        return Denied(code)
    added = SignersAdded(
        at=now, position=_position(state), by=leave.by,
        signers=tuple(one.person for one in command.signers), place=command.place,
        rule=command.rule, needed=command.needed, reason=command.reason.strip(),
    )  # fmt: skip
    return (added,)


def _unfit_signers(state: State, command: AddSigner, leave: Leave) -> DenialCode | None:
    ids = [one.official_id for one in command.signers]
    too_many = command.rule is SigningRule.N_OF_M and not 1 <= command.needed <= len(ids)
    if not ids or len(set(ids)) < len(ids) or too_many:
        return DenialCode.NOBODY_NAMED
    asked = {one.official_id for group in state.waiting.groups for one in group.signers}
    for one in command.signers:
        if one.official_id in asked | leave.by.identities:
            return DenialCode.TARGET_HAS_IT
        if (code := colleague(state, one)) is not None:
            return code
        if one.official_id in state.spent_identities:
            return DenialCode.TARGET_SIGNED
    if needed_later(state, ids, instead=[leave.by.identities]):
        return DenialCode.NEEDED_LATER
    return None


def _remove_signer(state: State, command: RemoveSigner, leave: Leave, now: datetime) -> Answer:
    pending = {one.official_id: one for group in state.waiting.groups for one in group.pending}
    signer = pending.get(command.official_id)
    if signer is None:
        return Denied(DenialCode.NO_ADDED_SIGNER)
    removed = SignerRemoved(
        at=now, position=_position(state), by=leave.by, signer=signer,
        reason=command.reason.strip(),
    )  # fmt: skip
    return (removed,)


def _consult(state: State, command: Consult, leave: Leave, now: datetime) -> Answer:
    question = command.question.strip()
    if not question:
        return Denied(DenialCode.TEXT_MISSING)
    if command.person is not None:
        if command.person.official_id in leave.by.identities:
            return Denied(DenialCode.TARGET_HAS_IT)
        if (code := unfit(state, command.person)) is not None:
            return Denied(code)
    asked = OpinionAsked(
        at=now, position=_position(state), by=leave.by, office=command.office, question=question,
        person=command.person.person if command.person else None,
    )  # fmt: skip
    return (asked,)


def _advise(state: State, command: Advise, leave: Leave, now: datetime) -> Answer:
    text = command.text.strip()
    if not text:
        return Denied(DenialCode.TEXT_MISSING)
    found = open_consultation(state, leave.actor)
    if found is None:  # the relation says there is one
        return Denied(DenialCode.NOT_CONSULTED)
    number, asked, _by = found
    given = OpinionGiven(
        at=now, position=asked.position, by=leave.by, asked=number,
        text=text, agrees=command.agrees,
    )  # fmt: skip
    return (given,)


def _copy(state: State, command: Copy, leave: Leave, now: datetime) -> Answer:
    if not command.to:
        return Denied(DenialCode.NOBODY_NAMED)
    copied = Copied(
        at=now, position=_position(state), by=leave.by, to=command.to, note=command.note.strip()
    )
    return (copied,)


def _urge(state: State, command: Urge, leave: Leave, now: datetime) -> Answer:
    if command.counts_for < local_day(now):
        raise ValueError("a reminder counts for today or for a later working day")
    urged = Urged(
        at=now, position=_position(state), by=leave.by, counts_for=command.counts_for,
        by_authority=leave.relation is Relation.AUTHORITY, note=command.note.strip(),
    )  # fmt: skip
    return (urged,)


def _request_extension(
    state: State, command: RequestExtension, leave: Leave, now: datetime
) -> Answer:
    if not command.reason.strip():
        return Denied(DenialCode.TEXT_MISSING)
    if not 1 <= command.days <= EXTENSION_DAYS - state.extended_days:
        return Denied(DenialCode.DAYS_OUT_OF_RANGE)
    if command.reply_due is not None and local_day(now) > command.reply_due:
        return Denied(DenialCode.LIMIT_PASSED)
    asked = ExtensionRequested(
        at=now, position=_position(state), by=leave.by, days=command.days,
        reason=command.reason.strip(),
    )  # fmt: skip
    return (asked,)


def _consent_extension(
    state: State, command: ConsentExtension, leave: Leave, now: datetime
) -> Answer:
    days = state.extension.days if state.extension else 0
    consented = ExtensionConsented(
        at=now, position=_position(state), by=leave.by, days=days, note=command.note.strip()
    )
    return (consented,)


def _refuse_extension(
    state: State, command: RefuseExtension, leave: Leave, now: datetime
) -> Answer:
    if not command.reason.strip():
        return Denied(DenialCode.TEXT_MISSING)
    refused = ExtensionRefused(
        at=now, position=_position(state), by=leave.by, reason=command.reason.strip()
    )
    return (refused,)


def _position(state: State) -> int:
    return state.waiting.stage.position


_HANDLERS: Final[Mapping[type[Any], Callable[[State, Any, Leave, datetime], Answer]]] = {
    Transfer: _transfer,
    Delegate: _delegate,
    HandBack: _hand_back,
    TakeBack: _take_back,
    Claim: _claim,
    Release: _release,
    Reassign: _reassign,
    AddSigner: _add_signer,
    RemoveSigner: _remove_signer,
    Consult: _consult,
    Advise: _advise,
    Copy: _copy,
    Urge: _urge,
    RequestExtension: _request_extension,
    ConsentExtension: _consent_extension,
    RefuseExtension: _refuse_extension,
}
