"""The quality report of a pull (GB/T 36344: six dimensions)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sharing.connectors.errors import gettext_noop


class Dimension(StrEnum):
    """Dimensions of data quality, in the order of reports."""

    CONFORMITY = "conformity"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    UNIQUENESS = "uniqueness"
    TIMELINESS = "timeliness"
    CONSISTENCY = "consistency"


RULES: Final[Mapping[str, tuple[Dimension, str]]] = {
    "type": (Dimension.CONFORMITY, gettext_noop("The value is of the declared type.")),
    "length": (Dimension.CONFORMITY, gettext_noop("The text is no longer than declared.")),
    "code_set": (Dimension.CONFORMITY, gettext_noop("The value belongs to the code set.")),
    "not_empty": (Dimension.COMPLETENESS, gettext_noop("A required value is present.")),
    "id_number": (Dimension.ACCURACY, gettext_noop("The identity number has a true check digit.")),
    "uscc": (Dimension.ACCURACY, gettext_noop("The credit code has true check characters.")),
    "date": (Dimension.ACCURACY, gettext_noop("The date exists and lies between 1800 and 2200.")),
    "unique": (Dimension.UNIQUENESS, gettext_noop("No two rows have the same key.")),
    "fresh": (Dimension.TIMELINESS, gettext_noop("The newest row is as new as the update cycle asks.")),
    "region": (Dimension.CONSISTENCY, gettext_noop("The row belongs to the granted region.")),
}  # fmt: skip
"""Every rule: its dimension and what a passed check means."""

_LETTERS: Final = ((95.0, "A"), (85.0, "B"), (70.0, "C"), (60.0, "D"))


@dataclass(frozen=True, slots=True)
class RuleResult:
    """How often one rule was applied to one field, and how often it failed."""

    rule: str
    field: str
    checked: int
    failed: int

    @property
    def dimension(self) -> Dimension:
        """The dimension the rule counts for."""
        return RULES[self.rule][0]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What the checks found. Scores are 0 to 100; None where nothing was checked."""

    rows: int
    results: tuple[RuleResult, ...]

    def score(self, dimension: Dimension) -> float | None:
        """Share of checks passed in a dimension, in percent, rounded down to two decimals."""
        own = [result for result in self.results if result.dimension is dimension]
        checked = sum(result.checked for result in own)
        if not checked:
            return None
        failed = sum(result.failed for result in own)
        return (checked - failed) * 10_000 // checked / 100

    @property
    def scores(self) -> dict[str, float | None]:
        """Score of every dimension."""
        return {dimension.value: self.score(dimension) for dimension in Dimension}

    @property
    def overall(self) -> float | None:
        """Mean of the dimensions that were checked."""
        scores = [score for score in self.scores.values() if score is not None]
        return round(sum(scores) / len(scores), 2) if scores else None

    @property
    def letter(self) -> str:
        """Grade A to E; empty if nothing was checked."""
        overall = self.overall
        if overall is None:
            return ""
        return next((letter for least, letter in _LETTERS if overall >= least), "E")

    def as_json(self) -> dict[str, Any]:
        """The report for manifests, pages and the database."""
        return {
            "rows": self.rows,
            "overall": self.overall,
            "grade": self.letter,
            "scores": self.scores,
            "rules": [
                {
                    "rule": result.rule,
                    "field": result.field,
                    "dimension": result.dimension.value,
                    "checked": result.checked,
                    "failed": result.failed,
                }
                for result in self.results
            ],
        }
