"""Whole cases in which everybody tries every command, checked by invariants on the events alone.

`test_machine` compares with a model of the chain; here the many ways in which a stage moves between
people are tried. Set HYPOTHESIS_NIGHTLY to play at least 100,000 steps.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import event as note_event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sharing.approval.clocks import BEIJING, deadlines, local_day
from sharing.approval.commands import (
    COMMANDS,
    AddSigner,
    Advise,
    Claim,
    Command,
    ConsentExtension,
    Consult,
    Copy,
    Delegate,
    HandBack,
    Reassign,
    Refuse,
    RefuseExtension,
    Release,
    RemoveSigner,
    RequestExtension,
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    TakeBack,
    Transfer,
    Urge,
    Withdraw,
)
from sharing.approval.custody import Place
from sharing.approval.decide import available, decide
from sharing.approval.events import Consented, Event, OfficeSucceeded, Refused, StageSigned
from sharing.approval.evolve import evolve, fold
from sharing.approval.serialise import from_dict, to_dict
from sharing.approval.state import FINAL, State, drafted
from sharing.approval.terms import (
    Actor,
    Denied,
    Gap,
    Masked,
    Office,
    Person,
    PostHeld,
    RefusalCode,
    Role,
    Side,
    SigningRule,
    Stage,
    StageKind,
)
from tests.sharing.approval.cases import plan
from tests.sharing.approval.cases import stage as stage_of
from tests.sharing.approval.strategies import CALENDAR, FIELDS, TERMS

NIGHTLY = "HYPOTHESIS_NIGHTLY" in os.environ
HOME, BUREAU, PROVIDER = Office(1, "home", "320602"), Office(2, "bureau", "320602"), Office(3, "provider", "320602")  # fmt: skip
OFFICES = (HOME, BUREAU, PROVIDER)
PEOPLE = [Person(number, f"official {number}") for number in range(1, 13)]
APPLICANT = PEOPLE[0]
POSTS = {
    1: (HOME, Role.CLERK), 2: (HOME, Role.SHARING_OFFICE_HEAD), 3: (HOME, Role.SHARING_OFFICE_HEAD),
    4: (HOME, Role.DEPARTMENT_HEAD), 5: (BUREAU, Role.AUTHORITY_REVIEWER),
    6: (BUREAU, Role.AUTHORITY_HEAD), 7: (PROVIDER, Role.STEWARD), 8: (PROVIDER, Role.STEWARD),
    9: (PROVIDER, Role.SHARING_OFFICE_HEAD), 10: (PROVIDER, Role.DEPARTMENT_HEAD),
    11: (PROVIDER, Role.CLERK), 12: (PROVIDER, Role.AUDITADMIN),
}  # fmt: skip

people = st.sampled_from(PEOPLE)
Making = Callable[["Offices", st.DataObject], Command]


def seat(office: Office, role: Role, side: Side, **options: Any) -> Stage:
    held = [PEOPLE[n - 1] for n, post in POSTS.items() if post == (office, role)]
    return stage_of(office, role, held, side=side, **options)


CHAINS = [
    plan(
        seat(HOME, Role.SHARING_OFFICE_HEAD, Side.HOME),
        seat(BUREAU, Role.AUTHORITY_REVIEWER, Side.AUTHORITY, kind=kind),
        seat(PROVIDER, Role.STEWARD, Side.PROVIDER, rule=rule, limit_days=6),
        seat(PROVIDER, Role.SHARING_OFFICE_HEAD, Side.PROVIDER, limit_days=4),
    )
    for kind in StageKind
    for rule in (SigningRule.ANY_ONE, SigningRule.ALL)
]
MAKE: dict[str, Making] = {
    "submit": lambda m, d: Submit(
        seen=m.seen, plan=d.draw(st.sampled_from(CHAINS)), terms=TERMS, content_hash="h"
    ),
    "resubmit": lambda m, _: Resubmit(
        seen=m.seen, terms=m.state.terms or TERMS, content_hash="h", explanation="more"
    ),
    "withdraw": lambda m, _: Withdraw(seen=m.seen),
    "sign": lambda m, d: Sign(
        seen=m.seen,
        narrow_fields=d.draw(st.sampled_from([None, None, FIELDS[:3], FIELDS[1:]])),
        masks=d.draw(st.sampled_from([(), (), (Masked("b", "redact", 6),)])),
    ),
    "refuse": lambda m, _: Refuse(seen=m.seen, code=RefusalCode.OTHER, text="no"),
    "request_supplement": lambda m, _: RequestSupplement(seen=m.seen, gaps=(Gap("a", "b"),)),
    "transfer": lambda m, d: Transfer(seen=m.seen, to=m.anybody(d)),
    "delegate": lambda m, d: Delegate(seen=m.seen, to=m.anybody(d)),
    "hand_back": lambda m, _: HandBack(seen=m.seen, opinion="done"),
    "take_back": lambda m, _: TakeBack(seen=m.seen),
    "claim": lambda m, _: Claim(seen=m.seen),
    "release": lambda m, _: Release(seen=m.seen),
    "reassign": lambda m, d: Reassign(seen=m.seen, to=m.anybody(d), reason="gone"),
    "add_signer": lambda m, d: AddSigner(
        seen=m.seen, signers=(m.anybody(d), m.anybody(d))[: d.draw(st.integers(1, 2))],
        place=d.draw(st.sampled_from(list(Place))), rule=d.draw(st.sampled_from(list(SigningRule))),
    ),
    "remove_signer": lambda m, d: RemoveSigner(seen=m.seen, official_id=d.draw(people).official_id),
    "consult": lambda m, d: Consult(
        seen=m.seen, office=d.draw(st.sampled_from(OFFICES)), question="?",
        person=d.draw(st.sampled_from([None, m.anybody(d)])),
    ),
    "advise": lambda m, _: Advise(seen=m.seen, text="yes"),
    "copy": lambda m, d: Copy(seen=m.seen, to=(d.draw(people),)),
    "urge": lambda m, _: Urge(seen=m.seen, counts_for=local_day(m.now)),
    "request_extension": lambda m, d: RequestExtension(
        seen=m.seen, days=d.draw(st.integers(1, 10)), reason="more"
    ),
    "consent_extension": lambda m, _: ConsentExtension(seen=m.seen),
    "refuse_extension": lambda m, _: RefuseExtension(seen=m.seen, reason="no"),
}  # fmt: skip
RARE = {"withdraw", "refuse", "submit"}


class Offices(RuleBasedStateMachine):
    """Twelve officials of three offices, one case, and everything anybody might try."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 23, 9, tzinfo=BEIJING)
        self.start: State = drafted(APPLICANT, HOME)
        self.state = self.start
        self.events: list[Event] = []
        self.acting: dict[int, Person] = {}

    @property
    def seen(self) -> int:
        return self.state.version

    def actor(self, person: Person) -> Actor:
        ids = [(person.official_id, None)]
        if principal := self.acting.get(person.official_id):
            ids.append((principal.official_id, principal))
        held = (
            PostHeld(POSTS[number][0].id, POSTS[number][1], acting_for, "320602")
            for number, acting_for in ids
        )
        return Actor(person.official_id, person.name, tuple(held))

    def anybody(self, data: st.DataObject) -> Actor:
        return self.actor(data.draw(people))

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.give(MAKE["submit"](self, data), self.actor(APPLICANT))

    @rule(data=st.data(), who=people, name=st.sampled_from(list(COMMANDS)))
    def somebody_tries(self, data: st.DataObject, who: Person, name: str) -> None:
        if name not in RARE or data.draw(st.integers(0, 9)) == 9:
            self.give(MAKE[name](self, data), self.actor(who))

    @rule(data=st.data())
    def somebody_does_what_they_may(self, data: st.DataObject) -> None:
        """Without this most tries would be denied."""
        able = [
            (actor, name)
            for actor in map(self.actor, PEOPLE)
            for command, denied in available(self.state, actor, self.now).items()
            if denied is None and (name := type_name(command)) not in RARE
        ]
        if able:
            actor, name = data.draw(st.sampled_from(able))
            self.give(MAKE[name](self, data), actor)

    @rule(data=st.data())
    def somebody_signs(self, data: st.DataObject) -> None:
        able = [
            actor
            for actor in map(self.actor, PEOPLE)
            if available(self.state, actor, self.now)[Sign] is None
        ]
        if able:
            self.give(MAKE["sign"](self, data), data.draw(st.sampled_from(able)))

    @rule(who=people, principal=people)
    def somebody_stands_in(self, who: Person, principal: Person) -> None:
        self.acting = {who.official_id: principal} if who != principal else {}

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(now_and_then=st.integers(0, 19))
    def an_office_is_dissolved(self, now_and_then: int) -> None:
        current = self.state.current_stage
        if now_and_then or current is None:
            return
        happened = OfficeSucceeded(at=self.now, position=current.stage.position, office=PROVIDER)
        self.events.append(happened)
        self.state = evolve(self.state, happened)

    def give(self, command: Command, actor: Actor) -> None:
        before = self.state
        button = available(before, actor, self.now)[type(command)]
        answer = decide(before, command, actor=actor, now=self.now)
        if isinstance(answer, Denied):
            note_event(f"denied: {answer.code}")
            if button is not None:
                assert answer == button
            return
        assert button is None
        note_event(f"done: {type(command).__name__}")
        for happened in answer:
            assert from_dict(json.loads(json.dumps(to_dict(happened)))) == happened
        self.events.extend(answer)
        self.state = fold(answer, before)

    @invariant()
    def replay_equals_the_state(self) -> None:
        assert fold(self.events, self.start) == self.state
        assert self.state.version == len(self.events)

    @invariant()
    def people_are_separated(self) -> None:
        """Nobody in two standing signatures, and none of the applicant's side in any."""
        standing = [one.by for stage in self.state.stages for one in stage.signatures]
        standing += [
            by for stage in self.state.stages for group in stage.groups for by in group.signed
        ]
        names = [identity for by in standing for identity in by.identities]
        assert len(names) == len(set(names))
        for happened in self.events:
            if isinstance(happened, StageSigned | Refused):
                assert APPLICANT.official_id not in happened.by.identities

    @invariant()
    def the_chain_keeps_its_order(self) -> None:
        if self.state.status in FINAL or self.state.current is None:
            return
        for stage in self.state.stages:
            if stage.stage.position < self.state.current:
                assert stage.is_complete
            elif stage.stage.position > self.state.current:
                assert not stage.signatures
                assert stage.opened_at is None

    @invariant()
    def consent_rests_on_every_signature(self) -> None:
        if isinstance(self.state.decision, Consented):
            assert all(stage.is_complete for stage in self.state.stages)
            assert set(self.state.decision.terms.fields) <= set(FIELDS)
            assert self.state.decision.terms == self.state.terms

    @invariant()
    def the_law_bounds_extensions(self) -> None:
        assert 0 <= self.state.extended_days <= 10
        if self.state.plan is not None:
            assert len(deadlines(self.state, CALENDAR).stages) == len(self.state.stages)


def type_name(command: type) -> str:
    return next(name for name, one in COMMANDS.items() if one is command)


TestOffices = Offices.TestCase
TestOffices.settings = settings(
    max_examples=2500 if NIGHTLY else 25,
    stateful_step_count=50 if NIGHTLY else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # a busy machine is no failure
)
