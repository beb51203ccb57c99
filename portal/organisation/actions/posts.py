"""Posts and substitutions: who may act in what capacity, from when to when."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.ledger.records import difference, record
from portal.organisation import hooks
from portal.organisation.actions.membership import follow_posts
from portal.organisation.models import ADMIN_ROLES, Official, Post, Role, Substitution

POST_FIELDS = ("official", "department", "role", "valid_from", "valid_until")
SUBSTITUTION_FIELDS = ("principal", "substitute", "valid_from", "valid_until", "kind", "reason")


@transaction.atomic
def appoint(*, by: Official | None, post: Post, now: datetime) -> Post:
    """Give an official a post. IntegrityError where the database refuses it (R35, faults.py).

    NotAllowed for appointing oneself: roles are given by a second person.
    """
    if by is not None and by.pk == post.official_id:
        raise NotAllowed(_("Nobody appoints themselves."))
    post.save(force_insert=True)
    _follow(post.official_id, now)
    record(
        "post.appointed", by=by, obj=post, now=now, departments=[post.department_id],
        data=difference(None, post, POST_FIELDS),
    )  # fmt: skip
    return post


@transaction.atomic
def relieve(*, by: Official | None, post: Post, until: date | None, now: datetime) -> Post:
    """Set the last day of a post, or take an end that is still to come back (None). The row stays.

    NotAllowed for one's own post, for an end further back than yesterday or a post that has ended
    (what was done in it stays done), and when no administrator of the kind would be left.
    """
    before = Post.objects.select_for_update(of=("self",)).select_related("official").get(pk=post.pk)
    today = timezone.localdate(now)
    if by is not None and by.pk == before.official_id:
        raise NotAllowed(_("Nobody ends their own post."))
    if before.valid_until == until:
        return before
    _refuse_to_rewrite(before, until, today)
    if before.role in ADMIN_ROLES and until is not None:
        day_after = max(until + timedelta(days=1), today)
        refuse_to_lose_last_administrator(before.official, day_after)
    post.valid_until = until
    post.save(update_fields=["valid_until"])
    _follow(post.official_id, now)
    record(
        "post.relieved", by=by, obj=post, now=now, departments=[post.department_id],
        data=difference(before, post, POST_FIELDS),
    )  # fmt: skip
    return post


def _refuse_to_rewrite(before: Post, until: date | None, today: date) -> None:
    yesterday = today - timedelta(days=1)
    if before.valid_until is not None and before.valid_until < yesterday:
        raise NotAllowed(
            _("This post has ended."), remedy=_("Give the official a new post instead.")
        )
    if until is not None and until < yesterday:
        raise NotAllowed(
            _("A post cannot end further back than yesterday."),
            remedy=_("What was done in it stays done; let it end yesterday."),
        )


def refuse_to_lose_last_administrator(official: Official, on: date) -> None:
    """NotAllowed if the official is the only one to hold an administrator post on the day ``on``."""
    held = Post.objects.held_on(on).filter(role__in=ADMIN_ROLES)
    for post in held.filter(official=official).select_for_update(of=("self",)):
        others = held.filter(role=post.role).exclude(official=official)
        if not others.select_for_update(of=("self",)).exists():
            raise NotAllowed(
                _("Nobody else would be %(post)s.") % {"post": Role(post.role).label},
                remedy=_("Appoint a successor first."),
                code="last_administrator",
            )


@transaction.atomic
def substitute(*, by: Official | None, substitution: Substitution, now: datetime) -> Substitution:
    """Let somebody act for somebody between two dates. IntegrityError for administrators (R35), for
    two substitutes at once and for chains (faults.py); ``portal.leave`` asks who may and explains.
    """
    substitution.arranged_by = by
    substitution.save(force_insert=True)
    _follow(substitution.substitute_id, now)
    record(
        "substitution.made", by=by, obj=substitution, now=now,
        data=difference(None, substitution, SUBSTITUTION_FIELDS),
    )  # fmt: skip
    return substitution


@transaction.atomic
def revoke_substitution(
    *, by: Official | None, substitution: Substitution, now: datetime
) -> Substitution:
    """End a substitution at once."""
    row = Substitution.objects.select_for_update(of=("self",)).get(pk=substitution.pk)
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _follow(row.substitute_id, now)
        record("substitution.revoked", by=by, obj=row, now=now)
    return row


def _follow(official_id: int, now: datetime) -> None:
    follow_posts(on=timezone.localdate(now), officials=[official_id])
    hooks.seats_changed(now)
