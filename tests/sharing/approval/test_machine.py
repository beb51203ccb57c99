"""Whole cases with random chains, people and commands, against a small model of the rules.

After every command the answer is compared with the model's, and the invariants are checked on the
events alone.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import event as note_event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sharing.approval.clocks import BEIJING, deadlines, local_day
from sharing.approval.commands import (
    Command,
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    Withdraw,
)
from sharing.approval.decide import available, decide
from sharing.approval.events import (
    Consented,
    Event,
    FieldsNarrowed,
    Refused,
    Resubmitted,
    StageSigned,
    Submitted,
    SupplementRequested,
    Withdrawn,
)
from sharing.approval.evolve import fold
from sharing.approval.serialise import from_dict, to_dict
from sharing.approval.state import State, drafted
from sharing.approval.terms import (
    Actor,
    DenialCode,
    Denied,
    Gap,
    Person,
    Plan,
    PostHeld,
    RefusalCode,
    Role,
    Side,
    StageKind,
    Terms,
)
from tests.sharing.approval.model import APPLICANT, Model, askable, needed, reason_fits
from tests.sharing.approval.strategies import (
    CALENDAR,
    HOME,
    PEOPLE,
    TERMS,
    field_lists,
    now_and_then,
    people,
    plans,
    posts,
    terms_of,
)


def sent(machine: "Cases") -> bool:
    return machine.model.status != "draft"


class Cases(RuleBasedStateMachine):
    """One case, any number of people who try anything."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 23, 9, tzinfo=BEIJING)
        self.start: State = drafted(APPLICANT, HOME)
        self.state, self.model = self.start, Model()
        self.events: list[Event] = []
        self.deputies: dict[int, Actor] = {}

    @initialize(
        plan=plans(),
        terms=st.just(TERMS) | st.just(TERMS) | terms_of,
        more=st.lists(st.tuples(people, posts), max_size=6),
        stand_in=st.none() | people,
        later=now_and_then,
    )
    def begin(
        self,
        plan: Plan,
        terms: Terms,
        more: list[tuple[Person, PostHeld]],
        stand_in: Person | None,
        *,
        later: bool,
    ) -> None:
        """Those named in the chain hold its posts, others hold some more; mostly it is sent."""
        named = [(h.person, s) for s in plan.stages for h in s.holders]
        self.posts = [*more, *((who, PostHeld(s.office.id, s.role)) for who, s in named)]
        if stand_in is not None:
            self.posts.append((stand_in, PostHeld(HOME.id, Role.CLERK, acting_for=APPLICANT)))
        if not later:
            self.submit(stand_in or APPLICANT, plan, terms)

    def actor(self, person: Person) -> Actor:
        """The person with every post held now."""
        held = tuple(
            post for who, post in self.posts if who == person and post.acting_for != person
        )
        return Actor(person.official_id, person.name, held)

    def give(self, command: Command, actor: Actor, *, expected: bool) -> bool:
        """Give a command, compare with the model's answer, and store the events."""
        before = self.state
        answer = decide(before, command, actor=actor, now=self.now)
        assert isinstance(answer, Denied) is not expected, (command, answer)
        button = available(before, actor, self.now)[type(command)]
        if isinstance(answer, Denied):
            note_event(f"denied: {answer.code}")
            if answer.code in ABOUT_THE_PERSON:
                assert button == answer
            return False
        assert button is None
        assert answer
        for happened in answer:
            assert from_dict(json.loads(json.dumps(to_dict(happened)))) == happened
            if isinstance(happened, StageSigned):
                self.check_signature(happened, actor)
        self.events.extend(answer)
        self.state = fold(answer, before)
        return True

    def check_signature(self, signed: StageSigned, actor: Actor) -> None:
        """Whoever signed held the post of the stage at that moment."""
        stage = self.model.stage
        assert signed.position == stage.position
        assert PostHeld(stage.office.id, stage.role, signed.by.acting_for) in actor.posts
        assert signed.by.person == actor.person
        assert signed.content_hash == self.state.content_hash

    # what happens around the case

    @rule(days=st.integers(0, 4), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)

    @rule(who=people, post=posts)
    def somebody_gets_a_post(self, who: Person, post: PostHeld) -> None:
        self.posts.append((who, post))

    @rule(data=st.data())
    def somebody_loses_a_post(self, data: st.DataObject) -> None:
        if self.posts:
            self.posts.pop(data.draw(st.integers(0, len(self.posts) - 1)))

    @rule()
    def the_applicant_comes_back(self) -> None:
        """Nobody stands in any more."""
        self.posts = [(who, post) for who, post in self.posts if post.acting_for != APPLICANT]

    # what people try

    @rule(who=st.just(APPLICANT) | people, plan=plans(), terms=terms_of, often=now_and_then)
    def somebody_submits(self, who: Person, plan: Plan, terms: Terms, *, often: bool) -> None:
        if self.model.status == "draft" or often:
            self.submit(who, plan, terms)

    def submit(self, who: Person, plan: Plan, terms: Terms) -> None:
        actor, model = self.actor(who), self.model
        expected = (
            model.status == "draft"
            and model.applies(actor)
            and askable(terms, plan, local_day(self.now))
        )
        command = Submit(seen=self.state.version, plan=plan, terms=terms, content_hash="h0")
        if self.give(command, actor, expected=expected):
            model.barred.add(actor.official_id)
            model.enter(plan, terms)

    @precondition(sent)
    @rule(data=st.data())
    def somebody_in_turn_signs(self, data: st.DataObject) -> None:
        self.sign(self.likely_signer(data, lucky=True), None)

    @precondition(sent)
    @rule(who=people, kept=st.none() | field_lists, stale=now_and_then)
    def anybody_signs(self, who: Person, kept: tuple[str, ...] | None, *, stale: bool) -> None:
        self.sign(self.actor(who), kept, stale=stale)

    @precondition(sent)
    @rule(data=st.data(), kept=field_lists)
    def somebody_in_turn_narrows(self, data: st.DataObject, kept: tuple[str, ...]) -> None:
        self.sign(self.likely_signer(data, lucky=True), kept)

    def sign(self, actor: Actor, kept: tuple[str, ...] | None, *, stale: bool = False) -> None:
        model = self.model
        who = model.signer(actor, sign=True, today=local_day(self.now))
        narrows = kept is None or (bool(kept) and set(kept) <= model.fields)
        command = Sign(seen=self.state.version - stale, narrow_fields=kept)
        if not self.give(command, actor, expected=bool(who) and narrows and not stale):
            return
        assert who is not None
        model.fields = model.fields if kept is None else set(kept)
        model.signed.setdefault(model.at, []).append(who)
        if len(model.signed[model.at]) >= needed(model.stage):
            model.forward()

    @precondition(sent)
    @rule(
        data=st.data(), code=st.sampled_from(RefusalCode), text=st.sampled_from(["no", " "]),
        citation=st.sampled_from(["law 1", ""]), often=now_and_then,
    )  # fmt: skip
    def somebody_refuses(
        self, data: st.DataObject, code: RefusalCode, text: str, citation: str, *, often: bool
    ) -> None:
        actor, model = self.likely_signer(data, lucky=often), self.model
        who = model.signer(actor, sign=False, today=local_day(self.now))
        lawful = who is not None and reason_fits(model, code) and bool(text.strip())
        lawful = lawful and bool(citation or code is not RefusalCode.LAW_FORBIDS)
        if lawful and not often:
            return  # or hardly any case would get further
        command = Refuse(seen=self.state.version, code=code, text=text, citation=citation)
        if self.give(command, actor, expected=lawful):
            model.status = "refused"

    @precondition(sent)
    @rule(data=st.data(), text=st.sampled_from(["say more", "say more", " "]))
    def somebody_asks_for_more(self, data: st.DataObject, text: str) -> None:
        actor, model = self.likely_signer(data, lucky=True), self.model
        who = model.signer(actor, sign=False, today=local_day(self.now))
        expected = who is not None and not model.supplements and bool(text.strip())
        command = RequestSupplement(seen=self.state.version, gaps=(Gap("scope", text),))
        if self.give(command, actor, expected=expected):
            model.supplements += 1
            model.status = "supplement"

    @rule(
        who=st.just(APPLICANT) | people, plan=plans() | st.none(), terms=st.none() | terms_of,
        text=st.sampled_from(["more", "more", ""]), often=now_and_then,
    )  # fmt: skip
    def somebody_resubmits(
        self, who: Person, plan: Plan | None, terms: Terms | None, text: str, *, often: bool
    ) -> None:
        if self.model.status != "supplement" and not often:
            return
        actor, model = self.actor(who), self.model
        standing = self.state.terms or TERMS
        same = terms is None or (
            set(terms.fields) == model.fields and replace(terms, fields=standing.fields) == standing
        )
        asked = standing if terms is None else terms
        signers = {i for group in model.signed.values() for who in group for i in who}
        expected = (
            model.status == "supplement"
            and model.applies(actor)
            and actor.official_id not in signers
        )
        if same:
            expected = expected and bool(text)
        else:
            expected = expected and plan is not None and askable(asked, plan, local_day(self.now))
        command = Resubmit(
            seen=self.state.version, terms=asked, plan=plan, explanation=text,
            content_hash=self.state.content_hash,
        )  # fmt: skip
        if not self.give(command, actor, expected=expected):
            return
        model.barred.add(actor.official_id)
        if same:
            model.status = "home_review"
            reached = model.plan.stages[: model.at] if model.plan else ()
            if any(stage.side is Side.PROVIDER for stage in reached):
                model.status = "provider_review"
        elif plan is not None:
            model.enter(plan, asked)

    @rule(who=people, often=now_and_then)
    def somebody_withdraws(self, who: Person, *, often: bool) -> None:
        actor, model = self.actor(who), self.model
        open_case = model.status in {"home_review", "provider_review", "supplement"}
        expected = open_case and model.applies(actor)
        if expected and not often:
            return  # or hardly any case would get further
        if self.give(Withdraw(seen=self.state.version), actor, expected=expected):
            model.status = "withdrawn"

    def likely_signer(self, data: st.DataObject, *, lucky: bool) -> Actor:
        """Anybody, or somebody who holds the post of the current stage."""
        able = [who for who, post in self.posts if self.fits(post)] if lucky else []
        return self.actor(data.draw(st.sampled_from(able or PEOPLE)))

    def fits(self, post: PostHeld) -> bool:
        stage = self.model.stage
        return (post.office_id, post.role) == (stage.office.id, stage.role)

    def teardown(self) -> None:
        rounds = sum(isinstance(e, Submitted | Resubmitted) for e in self.events)
        signed = sum(isinstance(e, StageSigned) for e in self.events)
        note_event(f"ended {self.state.status}, rounds {rounds}, signatures {min(signed, 4)}")

    # what must always be true

    @invariant()
    def the_state_is_the_fold_of_the_events(self) -> None:
        assert fold(self.events, self.start) == self.state
        assert self.state.version == len(self.events)
        if self.events:
            assert fold(self.events) == self.state

    @invariant()
    def it_stands_where_the_model_stands(self) -> None:
        assert self.state.status == self.model.status
        if self.model.status in {"home_review", "provider_review", "supplement"}:
            assert self.state.current == self.model.at
        if self.state.terms is not None:
            assert set(self.state.terms.fields) == self.model.fields

    @invariant()
    def one_supplement_and_one_end(self) -> None:
        assert sum(isinstance(e, SupplementRequested) for e in self.events) <= 1
        ends = [e for e in self.events if isinstance(e, Consented | Refused | Withdrawn)]
        assert ends == ([self.events[-1]] if self.state.decision else [])

    @invariant()
    def fields_only_shrink_within_a_round(self) -> None:
        fields: set[str] = set()
        for happened in self.events:
            if isinstance(happened, Submitted | Resubmitted):
                if isinstance(happened, Resubmitted) and happened.plan is None:
                    assert set(happened.terms.fields) == fields
                fields = set(happened.terms.fields)
            elif isinstance(happened, FieldsNarrowed):
                assert fields > set(happened.kept) > set()
                assert set(happened.withheld) == fields - set(happened.kept)
                fields = set(happened.kept)
            elif isinstance(happened, Consented):
                assert set(happened.terms.fields) == fields

    @invariant()
    def consent_rests_on_every_signature(self) -> None:
        """Counted from the events of the last round: nobody twice, never the applicant's side."""
        starts = [
            n
            for n, e in enumerate(self.events)
            if isinstance(e, Submitted | Resubmitted) and e.plan
        ]
        if not starts:
            return
        opening = self.events[starts[-1]]
        assert isinstance(opening, Submitted | Resubmitted)
        assert opening.plan is not None
        signed = [e for e in self.events[starts[-1] :] if isinstance(e, StageSigned)]
        names = [i for e in signed for i in e.by.identities]
        assert len(names) == len(set(names))
        requesters = {APPLICANT.official_id} | {
            e.by.person.official_id for e in self.events if isinstance(e, Submitted | Resubmitted)
        }
        assert requesters.isdisjoint(names)
        assert [e.position for e in signed] == sorted(e.position for e in signed)
        if isinstance(self.state.decision, Consented):
            for stage in opening.plan.stages:
                wanted = needed(stage) if stage.kind is StageKind.SIGN else 0
                assert sum(e.position == stage.position for e in signed) == wanted

    @invariant()
    def every_due_date_can_be_told(self) -> None:
        if self.state.plan is None:
            return
        timetable = deadlines(self.state, CALENDAR)
        assert len(timetable.stages) == len(self.state.stages)
        for row in timetable.stages:
            assert not (row.due and row.remaining)
            if (
                row.due
                and row.opened_on
                and self.state.stages[row.position - 1].stage.side is not Side.PROVIDER
            ):
                assert row.due.on > row.opened_on


ABOUT_THE_PERSON = frozenset(DenialCode) - {
    DenialCode.STALE, DenialCode.NOTHING_ASKED, DenialCode.PERIOD_REVERSED, DenialCode.PERIOD_PAST,
    DenialCode.ROWS_NOT_OWN_REGION, DenialCode.NARROWED_TO_NOTHING, DenialCode.NARROWING_WIDENS,
    DenialCode.REASON_MISSING, DenialCode.REASON_NOT_ALLOWED, DenialCode.CITATION_MISSING,
    DenialCode.GAPS_MISSING, DenialCode.NOTHING_CHANGED, DenialCode.CHAIN_MISSING,
}  # fmt: skip
"""Denials that do not depend on what the command carries: the button must have told them."""

TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no failure
)
