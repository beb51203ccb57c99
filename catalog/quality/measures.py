"""The scale as the authority set it, and changing it."""

from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import EntryQuality, QualityMeasure
from catalog.models.quality import Dimension
from catalog.quality.rules import WARNINGS, WEIGHTS
from catalog.quality.scale import DIMENSIONS, GRADES, Scale
from portal.errors import Fault, Invalid, Text
from portal.ledger.records import record
from portal.organisation.models import Official

Kind = QualityMeasure.Kind


def starting_values() -> dict[tuple[str, str], Decimal]:
    """Every number of the scale to start with, by kind and code."""
    return {
        **{(Kind.RULE.value, code): value for code, value in WEIGHTS.items()},
        **{(Kind.DIMENSION.value, code): value for code, value in DIMENSIONS.items()},
        **{(Kind.GRADE.value, code): value for code, value in GRADES.items()},
    }


def scale_in_force() -> Scale:
    """The scale now; what nobody set has its starting value. One query."""
    values = starting_values()
    for kind, code, value in QualityMeasure.objects.values_list("kind", "code", "value"):
        if (kind, code) in values:
            values[kind, code] = value
    return Scale(
        *(
            {code: value for (of, code), value in values.items() if of == kind}
            for kind in (Kind.RULE, Kind.DIMENSION, Kind.GRADE)
        )
    )


def complete_measures() -> None:
    """Add a row for every number that has none yet, so that it can be edited."""
    QualityMeasure.objects.bulk_create(
        [
            QualityMeasure(kind=kind, code=code, value=value)
            for (kind, code), value in starting_values().items()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def set_measure(
    *, by: Official | None, measure: QualityMeasure, value: Decimal, now: datetime
) -> QualityMeasure:
    """Change a number of the scale; every entry is assessed anew. Invalid lists all faults."""
    list(QualityMeasure.objects.select_for_update().order_by("pk"))  # two changes one by one
    known = QualityMeasure.objects.get(pk=measure.pk)
    if known.value == value:
        return known
    if faults := measure_faults(known, value):
        raise Invalid(_("The measure cannot be changed."), faults)
    before, known.value = known.value, value
    known.save(update_fields=["value"])
    record(
        "quality.measure_changed", by=by, obj=known, now=now,
        data={"before": str(before), "after": str(value)},
    )  # fmt: skip
    EntryQuality.objects.filter(stale=False).update(stale=True)
    return known


def measure_faults(measure: QualityMeasure, value: Decimal) -> list[Fault]:
    """Why the number cannot be that, each reason with its remedy."""
    most = 100 if measure.kind == Kind.GRADE else 10
    if not 0 <= value <= most:
        message: Text = _("The value must lie between 0 and %(most)s.") % {"most": most}
        return [Fault("value", message, _("Enter another number."), "range")]
    if measure.kind == Kind.GRADE:
        return _grade_faults(measure, value)
    if measure.kind == Kind.DIMENSION and not value:
        others = QualityMeasure.objects.filter(kind=Kind.DIMENSION, value__gt=0)
        if not others.exclude(pk=measure.pk).exists():
            return [
                Fault(
                    "value",
                    _("One dimension at least must count."),
                    _("Give another dimension a weight first."),
                    "none",
                )
            ]
    return []


def _grade_faults(measure: QualityMeasure, value: Decimal) -> list[Fault]:
    limits = dict(QualityMeasure.objects.filter(kind=Kind.GRADE).values_list("code", "value"))
    limits[measure.code] = value
    ordered = [limits[letter] for letter in sorted(limits)]
    if all(higher > lower for higher, lower in pairwise(ordered)):
        return []
    return [
        Fault(
            "value",
            _("Each grade needs a higher score than the one below it."),
            _("Choose a value between those of its neighbours."),
            "order",
        )
    ]


def measure_label(measure: QualityMeasure) -> Text:
    """What the measure is called."""
    if measure.kind == Kind.RULE:
        warning = WARNINGS.get(measure.code)
        return warning.label if warning else measure.code
    if measure.kind == Kind.DIMENSION:
        return Dimension(measure.code).label
    return _("grade %(letter)s") % {"letter": measure.code}
