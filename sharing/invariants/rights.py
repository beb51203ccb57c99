"""Invariants of rights: who may have data, and that nothing left without a grant in force."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from catalog.access import Permission
from catalog.models import DataSource, ResourceGroupObjectPermission
from portal.invariants import Violation, invariant
from portal.ledger.models import Entry
from portal.organisation.models import ADMIN_ROLES, Post
from sharing.approval.clocks import local_day
from sharing.grants import content_hash_of
from sharing.models import EmergencyAccess, Grant, GrantStatus, Pull

OPENED: Final = ("grant.activated", "grant.resumed")
CLOSED: Final = ("grant.suspended", "grant.terminated", "grant.expired")
GRACE: Final = timedelta(minutes=10)
"""How long clockwork that stands still is not yet a violation."""


def _uses(*kinds: str) -> Iterator[tuple[str, str, str]]:
    """Uses of grants that the ledger places outside their activation: use, object and grant.

    By the order of entries, not by their times: an entry's place is taken after the grant's row
    was locked, a clock may be wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT used.kind, used.object_label, grants.number
            FROM ledger_entry used
            JOIN sharing_delivery delivery ON delivery.id::text = used.object_id
            JOIN sharing_grant grants ON grants.id = delivery.grant_id
            WHERE used.kind = ANY(%s) AND used.object_type = 'sharing.delivery'
              AND coalesce((
                SELECT change.kind FROM ledger_entry change
                WHERE change.object_type = 'sharing.grant' AND change.object_id = grants.id::text
                  AND change.kind = ANY(%s) AND change.id < used.id
                ORDER BY change.id DESC LIMIT 1
              ), '') <> ALL(%s)
            """,
            [list(kinds), [*OPENED, *CLOSED], list(OPENED)],
        )
        yield from cursor.fetchall()


@invariant(1, _("No byte of a delivery leaves without a grant in force at that moment."))
def downloads_lie_within_grants(now: datetime) -> Iterator[Violation]:
    """Downloads before the grant was active or after it was stopped."""
    del now
    for kind, label, number in _uses("delivery.downloaded"):
        yield Violation(
            label, _("%(kind)s outside grant %(number)s") % {"kind": kind, "number": number}
        )


@invariant(
    2, _("After a grant was stopped nothing more is published under it, and nothing runs on.")
)
def nothing_follows_a_stop(now: datetime) -> Iterator[Violation]:
    """Deliveries published after a stop, and pulls left open by it."""
    for kind, label, number in _uses("delivery.published"):
        yield Violation(
            label, _("%(kind)s outside grant %(number)s") % {"kind": kind, "number": number}
        )
    left = Pull.objects.exclude(status__in=Pull.ENDED).exclude(
        grant__status__in=[GrantStatus.ACTIVE]
    )
    for pull in left:
        yield Violation(str(pull.pk), _("a pull left open under a stopped grant"))
    del now


@invariant(3, _("A grant whose period is over is not in force."))
def expired_grants_are_closed(now: datetime) -> Iterator[Violation]:
    """Grants past their last day that are still active (the clockwork stands still)."""
    on = local_day(now - GRACE)
    for grant in Grant.objects.filter(
        status__in=[GrantStatus.ACTIVE, GrantStatus.SUSPENDED, GrantStatus.PROVISIONING],
        ends_on__lt=on,
    ):
        yield Violation(grant.number, _("past its last day, but not expired"))


@invariant(
    32, _("A department holds guardian's right to pull exactly while a grant of it is active.")
)
def guardian_agrees_with_grants(now: datetime) -> Iterator[Violation]:
    """Rights without a grant, and grants without the right."""
    del now
    held = set(
        ResourceGroupObjectPermission.objects.filter(
            permission__codename=Permission.PULL
        ).values_list("group_id", "content_object_id")
    )
    due = {
        (group, resource): number
        for group, resource, number in Grant.objects.filter(status=GrantStatus.ACTIVE).values_list(
            "department__group_id", "resource_id", "number"
        )
    }
    for group, resource in held - set(due):
        name = Group.objects.get(pk=group).name
        yield Violation(f"{name} {resource}", _("a right to pull without an active grant"))
    for pair in set(due) - held:
        yield Violation(due[pair], _("an active grant without the right to pull"))


@invariant(35, _("What a grant allows is what was consented to."))
def grants_allow_what_was_consented(now: datetime) -> Iterator[Violation]:
    """Grants whose columns do not give their content hash, or that no consent made."""
    del now
    for grant in Grant.objects.select_related("item").iterator(500):
        if content_hash_of(grant) != grant.content_hash:
            yield Violation(grant.number, _("allows something else than was consented to"))
        if grant.is_emergency:
            opened = EmergencyAccess.objects.filter(grant=grant).first()
            if opened is None or opened.until != grant.ends_on:
                yield Violation(grant.number, _("no emergency opened it"))
        elif grant.item.status != "consented":
            yield Violation(grant.number, _("no consent made it"))


@invariant(9, _("An administrator holds no second post."))
def administrators_hold_one_post(now: datetime) -> Iterator[Violation]:
    """Administrators with another post at the same time."""
    on = local_day(now)
    posts = Post.objects.held_on(on).select_related("official")
    by_official: dict[int, list[Post]] = {}
    for post in posts:
        by_official.setdefault(post.official_id, []).append(post)
    for held in by_official.values():
        if len(held) > 1 and any(post.role in ADMIN_ROLES for post in held):
            yield Violation(held[0].official.username, _("an administrator with a second post"))


@invariant(33, _("Credentials of data sources are encrypted and stand nowhere else."))
def credentials_are_encrypted(now: datetime) -> Iterator[Violation]:
    """Tokens that are none, and secrets among the open fields of a connection."""
    del now
    for source in DataSource.objects.all():
        if source.secrets and not bytes(source.secrets).startswith(b"v1."):
            yield Violation(source.name, _("credentials that are not encrypted"))
        if {"password", "secret", "token"} & set(source.options):
            yield Violation(source.name, _("a secret among the open fields"))


def entries(object_type: str, kind: str) -> dict[str, int]:
    """How many entries of a kind (or of all that begin so) the ledger holds for each object."""
    rows = Entry.objects.filter(object_type=object_type, kind__startswith=kind).order_by()
    return dict(rows.values_list("object_id").annotate(Count("pk")))
