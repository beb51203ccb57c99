"""What a policy may not do: leave out who must consent, or loosen what is above it (R46, R19, R25).

A definition is judged as a whole: every fault comes back at once, with the place it is at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sharing.approval.blueprint import Seat
from sharing.approval.policy import NATIONAL_LIMITS, Policy
from sharing.approval.schema import Departure, departures, policy_schema
from sharing.approval.serialise import load_policy
from sharing.approval.terms import (
    Decides,
    Grade,
    Lane,
    Role,
    Side,
    SigningRule,
    StageKind,
)

LANES: Final = (*(lane.value for lane in Lane), "emergency")

ROLES: Final[Mapping[Side, frozenset[Role]]] = {
    Side.HOME: frozenset({Role.CLERK, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD}),
    Side.AUTHORITY: frozenset({Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD}),
    Side.PROVIDER: frozenset(
        {Role.CLERK, Role.STEWARD, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.SECADMIN}
    ),
}
"""Posts that can have a seat on a side."""

DECISIONS: Final[Mapping[Side, frozenset[Decides]]] = {
    Side.HOME: frozenset({Decides.SEND, Decides.APPROVAL}),
    Side.AUTHORITY: frozenset({Decides.CONFORMITY, Decides.RELAY, Decides.COORDINATION}),
    Side.PROVIDER: frozenset(
        {Decides.ANSWER, Decides.SCOPE, Decides.SECURITY, Decides.CONSENT, Decides.APPROVAL}
    ),
}
"""What can be decided on a side."""

_SENDS: Final = (Side.HOME, Role.SHARING_OFFICE_HEAD, Decides.SEND)
_CONSENTS: Final = (Side.PROVIDER, Role.SHARING_OFFICE_HEAD, Decides.CONSENT)
_ANSWERS: Final = (Side.PROVIDER, Role.STEWARD, Decides.ANSWER)

NEEDED: Final[Mapping[str, tuple[tuple[Side, Role, Decides], ...]]] = {
    "unconditional": (_SENDS, _ANSWERS),
    "conditional": (_SENDS, _CONSENTS),
    "reflux": (_SENDS, _ANSWERS),
    "emergency": (_SENDS, _CONSENTS),
}
"""Seats without which nothing is consented to (article 20; the reply of article 21)."""

NO_AUTHORITIES: Final = frozenset({"unconditional", "reflux"})
"""Nobody but the two departments takes part: articles 14 and 24 know no further conditions."""

_ORDER: Final = list(Side)


def faults_of(definition: object, above: Policy | None = None) -> tuple[Departure, ...]:
    """Everything wrong with a definition; with ``above`` also what it loosens of that policy.

    ``above`` is the policy that holds everywhere, for the policy of one region.
    """
    wrong = tuple(departures(definition, policy_schema()))
    if wrong or not isinstance(definition, Mapping):
        return wrong
    policy = load_policy(definition)
    faults = [*_unlawful(policy)]
    if above is not None:
        faults += _looser(policy, above)
    return tuple(faults)


def _chains(policy: Policy) -> Iterator[tuple[str, tuple[Seat, ...]]]:
    return ((name, getattr(policy.lanes, name)) for name in LANES)


def _unlawful(policy: Policy) -> Iterator[Departure]:
    for name, seats in _chains(policy):
        path = f"lanes.{name}"
        for needed in NEEDED[name]:
            if not any(_is(seat, needed) and _always_signs(seat) for seat in seats):
                yield Departure(path, "seat_needed", _seat_words(needed))
        if not seats or not _is(seats[0], _SENDS):
            yield Departure(path, "must_begin_at_home")
        yield from _disorder(name, seats)
        for number, seat in enumerate(seats):
            yield from _seat(f"{path}.{number}", seat)
    yield from _emergencies(policy)


def _emergencies(policy: Policy) -> Iterator[Departure]:
    if not policy.emergencies.who:
        yield Departure("emergencies.who", "nobody")
    for role in policy.emergencies.who:
        if role not in ROLES[Side.HOME]:
            yield Departure("emergencies.who", "role_elsewhere", {"role": role})
    if policy.emergencies.max_grade >= Grade.IMPORTANT:
        yield Departure("emergencies.max_grade", "too_careful")


def _disorder(name: str, seats: Sequence[Seat]) -> Iterator[Departure]:
    path = f"lanes.{name}"
    sides = [_ORDER.index(seat.side) for seat in seats]
    if sides != sorted(sides):
        yield Departure(path, "out_of_order")
    if name in NO_AUTHORITIES and any(seat.side is Side.AUTHORITY for seat in seats):
        yield Departure(path, "no_authorities")
    seen: set[tuple[Side, Role, Decides]] = set()
    for number, seat in enumerate(seats):
        if _key(seat) in seen:
            yield Departure(f"{path}.{number}", "twice", _seat_words(_key(seat)))
        seen.add(_key(seat))


def _seat(path: str, seat: Seat) -> Iterator[Departure]:
    if seat.role not in ROLES[seat.side]:
        yield Departure(path, "role_elsewhere", {"role": seat.role})
    if seat.decides not in DECISIONS[seat.side]:
        yield Departure(path, "decides_elsewhere", {"decides": seat.decides})
    if seat.days is not None and seat.side is Side.PROVIDER:
        yield Departure(path, "shares_the_reply")
    if seat.rule is SigningRule.N_OF_M and seat.needed < 2:
        yield Departure(path, "needs_a_number")
    if seat.rule is not SigningRule.N_OF_M and seat.needed != 1:
        yield Departure(path, "number_without_rule")
    if seat.kind is StageKind.NOTIFY and seat.rule is not SigningRule.ANY_ONE:
        yield Departure(path, "told_not_signing")


def _looser(policy: Policy, above: Policy) -> Iterator[Departure]:
    for name in ("home_review", "authority_review", *NATIONAL_LIMITS):
        mine, theirs = getattr(policy.limits, name), getattr(above.limits, name)
        if theirs is not None and (mine is None or mine > theirs):
            yield Departure(f"limits.{name}", "longer", {"most": theirs})
    if policy.answer_unconditional_by_rule and not above.answer_unconditional_by_rule:
        yield Departure("answer_unconditional_by_rule", "not_above")
    yield from _looser_emergencies(policy, above)
    for name, seats in _chains(policy):
        for theirs in getattr(above.lanes, name):
            if theirs.side is not Side.AUTHORITY and not _kept(theirs, seats):
                yield Departure(f"lanes.{name}", "seat_above", _seat_words(_key(theirs)))


def _looser_emergencies(policy: Policy, above: Policy) -> Iterator[Departure]:
    mine, theirs = policy.emergencies, above.emergencies
    if mine.days > theirs.days:
        yield Departure("emergencies.days", "longer", {"most": theirs.days})
    if not mine.days:
        return
    if mine.max_grade > theirs.max_grade:
        yield Departure("emergencies.max_grade", "longer", {"most": int(theirs.max_grade)})
    for role in mine.who:
        if role not in theirs.who:
            yield Departure("emergencies.who", "who_above", {"role": role})


def _kept(theirs: Seat, seats: Iterable[Seat]) -> bool:
    """Whether a seat is there, for no fewer grades, with no weaker a signature and clock."""
    return any(
        _key(mine) == _key(theirs)
        and mine.from_grade <= theirs.from_grade
        and (mine.kind is StageKind.SIGN or theirs.kind is StageKind.NOTIFY)
        and _strength(mine) >= _strength(theirs)
        and (theirs.days is None or (mine.days is not None and mine.days <= theirs.days))
        for mine in seats
    )


def _strength(seat: Seat) -> int:
    if seat.rule is SigningRule.ALL:
        return 100
    return seat.needed


def _always_signs(seat: Seat) -> bool:
    return seat.from_grade is Grade.GENERAL_1 and seat.kind is StageKind.SIGN


def _key(seat: Seat) -> tuple[Side, Role, Decides]:
    return seat.side, seat.role, seat.decides


def _is(seat: Seat, needed: tuple[Side, Role, Decides]) -> bool:
    return _key(seat) == needed


def _seat_words(key: tuple[Side, Role, Decides]) -> dict[str, Any]:
    side, role, decides = key
    return {"side": side, "role": role, "decides": decides}
