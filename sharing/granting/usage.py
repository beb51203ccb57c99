"""The usage register: what recipients did with the data (Decree 809 article 29, R30)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import canonical
from portal.organisation.models import Official
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import Delivery, DeliveryFile, Grant, Pull, UsageRecord
from sharing.pulling.records import enter

LEAST_YEARS: Final = 3
"""Article 29; no setting keeps records for less."""
NEEDED: Final = ("scene", "process", "effect", "storage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a record says; ``destruction`` may be empty while the data is still in use."""

    period_from: date
    period_to: date
    scene: str
    process: str
    effect: str
    storage: str
    destruction: str = ""


@dataclass(frozen=True, slots=True)
class UseFacts:
    """What the portal knows of the use by itself; sizes in bytes."""

    pulls: int
    deliveries: int
    rows: int
    size: int
    last_delivery: datetime | None
    last_receipt: datetime | None
    records: int
    last_record: datetime | None


@transaction.atomic
def record_use(
    *, by: Official, grant_id: UUID | str, use: Use, now: datetime,
    corrects: UUID | None = None, reason: str = "",
) -> UsageRecord:  # fmt: skip
    """Add a record; with ``corrects`` one that replaces it, for ``reason``.

    Raises NotVisible, Forbidden for others than the recipient, Invalid with all faults at once,
    NotAllowed when the record was corrected before. Records are added after the end as well.
    """
    grant = _seen(by, grant_id, now)
    if not access.is_recipient(by, grant, local_day(now)):
        raise Forbidden(
            _("Only the recipient records the use of the data."),
            remedy=_("An official of the recipient records it."),
            code="not_recipient",
        )
    replaced = _replaced(grant, corrects)
    if faults := _faults(
        use, grant, local_day(now), correcting=replaced is not None, reason=reason
    ):
        raise Invalid(_("Some entries need correction."), faults)
    record = UsageRecord(
        grant=grant, corrects=replaced, correction_reason=reason.strip() if replaced else "",
        recorded_by=by, recorded_at=now,
        **{name: getattr(use, name) for name in Use.__dataclass_fields__},
    )  # fmt: skip
    record.digest = digest_of(record)
    record.save(force_insert=True)
    data = {"record": str(record.pk), "digest": record.digest}
    if replaced is not None:
        data["corrects"] = str(replaced.pk)
    enter(grant, "usage.recorded", by=by, now=now, data=data, article="29")
    return record


