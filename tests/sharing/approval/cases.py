"""People, chains and cases that the tests of the approval core share."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sharing.approval.commands import Command, RequestSupplement, Resubmit, Sign, Submit
from sharing.approval.decide import decide
from sharing.approval.events import Event
from sharing.approval.evolve import fold
from sharing.approval.state import State, drafted
from sharing.approval.terms import (
    Actor,
    ClockRule,
    Decides,
    DenialCode,
    Denied,
    Gap,
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
    Terms,
)

NOW = datetime(2026, 11, 9, 1, 18, tzinfo=UTC)  # Monday 9:18 in Beijing
DAY = timedelta(days=1)

TOWNSHIP = Office(1, "虹桥街道办事处", "320602001")
COUNTY = Office(2, "崇川区数据局", "320602")
PROVIDER = Office(3, "江苏省公安厅", "320000")

CHEN = Person(11, "陈静")  # applies
WANG = Person(12, "王芳")  # stands in for Chen
ZHOU = Person(13, "周建国")  # heads the township's sharing office
LI = Person(14, "李敏")  # stands in for Zhou
JI = Person(21, "季晓东")  # reviews at the county
GU = Person(31, "顾海燕")  # steward of the provider
QIAN = Person(32, "钱国栋")  # heads the provider's sharing office
STRANGER = Person(99, "路人")


def actor(person: Person, *posts: PostHeld) -> Actor:
    return Actor(person.official_id, person.name, posts)


APPLICANT = actor(CHEN, PostHeld(TOWNSHIP.id, Role.CLERK))
STAND_IN = actor(WANG, PostHeld(TOWNSHIP.id, Role.CLERK, acting_for=CHEN))
HEAD = actor(ZHOU, PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD))
HEADS_SUBSTITUTE = actor(LI, PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD, acting_for=ZHOU))
REVIEWER = actor(JI, PostHeld(COUNTY.id, Role.AUTHORITY_REVIEWER))
STEWARD = actor(GU, PostHeld(PROVIDER.id, Role.STEWARD))
PROVIDER_HEAD = actor(QIAN, PostHeld(PROVIDER.id, Role.SHARING_OFFICE_HEAD))
CHIEF = actor(Person(16, "黄卫东"), PostHeld(TOWNSHIP.id, Role.DEPARTMENT_HEAD))
TYPIST = actor(Person(17, "沈悦"), PostHeld(TOWNSHIP.id, Role.CLERK))
SECOND = actor(Person(18, "唐亮"), PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD))
PROVIDER_CHIEF = actor(Person(33, "施敏"), PostHeld(PROVIDER.id, Role.DEPARTMENT_HEAD))
PROVIDER_CLERK = actor(Person(34, "严明"), PostHeld(PROVIDER.id, Role.CLERK))
BUREAU = actor(Person(41, "孙伟"), PostHeld(50, Role.AUTHORITY_REVIEWER, region="320000"))
COUNTY_CHIEF = actor(Person(22, "周敏"), PostHeld(COUNTY.id, Role.AUTHORITY_HEAD, region="320602"))
OUTSIDER = actor(STRANGER, PostHeld(PROVIDER.id, Role.AUDITADMIN))

TERMS = Terms(
    fields=("name", "id_number", "address"),
    period_start=date(2026, 12, 1),
    period_end=date(2027, 11, 30),
    row_region="320602001",
    mode="file",
    purpose="subsistence allowance",
)


def stage(
    office: Office,
    role: Role,
    holders: Iterable[Person] = (),
    *,
    side: Side | None = None,
    kind: StageKind = StageKind.SIGN,
    rule: SigningRule = SigningRule.ANY_ONE,
    limit_days: int | None = 2,
) -> Stage:
    """A stage whose side follows from the office unless it is given; `plan` numbers it."""
    sides = {TOWNSHIP: Side.HOME, COUNTY: Side.AUTHORITY, PROVIDER: Side.PROVIDER}
    side = side or sides[office]
    reply = side is Side.PROVIDER
    return Stage(
        position=0,
        side=side,
        office=office,
        role=role,
        decides=(Decides.CONSENT,),
        kind=kind,
        rule=rule,
        clock_rule=ClockRule.REPLY_CONDITIONAL if reply else ClockRule.HOME_REVIEW,
        limit_days=None if kind is StageKind.NOTIFY else limit_days,
        holders=tuple(Holder(person) for person in holders),
    )


HOME_STAGE = stage(TOWNSHIP, Role.SHARING_OFFICE_HEAD, [ZHOU])
COUNTY_STAGE = stage(COUNTY, Role.AUTHORITY_REVIEWER, [JI])
STEWARD_STAGE = stage(PROVIDER, Role.STEWARD, [GU], limit_days=6)
CONSENT_STAGE = stage(PROVIDER, Role.SHARING_OFFICE_HEAD, [QIAN], limit_days=4)


def plan(*stages: Stage, lane: Lane = Lane.CONDITIONAL, **options: object) -> Plan:
    numbered = tuple(replace(s, position=n) for n, s in enumerate(stages, start=1))
    return Plan(lane=lane, stages=numbered, **options)  # type: ignore[arg-type]


PLAN = plan(HOME_STAGE, COUNTY_STAGE, STEWARD_STAGE, CONSENT_STAGE)
GAPS = (Gap("use_scope", "name the people who will query"),)


class Case:
    """A case under test: gives commands, keeps the events, and checks that replay agrees."""

    def __init__(self, chain: Plan = PLAN, terms: Terms = TERMS, now: datetime = NOW) -> None:
        self.chain, self.terms, self.now = chain, terms, now
        self.start = drafted(CHEN, TOWNSHIP)
        self.state: State = self.start
        self.events: list[Event] = []

    def give(self, command: Command, by: Actor) -> tuple[Event, ...] | Denied:
        decision = decide(self.state, command, actor=by, now=self.now)
        if not isinstance(decision, Denied):
            self.events.extend(decision)
            self.state = fold(decision, self.state)
            assert fold(self.events) == self.state == fold(self.events, self.start)
        return decision

    def do(self, command: Command, by: Actor) -> tuple[Event, ...]:
        decision = self.give(command, by)
        assert not isinstance(decision, Denied), decision
        return decision

    def denied(self, command: Command, by: Actor) -> DenialCode:
        before = self.state
        decision = self.give(command, by)
        assert isinstance(decision, Denied), decision
        assert self.state is before
        return decision.code

    @property
    def seen(self) -> int:
        return self.state.version

    def submit(self, by: Actor = APPLICANT) -> "Case":
        self.do(
            Submit(seen=self.seen, plan=self.chain, terms=self.terms, content_hash="hash-1"), by
        )
        return self

    def sign(self, *signers: Actor) -> "Case":
        for signer in signers:
            self.do(Sign(seen=self.seen), signer)
        return self

    def ask_supplement(self, by: Actor) -> "Case":
        self.do(RequestSupplement(seen=self.seen, gaps=GAPS), by)
        return self

    def explain(self, by: Actor = APPLICANT) -> "Case":
        answer = Resubmit(
            seen=self.seen, terms=self.state.asked[1], content_hash="hash-2", explanation="named"
        )
        self.do(answer, by)
        return self
