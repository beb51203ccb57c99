"""One check of data from claim to results; the Celery task only calls this.

A claim is one conditional update that raises the fencing number; whoever lost it writes nothing
more. One source is read by one check at a time, and a fault of a source ends up in the row of its
check, so that no other check is harmed.
"""

import hashlib
import hmac
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.models import Attachment, DataItem, Resource
from catalog.quality import keep_data_results
from catalog.quality.rules import WARNINGS
from portal.crypto import DecryptionError
from portal.ledger.records import record
from portal.organisation.models import Region
from portal.queue import enqueue
from sharing.connectors.base import Connector
from sharing.connectors.errors import ConnectorError, SchemaDrift
from sharing.models import DataCheck, DataCheckResult, DataRule, FailingRow
from sharing.protection.grades import choose
from sharing.pulling.errors import CredentialsUnreadable, Internal, NotAttached
from sharing.pulling.sources import connector_for
from sharing.pulling.specs import MAX_AGE
from sharing.pulls.errors import PullFailed
from sharing.pulls.spec import FieldSpec
from sharing.quality import checks
from sharing.quality.codesets import counties
from sharing.quality.engine import Check, Outcome, Plan, Stopped, run

LEASE: Final = timedelta(seconds=90)
_SOURCE_LOCK: Final = 0x0A11
"""Namespace of the advisory locks under which a source gets its one check."""
Status = DataCheck.Status
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    """A claimed check with what it needs."""

    check: DataCheck
    resource: Resource
    place: Attachment
    rules: list[DataRule]
    items: dict[str, DataItem]


def work(check_id: UUID | str, *, clock: Clock) -> str:
    """Do the check if it is there to be taken; return its status afterwards. Safe at any time."""
    check = _claim(check_id, clock())
    if check is None:
        return DataCheck.objects.filter(pk=check_id).values_list("status", flat=True).first() or ""
    try:
        _run(check, clock)
    except Stopped:
        pass
    except PullFailed as failure:
        _fail(check, failure, clock())
    _wake_next(check)
    return DataCheck.objects.values_list("status", flat=True).get(pk=check.pk)


@transaction.atomic
def _claim(check_id: UUID | str, now: datetime) -> DataCheck | None:
    check = DataCheck.objects.filter(pk=check_id, status__in=DataCheck.OPEN).first()
    if check is None or not _is_source_free(check):
        return None
    free = Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lte=Now())
    taken = DataCheck.objects.filter(free, pk=check.pk).update(
        status=Status.RUNNING, token=F("token") + 1, lease_until=Now() + LEASE, started_at=now,
        rows_done=0,
    )  # fmt: skip
    if not taken:
        return None
    check.refresh_from_db()
    return check


def _is_source_free(check: DataCheck) -> bool:
    """Whether no other check reads the source; the sweep wakes this one again."""
    source = Attachment.objects.filter(resource=check.resource_id).values_list(
        "source_id", flat=True
    )
    if not source:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SOURCE_LOCK, source[0]])
    others = DataCheck.objects.filter(
        status=Status.RUNNING, lease_until__gt=Now(), resource__attachment__source=source[0]
    )
    return not others.exclude(pk=check.pk).exists()


@transaction.atomic
def _wake_next(check: DataCheck) -> None:
    """The source is free again: the check that has waited longest for it may begin."""
    waiting = DataCheck.objects.filter(
        status=Status.QUEUED, resource__attachment__source__attachments__resource=check.resource_id
    )
    pk = waiting.order_by("created_at", "pk").values_list("pk", flat=True).first()
    if pk is not None:
        enqueue(checks.TASK, str(pk))


def _run(check: DataCheck, clock: Clock) -> None:
    """Every fault comes out as PullFailed, without texts that could hold values."""
    try:
        _read(check, clock)
    except (PullFailed, Stopped):
        raise
    except ConnectorError as error:
        raise PullFailed.from_connector(error) from None
    except DecryptionError:
        raise CredentialsUnreadable from None
    except Exception as error:  # noqa: BLE001 - a fault of ours must end up in the row as well
        # the place, not the message: that may hold values of rows
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("check %s: %s\n%s", check.pk, type(error).__name__, place)  # noqa: TRY400
        raise Internal(kind=type(error).__name__) from None


def _read(check: DataCheck, clock: Clock) -> None:
    resource = Resource.objects.select_related("live", "provider").get(pk=check.resource_id)
    place = checks.attachment_of(resource)
    if place is None:
        raise NotAttached
    rules = [rule for rule in checks.propose_rules(resource, place) if not rule.off_reason]
    items = {item.key: item for item in resource.shown_version().items.all()}
    work = _Work(check, resource, place, rules, items)
    with connector_for(place.source) as connector:
        plan = plan_of(work.resource, place, rules, items, columns=_columns(connector, place))
        outcome = run(plan, connector, now=clock(), on_rows=lambda rows: _beat(check, rows))
    _keep(work, outcome, clock())


def _columns(connector: Connector, place: Attachment) -> frozenset[str]:
    """The columns that the attached table has now; SchemaDrift when it is gone."""
    for table in connector.describe():
        if (table.schema, table.name) == (place.schema, place.table):
            return frozenset(column.name for column in table.columns)
    raise SchemaDrift(table=f"{place.schema}.{place.table}", missing=("*",))


