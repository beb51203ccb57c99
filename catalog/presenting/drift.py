"""Differences between source and entry in words, each with what can be done about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from catalog.actions import can_be_taken
from catalog.models import DriftReport
from portal.organisation.sorting import sort_key

Kind, State = DriftReport.Kind, DriftReport.State
TONES: Final = {State.OPEN: "wait", State.TAKEN: "run", State.NOTED: "", State.CLOSED: "ok"}


_TEXTS: Final = {
    Kind.TABLE: _("The table is not there, or may not be read any more."),
    Kind.MISSING: _("Column %(column)s of the item “%(item)s” is not there any more."),
    Kind.RENAMED: _("Column %(column)s of the item “%(item)s” is probably called %(new)s now."),
    Kind.NEW: _("Column %(column)s (%(after)s) is new; no item carries it."),
    Kind.RETYPED: _("Column %(column)s is %(after)s: the item “%(item)s” says another type."),
    Kind.LENGTH: _("Column %(column)s of the item “%(item)s” was %(before)s and is %(after)s."),
    Kind.NULLABLE: _("Column %(column)s may be empty now; the item “%(item)s” says never empty."),
}
_SAME: Final = _("Taken over, the item of the next version says the same as the column.")
_REMEDIES: Final = {
    Kind.TABLE: _("Have the table or the right to read it restored, or attach another one."),
    Kind.MISSING: _("Taken over, the item is left out of the next version."),
    Kind.RENAMED: _("Taken over, the attachment follows at once; no new version is needed."),
    Kind.NEW: _("Taken over, the next version gets an item for it."),
    Kind.RETYPED: _SAME,
    Kind.LENGTH: _SAME,
    Kind.NULLABLE: _("Taken over, the item of the next version may be empty."),
}
_NEEDED: Final = (
    _("Column %(column)s is not there any more; the attachment needs it."),
    _("Name another key, region or change column in the administration."),
)
"""Of a missing column that carries no item."""


@dataclass(frozen=True, slots=True)
class ShownDrift:
    """One difference: what it is, what to do, and whether a draft can follow the source."""

    report: DriftReport
    text: str
    remedy: str
    tone: str
    can_be_taken: bool


def shown(report: DriftReport) -> ShownDrift:
    """A difference as pages show it."""
    kind = Kind(report.kind)
    text, remedy = _TEXTS[kind], _REMEDIES[kind]
    if kind is Kind.MISSING and not report.item_key:
        text, remedy = _NEEDED
    tone = TONES[State(report.state)]
    return ShownDrift(report, str(text) % _params(report), str(remedy), tone, can_be_taken(report))


def _params(report: DriftReport) -> dict[str, Any]:
    return {
        "column": report.column,
        "item": report.detail.get("name") or "–",
        "new": report.after.get("name", ""),
        "before": _type(report.before),
        "after": _type(report.after),
    }


def _type(column: Mapping[str, Any]) -> str:
    return str(column.get("source_type") or column.get("kind") or "–")


@dataclass(frozen=True, slots=True)
class Group:
    """The differences of one entry; ``waits``: somebody can still decide about one of them."""

    resource: Any
    rows: list[ShownDrift]
    waits: bool


def by_entry(reports: Iterable[DriftReport]) -> list[Group]:
    """Differences by entry, in the order of the titles; ``resource__live`` is loaded."""
    groups: dict[Any, list[ShownDrift]] = {}
    for report in reports:
        groups.setdefault(report.resource, []).append(shown(report))
    found = [
        Group(resource, rows, any(row.report.state in {State.OPEN, State.NOTED} for row in rows))
        for resource, rows in groups.items()
    ]
    return sorted(found, key=lambda group: sort_key(str(group.resource)))
