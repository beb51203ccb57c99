"""Comparing sources with the entries they carry, every night and when asked (R11).

The source is read outside of any transaction, with one session at a time; what was found is
written entry by entry. Two workers at once: the first claims the source, the second leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog import cases
from catalog.models import (
    Attachment,
    DataSource,
    DriftReport,
    Resource,
    ResourceStatus,
    SourceCheck,
    VersionStatus,
)
from catalog.recognition.comparing import Difference, MappedItem, compare
from catalog.recognition.shapes import ColumnShape, TableShape
from catalog.sources import SourceFault, reader
from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Official, Role

CLAIM: Final = timedelta(minutes=10)
"""A worker that has not finished by then is taken for lost."""
NIGHTS: Final = 3
"""After so many days on which a source could not be read its stewards are warned."""
State = DriftReport.State
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outcome:
    """What a comparison came to. ``busy``: somebody else is at it; ``fault``: not readable."""

    entries: int = 0
    opened: int = 0
    closed: int = 0
    busy: bool = False
    fault: SourceFault | None = None
    titles: list[str] = field(default_factory=list)


def attached_to(source: DataSource) -> QuerySet[Attachment]:
    """What a source carries of published entries."""
    found = Attachment.objects.filter(source=source, resource__status=ResourceStatus.PUBLISHED)
    return found.select_related("resource__live", "resource__provider").order_by("pk")


def compare_all(now: datetime) -> dict[str, int]:
    """Compare every source that carries published entries; return how many came to what.

    A source that fails, in whatever way, does not keep the others from being compared.
    """
    counts = dict.fromkeys(("sources", "failed", "opened", "closed"), 0)
    sources = DataSource.objects.filter(
        suspended=False, attachments__resource__status=ResourceStatus.PUBLISHED
    )
    for source in sources.distinct().order_by("pk"):
        counts["sources"] += 1
        try:
            outcome = compare_source(source, now=now)
        except Exception as error:  # noqa: BLE001 - one source must not stop the others
            _log.error("comparing a source failed", source=source.pk, error=type(error).__name__)
            counts["failed"] += 1
            continue
        counts["failed"] += outcome.fault is not None
        counts["opened"] += outcome.opened
        counts["closed"] += outcome.closed
    counts["closed"] += close_orphans(now)
    return counts


def compare_source(
    source: DataSource, *, now: datetime, by: Official | None = None
) -> Outcome:  # fmt: skip
    """Compare one source with its published entries; safe to run twice and at once."""
    if not _claim(source, now):
        return Outcome(busy=True)
    try:
        return _compare(source, now, by)
    finally:
        SourceCheck.objects.filter(source=source).update(claimed_until=None)


def _claim(source: DataSource, now: datetime) -> bool:
    SourceCheck.objects.get_or_create(source=source)
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    mine = SourceCheck.objects.filter(free, source=source).update(claimed_until=now + CLAIM)
    return bool(mine)


def _compare(source: DataSource, now: datetime, by: Official | None) -> Outcome:
    places = list(attached_to(source))
    outcome = Outcome(entries=len(places))
    found: dict[str, dict[str, TableShape]] = {}
    try:
        for schema in dict.fromkeys(place.schema for place in places):
            tables = reader().tables(source, schema)
            found[schema] = {table.name: table for table in tables}
    except SourceFault as fault:
        _failed(source, fault, now)
        outcome.fault = fault
        return outcome
    for place in places:
        opened, closed = _compare_entry(place, found[place.schema].get(place.table), now, by)
        outcome.opened += opened
        outcome.closed += closed
    SourceCheck.objects.filter(source=source).update(
        checked_at=now, failing_since=None, failed_on=None, failed_nights=0, fault="",
        fault_detail={},
    )  # fmt: skip
    return outcome


@transaction.atomic
def _compare_entry(
    seen: Attachment, table: TableShape | None, now: datetime, by: Official | None
) -> tuple[int, int]:
    """Bring the reports of one entry up to date; return how many were opened and closed.

    Nothing is written if the entry was attached elsewhere while its source was being read.
    """
    # the entry first, as everybody locks who changes its attachment or decides about a report
    entries = Resource.objects.select_for_update(of=("self",), no_key=True).published()
    if not entries.filter(pk=seen.resource_id).exists():
        return 0, 0
    place = (
        Attachment.objects.select_related("resource__live", "resource__provider")
        .filter(pk=seen.pk, source=seen.source_id, schema=seen.schema, table=seen.table)
        .first()
    )
    if place is None or place.resource.live is None:
        return 0, 0
    known = [ColumnShape.of_json(column) for column in place.described]
    found = compare(_items(place), _others(place), known, table)
    if not known and table is not None:
        place.described = [column.as_json() for column in table.columns]
        place.save(update_fields=["described"])
    opened, closed = _write(place, found, now)
    if opened or closed:
        record(
            "catalog.drift_found" if opened else "catalog.drift_gone",
            by=by, obj=place.resource, now=now, departments=[place.resource.provider_id],
            data={"opened": [_named(one) for one in opened], "closed": [_named(one) for one in closed]},
        )  # fmt: skip
    if opened:
        _tell(place, len(opened), now)
    return len(opened), len(closed)


def _items(place: Attachment) -> list[MappedItem]:
    assert place.resource.live is not None  # noqa: S101 - published entries have a live version
    return [
        MappedItem(
            item.key, item.name, place.columns[item.key], item.data_type, item.length, item.required
        )
        for item in place.resource.live.items.all()
        if place.columns.get(item.key)
    ]


def _others(place: Attachment) -> list[str]:
    """Columns in use that carry no item."""
    return [*place.key_columns, *filter(None, (place.region_column, place.change_column))]


def _write(
    place: Attachment, found: Sequence[Difference], now: datetime
) -> tuple[list[DriftReport], list[DriftReport]]:
    reports = DriftReport.objects.select_for_update(of=("self",)).select_related("draft")
    known = {
        (report.kind, report.column): report
        for report in reports.filter(resource=place.resource_id).exclude(state=State.CLOSED)
    }
    opened = []
    for difference in found:
        report = known.pop((difference.kind.value, difference.column), None)
        if report is None:
            report = DriftReport(
                resource=place.resource, kind=difference.kind.value, column=difference.column,
                found_at=now,
            )  # fmt: skip
            opened.append(report)
        elif _comes_back(report, difference):
            _reopen(report)
            opened.append(report)
        report.detail, report.seen_at = dict(difference.detail), now
        report.save()
    gone = list(known.values())
    close(gone, now)
    return opened, gone


def _comes_back(report: DriftReport, difference: Difference) -> bool:
    """Whether a decision about the difference no longer stands."""
    if report.state == State.NOTED:
        return report.after != (difference.detail.get("after") or {})
    if report.state == State.TAKEN:
        return report.draft is None or report.draft.status != VersionStatus.DRAFT
    return False


def _reopen(report: DriftReport) -> None:
    report.state, report.draft = State.OPEN, None
    report.decided_at = report.decided_by = None
    report.reason = ""


def close(reports: Iterable[DriftReport], now: datetime) -> None:
    """The difference is gone, however it was dealt with."""
    for report in reports:
        report.state, report.closed_at = State.CLOSED, now
        report.save(update_fields=["state", "closed_at"])


@transaction.atomic
def close_orphans(now: datetime) -> int:
    """Close what was said of entries that are withdrawn or attached no longer."""
    left = DriftReport.objects.exclude(state=State.CLOSED).filter(
        ~Q(resource__status=ResourceStatus.PUBLISHED) | Q(resource__attachment=None)
    )
    return left.update(state=State.CLOSED, closed_at=now)


def _named(report: DriftReport) -> str:
    return f"{report.kind} {report.column}".strip()


def _tell(place: Attachment, number: int, now: datetime) -> None:
    version = place.resource.live
    people = cases.holders([place.resource.provider_id], [Role.STEWARD], timezone.localdate(now))
    notify(
        "drift.found",
        officials=Official.objects.filter(pk__in=people, is_active=True).order_by("pk"),
        params={"title": version.title if version else "", "number": number},
        url=f"{reverse('catalog:drift')}?entry={place.resource_id}",
        now=now,
    )


@transaction.atomic
def _failed(source: DataSource, fault: SourceFault, now: datetime) -> None:
    """Count the days a source was not readable; after three its stewards are told, once."""
    on = timezone.localdate(now)
    check = SourceCheck.objects.select_for_update().get(source=source)
    check.fault, check.fault_detail = fault.reason, fault.detail
    if check.failed_on != on:
        check.failing_since = check.failing_since or on
        check.failed_on = on
        check.failed_nights += 1
        if check.failed_nights == NIGHTS:
            _warn(source, check, now)
    check.save()


def _warn(source: DataSource, check: SourceCheck, now: datetime) -> None:
    people = cases.holders([source.department_id], [Role.STEWARD], timezone.localdate(now))
    notify(
        "source.unreachable",
        officials=Official.objects.filter(pk__in=people, is_active=True).order_by("pk"),
        params={"name": source.name, "nights": check.failed_nights},
        url=reverse("catalog:drift"),
        now=now,
    )
    record(
        "source.unreachable", by=None, obj=source, now=now, departments=[source.department_id],
        data={"since": check.failing_since, "fault": check.fault},
    )  # fmt: skip
