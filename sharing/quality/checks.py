"""Rules and checks of one entry's data: proposing, adjusting, asking for a check."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import can_manage, get_visible
from catalog.models import Attachment, Resource, ResourceStatus, UpdateCycle
from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import record
from portal.models import OutboxMessage
from portal.organisation.models import Official
from portal.queue import enqueue
from sharing.models import DataCheck, DataCheckResult, DataRule, FailingRow
from sharing.quality.proposals import Place, propose

TASK: Final = "sharing.run_data_check"
KEPT: Final = timedelta(days=30)
"""How long failing rows are kept."""
RESULTS_KEPT: Final = timedelta(days=90)
MOST_WORKERS: Final = 3
WAKE_AGAIN: Final = timedelta(seconds=60)


def managed_entry(official: Official, resource_id: UUID, on: date) -> Resource:
    """An entry whose data the official looks after; NotVisible, or Forbidden when only seen."""
    resource = get_visible(official, resource_id, on)
    if not can_manage(official, resource, on):
        raise Forbidden(
            _("Only those who look after the entry see the checks of its data."),
            remedy=_("The results, without rows, are on the page of its quality."),
        )
    return resource


def attachment_of(resource: Resource) -> Attachment | None:
    """Where the data is, with its source."""
    return Attachment.objects.filter(resource=resource).select_related("source").first()


@transaction.atomic
def propose_rules(resource: Resource, place: Attachment) -> list[DataRule]:
    """Bring the rules in line with the items; what a steward has touched stays as it is."""
    Resource.objects.select_for_update(of=("self",), no_key=True).get(pk=resource.pk)
    version = resource.shown_version()
    proposed = propose(
        list(version.items.all()),
        Place(
            mapped=frozenset(key for key, column in place.columns.items() if column),
            has_key=bool(place.key_columns),
            has_change=bool(place.change_column),
            has_cycle=version.update_cycle not in {"", UpdateCycle.IRREGULAR},
        ),
    )
    known = {
        (rule.kind, tuple(rule.items)): rule for rule in DataRule.objects.filter(resource=resource)
    }
    wanted = {(one.kind, one.items): one for one in proposed}
    gone = [rule.pk for key, rule in known.items() if key not in wanted and not rule.touched]
    if gone:
        DataRule.objects.filter(pk__in=gone).delete()
    DataRule.objects.bulk_create(
        [
            DataRule(resource=resource, kind=one.kind, items=list(one.items), params=one.params)
            for key, one in wanted.items()
            if key not in known
        ]
    )
    return list(DataRule.objects.filter(resource=resource))


@transaction.atomic
def adjust_rule(
    *, by: Official, rule: DataRule, allowed: Decimal, off_reason: str, now: datetime
) -> DataRule:
    """Say how much may fail, or switch the rule off with a reason (empty: on). Invalid: all faults."""
    managed_entry(by, rule.resource_id, timezone.localdate(now))
    locked = DataRule.objects.select_for_update().select_related("resource").get(pk=rule.pk)
    if faults := rule_faults(allowed, off_reason):
        raise Invalid(_("The rule cannot be changed like this."), faults)
    before = {"allowed": str(locked.allowed), "off": locked.off_reason}
    locked.allowed, locked.off_reason, locked.touched = allowed, off_reason.strip(), True
    locked.save(update_fields=["allowed", "off_reason", "touched"])
    record(
        "quality.rule_changed", by=by, obj=locked.resource, now=now,
        departments=[locked.resource.provider_id],
        data={"rule": locked.kind, "items": locked.items, "before": before,
              "after": {"allowed": str(allowed), "off": locked.off_reason}},
    )  # fmt: skip
    return locked


def rule_faults(allowed: Decimal, off_reason: str) -> list[Fault]:
    """What is wrong with an adjustment."""
    faults = []
    if not 0 <= allowed <= 100:
        faults.append(
            Fault(
                "allowed",
                _("The share must lie between 0 and 100 percent."),
                _("Enter a number such as 0.5."),
                "range",
            )
        )
    if off_reason and not 4 <= len(off_reason.strip()) <= 200:
        faults.append(
            Fault(
                "off_reason",
                _("The reason has from 4 to 200 characters."),
                _("Say why the rule does not fit this data."),
                "length",
            )
        )
    return faults


@transaction.atomic
def ask(*, by: Official | None, resource: Resource, now: datetime) -> DataCheck:
    """Ask for a check now; the one that is under way if there is one. None of ``by``: the clockwork.

    Forbidden for those who do not look after the entry, NotAllowed without attached data.
    """
    if by is not None:
        managed_entry(by, resource.pk, timezone.localdate(now))
    place = attachment_of(resource)
    if place is None:
        raise NotAllowed(
            _("No data is attached to the entry, so there is nothing to check."),
            remedy=_("Attach the table that carries the entry."),
        )
    if place.source.suspended:
        raise NotAllowed(
            _("The data source is suspended."), remedy=_("Lift the suspension of the source first.")
        )
    Resource.objects.select_for_update(of=("self",), no_key=True).get(pk=resource.pk)
    under_way = DataCheck.objects.filter(resource=resource, status__in=DataCheck.OPEN).first()
    if under_way is not None:
        return under_way
    check = DataCheck.objects.create(resource=resource, asked_by=by, created_at=now)
    enqueue(TASK, str(check.pk))
    return check


def ask_nightly(now: datetime) -> int:
    """Ask for a check of everything attached that is published or being worked on."""
    places = Attachment.objects.filter(source__suspended=False).exclude(
        resource__status=ResourceStatus.WITHDRAWN
    )
    asked = 0
    for place in places.select_related("resource").order_by("source_id", "pk").iterator(200):
        try:
            ask(by=None, resource=place.resource, now=now)
        except NotAllowed:  # the source was suspended meanwhile
            continue
        asked += 1
    return asked


def sweep(now: datetime) -> int:
    """Wake checks whose worker or message was lost, and throw away what is kept no longer.

    A check that has cost three workers is given up.
    """
    FailingRow.objects.filter(kept_until__lte=now).delete()
    DataCheckResult.objects.filter(data_check__ended_at__lte=now - RESULTS_KEPT).delete()
    silent = DataCheck.objects.filter(status=DataCheck.Status.RUNNING, lease_until__lte=Now())
    silent.filter(token__gte=MOST_WORKERS).update(
        status=DataCheck.Status.FAILED, lease_until=None, ended_at=now, failure_code="worker_lost"
    )
    lost = silent | DataCheck.objects.filter(
        status=DataCheck.Status.QUEUED, created_at__lte=now - WAKE_AGAIN
    )
    return sum(_wake(pk, now) for pk in lost.order_by("created_at").values_list("pk", flat=True))


@transaction.atomic
def _wake(pk: UUID, now: datetime) -> bool:
    waiting = OutboxMessage.objects.filter(task=TASK, args=[str(pk)])
    if waiting.filter(published_at__isnull=True).exists():
        return False
    if waiting.filter(published_at__gt=now - WAKE_AGAIN).exists():
        return False
    enqueue(TASK, str(pk))
    return True


def latest(resource: Resource) -> tuple[DataCheck | None, DataCheck | None]:
    """The newest check, and the newest that came to an end well."""
    checks: Iterable[DataCheck] = DataCheck.objects.filter(resource=resource)[:1]
    done = DataCheck.objects.filter(resource=resource, status=DataCheck.Status.DONE)
    return next(iter(checks), None), done.first()
