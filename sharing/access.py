"""Who sees what of sharing. Every page, list, API answer and action starts at one of these.

An application is seen by the requesting department and by the offices its chain has reached; a
grant by the recipient, the provider and the authorities of both. Nobody is exempt, superusers
and administrators neither (DESIGN §4). What is not seen does not exist: NotVisible.
"""

import functools
import operator
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal import gathering
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, department_ids, held_posts, is_auditor
from portal.organisation.models import (
    ADMIN_ROLES,
    Department,
    Official,
    Region,
    Role,
    Substitution,
)
from portal.organisation.models import Post as PostRow
from sharing.approval.terms import Actor, Person, PostHeld
from sharing.approval.terms import Role as Post
from sharing.models import (
    Application,
    ApplicationItem,
    Delivery,
    DeliveryFile,
    Grant,
    ItemEvent,
    ItemStage,
    Pull,
    SignOff,
)

PROVIDER_ROLES = (Role.STEWARD, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)
"""Who looks after the data of a department and the grants on it."""
AUTHORITY_ROLES = (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD)
"""Who supervises sharing in a region (Decree 809 articles 8 and 29)."""

HEAD_ROLES = (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)
"""Who answers for the work of a department."""

ModelT = TypeVar("ModelT", bound=Model)


def actor_for(official: Official, on: date) -> Actor:
    """The official as the approval core knows people: with every post usable on the day ``on``."""
    return gathering.remember("sharing.actor", (official.pk, on), lambda: _actor(official, on))


def _actor(official: Official, on: date) -> Actor:
    return Actor(
        official.pk,
        official.full_name,
        tuple(_post_held(post) for post in held_posts(official, on)),
    )


def _post_held(post: HeldPost) -> PostHeld:
    principal = (
        Person(post.acting_for_id, post.acting_for_name) if post.acting_for_id is not None else None
    )
    return PostHeld(post.department_id, Post(post.role), principal, post.region_id)


def items_visible_to(official: Official, on: date) -> QuerySet[ApplicationItem]:
    """Items of the official's departments, those that reached a post of theirs, copies to authorities."""
    posts = held_posts(official, on)
    reached = ItemStage.objects.filter(
        _held(posts, on), item=OuterRef("pk"), opened_at__isnull=False
    )
    brought = Q(kind="refused", data__copy_to_authority=True) | Q(kind="extension_requested")
    copied = ItemEvent.objects.filter(brought, item=OuterRef("pk"))
    supervised = _supervised(posts, "provider") & Exists(copied)
    own = Q(application__department__in=department_ids(official, on))
    return ApplicationItem.objects.filter(
        own | Exists(reached) | supervised | _drawn_in(official, posts)
    )


def _drawn_in(official: Official, posts: Iterable[HeldPost]) -> Q:
    """Items to which the official, or who they stand in for, or an office of theirs was called."""
    offices = sorted({post.department_id for post in posts if post.role not in ADMIN_ROLES})
    named = Q(involved__overlap=sorted(_selves(official, posts)))
    return named | Q(involved_offices__overlap=offices) if offices else named


def _selves(official: Official, posts: Iterable[HeldPost]) -> set[int]:
    """The official and everybody they stand in for."""
    return {official.pk} | {post.acting_for_id for post in posts if post.acting_for_id is not None}


def applications_visible_to(official: Official, on: date) -> QuerySet[Application]:
    """Applications of the official's departments, and those with an item the official sees."""
    own = Q(department__in=department_ids(official, on))
    seen = items_visible_to(official, on).filter(application=OuterRef("pk"))
    return Application.objects.filter(own | Exists(seen))


def inbox(official: Official, on: date) -> QuerySet[ItemStage]:
    """Open stages the official may decide, prepare, sign as well or give an opinion on.

    As a substitute too; never of an own application, nor while a colleague has the stage alone.

    The core has the last word (``actions.available_commands``); this is what it would not deny.
    """
    ways = _ways(official, held_posts(official, on))
    return _open_for(official, on).filter(functools.reduce(operator.or_, ways))


