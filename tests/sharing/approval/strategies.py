"""Random people, posts, chains and terms for `test_machine`."""

from datetime import date

from hypothesis import strategies as st

from portal.worktime.calendar import Calendar
from sharing.approval.terms import (
    ClockRule,
    Decides,
    Holder,
    Lane,
    Office,
    Person,
    Plan,
    PostHeld,
    Role,
    Side,
    SigningRule,
    Stage,
    StageKind,
    SupplementClock,
    Terms,
)

PEOPLE = [Person(n, f"official {n}") for n in range(1, 6)]
HOME = Office(1, "home", "r1")
OFFICES = {Side.HOME: HOME, Side.AUTHORITY: Office(2, "authority", "r1"), Side.PROVIDER: Office(3, "provider", "r0")}  # fmt: skip
ROLES = [Role.SHARING_OFFICE_HEAD, Role.STEWARD]
FIELDS = ("a", "b", "c", "d")
CALENDAR = Calendar(frozenset(), frozenset(), frozenset({2026}))

people = st.sampled_from(PEOPLE)
posts = st.builds(
    PostHeld,
    st.sampled_from([office.id for office in OFFICES.values()]),
    st.sampled_from(ROLES),
    acting_for=st.one_of(st.none(), st.none(), people),
)
holders = st.lists(st.builds(Holder, people), min_size=1, max_size=2).map(tuple)
field_lists = st.lists(st.sampled_from(FIELDS), max_size=4, unique=True).map(tuple)
now_and_then = st.integers(0, 5).map(lambda n: n == 5)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A chain over the three sides in order; the first stage is signed at home."""
    sides = sorted(draw(st.lists(st.sampled_from(list(Side)), max_size=4)), key=list(Side).index)
    stages = []
    for position, side in enumerate([Side.HOME, *sides], start=1):
        kinds = [StageKind.SIGN] if position == 1 else [*[StageKind.SIGN] * 3, StageKind.NOTIFY]
        kind = draw(st.sampled_from(kinds))
        stages.append(
            Stage(
                position=position,
                side=side,
                office=OFFICES[side],
                role=draw(st.sampled_from(ROLES)),
                decides=(Decides.CONSENT,),
                kind=kind,
                rule=draw(st.sampled_from([*[SigningRule.ANY_ONE] * 3, SigningRule.ALL])),
                clock_rule=ClockRule.HOME_REVIEW,
                limit_days=None if kind is StageKind.NOTIFY else draw(st.integers(1, 5)),
                holders=draw(holders),
            )
        )
    return Plan(
        lane=draw(st.sampled_from(list(Lane))),
        stages=tuple(stages),
        supplement_clock=draw(st.sampled_from(list(SupplementClock))),
    )


TERMS = Terms(
    fields=FIELDS, period_start=date(2026, 12, 1), period_end=date(2027, 12, 1), row_region="r1"
)
terms_of = st.builds(
    Terms,
    fields=st.one_of(st.just(FIELDS), st.just(FIELDS[:2]), field_lists),
    period_start=st.just(date(2026, 12, 1)),
    period_end=st.sampled_from(
        [date(2027, 12, 1), date(2027, 12, 1), date(2026, 12, 24), date(2026, 11, 30)]
    ),
    row_region=st.sampled_from(["r1", "r1", "r1", "r0"]),
)
