"""Find who can sign each stage: substitutes, heads and authorities where the post itself cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sharing.approval.blueprint import ChainRequest, Fault, FaultCode, Seat, Wanted
from sharing.approval.organisation import DepartmentFacts, Organisation
from sharing.approval.separation import separable
from sharing.approval.terms import (
    Decides,
    Holder,
    Note,
    NoteCode,
    Role,
    Side,
    SigningRule,
    Stage,
    StageKind,
)

_FALLS_TO: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.AUTHORITY_REVIEWER: (Role.AUTHORITY_HEAD, Role.DEPARTMENT_HEAD),
    Role.DEPARTMENT_HEAD: (),
}
"""Posts of the same office that take over a stage; every other post falls to its head."""

_FELL_TO: Final[Mapping[Role, NoteCode]] = {
    Role.CLERK: NoteCode.FELL_TO_CLERK,
    Role.AUTHORITY_HEAD: NoteCode.FELL_TO_AUTHORITY_HEAD,
    Role.DEPARTMENT_HEAD: NoteCode.FELL_TO_DEPARTMENT_HEAD,
}


def takes_over(seat: Seat) -> tuple[Role, ...]:
    """Posts of the same office to which a seat falls, in order; after them comes the authority."""
    if seat.decides is Decides.ANSWER:
        return (Role.CLERK, Role.DEPARTMENT_HEAD)
    return _FALLS_TO.get(seat.role, (Role.DEPARTMENT_HEAD,))


def may_take(stage: Stage, role: Role) -> bool:
    """Whether a stage may be given to a post of its office by hand: where planning lets it fall."""
    seats = (Seat(stage.side, stage.role, decides) for decides in stage.decides)
    return role is stage.role or any(role in takes_over(seat) for seat in seats)


@dataclass(frozen=True, slots=True)
class _Option:
    """An office and post that could take a stage, and the note it would leave."""

    department: DepartmentFacts
    role: Role
    fell: NoteCode | None = None


def seat_all(
    wanted: Sequence[Wanted], request: ChainRequest, organisation: Organisation
) -> list[Stage] | tuple[Fault, ...]:
    """Stages (not yet numbered) for everything wanted, or every post that nobody can fill."""
    stages: list[Stage] = []
    faults: list[Fault] = []
    for want in wanted:
        if want.kind is StageKind.NOTIFY:
            stages.append(_told(want))
            continue
        placed = _place(want, stages, request, organisation)
        if isinstance(placed, Fault):
            faults.append(placed)
        else:
            stages = placed
    return tuple(faults) or stages


def _place(
    want: Wanted, stages: list[Stage], request: ChainRequest, organisation: Organisation
) -> list[Stage] | Fault:
    """The chain with one more stage, at the first office and post that can take it."""
    reason: NoteCode | None = None
    for option in _options(want, organisation):
        holders, obstacle = _able(option, request)
        if holders and _gives_other_consent(option, want, stages, request, organisation):
            holders, obstacle = (), NoteCode.CONSENTS_MUST_DIFFER
        reason = reason or obstacle
        if holders:
            longer = _join(stages, _stage(want, option, holders, _notes(want, option, reason)))
            if separable(_signatures(longer)):
                return longer
            reason = reason or NoteCode.ONLY_HOLDER_SIGNS_ELSEWHERE
    return Fault(FaultCode.NO_HOLDER, want.department.name, want.seat.role)


def _signatures(stages: Sequence[Stage]) -> list[list[frozenset[int]]]:
    """Who could give each signature of the chain; a stage that needs several counts as often."""
    return [
        [holder.identities for holder in stage.holders]
        for stage in stages
        for _ in range(stage.quorum)
    ]


def _options(want: Wanted, organisation: Organisation) -> Iterator[_Option]:
    """Where the stage may be signed, in the order in which it falls from one to the next."""
    role = want.seat.role
    own, *above = organisation.units(want.department.id)
    yield _Option(own, role)
    for unit in above:
        yield _Option(unit, role, NoteCode.FELL_TO_PARENT_DEPARTMENT)
    for instead in takes_over(want.seat):
        for unit in (own, *above):
            yield _Option(unit, instead, _FELL_TO[instead])
    authority = organisation.authority_of(own.region)
    if authority is not None and authority not in (own, *above):
        for instead in (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD):
            yield _Option(authority, instead, NoteCode.FELL_TO_AUTHORITY)


def _able(option: _Option, request: ChainRequest) -> tuple[tuple[Holder, ...], NoteCode | None]:
    """Who could sign there, and what is wrong when it is only substitutes or nobody."""
    named = option.department.holders.get(option.role, ())
    able = tuple(h for h in named if not h.absent and not h.identities & request.excluded)
    own = [holder for holder in named if holder.acting_for is None]
    if any(holder in able for holder in own):
        return able, None
    if not own:
        return able, NoteCode.NO_HOLDER
    if all(holder.person.official_id in request.excluded for holder in own):
        return able, NoteCode.ONLY_HOLDER_IS_APPLICANT
    return able, NoteCode.HOLDER_ABSENT


def _gives_other_consent(
    option: _Option,
    want: Wanted,
    stages: Sequence[Stage],
    request: ChainRequest,
    organisation: Organisation,
) -> bool:
    """Whether one department would consent to the sending and to the sharing (R19)."""
    others: list[int] = []
    if want.seat.side is Side.HOME:
        others = [request.provider_id]
    elif want.seat.side is Side.PROVIDER:
        others = [stage.office.id for stage in stages if Decides.SEND in stage.decides]
    department_of = organisation.department_of
    return department_of(option.department.id) in map(department_of, others)


def _notes(want: Wanted, option: _Option, reason: NoteCode | None) -> tuple[Note, ...]:
    """Why the stage is not where it was wanted; empty when it is."""
    if reason is None:
        return want.notes
    where = (want.seat.role, want.department.name)
    fell = option.fell or NoteCode.FELL_TO_SUBSTITUTE
    return (*want.notes, Note(reason, *where), Note(fell, *where))


def _stage(
    want: Wanted, option: _Option, holders: tuple[Holder, ...], notes: tuple[Note, ...]
) -> Stage:
    """The stage at the office and post that takes it; where it fell to others, one signs for all."""
    at_its_post = option.role is want.seat.role
    return Stage(
        position=0,
        side=want.seat.side,
        office=option.department.office,
        role=option.role,
        decides=(want.seat.decides,),
        rule=want.seat.rule if at_its_post else SigningRule.ANY_ONE,
        needed=want.seat.needed if at_its_post else 1,
        clock_rule=want.clock_rule,
        limit_days=want.limit_days,
        holders=holders,
        notes=notes,
    )


def _told(want: Wanted) -> Stage:
    """A stage that waits for nobody and has no limit."""
    holders = want.department.holders.get(want.seat.role, ())
    return Stage(
        position=0,
        side=want.seat.side,
        office=want.department.office,
        role=want.seat.role,
        decides=(want.seat.decides,),
        kind=StageKind.NOTIFY,
        holders=holders,
        notes=want.notes,
    )


def _join(stages: Sequence[Stage], stage: Stage) -> list[Stage]:
    """Append ``stage``, or merge it with an equal neighbour."""
    if not stages or not _equal(stages[-1], stage):
        return [*stages, stage]
    last = stages[-1]
    stricter = max(last, stage, key=_strictness)
    merged = Note(NoteCode.EQUAL_NEIGHBOURS_MERGED, last.role, last.office.name)
    return [
        *stages[:-1],
        replace(
            stage,
            decides=last.decides + stage.decides,
            rule=stricter.rule,
            needed=stricter.needed,
            notes=(*last.notes, *stage.notes, merged),
        ),
    ]


def _strictness(stage: Stage) -> tuple[bool, int]:
    return stage.rule is SigningRule.ALL, stage.needed


def _equal(last: Stage, stage: Stage) -> bool:
    """Whether one signature may stand for both.

    The same post of the same office, or one and the same only person in one office; never one of
    the requesting side with one of the provider's, because those two consents must differ (R19).
    """
    if last.office != stage.office:
        return False
    if (last.side is Side.PROVIDER) is not (stage.side is Side.PROVIDER):
        return False
    only = {holder.person for holder in (*last.holders, *stage.holders)}
    return last.role is stage.role or (last.side is stage.side and len(only) == 1)
