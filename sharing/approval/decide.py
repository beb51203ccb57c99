"""From a command to events, or to the reason why not. The one place where rules are enforced."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sharing.approval.clocks import local_day
from sharing.approval.commands import (
    COMMANDS,
    AddingCommand,
    ApplicantCommand,
    Command,
    CommandType,
    CustodyCommand,
    ExtensionCommand,
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    SignerCommand,
    Submit,
    Withdraw,
)
from sharing.approval.events import (
    Consented,
    Event,
    FieldsNarrowed,
    Refused,
    Resubmitted,
    StageNotified,
    StageOpened,
    StageSigned,
    Submitted,
    SupplementRequested,
    TermsNarrowed,
    Withdrawn,
)
from sharing.approval.evolve import fold
from sharing.approval.handling import handle
from sharing.approval.narrowing import narrowed, parts
from sharing.approval.permission import Leave, permit
from sharing.approval.relations import Relation
from sharing.approval.rules import COPIED_TO_AUTHORITY, NEEDS_CITATION, REFUSALS
from sharing.approval.state import State
from sharing.approval.terms import (
    Actor,
    DenialCode,
    Denied,
    Lane,
    Plan,
    Side,
    Signature,
    StageStatus,
    Terms,
)


def decide(
    state: State, command: Command, *, actor: Actor, now: datetime
) -> tuple[Event, ...] | Denied:
    """What follows from ``command``: at least one event, or the reason why nothing does.

    ``now`` must carry a time zone (ValueError). The events are to be stored and folded in order.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    if command.seen != state.version:
        return Denied(DenialCode.STALE)
    leave = permit(state, type(command), actor, now)
    if isinstance(leave, DenialCode):
        return Denied(leave)
    if isinstance(command, ApplicantCommand):
        return _applicant(state, command, leave.by, now)
    if isinstance(command, SignerCommand):
        return _signer(state, command, leave, now)
    return _aside(state, command, leave, now)


def available(state: State, actor: Actor, now: datetime) -> dict[CommandType, Denied | None]:
    """For every command whether ``actor`` could give it now: None, or why not.

    Pages draw their buttons from this. It asks the same function that ``decide`` obeys; what a
    command carries (fields, reasons) is judged only when it is given.
    """
    answers: dict[CommandType, Denied | None] = {}
    for command in COMMANDS.values():
        answer = permit(state, command, actor, now)
        answers[command] = Denied(answer) if isinstance(answer, DenialCode) else None
    return answers


