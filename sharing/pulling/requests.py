"""Asking for data under a grant: a row and a wake-up; a worker does the rest."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import Attachment
from portal.errors import Forbidden, NotAllowed, Reason
from portal.organisation.models import Official
from portal.queue import enqueue
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import Grant, Pull
from sharing.offers import withdrawn_fields
from sharing.pulling.leases import TASK, lets_out
from sharing.pulling.records import enter

ONE_OPEN = "sharing_pull_one_open"


def request_pull(*, by: Official, grant_id: UUID | str, now: datetime) -> Pull:
    """Ask for the data of a grant. Raises NotVisible, Forbidden for others than the recipient,
    NotAllowed with the reason: not in force, nothing attached, one under way, quota used up.
    """
    try:
        return _request(by, grant_id, now)
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        raise _under_way() from error


@transaction.atomic
def _request(by: Official, grant_id: UUID | str, now: datetime) -> Pull:
    on = local_day(now)
    seen = access.get_grant(by, grant_id, on)
    grant = (
        Grant.objects.select_for_update(of=("self",), no_key=True)
        .select_related("department", "resource__live", "resource__provider", "version")
        .get(pk=seen.pk)
    )
    if not access.is_recipient(by, grant, on):
        raise Forbidden(
            _("Only the recipient of a grant asks for its data."),
            remedy=_("Apply for the data yourself."),
            code="not_recipient",
        )
    if (hindrance := hindrance_to_pull(grant, now)) is not None:
        raise hindrance
    place = Attachment.objects.get(resource=grant.resource)
    pull = Pull.objects.create(
        grant=grant,
        requested_by=by,
        created_at=now,
        rows_expected=place.approximate_rows if grant.row_region_id is None else None,
    )
    enter(pull, "pull.requested", by=by, now=now)
    enqueue(TASK, str(pull.pk), due_at=now)
    return pull


def why_not(grant: Grant, official: Official, now: datetime) -> Reason | None:
    """Why the button to ask for data is off, or None when it is on."""
    if not access.is_recipient(official, grant, local_day(now)):
        return Reason("not_recipient", _("Only the recipient of a grant asks for its data."))
    error = hindrance_to_pull(grant, now)
    return Reason(error.reason, error.message, {"remedy": error.remedy}) if error else None


def hindrance_to_pull(grant: Grant, now: datetime) -> NotAllowed | None:
    """Why no pull can be asked for now, or None; ``grant`` with resource and live version."""
    if not grant.covers(local_day(now)):
        return NotAllowed(
            _("The grant is not in force: %(status)s, from %(from)s until %(until)s.")
            % {
                "status": grant.get_status_display(),
                "from": grant.starts_on,
                "until": grant.ends_on,
            },
            remedy=_("Look at the grant; it says since when and why."),
            code="grant_not_in_force",
        )
    place = Attachment.objects.filter(resource=grant.resource_id).select_related("source").first()
    if place is None:
        return NotAllowed(
            _("The entry is not attached to a source yet."),
            remedy=_("The provider must supply it within the limit shown (article 22)."),
            code="not_attached",
        )
    if not lets_out(now).filter(pk=grant.pk).exists():
        return NotAllowed(
            _("The provider has withdrawn the entry or suspended its source."),
            remedy=_("Ask the provider when it will be back."),
            code="source_suspended",
        )
    if gone := withdrawn_fields(grant.resource, [field["key"] for field in grant.fields]):
        return NotAllowed(
            _("The entry no longer offers: %(fields)s.") % {"fields": ", ".join(gone)},
            remedy=_("Apply for the data items that the entry offers now."),
            code="fields_withdrawn",
        )
    return _budget(grant)


def _budget(grant: Grant) -> NotAllowed | None:
    pulls = Pull.objects.filter(grant=grant)
    if pulls.exclude(status__in=Pull.ENDED).exists():
        return _under_way()
    used = pulls.filter(status=Pull.Status.PUBLISHED).count()
    if grant.quota_pulls is not None and used >= grant.quota_pulls:
        return NotAllowed(
            _("All %(count)d pulls of the grant are used up.") % {"count": grant.quota_pulls},
            remedy=_("Apply anew if more are needed."),
            code="quota_used",
        )
    return None


def _under_way() -> NotAllowed:
    return NotAllowed(
        _("A pull of this grant is already under way."),
        remedy=_("Wait for it; its progress is shown on the page of the grant."),
        code="pull_under_way",
    )