def digest_of(record: UsageRecord) -> str:
    """SHA-256 over everything a record says; the ledger holds it too."""
    said = {name: getattr(record, name) for name in Use.__dataclass_fields__}
    said |= {
        "grant": str(record.grant_id),
        "corrects": str(record.corrects_id or ""),
        "reason": record.correction_reason,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


@transaction.atomic
def inspect(
    *, by: Official, grant_id: UUID | str, now: datetime, how: str = "page"
) -> list[UsageRecord]:
    """The records of a grant, newest first; that provider or authority read them goes on record."""
    grant = _seen(by, grant_id, now)
    records = list(
        UsageRecord.objects.filter(grant=grant).select_related("recorded_by", "corrected_by")
    )
    if not access.is_recipient(by, grant, local_day(now)):
        data = {"records": len(records), "how": how}
        enter(grant, "usage.inspected", by=by, now=now, data=data, article="29")
    return records


def facts_of(grant: Grant) -> UseFacts:
    """What the portal itself counted: it stands beside the records and fills reports in advance."""
    deliveries = Delivery.objects.filter(grant=grant).aggregate(
        number=Count("pk"), rows=Sum("rows"), last=Max("published_at"), receipt=Max("receipt__at")
    )
    size = DeliveryFile.objects.filter(delivery__grant=grant).aggregate(size=Sum("size"))["size"]
    records = UsageRecord.objects.filter(grant=grant).aggregate(
        number=Count("pk"), last=Max("recorded_at")
    )
    return UseFacts(
        pulls=Pull.objects.filter(grant=grant).count(),
        deliveries=deliveries["number"],
        rows=deliveries["rows"] or 0,
        size=size or 0,
        last_delivery=deliveries["last"],
        last_receipt=deliveries["receipt"],
        records=records["number"],
        last_record=records["last"],
    )


def standing(records: Iterable[UsageRecord]) -> list[UsageRecord]:
    """Those that no later record corrects."""
    return [record for record in records if not hasattr(record, "corrected_by")]


@transaction.atomic
def prune(now: datetime) -> int:
    """Remove the records of grants over for longer than the retention time; return how many.

    Only whole registers of grants that ended: never one record out of a register. Without a
    setting records are kept for ever.
    """
    years = settings.USAGE_RETENTION_YEARS
    if years is None:
        return 0
    before = now - timedelta(days=366 * max(years, LEAST_YEARS))
    old = (
        Grant.objects.filter(status__in=["expired", "terminated"], status_at__lt=before)
        .filter(usage_records__isnull=False)
        .exclude(Q(usage_records__recorded_at__gte=before))
        .select_related("version", "resource")
        .distinct()
    )
    removed = 0
    for grant in list(old):
        number, _each = UsageRecord.objects.filter(grant=grant).delete()
        removed += number
        enter(grant, "usage.pruned", by=None, now=now, data={"records": number}, article="29")
    return removed


def _seen(by: Official, grant_id: UUID | str, now: datetime) -> Grant:
    pk = access.get_grant(by, grant_id, local_day(now)).pk
    return Grant.objects.select_related("department", "resource__provider", "version").get(pk=pk)


def _replaced(grant: Grant, corrects: UUID | None) -> UsageRecord | None:
    """The locked record to be corrected, if it is the last word so far."""
    if corrects is None:
        return None
    found = UsageRecord.objects.select_for_update(of=("self",)).filter(grant=grant, pk=corrects)
    record = found.first()
    if record is None or UsageRecord.objects.filter(corrects=record).exists():
        raise NotAllowed(
            _("This record was corrected before, or does not belong to the grant."),
            remedy=_("Correct the record that replaced it."),
            code="corrected_before",
        )
    return record


def _faults(use: Use, grant: Grant, on: date, *, correcting: bool, reason: str) -> list[Fault]:
    faults = [
        Fault(name, _("This is missing."), _("Write it in a sentence or two."), "required")
        for name in NEEDED
        if not str(getattr(use, name)).strip()
    ]
    if use.period_to < use.period_from:
        faults.append(
            Fault("period_to", _("The period ends before it begins."), _("Choose a later day."))
        )
    if use.period_to > on:
        faults.append(
            Fault("period_to", _("The day is still to come."), _("Choose today or an earlier day."))
        )
    if use.period_from < grant.starts_on:
        faults.append(
            Fault("period_from", _("The grant began later."), _("Choose a day of the grant."))
        )
    if correcting and not reason.strip():
        message = _("A reason is missing.")
        faults.append(Fault("reason", message, _("Write what was wrong."), "required"))
    return faults


def as_table(records: Iterable[UsageRecord]) -> tuple[list[Any], list[list[Any]]]:
    """Heads and rows of an export."""
    heads = [
        _("used from"), _("used until"), _("scene of use"), _("process of use"), _("effect"),
        _("storage"), _("destruction"), _("recorded by"), _("recorded at"), _("corrects"),
        _("reason of the correction"), _("record"),
    ]  # fmt: skip
    rows = [
        [
            one.period_from, one.period_to, one.scene, one.process, one.effect, one.storage,
            one.destruction, one.recorded_by.full_name, one.recorded_at,
            str(one.corrects_id or ""), one.correction_reason, str(one.pk),
        ]
        for one in records
    ]  # fmt: skip
    return heads, rows
