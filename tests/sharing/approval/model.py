"""A small model of the rules of approval, as plain as possible: the oracle of `test_machine`.

It knows nothing of the code under test but its words; it keeps lists and sets and answers one
question, whether somebody may do something.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from sharing.approval.terms import (
    Actor,
    Lane,
    Person,
    Plan,
    RefusalCode,
    Side,
    SigningRule,
    Stage,
    StageKind,
    Terms,
)

APPLICANT = Person(1, "official 1")


@dataclass
class Model:
    """What the rules say, as plainly as possible."""

    status: str = "draft"
    plan: Plan | None = None
    fields: set[str] = field(default_factory=set)
    last_day: date = date.max
    at: int = 0
    signed: dict[int, list[frozenset[int]]] = field(default_factory=dict)
    barred: set[int] = field(default_factory=lambda: {APPLICANT.official_id})
    supplements: int = 0

    @property
    def stage(self) -> Stage:
        assert self.plan is not None
        return self.plan.stages[self.at - 1]

    def names(self, actor: Actor) -> Iterator[frozenset[int]]:
        """In whose names the actor could decide the current stage, own posts first."""
        for own in (True, False):
            for post in actor.posts:
                fits = (post.office_id, post.role) == (self.stage.office.id, self.stage.role)
                if fits and (post.acting_for is None) is own:
                    deputy = post.acting_for
                    yield frozenset(
                        {actor.official_id} | ({deputy.official_id} if deputy else set())
                    )

    def applies(self, actor: Actor) -> bool:
        """Is the actor the applicant, or does the actor act for the applicant anywhere?"""
        deputies = {p.acting_for for p in actor.posts}
        return actor.person == APPLICANT or APPLICANT in deputies

    def signer(self, actor: Actor, *, sign: bool, today: date) -> frozenset[int] | None:
        if self.status not in {"home_review", "provider_review"} or self.applies(actor):
            return None
        used = {i for group in self.signed.values() for who in group for i in who}
        for who in self.names(actor):
            if who & self.barred or who & used:
                continue
            if sign and (today > self.last_day or self.kept_for_later(who, used)):
                continue
            return who
        return None

    def kept_for_later(self, who: frozenset[int], used: set[int]) -> bool:
        assert self.plan is not None
        if self.stage.rule is SigningRule.ALL:
            return False
        slots = [
            [frozenset({h.person.official_id}) for h in stage.holders]
            for stage in self.plan.stages[self.at :]
            if stage.kind is StageKind.SIGN
            for _ in range(needed(stage))
        ]
        gone = used | self.barred

        def possible(first: frozenset[int]) -> bool:
            taken = gone | first
            return any(
                len(frozenset().union(*choice)) == len(choice)
                and not taken & frozenset().union(*choice)
                for choice in product(*slots)
            )

        others = [frozenset({h.person.official_id}) for h in self.stage.holders]
        return not possible(who) and any(possible(o) for o in others if not o & gone)

    def forward(self) -> None:
        """Go to the next stage that must be signed, or to consent."""
        assert self.plan is not None
        while self.at < len(self.plan.stages):
            self.at += 1
            if self.stage.side is Side.PROVIDER:
                self.status = "provider_review"
            if self.stage.kind is StageKind.SIGN:
                return
        self.status = "consented"

    def enter(self, plan: Plan, terms: Terms) -> None:
        self.plan, self.at, self.signed = plan, 0, {}
        self.fields, self.last_day, self.status = set(terms.fields), terms.period_end, "home_review"
        self.forward()


def needed(stage: Stage) -> int:
    everyone = {h.person for h in stage.holders}
    return max(1, len(everyone)) if stage.rule is SigningRule.ALL else 1


def askable(terms: Terms, plan: Plan, today: date) -> bool:
    return (
        bool(terms.fields)
        and terms.period_start <= terms.period_end >= today
        and (plan.lane is not Lane.REFLUX or terms.row_region == "r1")
    )


def reason_fits(model: Model, code: RefusalCode) -> bool:
    assert model.plan is not None
    lane, untruthful = model.plan.lane, {"untrue", "unlawful", "unnecessary"}
    if lane is Lane.UNCONDITIONAL:
        return code in untruthful
    if lane is Lane.REFLUX:
        at_provider = model.stage.side is Side.PROVIDER
        return code == "security" or (code in untruthful and not at_provider)
    return True