def plan_of(
    resource: Resource,
    place: Attachment,
    rules: list[DataRule],
    items: dict[str, DataItem],
    *,
    columns: frozenset[str],
) -> Plan:
    """What to read and look for; items without a column are left out, and named."""
    shared = [item for item in items.values() if item.sharing_type != "non_shared"]
    there = [item for item in items.values() if place.columns.get(item.key) in columns]
    if not there:
        raise SchemaDrift(table=f"{place.schema}.{place.table}", missing=("*",))
    wanted = {key for rule in rules for key in rule.items}
    read = [
        item for item in there if item.key in wanted or place.columns[item.key] in place.key_columns
    ]
    return Plan(
        schema=place.schema,
        table=place.table,
        fields=tuple(_field(item, place) for item in read or there[:1]),
        mapped=len(there),
        checks=tuple(Check(rule.kind, tuple(rule.items), rule.params) for rule in rules),
        missing=frozenset(item.key for item in shared if item not in there),
        key=tuple(place.key_columns) if set(place.key_columns) <= columns else (),
        changed_column=place.change_column if place.change_column in columns else "",
        max_age=MAX_AGE.get(resource.shown_version().update_cycle),
        regions=counties() | frozenset(Region.objects.values_list("pk", flat=True)),
        mask_key=_mask_key(resource),
        batch_rows=settings.PULL_BATCH_ROWS,
        timezone=settings.TIME_ZONE,
    )


def _field(item: DataItem, place: Attachment) -> FieldSpec:
    return FieldSpec(
        name=item.key,
        title=item.name,
        column=place.columns[item.key],
        data_type=item.data_type,
        length=item.length,
        required=item.required,
        mask=choose(
            item.grade, personal=item.personal, declared=item.mask, title=f"{item.name} {item.key}"
        ),
    )


def _mask_key(resource: Resource) -> bytes:
    """Pseudonyms of failing rows are of the entry's own: no recipient's can be joined to them."""
    label = f"failing rows of {resource.pk}".encode()
    return hmac.digest(str(settings.SIGNING_KEY).encode(), label, hashlib.sha256)


def _beat(check: DataCheck, rows: int) -> bool:
    """Note the progress and renew the lease, while the check is this worker's."""
    own = DataCheck.objects.filter(pk=check.pk, token=check.token, status=Status.RUNNING)
    return bool(own.update(rows_done=rows, lease_until=Now() + LEASE))


@transaction.atomic
def _keep(work: _Work, outcome: Outcome, now: datetime) -> None:
    """Results, failing rows, the entry's quality and the ledger, all or nothing."""
    check = work.check
    ended = DataCheck.objects.filter(pk=check.pk, token=check.token, status=Status.RUNNING).update(
        status=Status.DONE, lease_until=None, ended_at=now, rows_done=outcome.rows,
        is_partial=outcome.is_partial,
    )  # fmt: skip
    if not ended:
        raise Stopped
    results = []
    for rule, (_check, tally) in zip(work.rules, outcome.tallies, strict=True):
        if not tally.checked:
            continue
        result = DataCheckResult.objects.create(
            data_check=check, kind=rule.kind, dimension=WARNINGS[f"data_{rule.kind}"].dimension,
            items=rule.items, names=_names(work, rule), checked=tally.checked,
            failed=tally.failed, allowed=rule.allowed,
        )  # fmt: skip
        results.append(result)
        FailingRow.objects.bulk_create(
            FailingRow(
                result=result, number=number, values=_shown(work, rule, values),
                kept_until=now + checks.KEPT,
            )
            for number, values in tally.rows
        )  # fmt: skip
    keep_data_results(
        work.resource.pk, rows=outcome.rows, newest=outcome.newest, now=now,
        results=[_public(result) for result in results],
    )  # fmt: skip
    record(
        "quality.data_checked", by=check.asked_by, obj=work.resource, now=now,
        departments=[work.resource.provider_id],
        data={"check": str(check.pk), "rows": outcome.rows, "rules": len(results),
              "failed": sum(bool(result.failed) for result in results)},
    )  # fmt: skip


def _names(work: _Work, rule: DataRule) -> list[str]:
    keys = rule.items
    if rule.kind == "unique":
        columns = {column: key for key, column in work.place.columns.items()}
        keys = [columns.get(column, column) for column in work.place.key_columns]
    if rule.kind == "fresh":
        columns = {column: key for key, column in work.place.columns.items()}
        keys = [columns.get(work.place.change_column, work.place.change_column)]
    return [work.items[key].name if key in work.items else key for key in keys]


def _shown(work: _Work, rule: DataRule, values: dict[str, str]) -> list[tuple[str, str]]:
    """The key and the items of the rule, as pairs of name and masked value."""
    columns = {column: key for key, column in work.place.columns.items()}
    keys = [columns[column] for column in work.place.key_columns if column in columns]
    wanted = dict.fromkeys([*keys, *rule.items])
    return [(work.items[key].name, values[key]) for key in wanted if key in values]


def _public(result: DataCheckResult) -> dict[str, Any]:
    """What everybody who sees the entry may read: counts and names."""
    return {
        "rule": result.kind, "dimension": result.dimension, "names": result.names,
        "checked": result.checked, "failed": result.failed, "allowed": float(result.allowed),
    }  # fmt: skip


@transaction.atomic
def _fail(check: DataCheck, failure: PullFailed, now: datetime) -> None:
    DataCheck.objects.filter(pk=check.pk, token=check.token, status=Status.RUNNING).update(
        status=Status.FAILED, lease_until=None, ended_at=now, failure_code=failure.code,
        failure_detail=failure.params,
    )  # fmt: skip
