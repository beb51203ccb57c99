"""Reviews as the life cycle knows them: their state, who is what in them, whose turn it is.

Every list, page and API answer about reviews starts at ``reviews_visible_to``; what is not seen
does not exist (NotVisible).
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import MANAGER_ROLES, can_manage, manageable_by
from catalog.lifecycle.terms import Actor, Command, Part, State, Status
from catalog.models import (
    PublicationReview,
    Resource,
    ResourceVersion,
    ReviewStatus,
    ReviewStep,
    VersionStatus,
)
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, held_posts
from portal.organisation.models import Department, Official, Post, Region, Role, Substitution

HEAD_ROLES = (Role.DEPARTMENT_HEAD, Role.SHARING_OFFICE_HEAD)
"""Who approves for the department (Decree 809 articles 11 and 13)."""
AUTHORITY_ROLES = (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD)
"""Who reviews for the competent authority (article 16)."""


# --- the state of one review ---------------------------------------------------------------


def state_of(review: PublicationReview | None) -> State:
    """The state that decisions are made on; a version without a review is a draft."""
    if review is None:
        return State(Status.DRAFT)
    behind = people_behind(review)
    return State(
        status=Status(review.status),
        steps=review.step_count,
        sent_by=behind.get(Command.SEND, frozenset()),
        approved_by=behind.get(Command.APPROVE, frozenset()) if review.approved_by_id else frozenset(),
        latest=latest_moment(review),
    )  # fmt: skip


def people_behind(review: PublicationReview) -> dict[str, frozenset[int]]:
    """Who sent and who approved in this round: those who acted, and those they acted for.

    Of the two approvals of a round the first one, the head's, counts.
    """
    found: dict[str, frozenset[int]] = {}
    rows = review.steps.filter(round=review.round).order_by("seq")
    for command, actor, principal in rows.values_list("command", "actor_id", "acting_for_id"):
        people: list[int | None] = [actor, principal]
        found.setdefault(command, frozenset(one for one in people if one is not None))
    return found


def latest_moment(review: PublicationReview) -> datetime | None:
    """The last moment for which publication may be set.

    Review and publication have to be done by the due date (Decree 809 article 17), unless the
    provider itself wants a later day.
    """
    if review.due_on is None:
        return None
    end = timezone.make_aware(datetime.combine(review.due_on + timedelta(days=1), time()))
    return max(end, review.wanted_at) if review.wanted_at else end


def actor_for(
    official: Official, resource: Resource, review: PublicationReview | None, on: date
) -> Actor:
    """What the official is to the case on the day ``on``; ``resource.provider`` must be loaded."""
    posts = held_posts(official, on)
    selves = _selves(official, posts)
    parts: set[Part] = set()
    if can_manage(official, resource, on):
        parts.add(Part.STEWARD)
    if review is not None and selves & people_behind(review).get(Command.SEND, frozenset()):
        parts.add(Part.SENDER)
    if _entitling(posts, HEAD_ROLES, offices_of(resource.provider)):
        parts.add(Part.HEAD)
    authority = review.authority_id if review is not None else None
    if authority is not None and _entitling(posts, AUTHORITY_ROLES, {authority}):
        parts.add(Part.AUTHORITY)
    return Actor(frozenset(parts), frozenset(selves))


def acted_for(
    official: Official, resource: Resource, review: PublicationReview, command: Command, on: date
) -> int | None:
    """Whom the official stands in for in giving the command; None when a post of their own does."""
    posts = held_posts(official, on)
    if command is Command.TAKE_BACK:
        behind = people_behind(review).get(Command.SEND, frozenset())
        return (
            None if official.pk in behind else next(iter(behind & _selves(official, posts)), None)
        )
    if command is Command.SEND:
        used = _entitling(posts, MANAGER_ROLES, offices_of(resource.provider))
    elif review.status == ReviewStatus.HEAD_REVIEW:
        used = _entitling(posts, HEAD_ROLES, offices_of(resource.provider))
    else:
        used = _entitling(posts, AUTHORITY_ROLES, {review.authority_id or 0})
    return used[0].acting_for_id if used else None


def _selves(official: Official, posts: Iterable[HeldPost]) -> set[int]:
    return {official.pk} | {post.acting_for_id for post in posts if post.acting_for_id is not None}


def _entitling(
    posts: Iterable[HeldPost], roles: Iterable[str], offices: set[int]
) -> list[HeldPost]:
    """The posts that entitle to decide, own ones first."""
    return [post for post in posts if post.role in roles and post.department_id in offices]


def offices_of(provider: Department) -> set[int]:
    """The department and the ones whose internal unit it is: their heads approve its entries."""
    found: set[int] = set()
    office: Department | None = provider
    while office is not None and office.pk not in found:
        found.add(office.pk)
        office = office.parent
    return found


def authority_for(region: Region, on: date) -> Department | None:
    """The competent authority of the region, or of the nearest one above (articles 8 and 16)."""
    codes = [region.code, *region.superior_codes()]
    found = Department.objects.in_office(on).filter(
        kind=Department.Kind.AUTHORITY, region__in=codes
    )
    by_region = {authority.region_id: authority for authority in found}
    return next((by_region[code] for code in codes if code in by_region), None)


def holders(offices: Iterable[int], roles: Iterable[str], on: date) -> set[int]:
    """Ids of who holds one of ``roles`` in one of the departments, or stands in for them."""
    own = set(
        Post.objects.held_on(on)
        .filter(department__in=list(offices), role__in=list(roles))
        .values_list("official_id", flat=True)
    )
    stand_ins = Substitution.objects.in_force(on).filter(principal__in=own)
    return own | set(stand_ins.values_list("substitute_id", flat=True))


# --- which reviews somebody sees ------------------------------------------------------------


def reviews_visible_to(official: Official, on: date) -> QuerySet[PublicationReview]:
    """Reviews of the entries the official looks after, and those that reached their authority."""
    posts = held_posts(official, on)
    authorities = {post.department_id for post in posts if post.role in AUTHORITY_ROLES}
    return PublicationReview.objects.filter(
        Q(resource__in=manageable_by(official, on))
        | Q(authority__in=authorities, received_at__isnull=False)
    )


def get_review(official: Official, review_id: UUID | str, on: date) -> PublicationReview:
    """One review with all that pages show, or NotVisible."""
    found: QuerySet[PublicationReview] = reviews_visible_to(official, on)
    try:
        return found.select_related(*LOADED).get(pk=review_id)
    except (PublicationReview.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


LOADED = (
    "version__classification", "resource__provider__region", "resource__provider__parent",
    "resource__live__classification", "sender", "authority", "approved_by", "released_by",
)  # fmt: skip


def waiting_for(
    official: Official, on: date, posts: Iterable[HeldPost] | None = None
) -> QuerySet[PublicationReview]:
    """Reviews the official may decide now, the most urgent first; one query.

    The core has the last word; this is what it would not deny. ``posts`` saves asking for them.
    """
    held = list(held_posts(official, on) if posts is None else posts)
    selves = _selves(official, held)
    heads = {post.department_id for post in held if post.role in HEAD_ROLES}
    authorities = {post.department_id for post in held if post.role in AUTHORITY_ROLES}
    units = (
        Q(resource__provider__in=heads)
        | Q(resource__provider__parent__in=heads)
        | Q(resource__provider__parent__parent__in=heads)
    )
    own = ReviewStep.objects.filter(
        Q(actor__in=selves) | Q(acting_for__in=selves),
        review=OuterRef("pk"), round=OuterRef("round"), command__in=[Command.SEND, Command.APPROVE],
    )  # fmt: skip
    return (
        PublicationReview.objects.filter(
            Q(units, status=ReviewStatus.HEAD_REVIEW)
            | Q(authority__in=authorities, status=ReviewStatus.AUTHORITY_REVIEW)
        )
        .filter(~Exists(own))
        .order_by("due_on", "sent_at", "pk")
    )


def drafts_of(official: Official, on: date) -> QuerySet[ResourceVersion]:
    """Drafts of the entries the official looks after, under review or not, newest work first."""
    return (
        ResourceVersion.objects.filter(
            resource__in=manageable_by(official, on), status=VersionStatus.DRAFT
        )
        .select_related("resource__provider", "resource__live", "review__sender")
        .order_by("-resource__updated_at", "-pk")
    )


def versions_visible_to(
    official: Official, resource: Resource, on: date
) -> QuerySet[ResourceVersion]:
    """Versions of a seen entry: drafts for its managers and for the authority they were sent to."""
    if can_manage(official, resource, on):
        return resource.versions.all()
    sent = reviews_visible_to(official, on).filter(version=OuterRef("pk"))
    return resource.versions.filter(~Q(status=VersionStatus.DRAFT) | Exists(sent))
