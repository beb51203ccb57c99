"""Accounts: made without a password, activated by their owner, switched off instead of deleted."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid, NotAllowed, NotVisible
from portal.ledger.records import difference, record
from portal.organisation import hooks
from portal.organisation.actions.membership import follow_posts
from portal.organisation.actions.posts import refuse_to_lose_last_administrator
from portal.organisation.models import ApiToken, Official
from portal.organisation.sorting import sort_key

FIELDS = ("username", "full_name", "email", "department", "language")
"""What may be changed in an account; everything else follows from actions."""


@transaction.atomic
def create_official(*, by: Official | None, official: Official, now: datetime) -> Official:
    """Save a new account. Nobody knows a password for it: its owner sets one (activation_path)."""
    official.username = Official.normalize_username(official.username)
    official.sort_key = sort_key(official.full_name)[:200]
    official.set_unusable_password()
    official.is_staff = official.is_superuser = False
    official.save(force_insert=True)
    record(
        "official.created", by=by, obj=official, now=now,
        data=difference(None, official, FIELDS),
    )  # fmt: skip
    return official


@transaction.atomic
def update_official(*, by: Official | None, official: Official, now: datetime) -> Official:
    """Save what was changed in an account; nothing is recorded when nothing was."""
    before = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    changed = difference(before, official, FIELDS)
    if changed["after"]:
        official.sort_key = sort_key(official.full_name)[:200]
        official.save(update_fields=[*changed["after"], "sort_key"])
        record("official.changed", by=by, obj=official, now=now, data=changed)
    return official


@transaction.atomic
def deactivate(*, by: Official, official: Official, reason: str, now: datetime) -> Official:
    """Switch an account off: its sessions end with the next request, its tokens at once.

    NotAllowed for one's own account and for the last administrator of a kind.
    """
    official = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    if official.pk == by.pk:
        raise NotAllowed(_("Nobody switches off their own account."))
    if not official.is_active:
        return official
    refuse_to_lose_last_administrator(official, timezone.localdate(now))
    official.is_active = False
    official.save(update_fields=["is_active"])
    ApiToken.objects.filter(official=official, revoked_at__isnull=True).update(revoked_at=now)
    follow_posts(on=timezone.localdate(now), officials=[official.pk])
    hooks.seats_changed(now)
    record("official.deactivated", by=by, obj=official, now=now, data={"reason": reason})
    return official


@transaction.atomic
def reactivate(*, by: Official, official: Official, now: datetime) -> Official:
    """Switch an account on again; tokens stay revoked."""
    official = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    if official.is_active:
        return official
    official.is_active = True
    official.save(update_fields=["is_active"])
    follow_posts(on=timezone.localdate(now), officials=[official.pk])
    hooks.seats_changed(now)
    record("official.reactivated", by=by, obj=official, now=now)
    return official


@transaction.atomic
def remove_second_factor(*, by: Official, official: Official, reason: str, now: datetime) -> None:
    """Take away the second factor of somebody who lost it, with its recovery codes.

    The account signs in by its password alone until its owner sets a new one up. NotAllowed for
    one's own account and for accounts without a second factor.
    """
    official = Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    if official.pk == by.pk:
        raise NotAllowed(_("Nobody removes their own second factor here."))
    factors = Authenticator.objects.filter(user=official)
    kinds = sorted(factors.values_list("type", flat=True))
    if not kinds:
        raise NotAllowed(_("This account has no second factor."))
    factors.delete()
    record(
        "official.second_factor_removed", by=by, obj=official, now=now,
        data={"reason": reason, "factors": kinds},
    )  # fmt: skip


@transaction.atomic
def activation_path(*, by: Official, official: Official, now: datetime) -> str:
    """A path on which the official sets a password once; valid for some days, or until it is used.

    The person who makes it hands it over and never learns the password; a password in use stays
    valid until then. NotAllowed for accounts that are switched off and for superusers.
    """
    if not official.is_active or official.is_superuser:
        raise NotAllowed(_("This account cannot be activated here."))
    record("official.activation_offered", by=by, obj=official, now=now)
    key = urlsafe_base64_encode(force_bytes(official.pk))
    return reverse("activate", args=[key, default_token_generator.make_token(official)])


def activate(*, key: str, token: str) -> Official:
    """The official whom an activation path belongs to; NotVisible when it is not (or no more) good."""
    try:
        official = Official.objects.get(pk=int(urlsafe_base64_decode(key)), is_active=True)
    except (ValueError, OverflowError, Official.DoesNotExist):
        official = None
    if official is None or not default_token_generator.check_token(official, token):
        raise NotVisible(_("This activation link is not valid any more."))
    return official


@transaction.atomic
def set_first_password(*, key: str, token: str, password: str, now: datetime) -> Official:
    """Set the password by an activation path, which is used up by it. Invalid lists all faults."""
    official = activate(key=key, token=token)
    Official.objects.select_for_update(of=("self",)).get(pk=official.pk)
    official = activate(key=key, token=token)  # another request may have used it while we waited
    try:
        validate_password(password, official)
    except ValidationError as error:
        faults = [Fault("password", message) for message in error.messages]
        raise Invalid(_("Please choose another password."), faults) from error
    official.set_password(password)
    official.save(update_fields=["password"])
    record("official.activated", by=official, obj=official, now=now)
    return official