def _applicant(
    state: State, command: ApplicantCommand, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    match command:
        case Submit():
            return _submit(state, command, by, now)
        case Resubmit():
            return _resubmit(state, command, by, now)
        case Withdraw():
            return (Withdrawn(at=now, by=by, reason=command.reason.strip()),)
        case _:  # pragma: no cover
            assert_never(command)


def _signer(
    state: State, command: SignerCommand, leave: Leave, now: datetime
) -> tuple[Event, ...] | Denied:
    match command:
        case Sign():
            return _sign(state, command, leave, now)
        case Refuse():
            return _refuse(state, command, leave.by, now)
        case RequestSupplement():
            return _request_supplement(state, command, leave.by, now)
        case _:  # pragma: no cover
            assert_never(command)


def _aside(
    state: State,
    command: CustodyCommand | AddingCommand | ExtensionCommand,
    leave: Leave,
    now: datetime,
) -> tuple[Event, ...] | Denied:
    """What happens around a stage; without one signer it may be complete and the case go on."""
    answer = handle(state, command, leave, now)
    if isinstance(answer, Denied):
        return answer
    return (*answer, *_going_on(state, answer, now))


def _submit(
    state: State, command: Submit, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    if (code := _wrong_terms(state, command.terms, command.plan, now)) is not None:
        return Denied(code)
    submitted = Submitted(
        at=now,
        by=by,
        applicant=state.applicant,
        office=state.office,
        plan=command.plan,
        terms=command.terms,
        content_hash=command.content_hash,
    )
    return (submitted, *_advance(command.plan, 0, command.terms, now))


def _resubmit(
    state: State, command: Resubmit, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    """Approvals hold for the terms they were given for.

    Other terms start a new round through a newly planned chain; the same terms, only explained
    better, go on at the stage that asked.
    """
    _, asked = state.asked
    explanation = command.explanation.strip()
    same_terms = command.terms.asks_the_same_as(asked)
    if same_terms and command.content_hash == state.content_hash and not explanation:
        return Denied(DenialCode.NOTHING_CHANGED)
    resubmitted = Resubmitted(
        at=now,
        by=by,
        terms=asked,
        content_hash=command.content_hash,
        explanation=explanation,
        changes=command.changes,
    )
    if same_terms:
        return (resubmitted,)
    if command.plan is None:
        return Denied(DenialCode.CHAIN_MISSING)
    if (code := _wrong_terms(state, command.terms, command.plan, now)) is not None:
        return Denied(code)
    resubmitted = replace(resubmitted, terms=command.terms, plan=command.plan)
    return (resubmitted, *_advance(command.plan, 0, command.terms, now))


def _wrong_terms(state: State, terms: Terms, plan: Plan, now: datetime) -> DenialCode | None:
    if not terms.fields:
        return DenialCode.NOTHING_ASKED
    if terms.period_end < terms.period_start:
        return DenialCode.PERIOD_REVERSED
    if terms.period_end < local_day(now):
        return DenialCode.PERIOD_PAST
    if plan.lane is Lane.REFLUX and terms.row_region != state.office.region_code:
        return DenialCode.ROWS_NOT_OWN_REGION
    return None


def _sign(state: State, command: Sign, leave: Leave, now: datetime) -> tuple[Event, ...] | Denied:
    """One more signature; added signers sign what is there and narrow nothing."""
    by, position = leave.by, state.waiting.stage.position
    added = leave.relation is Relation.ADDED_SIGNER
    _, terms = state.asked
    kept = terms if added else narrowed(terms, command, local_day(now))
    if isinstance(kept, Denied):
        return kept
    events: list[Event] = []
    if kept.fields != terms.fields:
        withheld = tuple(field for field in terms.fields if field not in kept.fields)
        events.append(
            FieldsNarrowed(at=now, position=position, by=by, kept=kept.fields, withheld=withheld)
        )
    if stricter := parts(terms, kept):
        events.append(
            TermsNarrowed(at=now, position=position, by=by, terms=kept, narrowed=stricter)
        )
    events.append(
        StageSigned(
            at=now,
            position=position,
            by=by,
            content_hash=state.content_hash,
            comment=command.comment.strip(),
            added=added,
            terms_before=terms if events else None,
        )
    )
    return (*events, *_going_on(state, events, now))


def _going_on(state: State, events: Sequence[Event], now: datetime) -> tuple[Event, ...]:
    """What follows when ``events`` complete the current stage."""
    after = fold(events, state)
    stage = after.current_stage
    if stage is None or stage.status is not StageStatus.SIGNED:
        return ()
    plan, terms = after.asked
    return _advance(plan, stage.stage.position, terms, now)


def _refuse(
    state: State, command: Refuse, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    plan, _ = state.asked
    stage = state.waiting.stage
    text, citation = command.text.strip(), command.citation.strip()
    if command.code not in REFUSALS[plan.lane, stage.side]:
        return Denied(DenialCode.REASON_NOT_ALLOWED)
    if not text:
        return Denied(DenialCode.REASON_MISSING)
    if command.code in NEEDS_CITATION and not citation:
        return Denied(DenialCode.CITATION_MISSING)
    return (
        Refused(
            at=now,
            position=stage.position,
            by=by,
            code=command.code,
            text=text,
            citation=citation,
            copy_to_authority=plan.lane in COPIED_TO_AUTHORITY,
        ),
    )


def _request_supplement(
    state: State, command: RequestSupplement, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    if not command.gaps or any(
        not (gap.field.strip() and gap.text.strip()) for gap in command.gaps
    ):
        return Denied(DenialCode.GAPS_MISSING)
    position = state.waiting.stage.position
    return (SupplementRequested(at=now, position=position, by=by, gaps=command.gaps),)


def _advance(plan: Plan, done: int, terms: Terms, now: datetime) -> tuple[Event, ...]:
    """From the stage after position ``done`` to the next one that must be signed, or to consent."""
    events: list[Event] = []
    for stage in plan.stages[done:]:
        if stage.quorum:
            return (*events, StageOpened(at=now, position=stage.position))
        events.append(StageNotified(at=now, position=stage.position))
    signed_by_provider = any(stage.quorum for stage in plan.stages if stage.side is Side.PROVIDER)
    return (*events, Consented(at=now, terms=terms, by_rule=not signed_by_provider))
