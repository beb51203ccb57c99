"""From a command to events, or to the reason why not. The one place where rules are enforced."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from sharing.approval.clocks import local_day
from sharing.approval.commands import (
    COMMANDS,
    ApplicantCommand,
    Command,
    CommandType,
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
    Withdrawn,
)
from sharing.approval.rules import (
    COPIED_TO_AUTHORITY,
    NEEDS_CITATION,
    REFUSALS,
    Relation,
    denial,
    relation_of,
)
from sharing.approval.separation import separable
from sharing.approval.state import State
from sharing.approval.terms import (
    Actor,
    DenialCode,
    Denied,
    Lane,
    Plan,
    Side,
    Signature,
    SigningRule,
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
    by = _permit(state, type(command), actor, now)
    if isinstance(by, DenialCode):
        return Denied(by)
    if isinstance(command, Submit | Resubmit | Withdraw):
        return _applicant(state, command, by, now)
    return _signer(state, command, by, now)


def available(state: State, actor: Actor, now: datetime) -> dict[CommandType, Denied | None]:
    """For every command whether ``actor`` could give it now: None, or why not.

    Pages draw their buttons from this. It asks the same function that ``decide`` obeys; what a
    command carries (fields, reasons) is judged only when it is given.
    """
    answers: dict[CommandType, Denied | None] = {}
    for command in COMMANDS.values():
        answer = _permit(state, command, actor, now)
        answers[command] = Denied(answer) if isinstance(answer, DenialCode) else None
    return answers


def _permit(
    state: State, command: CommandType, actor: Actor, now: datetime
) -> Signature | DenialCode:
    """In whose name the actor may give the command, or why not."""
    relation = relation_of(state, actor)
    is_applicant = actor.official_id == state.applicant.official_id
    code = denial(state.status, relation, command)
    if code is DenialCode.OWN_APPLICATION and not is_applicant:
        return DenialCode.STANDS_IN_FOR_APPLICANT
    if code is not None:
        return code
    if relation is Relation.APPLICANT:
        if command is Resubmit and actor.official_id in state.spent_identities:
            return DenialCode.ALREADY_SIGNED  # a signer does not change sides
        return Signature(actor.person, None if is_applicant else state.applicant)
    return _seat(state, command, actor, now)


def _seat(
    state: State, command: CommandType, actor: Actor, now: datetime
) -> Signature | DenialCode:
    """The first of the actor's posts that may decide the current stage, or why none may."""
    posts = actor.posts_for(state.waiting.stage)
    signatures = [Signature(actor.person, post.acting_for) for post in posts]
    codes = [_barred(state, command, by, now) for by in signatures]
    for by, code in zip(signatures, codes, strict=True):
        if code is None:
            return by
    return next(code for code in codes if code is not None)


def _barred(state: State, command: CommandType, by: Signature, now: datetime) -> DenialCode | None:
    """What keeps a holder of the current stage from deciding it (R19), if anything does."""
    if by.identities & state.requesters:
        return DenialCode.ACTED_FOR_APPLICANT
    if by.identities & state.spent_identities:
        return DenialCode.ALREADY_SIGNED
    if command is RequestSupplement and state.supplement is not None:
        return DenialCode.SUPPLEMENT_USED
    if command is Sign:
        _, terms = state.asked
        if terms.period_end < local_day(now):
            return DenialCode.PERIOD_PAST
        if _needed_later(state, by):
            return DenialCode.NEEDED_LATER
    return None


def _needed_later(state: State, by: Signature) -> bool:
    """Whether this signature would leave a later stage without a signer, and another's would not.

    Judged by the holders named when the chain was planned.
    """
    stage = state.waiting.stage
    if stage.rule is SigningRule.ALL:
        return False
    later = [
        [holder.identities for holder in following.stage.holders]
        for following in state.stages
        if following.status is StageStatus.WAITING
        for _ in range(following.stage.quorum)
    ]
    spent = state.spent_identities | state.requesters
    if separable(later, spent | by.identities):
        return False
    others = (holder.identities for holder in stage.holders if not holder.identities & spent)
    return any(separable(later, spent | other) for other in others)


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
    state: State, command: SignerCommand, by: Signature, now: datetime
) -> tuple[Event, ...] | Denied:
    match command:
        case Sign():
            return _sign(state, command, by, now)
        case Refuse():
            return _refuse(state, command, by, now)
        case RequestSupplement():
            return _request_supplement(state, command, by, now)
        case _:  # pragma: no cover
            assert_never(command)


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
        at=now, by=by, terms=asked, content_hash=command.content_hash, explanation=explanation
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


def _sign(state: State, command: Sign, by: Signature, now: datetime) -> tuple[Event, ...] | Denied:
    plan, terms = state.asked
    stage = state.waiting
    position = stage.stage.position
    narrowed = _narrow(terms, command.narrow_fields)
    if isinstance(narrowed, Denied):
        return narrowed
    events: list[Event] = []
    if narrowed != terms.fields:
        withheld = tuple(field for field in terms.fields if field not in narrowed)
        events.append(
            FieldsNarrowed(at=now, position=position, by=by, kept=narrowed, withheld=withheld)
        )
    events.append(
        StageSigned(
            at=now,
            position=position,
            by=by,
            content_hash=state.content_hash,
            comment=command.comment.strip(),
        )
    )
    if len(stage.signatures) + 1 >= stage.stage.quorum:
        events.extend(_advance(plan, position, replace(terms, fields=narrowed), now))
    return tuple(events)


def _narrow(terms: Terms, wanted: tuple[str, ...] | None) -> tuple[str, ...] | Denied:
    """The fields to keep, in the order in which they were asked for."""
    if wanted is None:
        return terms.fields
    if not wanted:
        return Denied(DenialCode.NARROWED_TO_NOTHING)
    if not set(wanted) <= set(terms.fields):
        return Denied(DenialCode.NARROWING_WIDENS)
    return tuple(field for field in terms.fields if field in wanted)


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
