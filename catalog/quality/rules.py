"""All rules, and what they find in one entry. Pure: the same facts give the same findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.models.quality import Dimension
from catalog.quality.entry_rules import ENTRY_RULES
from catalog.quality.facts import Facts, Outcome, QualityRule
from catalog.quality.item_rules import DATA_REMEDY, DATA_RULES, ITEM_RULES, data_outcomes
from catalog.quality.scale import Applied, Scale
from portal.errors import Text


@dataclass(frozen=True, slots=True)
class Warned:
    """What a kind of warning is called, counts for, and asks to be done about it."""

    code: str
    dimension: str
    weight: int
    label: Text
    remedy: Text
    place: str


CHECKED: Sequence[QualityRule] = (*ENTRY_RULES, *ITEM_RULES)
WARNINGS: Mapping[str, Warned] = {
    **{
        rule.code: Warned(
            rule.code, rule.dimension, rule.weight, rule.label, rule.remedy, rule.place
        )
        for rule in CHECKED
    },
    **{
        code: Warned(code, dimension, weight, label, DATA_REMEDY, "data")
        for code, dimension, weight, label in DATA_RULES
    },
}
"""Every kind of warning by its code, which is stable."""
WEIGHTS: Mapping[str, Decimal] = {code: Decimal(one.weight) for code, one in WARNINGS.items()}
"""Weights of the rules to start with."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an entry: the warning, and how much of what was looked at it concerns.

    ``lost`` is how many points of its dimension it costs.
    """

    warning: Warned
    checked: int
    failed: int
    names: tuple[str, ...]
    lost: Decimal


@dataclass(frozen=True, slots=True)
class Assessment:
    """The quality of one entry on one day, with everything that speaks against it."""

    letter: str
    overall: Decimal | None
    scores: Mapping[str, Decimal]
    findings: tuple[Finding, ...]
    applied: Mapping[str, int]
    """How many rules spoke for each dimension."""
    turns_on: date | None

    @property
    def codes(self) -> list[str]:
        """Codes of what is wrong, each once, in the order of the rules."""
        return list(dict.fromkeys(finding.warning.code for finding in self.findings))


def assess(facts: Facts, on: date, scale: Scale) -> Assessment:
    """Apply every rule as of the day ``on``."""
    outcomes: list[tuple[str, Outcome]] = []
    for rule in CHECKED:
        outcome = rule.check(facts, on)
        if outcome is not None:
            outcomes.append((rule.code, outcome))
    outcomes += data_outcomes(facts)
    applied = [
        Applied(code, WARNINGS[code].dimension, outcome.checked, outcome.failed)
        for code, outcome in outcomes
    ]
    scores = scale.scores(applied)
    overall = scale.overall(scores)
    until = facts.fresh_until
    turns_on = until + timedelta(days=1) if until is not None and until >= on else None
    return Assessment(
        letter=scale.letter(overall),
        overall=overall,
        scores=scores,
        findings=_findings(outcomes, applied, scale),
        applied={name: sum(one.dimension == name for one in applied) for name in Dimension.values},
        turns_on=turns_on,
    )


def _findings(
    outcomes: Sequence[tuple[str, Outcome]], applied: Sequence[Applied], scale: Scale
) -> tuple[Finding, ...]:
    """What failed, the costliest first."""
    totals: dict[str, Decimal] = {}
    for one in applied:
        totals[one.dimension] = totals.get(one.dimension, Decimal()) + scale.weight(one.code)
    found = []
    for (code, outcome), one in zip(outcomes, applied, strict=True):
        if not outcome.failed or outcome.tolerated:
            continue
        total = totals[one.dimension]
        lost = 100 * scale.weight(code) * (1 - one.passed) / total if total else Decimal()
        found.append(
            Finding(WARNINGS[code], outcome.checked, outcome.failed, outcome.names, round(lost, 1))
        )
    return tuple(sorted(found, key=lambda finding: -finding.lost))
