"""Subscription addresses: 256 random bits shown once, of which only the SHA-256 is kept.

Calendar programs cannot sign in, so the address is the right to read; whoever has it sees due dates
and numbers of one official, nothing else, until it is revoked or the account is switched off.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.access import has_role, is_administrator
from portal.organisation.models import Official, Role
from sharing.models import CalendarFeed

MARK: Final = "gc"
MOST: Final = 10
"""So many subscriptions an official may have at a time."""
USED_EVERY: Final = timedelta(minutes=10)
_NOTHING: Final = hashlib.sha256(b"").hexdigest()


@transaction.atomic
def subscribe(
    *, official: Official, name: str, language: str, now: datetime
) -> tuple[CalendarFeed, str]:
    """Make an address for ``official``; return it with its secret, which nobody can read again.

    Invalid without a name, for an unknown language or for one too many; NotAllowed for
    administrators, who have no due dates.
    """
    name = name.strip()
    official = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    if not official.is_active or is_administrator(official, timezone.localdate(now)):
        raise NotAllowed(
            _("Only officials with a business account have due dates."),
            remedy=_("Sign in with your business account."),
            code="administrator",
        )
    faults: list[Fault] = []
    longest = CalendarFeed._meta.get_field("name").max_length or 0
    if not 0 < len(name) <= longest:
        message = _("Say in at most %(count)s characters what it is for.") % {"count": longest}
        faults.append(Fault("name", message, _("Such as: telephone."), "name"))
    if language not in dict(settings.LANGUAGES):
        faults.append(Fault("language", _("Choose one of the languages."), "", "language"))
    if CalendarFeed.objects.filter(official=official, revoked_at=None).count() >= MOST:
        message = _("You have %(count)s addresses already.") % {"count": MOST}
        faults.append(Fault("name", message, _("Revoke one that is not used."), "too_many"))
    if faults:
        raise Invalid(_("The address cannot be made like this."), faults)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    clear = f"{MARK}_{prefix}_{secret}"
    feed = CalendarFeed.objects.create(
        official=official, name=name, language=language, prefix=prefix, digest=_digest(clear),
        created_at=now,
    )  # fmt: skip
    record("feed.made", by=official, obj=feed, now=now)
    return feed, clear


@transaction.atomic
def revoke(*, by: Official, feed_id: int, now: datetime) -> CalendarFeed:
    """End an address at once; the row stays. NotVisible for somebody else's.

    Security administrators end anybody's.
    """
    feed = CalendarFeed.objects.select_for_update().filter(pk=feed_id).first()
    ends_all = has_role(by, [Role.SECADMIN], timezone.localdate(now))
    if feed is None or not (feed.official_id == by.pk or ends_all):
        raise NotVisible(_("There is no such subscription."))
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.save(update_fields=["revoked_at"])
        record("feed.revoked", by=by, obj=feed, now=now)
    return feed


def authenticate(clear: str, now: datetime) -> CalendarFeed | None:
    """The subscription with this secret, if it is in force; the same work whether there is one."""
    parts = clear.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == MARK else ""
    feed = CalendarFeed.objects.select_related("official").filter(prefix=prefix).first()
    fits = constant_time_compare(_digest(clear), feed.digest if feed else _NOTHING)
    if feed is None or not fits or feed.revoked_at is not None or not feed.official.is_active:
        return None
    if feed.last_used_at is None or feed.last_used_at <= now - USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
        CalendarFeed.objects.filter(stale, pk=feed.pk).update(last_used_at=now)
    return feed


def _digest(clear: str) -> str:
    return hashlib.sha256(clear.encode(errors="replace")).hexdigest()
