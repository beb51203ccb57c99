"""Plan who signs: from both organisation trees, the entry and the policy to a frozen chain.

Every stage to be signed ends up with somebody who may sign it, nobody is needed for two, and the
applicant (or who stands in for the applicant) for none; otherwise planning names what stands in
the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sharing.approval.blueprint import ChainRequest, Fault, FaultCode, Seat, Wanted
from sharing.approval.organisation import DepartmentFacts, Organisation
from sharing.approval.policy import DEFAULT_POLICY, Policy, RelayMode, lane_of
from sharing.approval.seating import seat_all
from sharing.approval.terms import (
    ClockRule,
    Decides,
    Grade,
    Note,
    NoteCode,
    Plan,
    Role,
    SharingType,
    Side,
    Stage,
    StageKind,
)

__all__ = ["ChainRequest", "Fault", "FaultCode", "plan_chain", "share_days"]


def plan_chain(
    request: ChainRequest, organisation: Organisation, policy: Policy = DEFAULT_POLICY
) -> Plan | tuple[Fault, ...]:
    """The chain for ``request``, or everything that stands in its way, at once.

    KeyError when ``organisation`` lacks a department or region that the request needs.
    """
    lane = lane_of(request.sharing_type, reflux=request.reflux)
    fault = _not_askable(request, organisation)
    if fault is not None:
        return (fault,)
    seats = policy.seats(lane, emergency=request.emergency)
    asks_authorities = any(seat.side is Side.AUTHORITY for seat in seats)
    authorities = _authorities(request, organisation, policy) if asks_authorities else {}
    if isinstance(authorities, Fault):
        return (authorities,)
    wanted = [
        want
        for seat in seats
        if request.grade >= seat.from_grade
        for want in _wanted(seat, request, organisation, policy, authorities)
    ]
    stages = seat_all(wanted, request, organisation)
    if isinstance(stages, tuple):
        return stages
    _, reply_days = policy.limits.reply(request.sharing_type)
    return Plan(
        lane=lane,
        stages=_number(_share_reply(stages, reply_days)),
        emergency=request.emergency,
        supplement_clock=policy.supplement_clock,
        supply_days=policy.limits.supply,
        policy_version=policy.version,
        rule=request.rule,
    )


def _not_askable(request: ChainRequest, organisation: Organisation) -> Fault | None:
    """Why there can be no application at all, whoever would sign it."""
    provider = organisation.departments[request.provider_id]
    demander = organisation.departments[request.demander_id]
    if organisation.department_of(provider.id) == organisation.department_of(demander.id):
        return Fault(FaultCode.SAME_DEPARTMENT, provider.name)
    if request.sharing_type is SharingType.NON_SHARED:
        return Fault(FaultCode.NON_SHARED, provider.name)
    _, *above = organisation.upwards(demander.region)
    if request.reflux and provider.region not in above:
        return Fault(FaultCode.NOT_A_SUPERIOR, provider.name)
    return None


def _authorities(
    request: ChainRequest, organisation: Organisation, policy: Policy
) -> dict[int, tuple[DepartmentFacts, Decides]] | Fault:
    """The authorities on the way, each once: own, those up to the common superior region, theirs.

    Those whose level is left out by the policy are not among them; the own one always is.
    """
    own = organisation.departments[request.demander_id].region
    theirs = organisation.departments[request.provider_id].region
    top = organisation.common_superior(own, theirs)
    if top is None:
        return Fault(FaultCode.REGIONS_DO_NOT_MEET, theirs)
    path = organisation.upwards(own)
    way = [(code, Decides.RELAY) for code in path[: path.index(top) + 1]]
    way = [(own, Decides.CONFORMITY), *way[1:], (theirs, Decides.COORDINATION)]
    found: dict[int, tuple[DepartmentFacts, Decides]] = {}
    if len(way) > 1 and _every_relay_skipped(way, organisation, policy):
        way = way[:1]
    for code, decides in way:
        authority = organisation.authority_of(code)
        if authority is None:
            return Fault(FaultCode.NO_AUTHORITY, code)
        if decides is not Decides.CONFORMITY and _mode(authority, organisation, policy) is _SKIP:
            continue
        _, earlier = found.get(authority.id, (authority, decides))
        is_own = earlier is Decides.CONFORMITY
        found[authority.id] = (authority, earlier if is_own else decides)
    return found


_SKIP = RelayMode.SKIP


def _mode(authority: DepartmentFacts, organisation: Organisation, policy: Policy) -> RelayMode:
    return policy.relay_at(organisation.levels.get(authority.region, ""))


def _every_relay_skipped(
    way: Sequence[tuple[str, Decides]], organisation: Organisation, policy: Policy
) -> bool:
    """Whether no region on the way is asked, so that none of them needs an authority."""
    levels = (organisation.levels.get(code, "") for code, _ in way[1:])
    return all(policy.relay_at(level) is _SKIP for level in levels)


def _wanted(
    seat: Seat,
    request: ChainRequest,
    organisation: Organisation,
    policy: Policy,
    authorities: dict[int, tuple[DepartmentFacts, Decides]],
) -> Iterator[Wanted]:
    """What one seat of the blueprint stands for in this chain."""
    demander = organisation.departments[request.demander_id]
    provider = organisation.departments[request.provider_id]
    limits = policy.limits
    if seat.side is Side.HOME:
        yield Wanted(
            seat=seat,
            department=demander,
            clock_rule=ClockRule.HOME_REVIEW,
            limit_days=limits.home_review if seat.days is None else seat.days,
            kind=seat.kind,
        )
    elif seat.side is Side.PROVIDER:
        reply_rule, _ = limits.reply(request.sharing_type)
        by_rule = _answered_by_rule(request, policy)
        yield Wanted(
            seat=seat,
            department=provider,
            clock_rule=reply_rule,
            kind=StageKind.NOTIFY if by_rule else seat.kind,
            notes=(Note(NoteCode.ANSWERED_BY_RULE, seat.role, provider.name),) if by_rule else (),
        )
    else:
        for authority, decides in authorities.values():
            if decides is seat.decides:
                told = request.rule is not None
                told = told or _is_told(seat, authority, organisation, policy)
                yield _relay(seat, authority, demander, policy, told=told)


def _answered_by_rule(request: ChainRequest, policy: Policy) -> bool:
    """Whether the entry is granted as soon as the own office sends the application."""
    if request.grade >= Grade.IMPORTANT or request.reflux:
        return False
    if request.rule is not None:
        return True
    return policy.answer_unconditional_by_rule and request.sharing_type is SharingType.UNCONDITIONAL


def _is_told(
    seat: Seat, authority: DepartmentFacts, organisation: Organisation, policy: Policy
) -> bool:
    """Whether an authority is only told: by its seat, or because it just passes on."""
    if seat.kind is StageKind.NOTIFY:
        return True
    is_own = seat.decides is Decides.CONFORMITY
    return not is_own and _mode(authority, organisation, policy) is RelayMode.NOTIFY


def _relay(
    seat: Seat, authority: DepartmentFacts, demander: DepartmentFacts, policy: Policy, *, told: bool
) -> Wanted:
    is_own = seat.decides is Decides.CONFORMITY
    elsewhere = is_own and authority.region != demander.region
    return Wanted(
        seat=seat,
        department=authority,
        clock_rule=ClockRule.AUTHORITY_REVIEW,
        limit_days=policy.limits.authority_review if seat.days is None else seat.days,
        kind=StageKind.NOTIFY if told else StageKind.SIGN,
        notes=(Note(NoteCode.NEAREST_AUTHORITY, seat.role, authority.name),) if elsewhere else (),
    )


_WEIGHTS = {Role.STEWARD: 3, Role.CLERK: 3}
"""Who examines field by field gets more of the shared reply limit than who then decides."""


def share_days(days: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split ``days`` whole days by ``weights``; the earlier stages get what rounding leaves."""
    ends = [-(-days * sum(weights[: n + 1]) // sum(weights)) for n in range(len(weights))]
    return tuple(end - start for start, end in zip([0, *ends], ends, strict=False))


def _share_reply(stages: Sequence[Stage], days: int) -> Iterator[Stage]:
    """Give every provider stage its share of the one reply limit."""
    weights = [_WEIGHTS.get(stage.role, 2) for stage in stages if _replies(stage)]
    shares = iter(share_days(days, weights))
    for stage in stages:
        yield replace(stage, limit_days=next(shares)) if _replies(stage) else stage


def _replies(stage: Stage) -> bool:
    return stage.side is Side.PROVIDER and stage.quorum > 0


def _number(stages: Iterator[Stage]) -> tuple[Stage, ...]:
    return tuple(replace(stage, position=n) for n, stage in enumerate(stages, start=1))
