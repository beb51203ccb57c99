"""How findings become scores, and scores a grade. Pure.

Every rule that applies to an entry gives a share of what passed. A dimension's score is the mean of
these shares, each weighted as its rule; the overall score is the mean of the dimensions, weighted
likewise. A rule of weight 0 still warns, but does not count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from catalog.models.quality import Dimension

TENTH = Decimal("0.1")
FULL = Decimal(100)
DIMENSIONS: Mapping[str, Decimal] = {
    Dimension.COMPLETENESS: Decimal(3),
    Dimension.CONFORMITY: Decimal(2),
    Dimension.ACCURACY: Decimal(2),
    Dimension.CONSISTENCY: Decimal(2),
    Dimension.TIMELINESS: Decimal(2),
    Dimension.UNIQUENESS: Decimal(1),
}
"""Weights of the dimensions to start with."""
GRADES: Mapping[str, Decimal] = {
    "A": Decimal(95),
    "B": Decimal(85),
    "C": Decimal(70),
    "D": Decimal(60),
}
"""Least scores of the grades to start with, as in the reports of deliveries; below is E."""
UNKNOWN_WEIGHT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that was applied: of ``checked`` things, ``failed`` did not pass."""

    code: str
    dimension: str
    checked: int
    failed: int

    @property
    def passed(self) -> Decimal:
        """The share that passed, 0 to 1."""
        return 1 - Decimal(self.failed) / Decimal(self.checked)


@dataclass(frozen=True, slots=True)
class Scale:
    """The weights and limits in force."""

    rules: Mapping[str, Decimal]
    dimensions: Mapping[str, Decimal]
    grades: Mapping[str, Decimal]

    def weight(self, code: str) -> Decimal:
        """The weight of a rule."""
        return self.rules.get(code, UNKNOWN_WEIGHT)

    def letter(self, overall: Decimal | None) -> str:
        """The grade of a score; nothing if there is none."""
        if overall is None:
            return ""
        limits = sorted(self.grades.items(), key=lambda pair: (-pair[1], pair[0]))
        return next((letter for letter, least in limits if overall >= least), "E")

    def scores(self, applied: Iterable[Applied]) -> dict[str, Decimal]:
        """The score of each dimension that any weighted rule speaks for, rounded down to tenths."""
        won: dict[str, Decimal] = defaultdict(Decimal)
        possible: dict[str, Decimal] = defaultdict(Decimal)
        for one in applied:
            weight = self.weight(one.code)
            won[one.dimension] += weight * one.passed
            possible[one.dimension] += weight
        return {
            dimension.value: _tenths(FULL * won[dimension] / possible[dimension])
            for dimension in Dimension
            if possible.get(dimension)
        }

    def overall(self, scores: Mapping[str, Decimal]) -> Decimal | None:
        """The weighted mean of the dimensions; None if no dimension counts."""
        total = sum((self.dimensions[name] for name in scores), Decimal())
        if not total:
            return None
        return _tenths(
            sum((self.dimensions[name] * score for name, score in scores.items()), Decimal())
            / total
        )


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(TENTH, ROUND_DOWN)
