"""Ending pulls before they publish: their row says so, and the worker reads it at its next beat."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import Forbidden, NotAllowed
from portal.organisation.models import Official
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import Grant, Pull
from sharing.pulling.records import enter


def stop_pulls(grant: Grant, *, reason: str, now: datetime) -> int:
    """Cancel what is open of ``grant`` (the caller holds its row lock); return how many."""
    rows = list(
        Pull.objects.select_for_update(of=("self",))
        .filter(grant=grant)
        .exclude(status__in=Pull.ENDED)
        .order_by("pk")
    )
    for pull in rows:
        _cancel(pull, by=None, reason=reason, now=now)
    return len(rows)


@transaction.atomic
def cancel_pull(*, by: Official, pull_id: UUID | str, now: datetime) -> Pull:
    """Stop an open pull; the recipient and the provider may. It can be asked for again."""
    on = local_day(now)
    seen = access.get_pull(by, pull_id, on)
    pull = (
        Pull.objects.select_for_update(of=("self",))
        .select_related("grant__resource")
        .get(pk=seen.pk)
    )
    if not (access.is_recipient(by, pull.grant, on) or access.may_stop(by, pull.grant, on)):
        raise Forbidden(
            _("Only the recipient and the provider may stop a pull."),
            remedy=_("Ask the person who asked for it."),
            code="not_party",
        )
    if pull.status in Pull.ENDED:
        raise NotAllowed(
            _("The pull has already ended."),
            remedy=_("Look at its result."),
            code="pull_ended",
        )
    _cancel(pull, by=by, reason="pull.cancelled", now=now)
    return pull


def _cancel(pull: Pull, *, by: Official | None, reason: str, now: datetime) -> None:
    before = pull.status
    pull.status, pull.lease_until, pull.retry_at = Pull.Status.CANCELLED, None, None
    pull.ended_at, pull.failure_code = now, reason
    pull.save(update_fields=["status", "lease_until", "retry_at", "ended_at", "failure_code"])
    enter(pull, "pull.cancelled", by=by, now=now, data={"before": before, "reason": reason})