def inbox_parts(official: Official, on: date) -> list[QuerySet[ItemStage]]:
    """``inbox`` in parts that an index reads in their order; a stage may be in several of them.

    PostgreSQL reads and sorts everything that waits when the ways to it are joined by "or".
    """
    found = _open_for(official, on)
    return [found.filter(way) for way in _ways(official, held_posts(official, on))]


def _open_for(official: Official, on: date) -> QuerySet[ItemStage]:
    """Open stages, by due date, but for those of own applications."""
    selves = _selves(official, held_posts(official, on))
    return (
        ItemStage.objects.filter(status=ItemStage.Status.OPEN)
        .exclude(item__application__applicant__in=selves)
        .order_by("due_on", "opened_at", "id")
    )


def _ways(official: Official, posts: Collection[HeldPost]) -> list[Q]:
    """Why an open stage may wait for the official; each way has its index."""
    selves = _selves(official, posts)
    signed = ItemStage.objects.filter(
        Q(signed_by__in=selves) | Q(acting_for__in=selves), item=OuterRef("item")
    )
    pairs = sorted({(post.department_id, post.role) for post in posts})
    held = (Q(office=office, role=role, assignee__isnull=True) for office, role in pairs)
    return [
        *(Q(way, ~Exists(signed)) for way in (*held, Q(assignee__in=selves))),
        Q(called__overlap=sorted(selves)),
    ]


def grants_visible_to(official: Official, on: date) -> QuerySet[Grant]:
    """Grants of the official's departments, on their data, or within an authority's supervision."""
    posts = held_posts(official, on)
    provided = [post.department_id for post in posts if post.role in PROVIDER_ROLES]
    return Grant.objects.filter(
        Q(department__in=department_ids(official, on))
        | Q(resource__provider__in=provided)
        | _supervised(posts, "department")
        | _supervised(posts, "resource__provider")
    )


def pulls_visible_to(official: Official, on: date) -> QuerySet[Pull]:
    """Pulls of the grants the official sees."""
    return Pull.objects.filter(grant__in=grants_visible_to(official, on))


def deliveries_visible_to(official: Official, on: date) -> QuerySet[Delivery]:
    """Deliveries of the grants the official sees; their files only members of the recipient open.

    While a grant is suspended or after it was terminated nothing of it is delivered any more, but
    that there was a delivery stays known.
    """
    return Delivery.objects.filter(grant__in=grants_visible_to(official, on))


def get_application(official: Official, pk: UUID | str, on: date) -> Application:
    """The application, or NotVisible."""
    return _get(applications_visible_to(official, on), pk)


def get_item(official: Official, pk: UUID | str, on: date) -> ApplicationItem:
    """The item, or NotVisible."""
    return _get(items_visible_to(official, on), pk)


def get_grant(official: Official, pk: UUID | str, on: date) -> Grant:
    """The grant, or NotVisible."""
    return _get(grants_visible_to(official, on), pk)


def get_pull(official: Official, pk: UUID | str, on: date) -> Pull:
    """The pull, or NotVisible."""
    return _get(pulls_visible_to(official, on), pk)


def get_delivery(official: Official, pk: UUID | str, on: date) -> Delivery:
    """The delivery, or NotVisible."""
    return _get(deliveries_visible_to(official, on), pk)


def get_file(official: Official, pk: int | str, on: date) -> DeliveryFile:
    """The file of a delivery the official sees, or NotVisible."""
    return _get(DeliveryFile.objects.filter(delivery__in=deliveries_visible_to(official, on)), pk)


def offices_overseen_by(official: Official, on: date) -> QuerySet[Department]:
    """Departments whose workload and timeliness the official may see.

    The audit administrator sees all, an authority those of its region (Decree 809 article 29),
    heads their own department.
    """
    if is_auditor(official, on):
        everywhere: QuerySet[Department] = Department.objects.all()
        return everywhere
    posts = held_posts(official, on)
    own = {post.department_id for post in posts if post.role in HEAD_ROLES}
    codes = {post.region_id for post in posts if post.role in AUTHORITY_ROLES}
    regions = Region.objects.filter(pk__in=codes) if codes else ()
    within = (Q(region__code__startswith=region.prefix) for region in regions)
    overseen: QuerySet[Department] = Department.objects.filter(
        functools.reduce(operator.or_, within, Q(pk__in=own))
    )
    return overseen


