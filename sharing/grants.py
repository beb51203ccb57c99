"""The life of a grant: made by consent, active, suspended and resumed, expired or terminated.

For data the grant is the truth. guardian's ``pull_resource`` of the recipient is given and taken
in the same transaction; both must hold for data to leave (DESIGN §4). Locks are taken in the
order grant, pull, entry.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from catalog import hooks
from catalog.models import Attachment, Resource
from portal import gathering
from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import canonical
from portal.organisation.models import Official
from portal.worktime import access as worktime
from sharing import access, offers
from sharing.approval.clocks import local_day
from sharing.approval.terms import Terms
from sharing.models import ApplicationItem, Counter, Grant, GrantStatus
from sharing.protection.grades import choose
from sharing.pulling.records import enter
from sharing.pulling.stopping import stop_pulls
from sharing.telling import tell_provider, tell_recipients

PULL: Final = catalog_access.Permission.PULL
ARTICLE_SUPPLY: Final = "22"
ARTICLE_STOP: Final = "27"
ALLOWED: Final = (
    "department_id",
    "resource_id",
    "version_id",
    "fields",
    "row_region_id",
    "purpose",
    "mode",
    "starts_on",
    "ends_on",
    "quota_pulls",
)
"""What a grant allows; its content hash covers exactly these columns."""


# --- by consent ----------------------------------------------------------------------------


def create_for(
    item: ApplicationItem, *, terms: Terms, supply_days: int, now: datetime,
    is_emergency: bool = False,
) -> Grant:  # fmt: skip
    """Make the grant that consent to ``item`` gives; it is not active yet.

    ``is_emergency``: the one that comes before consent (actions/emergencies.py), at most one.

    ``terms`` are those consented to, with what signers left out; each field gets the mask its
    grade asks for. The supply clock of 20 working days starts (article 22, R14).
    """
    application = item.application
    on = local_day(now)
    rows = terms.row_region or None
    fields = _granted_fields(item, terms)
    allowed: dict[str, Any] = {
        "department_id": application.department_id,
        "resource_id": item.resource_id,
        "version_id": item.version_id,
        "fields": fields,
        "row_region_id": rows,
        "purpose": terms.purpose,
        "mode": terms.mode,
        "starts_on": terms.period_start,
        "ends_on": terms.period_end,
        "quota_pulls": None,
    }
    due = worktime.calendar().add_working_days(on, supply_days)
    grant = Grant(
        number=Counter.objects.number("GX", item.provider.region_id, on),
        item=item,
        supply_due_on=due.on,
        content_hash=hashlib.sha256(canonical(allowed)).hexdigest(),
        created_at=now,
        status_at=now,
        is_emergency=is_emergency,
        **allowed,
    )
    grant.department, grant.resource, grant.version = (
        application.department, item.resource, item.version
    )  # fmt: skip
    gathering.insert([grant])
    enter(
        grant,
        "grant.created",
        by=None,
        now=now,
        data={
            "content_hash": grant.content_hash,
            "fields": [field["key"] for field in fields],
            "rows": rows,
            "from": grant.starts_on,
            "until": grant.ends_on,
        },
        article=ARTICLE_SUPPLY,
    )
    return grant


def content_hash_of(grant: Grant) -> str:
    """The hash that covers everything the grant allows, computed from its columns."""
    allowed = {name: getattr(grant, name) for name in ALLOWED}
    return hashlib.sha256(canonical(allowed)).hexdigest()


def _granted_fields(item: ApplicationItem, terms: Terms) -> list[dict[str, Any]]:
    """The fields consented to, each with the mask its grade asks for or a signer's stricter one."""
    rows = [row for row in offers.items_of(item.version_id) if row.key in terms.fields]
    stricter = {one.field: one.mask for one in terms.masks}
    return [
        {
            "key": row.key,
            "name": row.name,
            "type": row.data_type,
            "length": row.length,
            "required": row.required,
            "grade": row.grade,
            "mask": stricter.get(row.key)
            or choose(
                row.grade, personal=row.personal, declared=row.mask, title=f"{row.name} {row.key}"
            ),
        }
        for row in rows.order_by("position", "pk")
    ]


def is_ready(grant: Grant) -> bool:
    """Whether the entry is attached, so that data can be supplied."""
    return grant.resource_id in remember_attached([grant.resource_id])


