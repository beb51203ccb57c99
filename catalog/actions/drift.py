"""What a steward does about differences between source and entry: take them over, or note them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.actions.attaching import attach
from catalog.actions.comparing import close
from catalog.actions.content import ITEM_FIELDS
from catalog.actions.drafts import lock_managed, revise, save_draft
from catalog.models import Attachment, DriftReport, Resource, ResourceVersion
from catalog.recognition.comparing import LETTERS, length_for
from catalog.recognition.propose import propose
from catalog.recognition.shapes import ColumnShape
from catalog.recognition.terms import Sample
from portal.errors import Fault, Invalid
from portal.ledger.records import record
from portal.organisation.models import Official

Kind, State = DriftReport.Kind, DriftReport.State
Items = list[dict[str, Any]]
UNDECIDED: Final = (State.OPEN, State.NOTED)


@transaction.atomic
def note_drift(
    *, by: Official, resource: Resource, reports: Iterable[int], reason: str, now: datetime
) -> list[DriftReport]:
    """Say that differences are intended, with the reason; they stay until they are gone.

    Invalid without reports or reason; Forbidden unless ``by`` looks after the entry.
    """
    lock_managed(by, resource, timezone.localdate(now))
    found = _chosen(resource, reports)
    text = reason.strip()
    if not text or len(text) > 1000:
        remedy = _("Say why source and entry may differ here, in at most 1,000 characters.")
        raise Invalid(
            _("The reason is missing."), [Fault("reason", _("The reason is missing."), remedy)]
        )
    for report in found:
        report.state, report.reason = State.NOTED, text
        report.decided_by, report.decided_at, report.draft = by, now, None
        report.save(update_fields=["state", "reason", "decided_by", "decided_at", "draft"])
    _record("catalog.drift_noted", by, resource, found, now)
    return found


@transaction.atomic
def take_drift_over(
    *, by: Official, resource: Resource, reports: Iterable[int], now: datetime
) -> ResourceVersion | None:
    """Write differences into the draft of the entry's next version; begin it if there is none.

    Renamed columns only need the attachment to follow: that is done at once, so that data flows
    again, and needs no version. Returns the draft, or None when there was nothing to write into
    one. Invalid names differences that no draft can mend; NotAllowed while a version is under
    review.
    """
    locked = lock_managed(by, resource, timezone.localdate(now))
    found = _chosen(resource, reports)
    _refuse_unmendable(found)
    place = Attachment.objects.select_related("source").get(resource=locked)
    renamed = [report for report in found if report.kind == Kind.RENAMED]
    others = [report for report in found if report.kind != Kind.RENAMED]
    if renamed:
        _follow(place, renamed, by, locked, now)
        close(renamed, now)
    draft = _write(place, others, by, locked, now) if others else None
    for report in others:
        report.state, report.draft, report.reason = State.TAKEN, draft, ""
        report.decided_by, report.decided_at = by, now
        report.save(update_fields=["state", "draft", "reason", "decided_by", "decided_at"])
    _record("catalog.drift_taken", by, locked, found, now)
    return draft


def _chosen(resource: Resource, reports: Iterable[int]) -> list[DriftReport]:
    found = list(
        DriftReport.objects.select_for_update()
        .filter(resource=resource.pk, pk__in=list(reports), state__in=UNDECIDED)
        .order_by("pk")
    )
    if not found:
        message = _("No open difference is chosen.")
        remedy = _("Choose at least one; others may have dealt with it meanwhile.")
        raise Invalid(message, [Fault("report", message, remedy)])
    return found


def can_be_taken(report: DriftReport) -> bool:
    """Whether a draft, or the attachment, can follow the source here."""
    if report.kind == Kind.TABLE:
        return False
    return report.kind != Kind.MISSING or bool(report.item_key)


def _refuse_unmendable(reports: Sequence[DriftReport]) -> None:
    faults = [
        Fault(
            "report",
            _("No draft can follow the source here: %(what)s") % {"what": report},
            _("Attach the entry anew, or ask for the column or table to be restored."),
        )
        for report in reports
        if not can_be_taken(report)
    ]
    if faults:
        raise Invalid(_("Not everything can be taken over."), faults)


def _follow(
    place: Attachment,
    renamed: Sequence[DriftReport],
    by: Official,
    resource: Resource,
    now: datetime,
) -> None:
    """Let the attachment use the new names."""
    names = {report.column: str(report.after["name"]) for report in renamed}
    shapes = {report.column: report.after for report in renamed}
    place.described = [shapes.get(column["name"], column) for column in place.described]
    place.save(update_fields=["described"])
    attach(
        by=by,
        resource=resource,
        source=place.source,
        now=now,
        columns={key: names.get(column, column) for key, column in place.columns.items()},
        key_columns=[names.get(column, column) for column in place.key_columns],
        region_column=names.get(place.region_column, place.region_column),
        change_column=names.get(place.change_column, place.change_column),
    )


def _write(
    place: Attachment,
    reports: Sequence[DriftReport],
    by: Official,
    resource: Resource,
    now: datetime,
) -> ResourceVersion:
    draft = revise(by=by, resource=resource, now=now)
    items: Items = [
        {name: getattr(item, name) for name in ITEM_FIELDS} for item in draft.items.all()
    ]
    columns = dict(place.columns)
    for report in reports:
        _APPLY[Kind(report.kind)](items, report, columns)
    draft = save_draft(by=by, version=draft, content={}, items=items, now=now)
    if columns != place.columns:
        attach(by=by, resource=resource, source=place.source, now=now, columns=columns)
    return draft


def _add(items: Items, report: DriftReport, columns: dict[str, str]) -> None:
    """An item for a new column, as its name and comment propose it."""
    column = ColumnShape.of_json(report.after)
    item = dict(propose([Sample(column)])[0].item)
    taken = {one["key"] for one in items}
    number, key = 1, item["key"]
    while item["key"] in taken:
        number += 1
        item["key"] = f"{key[:55]}_{number}"
    items.append(item)
    columns[item["key"]] = column.name


def _remove(items: Items, report: DriftReport, columns: dict[str, str]) -> None:
    del columns  # the published version is still served by what is there
    items[:] = [item for item in items if item["key"] != report.item_key]


def _retype(items: Items, report: DriftReport, columns: dict[str, str]) -> None:
    del columns
    for item in items:
        if item["key"] == report.item_key:
            item["data_type"] = LETTERS[report.after["kind"]]
            item["length"] = report.after["length"] if item["data_type"] in "CN" else None


def _resize(items: Items, report: DriftReport, columns: dict[str, str]) -> None:
    del columns
    for item in items:
        if item["key"] == report.item_key:
            before = report.before.get("length")
            item["length"] = length_for(item["length"], before, report.after["length"])


def _loosen(items: Items, report: DriftReport, columns: dict[str, str]) -> None:
    del columns
    for item in items:
        if item["key"] == report.item_key:
            item["required"] = False


_APPLY: Final[dict[DriftReport.Kind, Callable[[Items, DriftReport, dict[str, str]], None]]] = {
    Kind.NEW: _add,
    Kind.MISSING: _remove,
    Kind.RETYPED: _retype,
    Kind.LENGTH: _resize,
    Kind.NULLABLE: _loosen,
}


def _record(
    kind: str, by: Official, resource: Resource, reports: Sequence[DriftReport], now: datetime
) -> None:
    record(
        kind, by=by, obj=resource, now=now, departments=[resource.provider_id],
        data={
            "differences": [f"{report.kind} {report.column}".strip() for report in reports],
            "reason": reports[0].reason,
        },
    )  # fmt: skip
