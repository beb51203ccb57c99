"""Sign-ins and what accounts do with their own security, as entries of the ledger (R36)."""

from typing import Any

from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.helpers import get_client_ip_address
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from portal.ledger.records import record
from portal.organisation.models import Official


def connect() -> None:
    """Listen; called once, when the portal starts."""
    for signal, kind in (
        (user_logged_in, "account.signed_in"),
        (user_logged_out, "account.signed_out"),
        (password_changed, "account.password_changed"),
        (authenticator_added, "account.second_factor_added"),
        (authenticator_removed, "account.second_factor_removed"),
        (authenticator_reset, "account.recovery_codes_made"),
    ):
        signal.connect(_writer(kind), weak=False, dispatch_uid=f"ledger.{kind}")
    user_locked_out.connect(_locked_out, dispatch_uid="ledger.account.locked_out")


def _writer(kind: str) -> Any:
    def write(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
        factor = kwargs.get("authenticator")
        data = {"factor": factor.type} if factor is not None else {}
        if isinstance(user, Official):
            _record(kind, by=user, account=user, request=request, data=data)

    return write


def _locked_out(request: HttpRequest | None = None, username: str = "", **_kwargs: Any) -> None:
    """Somebody failed too often; names that are no account stay with the lock-out alone."""
    account = Official.objects.filter(username=username).first()
    if account is not None:
        _record("account.locked_out", by=None, account=account, request=request, data={})


def _record(
    kind: str,
    *,
    by: Official | None,
    account: Official,
    request: HttpRequest | None,
    data: dict[str, Any],
) -> None:
    address = get_client_ip_address(request) if request is not None else ""
    with transaction.atomic():  # these signals come from outside of any transaction
        record(kind, by=by, obj=account, now=timezone.now(), data={"address": address, **data})
