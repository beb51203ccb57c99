"""Grants: made by consent, and the short ways into their life.

For data the grant is the truth. guardian's ``pull_resource`` of the recipient is given and taken
in the same transaction; both must hold for data to leave (DESIGN §4). Everything that happens to a
grant goes through ``sharing.granting``; locks are taken in the order grant, pull, entry.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from catalog.models import Resource
from portal import gathering
from portal.organisation.models import Official
from portal.worktime import access as worktime
from sharing import access, offers
from sharing.approval.clocks import local_day
from sharing.approval.terms import Terms
from sharing.granting import execute_on_grant, life, run_by_clock
from sharing.granting.attached import is_attached, remember_attached
from sharing.granting.clockwork import activate_ready, expire_due
from sharing.granting.door import begin_by_clock, lock
from sharing.granting.life import content_hash_of
from sharing.grantlife.commands import Activate, EndByRule, GiveUp, Restore, Suspend, Terminate
from sharing.models import ApplicationItem, Counter, Grant, GrantStatus
from sharing.protection.grades import choose
from sharing.pulling.records import enter
from sharing.pulling.stopping import stop_pulls
from sharing.telling import tell_recipients

__all__ = [
    "activate",
    "activate_ready",
    "content_hash_of",
    "create_for",
    "end_by_rule",
    "entry_withdrawn",
    "expire_due",
    "is_ready",
    "remember_attached",
    "resume",
    "suspend",
    "terminate",
]

ARTICLE_SUPPLY: Final = "22"


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
        content_hash="",
        created_at=now,
        status_at=now,
        is_emergency=is_emergency,
        **allowed,
    )
    grant.department, grant.resource, grant.version = (
        application.department, item.resource, item.version
    )  # fmt: skip
    grant.content_hash = life.content_hash_of(grant)
    gathering.insert([grant])
    life.begin(grant, now=now)
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
        for row in rows
    ]


def is_ready(grant: Grant) -> bool:
    """Whether the entry is attached, so that data can be supplied."""
    return is_attached(grant.resource_id)


def activate(grant: Grant, *, now: datetime) -> bool:
    """Open the grant for pulling if the entry is attached; return whether it is active.

    Without an attachment it waits as ``provisioning``; ``activate_ready`` takes it up later.
    """
    if gathering.is_pending(grant):
        return begin_by_clock(grant, command=Activate(), now=now)
    moved = run_by_clock(grant_id=grant.pk, command=Activate(), now=now)
    if moved is not None:
        return True
    return Grant.objects.filter(pk=grant.pk, status=GrantStatus.ACTIVE).exists()


def suspend(
    *, by: Official, grant_id: UUID | str, reason: str, facts: str = "",
    rectify_by: date | None = None, now: datetime,
) -> Grant:  # fmt: skip
    """Stop the grant because of misuse (article 27, R23); running pulls end within seconds.

    Without ``rectify_by`` the usual working days are given for putting things right; without
    ``facts`` the reason stands for them.
    """
    on = local_day(now)
    due = rectify_by or usual_rectification(on)
    command = Suspend(reason=reason, facts=facts or reason, rectify_by=due)
    return execute_on_grant(by=by, grant_id=grant_id, command=command, now=now)


def usual_rectification(on: date) -> date:
    """The day proposed for putting misuse right when it is found on the day ``on``."""
    return worktime.calendar().add_working_days(on, settings.GRANT_RECTIFY_DAYS).on


def resume(*, by: Official, grant_id: UUID | str, reason: str = "", now: datetime) -> Grant:
    """Open a suspended grant again: what was to be put right is accepted."""
    return execute_on_grant(by=by, grant_id=grant_id, command=Restore(reason=reason), now=now)


def terminate(*, by: Official, grant_id: UUID | str, reason: str, now: datetime) -> Grant:
    """End the grant for good: the recipient at once, others after failed rectification (R23)."""
    own = access.is_recipient(by, access.get_grant(by, grant_id, local_day(now)), local_day(now))
    command = GiveUp(reason=reason) if own else Terminate(reason=reason)
    return execute_on_grant(by=by, grant_id=grant_id, command=command, now=now)


@transaction.atomic
def entry_withdrawn(resource: Resource, *, by: Official | None, reason: str, now: datetime) -> None:
    """End the open pulls of an entry that is being withdrawn; nothing of it leaves any more.

    The grants stay as they were agreed: if the entry is published again they work again.
    """
    del by
    grants = Grant.objects.filter(resource=resource, status=GrantStatus.ACTIVE).order_by("pk")
    for pk in list(grants.values_list("pk", flat=True)):
        grant = lock(pk)
        stop_pulls(grant, reason="entry_withdrawn", now=now)
        tell_recipients(grant, "grant.entry_withdrawn", now=now, reason=reason)


def end_by_rule(pk: UUID, *, reason: str, now: datetime) -> bool:
    """End a grant that a rule ends, such as the one of an emergency; whether it was alive."""
    return run_by_clock(grant_id=pk, command=EndByRule(reason=reason), now=now) is not None
