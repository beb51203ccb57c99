"""REST tokens: 256 random bits shown once, of which only the SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.access import has_role, is_administrator
from portal.organisation.models import ApiToken, Official, Role, Scope

MARK: Final = "gs"
"""How a token begins, so that scanners recognise one that was published by mistake."""
MAX_DAYS: Final = 366
USED_EVERY: Final = timedelta(minutes=1)
"""How often the time of the last use is written at most."""
_NOTHING: Final = hashlib.sha256(b"").hexdigest()


@transaction.atomic
def issue(
    *, official: Official, name: str, scopes: Iterable[str], days: int, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token for ``official``; return it with its clear text, which nobody can read again.

    Invalid, with all faults at once, for an empty name, no or unknown scopes or a duration other
    than 1 to 366 days. NotAllowed for inactive accounts and administrators: they do no business.
    """
    wanted = sorted(set(scopes))
    if faults := list(_faults(name, wanted, days)):
        raise Invalid(_("The token cannot be made like this."), faults)
    if not official.is_active or is_administrator(official, timezone.localdate(now)):
        raise NotAllowed(_("Only officials with a business account can have tokens."))
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    clear = f"{MARK}_{prefix}_{secret}"
    token = ApiToken.objects.create(
        official=official,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(clear),
        scopes=wanted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        "token.issued", by=official, obj=token, now=now,
        data={"scopes": wanted, "expires_at": token.expires_at},
    )  # fmt: skip
    return token, clear


def _faults(name: str, scopes: list[str], days: int) -> Iterable[Fault]:
    longest = ApiToken._meta.get_field("name").max_length or 0
    if not 0 < len(name.strip()) <= longest:
        yield Fault(
            "name", _("Say in at most %(count)s characters what it is for.") % {"count": longest}
        )
    if not scopes or not set(scopes) <= set(Scope.values):
        yield Fault("scopes", _("Choose at least one of the scopes."))
    if not 1 <= days <= MAX_DAYS:
        yield Fault("days", _("A token lasts 1 to %(days)s days.") % {"days": MAX_DAYS})


def authenticate(clear: str, now: datetime) -> ApiToken | None:
    """The token with this clear text, if it is in force and its official active; else None.

    Takes the same work whether or not there is such a token.
    """
    parts = clear.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == MARK else ""
    token = ApiToken.objects.select_related("official").filter(prefix=prefix).first()
    fits = constant_time_compare(_digest(clear), token.digest if token else _NOTHING)
    if token is None or not fits or not _in_force(token, now):
        return None
    _note_use(token, now)
    return token


def _in_force(token: ApiToken, now: datetime) -> bool:
    return token.official.is_active and token.revoked_at is None and token.expires_at > now


def _note_use(token: ApiToken, now: datetime) -> None:
    """Write the time of use now and then; several requests at once write it once."""
    if token.last_used_at is None or token.last_used_at <= now - USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now


@transaction.atomic
def revoke(*, by: Official, token_id: int, now: datetime) -> ApiToken:
    """End a token at once; the row stays. NotVisible for somebody else's token.

    Security administrators end anybody's.
    """
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None or not (token.official_id == by.pk or _ends_all(by, now)):
        raise NotVisible(_("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record("token.revoked", by=by, obj=token, now=now)
    return token


def _ends_all(official: Official, now: datetime) -> bool:
    return has_role(official, [Role.SECADMIN], timezone.localdate(now))


def _digest(clear: str) -> str:
    return hashlib.sha256(clear.encode(errors="replace")).hexdigest()