def remember_attached(resource_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Those of the entries that are attached; the others are left out."""
    return gathering.remember_each("sharing.attached", resource_ids, _attached)


def _attached(resource_ids: set[UUID]) -> dict[UUID, bool]:
    rows = Attachment.objects.filter(resource__in=resource_ids)
    return dict.fromkeys(rows.values_list("resource_id", flat=True), True)


@gathering.atomic
def activate(grant: Grant, *, now: datetime) -> bool:
    """Open the grant for pulling if the entry is attached; return whether it is active.

    Without an attachment it waits as ``provisioning``; ``activate_ready`` takes it up later.
    """
    grant = grant if gathering.is_pending(grant) else _lock(grant.pk)
    if grant.status != GrantStatus.PROVISIONING or not is_ready(grant):
        return grant.status == GrantStatus.ACTIVE
    _move(grant, _Change(GrantStatus.ACTIVE, "grant.activated", now))
    tell_recipients(grant, "grant.active", now=now)
    return True


def activate_ready(now: datetime) -> int:
    """Activate the grants that waited for an attachment; return how many."""
    waiting = Grant.objects.filter(
        status=GrantStatus.PROVISIONING, resource__attachment__isnull=False,
        ends_on__gte=local_day(now),
    )  # fmt: skip
    return sum(activate(grant, now=now) for grant in waiting)


# --- by officials --------------------------------------------------------------------------


@transaction.atomic
def suspend(*, by: Official, grant_id: UUID | str, reason: str, now: datetime) -> Grant:
    """Stop the grant for the time being (article 27, R23); running pulls end within seconds."""
    grant = _lock_to_stop(by, grant_id, now)
    _require_reason(reason)
    _require(grant, {GrantStatus.ACTIVE, GrantStatus.PROVISIONING})
    return _stop(grant, _Change(GrantStatus.SUSPENDED, "grant.suspended", now, by, reason))


@transaction.atomic
def resume(*, by: Official, grant_id: UUID | str, reason: str = "", now: datetime) -> Grant:
    """Open a suspended grant again."""
    grant = _lock_to_stop(by, grant_id, now)
    _require(grant, {GrantStatus.SUSPENDED})
    if grant.ends_on < local_day(now):
        raise NotAllowed(
            _("The period of the grant is over."),
            remedy=_("The recipient applies anew if the data is still needed."),
            code="grant_over",
        )
    if not is_ready(grant):
        raise NotAllowed(
            _("The entry is not attached to a source any more."),
            remedy=_("The provider attaches the entry; then the grant can be resumed."),
            code="not_attached",
        )
    _move(grant, _Change(GrantStatus.ACTIVE, "grant.resumed", now, by, reason))
    tell_recipients(grant, "grant.resumed", now=now)
    return grant


@transaction.atomic
def terminate(*, by: Official, grant_id: UUID | str, reason: str, now: datetime) -> Grant:
    """End the grant for good (article 27, R23)."""
    grant = _lock_to_stop(by, grant_id, now)
    _require_reason(reason)
    _require(grant, {GrantStatus.ACTIVE, GrantStatus.PROVISIONING, GrantStatus.SUSPENDED})
    return _stop(grant, _Change(GrantStatus.TERMINATED, "grant.terminated", now, by, reason))


# --- by rule ---------------------------------------------------------------------------------


@transaction.atomic
def end_by_rule(pk: UUID, *, reason: str, now: datetime) -> bool:
    """End a grant that a rule ends, such as the one of an emergency; whether it was alive."""
    grant = _lock(pk)
    if grant.status in {GrantStatus.EXPIRED, GrantStatus.TERMINATED}:
        return False
    _stop(grant, _Change(GrantStatus.TERMINATED, "grant.terminated", now, reason=reason))
    return True


# --- by the calendar -----------------------------------------------------------------------


def expire_due(now: datetime) -> int:
    """End the grants whose period is over; return how many. Each in a transaction of its own."""
    over = Grant.objects.filter(
        status__in=[GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED],
        ends_on__lt=local_day(now),
    ).values_list("pk", flat=True)
    return sum(_expire(pk, now) for pk in list(over))


@transaction.atomic
def _expire(pk: UUID, now: datetime) -> bool:
    grant = _lock(pk)
    if grant.status in {GrantStatus.EXPIRED, GrantStatus.TERMINATED}:
        return False
    _stop(grant, _Change(GrantStatus.EXPIRED, "grant.expired", now))
    return True


# --- by the catalog ------------------------------------------------------------------------


@transaction.atomic
def entry_withdrawn(resource: Resource, *, by: Official | None, reason: str, now: datetime) -> None:
    """End the open pulls of an entry that is being withdrawn; nothing of it leaves any more.

    The grants stay as they were agreed: if the entry is published again they work again.
    """
    del by
    grants = Grant.objects.filter(resource=resource, status=GrantStatus.ACTIVE).order_by("pk")
    for pk in list(grants.values_list("pk", flat=True)):
        grant = _lock(pk)
        stop_pulls(grant, reason="entry_withdrawn", now=now)
        tell_recipients(grant, "grant.entry_withdrawn", now=now, reason=reason)


# --- inside --------------------------------------------------------------------------------


def _lock(pk: UUID | str) -> Grant:
    return (
        Grant.objects.select_for_update(of=("self",))
        .select_related("department", "resource__provider", "resource__live", "version")
        .get(pk=pk)
    )


def _lock_to_stop(by: Official, grant_id: UUID | str, now: datetime) -> Grant:
    """The locked grant, if ``by`` is one of those who may suspend and terminate it."""
    on = local_day(now)
    grant = _lock(access.get_grant(by, grant_id, on).pk)
    if not access.may_stop(by, grant, on):
        raise Forbidden(
            _(
                "Only the provider and the competent authority may suspend, resume or terminate a grant."
            ),
            remedy=_("Ask the provider's data steward, or the authority of your region."),
            code="not_provider",
        )
    return grant


def _require_reason(reason: str) -> None:
    if not reason.strip():
        message = _("A reason is missing.")
        fault = Fault("reason", message, _("Write why; the recipient reads it."), "required")
        raise Invalid(message, [fault])


def _require(grant: Grant, states: Collection[GrantStatus]) -> None:
    if grant.status not in states:
        raise NotAllowed(
            _("The grant is not in a state that allows this: %(status)s.")
            % {"status": grant.get_status_display()},
            remedy=_("Look at the present state of the grant."),
            code=f"grant_{grant.status}",
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """A step in the life of a grant: who took it, why and when; ``kind`` names it in the ledger."""

    status: GrantStatus
    kind: str
    now: datetime
    by: Official | None = None
    reason: str = ""


def _stop(grant: Grant, change: _Change) -> Grant:
    stopped = stop_pulls(grant, reason=change.kind, now=change.now)
    _move(grant, change, stopped_pulls=stopped)
    tell_recipients(grant, change.kind, now=change.now, reason=change.reason)
    tell_provider(grant, change.kind, now=change.now, reason=change.reason)
    return grant


def _move(grant: Grant, change: _Change, **data: object) -> None:
    """Change the status, the recipient's right to pull, and the ledger, all at once."""
    before, grant.status = grant.status, change.status
    grant.status_at, grant.status_by, grant.status_reason = change.now, change.by, change.reason
    gathering.save(grant, ["status", "status_at", "status_by", "status_reason"])
    if change.status == GrantStatus.ACTIVE:
        gathering.at_the_end(_let_pull, [grant])
    elif not _has_other_active(grant):
        catalog_access.take(PULL, department=grant.department, resource=grant.resource)
    hooks.use_changed([grant.resource_id])
    enter(
        grant,
        change.kind,
        by=change.by,
        now=change.now,
        data={"before": before, "after": change.status, "reason": change.reason, **data},
        article=ARTICLE_STOP if change.by else "",
    )


def _let_pull(grants: list[Grant]) -> None:
    """Give the recipients the right to pull; of several grants the entries are locked in one order."""
    if len(grants) == 1:
        catalog_access.give(PULL, department=grants[0].department, resource=grants[0].resource)
        return
    entries = Resource.objects.filter(pk__in={grant.resource_id for grant in grants})
    list(entries.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    recipients = {grant.department_id: grant.department for grant in grants}
    wanted = defaultdict(set)
    for grant in grants:
        wanted[grant.department_id].add(grant.resource_id)
    for pk, department in recipients.items():
        catalog_access.give_many(
            PULL, department=department, resources=Resource.objects.filter(pk__in=wanted[pk])
        )


def _has_other_active(grant: Grant) -> bool:
    """Whether the recipient may go on pulling the entry under another grant."""
    return (
        Grant.objects.filter(
            department=grant.department, resource=grant.resource, status=GrantStatus.ACTIVE
        )
        .exclude(pk=grant.pk)
        .exists()
    )