def get_sign_off(official: Official, pk: UUID | str) -> SignOff:
    """A report of signing many at once, which only who signed reads; or NotVisible."""
    return _get(SignOff.objects.filter(official=official), pk)


def is_recipient(official: Official, grant: Grant, on: date) -> bool:
    """Whether the official works, in a business post, for the department the grant was given to."""
    return grant.department_id in department_ids(official, on)


def may_apply_for(official: Official, department_id: int, on: date) -> bool:
    """Whether the official holds a business post of their own or another's in the department."""
    return any(
        post.department_id == department_id and post.role not in ADMIN_ROLES
        for post in held_posts(official, on)
    )


def may_stop(official: Official, grant: Grant, on: date) -> bool:
    """Whether the official may suspend, resume or terminate the grant.

    Only the provider and the competent authority may (Decree 809 article 27, R23): here the
    authorities of the provider's and of the recipient's region.
    """
    regions = (grant.resource.provider.region_id, grant.department.region_id)
    return any(
        (post.role in PROVIDER_ROLES and post.department_id == grant.resource.provider_id)
        or (
            post.role in AUTHORITY_ROLES
            and any(region.startswith(post.region_id) for region in regions)
        )
        for post in held_posts(official, on)
    )


def holders(department_id: int, roles: Iterable[str], on: date) -> set[int]:
    """Ids of who holds one of ``roles`` in the department on the day ``on``, or stands in for them."""
    asked = (department_id, tuple(roles), on)
    return gathering.remember("sharing.holders", asked, lambda: _holders(*asked))


def _holders(department_id: int, roles: tuple[str, ...], on: date) -> set[int]:
    own = set(
        PostRow.objects.held_on(on)
        .filter(department=department_id, role__in=roles)
        .values_list("official_id", flat=True)
    )
    stand_ins = Substitution.objects.in_force(on).filter(principal__in=own)
    return own | set(stand_ins.values_list("substitute_id", flat=True))


def authority_of(region: Region, on: date) -> set[int]:
    """Ids of the officials of the authority of ``region``, or of the nearest region above."""
    codes = (region.code, *region.superior_codes())
    authorities = dict(
        Department.objects.in_office(on)
        .filter(kind=Department.Kind.AUTHORITY, region__in=codes)
        .values_list("region_id", "pk")
    )
    nearest = next((authorities[code] for code in codes if code in authorities), None)
    return holders(nearest, AUTHORITY_ROLES, on) if nearest is not None else set()


def _held(posts: Iterable[HeldPost], on: date | None = None) -> Q:
    """Stages that one of ``posts`` entitles to; with ``on`` also those of departments that theirs
    took over from.
    """
    pairs = sorted({(post.department_id, post.role) for post in posts})
    choices = [Q(office=department, role=role) for department, role in pairs]
    if on is not None:
        gone = Q(office__valid_until__lte=on)
        choices += [gone & Q(office__successor=department, role=role) for department, role in pairs]
    return functools.reduce(operator.or_, choices, Q(pk__in=[]))


def _supervised(posts: Iterable[HeldPost], path: str) -> Q:
    """Rows whose department at ``path`` belongs to a region that one of ``posts`` supervises.

    Townships and villages have no authority; the county's supervises them (Decree 809 article 8).
    Their codes begin with the county's whole code, those of counties never with their city's.
    """
    codes = sorted({post.region_id for post in posts if post.role in AUTHORITY_ROLES})
    choices = (Q(**{f"{path}__region__code__startswith": code}) for code in codes)
    return functools.reduce(operator.or_, choices, Q(pk__in=[]))


def _get(seen: QuerySet[ModelT], pk: object) -> ModelT:
    try:
        return seen.get(pk=pk)
    except (ObjectDoesNotExist, ValidationError, ValueError, OverflowError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None
