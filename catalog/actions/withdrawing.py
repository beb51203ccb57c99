"""Withdrawing entries."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.actions.drafts import lock_managed
from catalog.actions.duties import fulfil
from catalog.actions.publishing import take_down
from catalog.actions.reviewing import interrupt
from catalog.models import SHOWN_STATUSES, Resource, UpdateOutcome
from portal.errors import Fault, Invalid, NotAllowed
from portal.organisation.models import Official


@transaction.atomic
def withdraw(*, by: Official | None, resource: Resource, reason: str, now: datetime) -> Resource:
    """Take an entry out of the catalog; its managers still see it, what hangs on it stops.

    A version of it that is under review goes back to its sender. Invalid without a reason,
    NotAllowed unless it is shown in the catalog.
    """
    if not reason.strip():
        message, remedy = _("A withdrawal needs a reason."), _("Say why, for those who use it.")
        raise Invalid(message, [Fault("reason", message, remedy, "missing")])
    locked = lock_managed(by, resource, timezone.localdate(now))
    if locked.status not in SHOWN_STATUSES:
        raise NotAllowed(_("The entry is not in the catalog."), code="not_shown")
    take_down(locked, by=by, reason=reason, now=now)
    message = _("The entry was withdrawn meanwhile.")
    remedy = _("Send the version again if the entry is to come back.")
    interrupt(locked, Fault("", message, remedy, "withdrawn"), now=now)
    fulfil(locked, outcome=UpdateOutcome.WITHDRAWN, review=None, by=by, now=now)
    return locked
