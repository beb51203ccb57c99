"""Whole lives by chance: whatever people and the calendar do, the promises hold."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sharing.grantlife import commands as c
from sharing.grantlife import events as e
from sharing.grantlife.decide import available, decide
from sharing.grantlife.evolve import fold
from sharing.grantlife.serialise import from_dict, to_dict
from sharing.grantlife.terms import (
    ENDED,
    ChangeKind,
    Denied,
    Part,
    Status,
    region_within,
)
from tests.sharing.grantlife.samples import ACTORS, COMMANDS, FACTS, NOW, TERMS

KEEPS = st.one_of(st.none(), st.sets(st.sampled_from("abcx")).map(lambda one: tuple(sorted(one))))


class Life(RuleBasedStateMachine):
    """One grant; days pass, anybody gives any command."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.events: list[e.Event] = [e.Granted(at=NOW, terms=TERMS)]
        self.state = fold(self.events)

    def give(self, part: Part, command: c.Command) -> None:
        before = self.state
        offered = available(before, actor=ACTORS[part], now=self.now, facts=FACTS)
        found = decide(before, command, actor=ACTORS[part], now=self.now, facts=FACTS)
        refused = offered[type(command)]
        if refused is not None:
            assert found == Denied(refused)
        if isinstance(found, Denied):
            return
        self.events += found
        self.state = fold(found, start=before)
        self.check_step(before, found)

    def check_step(self, before, found) -> None:
        after, was = self.state.terms, before.terms
        assert set(after.keys) <= set(was.keys)
        assert region_within(after.row_region, was.row_region)
        assert after.quota is not None
        assert was.quota is not None
        assert after.quota <= was.quota
        if after.ends_on > was.ends_on:
            assert [type(one) for one in found] == [e.Renewed]
        if before.status in ENDED:
            assert self.state.status is before.status
        if any(isinstance(one, e.Terminated) and one.cause == "service" for one in found):
            kinds = [type(one) for one in self.events]
            assert e.ChangeFiled in kinds
            assert e.NegotiationRecorded in kinds

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        for command in (c.TakeEffect(), c.Expire()):
            self.give(Part.CLOCK, command)

    @rule(part=st.sampled_from(Part), name=st.sampled_from(sorted(COMMANDS)))
    def anybody_does_anything(self, part: Part, name: str) -> None:
        command = COMMANDS[name]
        today = self.now.date()
        if isinstance(command, c.AskRenewal):
            command = replace(command, until=self.state.terms.ends_on + timedelta(days=30))
        if isinstance(command, c.Suspend | c.ExtendRectification):
            command = replace(command, rectify_by=today + timedelta(days=7))
        if isinstance(command, c.ProposeChange):
            command = replace(command, effective_on=today + timedelta(days=5))
        self.give(part, command)

    @rule(keep=KEEPS, quota=st.one_of(st.none(), st.integers(0, 12)), part=st.sampled_from(Part))
    def narrows(self, keep: tuple[str, ...] | None, quota: int | None, part: Part) -> None:
        self.give(part, c.Narrow(keep=keep, quota=quota))
        plan = c.ProposeChange(
            change=ChangeKind.NARROWING, effective_on=self.now.date(), reason="r", keep=keep,
            quota=quota,
        )  # fmt: skip
        self.give(part, plan)

    @invariant()
    def replay_gives_the_state(self) -> None:
        assert fold(from_dict(to_dict(one)) for one in self.events) == self.state
        assert self.state.version == len(self.events)

    @invariant()
    def facets_fit_the_status(self) -> None:
        state = self.state
        assert (state.suspension is not None) == (state.status is Status.SUSPENDED)
        if state.status in ENDED:
            assert state.renewal is None
            assert state.change is None
        else:
            assert state.disposed_on is None
        assert state.terms.fields


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
