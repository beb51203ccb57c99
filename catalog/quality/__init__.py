"""Quality one can explain (RULES §5, R29): named warnings, scores by dimension, grades A to E.

``rules`` are pure; ``assessing`` applies them to what changed and keeps the results; the numbers
are the scale of ``measures``, which the authority edits.
"""

from catalog.quality.assessing import (
    Live,
    assess_due,
    assess_live,
    keep_data_results,
    look_again,
    refresh,
)
from catalog.quality.measures import complete_measures, scale_in_force, set_measure

__all__ = [
    "Live",
    "assess_due",
    "assess_live",
    "complete_measures",
    "keep_data_results",
    "look_again",
    "refresh",
    "scale_in_force",
    "set_measure",
]
