"""Quality in words and numbers, as pages and REST show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import hooks
from catalog.models import Attachment, Resource, VersionStatus
from catalog.models.quality import Dimension, QualitySnapshot
from catalog.quality.assessing import Live, assess_live
from catalog.quality.rules import WARNINGS, Assessment, Finding
from catalog.quality.scale import Scale
from portal.errors import Text
from portal.pages.dates import full_day

TONES: Final[Mapping[str, str]] = {
    "A": "ok",
    "B": "ok",
    "C": "wait",
    "D": "wait",
    "E": "stop",
    "": "",
}
WIDE, HIGH, EDGE = 300, 60, 4
"""The drawing of the trend, in units of its own; 100 points are its height without the edges."""
MOST_POINTS = 120
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One dimension: its score, and why."""

    name: str
    label: Text
    score: Decimal
    weight: Decimal
    rules: int
    findings: int

    @property
    def tone(self) -> str:
        """Of the bar: below 60 it stops, below 80 it warns."""
        return "stop" if self.score < 60 else "warn" if self.score < 80 else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in words; ``url`` leads to where it is mended, for those who may."""

    code: str
    dimension: str
    dimension_label: Text
    label: Text
    remedy: Text
    names: str
    share: str
    lost: str
    url: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The scores over time as a line, with a text that says the same."""

    points: str
    text: str
    steps: Sequence[tuple[date, str, Decimal]]


@dataclass(frozen=True, slots=True)
class DataLine:
    """What one rule on the data came to."""

    label: Text
    names: str
    dimension: Text
    checked: int
    failed: int
    share: float
    allowed: float

    @property
    def is_within(self) -> bool:
        """Whether no more failed than is allowed."""
        return self.share <= self.allowed


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the panel and the page of an entry's quality say."""

    letter: str
    tone: str
    overall: Decimal | None
    bars: Sequence[Bar]
    lines: Sequence[Line]
    trend: Trend | None
    data_checked_at: datetime | None
    data_rows: int | None
    data: Sequence[DataLine]
    """What failed; ``passed`` has the others."""
    passed: Sequence[DataLine]
    scale: Scale
    checks_url: str


def shown(resource: Resource, on: date, *, managed: bool) -> Shown | None:
    """The quality of one entry as of today; None while it has no version.

    Everybody who sees the entry sees all of it (R29); ``managed`` adds where things are mended.
    """
    live = assess_live(resource, on)
    if live is None:
        return None
    assessment, row = live.assessment, live.row
    places = _places(resource) if managed else {}
    lines = data_lines(row.data_results)
    return Shown(
        letter=assessment.letter,
        tone=TONES[assessment.letter],
        overall=assessment.overall,
        bars=_bars(live),
        lines=[line(finding, places) for finding in assessment.findings],
        trend=_trend(resource, on, assessment),
        data_checked_at=row.data_checked_at,
        data_rows=row.data_rows,
        data=[one for one in lines if one.failed],
        passed=[one for one in lines if not one.failed],
        scale=live.scale,
        checks_url=places.get("data", ""),
    )


def _bars(live: Live) -> list[Bar]:
    found = live.assessment
    counted = [finding.warning.dimension for finding in found.findings]
    return [
        Bar(
            dimension.value,
            dimension.label,
            found.scores[dimension],
            live.scale.dimensions[dimension],
            found.applied[dimension],
            counted.count(dimension),
        )
        for dimension in Dimension
        if dimension in found.scores
    ]


def line(finding: Finding, places: Mapping[str, str]) -> Line:
    """A finding in the language in use."""
    warning = finding.warning
    share = ""
    if finding.checked > 1:
        share = _("%(failed)s of %(checked)s") % {
            "failed": f"{finding.failed:,}", "checked": f"{finding.checked:,}",
        }  # fmt: skip
    return Line(
        code=warning.code,
        dimension=warning.dimension,
        dimension_label=Dimension(warning.dimension).label,
        label=warning.label,
        remedy=warning.remedy,
        names=_listed(finding.names),
        share=share,
        lost=str(finding.lost) if finding.lost else _("less than 0.1"),
        url=places.get(warning.place, ""),
    )


def _listed(names: Sequence[str]) -> str:
    text = _(", ").join(names[:MOST_NAMES])
    return f"{text} …" if len(names) > MOST_NAMES else text


def _places(resource: Resource) -> dict[str, str]:
    """Where things are mended, by the place of a rule."""
    draft = (
        resource.versions.filter(status=VersionStatus.DRAFT).values_list("pk", flat=True).first()
    )
    entry = reverse("admin:catalog_resource_change", args=[resource.pk])
    if draft is not None:
        entry = reverse("admin:catalog_resourceversion_change", args=[draft])
    attachment = Attachment.objects.filter(resource=resource).values_list("pk", flat=True).first()
    places = {"entry": entry, "items": entry, "attachment": reverse("admin:catalog_attachment_add")}
    if attachment is not None:
        places["attachment"] = reverse("admin:catalog_attachment_change", args=[attachment])
        places["data"] = hooks.data_checks_url(resource.pk)
    return places


def data_lines(results: Sequence[Mapping[str, Any]]) -> list[DataLine]:
    """The results on the data, what failed most first."""
    found = []
    for one in results:
        warning = WARNINGS.get(f"data_{one['rule']}")
        share = 100 * one["failed"] / one["checked"] if one["checked"] else 0.0
        found.append(
            DataLine(
                label=warning.label if warning else one["rule"],
                names=_listed(one["names"]),
                dimension=Dimension(one["dimension"]).label,
                checked=one["checked"],
                failed=one["failed"],
                share=round(share, 2),
                allowed=float(one["allowed"]),
            )
        )
    return sorted(found, key=lambda one: (-one.share, str(one.label)))


def _trend(resource: Resource, on: date, assessment: Assessment) -> Trend | None:
    """The scores of the days on which they changed, up to today; None before the second one."""
    rows = QualitySnapshot.objects.filter(resource=resource).order_by("-on")
    newest = list(rows.values_list("on", "letter", "overall")[:MOST_POINTS])
    steps = [step for step in reversed(newest) if step[0] < on]
    if assessment.overall is not None:
        steps.append((on, assessment.letter, assessment.overall))
    if len(steps) < 2:
        return None
    first, last = steps[0], steps[-1]
    text = _("From %(before)s on %(first)s to %(after)s on %(last)s.") % {
        "before": f"{first[1]} {first[2]}", "first": full_day(first[0]),
        "after": f"{last[1]} {last[2]}", "last": full_day(last[0]),
    }  # fmt: skip
    return Trend(points_of(steps), text, steps[::-1])


def points_of(steps: Sequence[tuple[date, str, Decimal]]) -> str:
    """A line of steps: each score holds until the next one."""
    first, days = steps[0][0], max((steps[-1][0] - steps[0][0]).days, 1)
    points: list[tuple[float, float]] = []
    for day, _letter, score in steps:
        across = EDGE + (WIDE - 2 * EDGE) * (day - first).days / days
        down = HIGH - EDGE - (HIGH - 2 * EDGE) * float(score) / 100
        if points:
            points.append((across, points[-1][1]))
        points.append((across, down))
    return " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
