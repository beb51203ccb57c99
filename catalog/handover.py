"""Transfers of entries and obligations to update them: who sees which, and whose turn it is."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import cases
from catalog.access import MANAGER_ROLES, manageable_by
from catalog.models import DutyChange, EntryTransfer, RequiredUpdate, Resource, TransferStatus
from catalog.search.filters import region_prefix
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, held_posts
from portal.organisation.models import Department, Official, Role

ANSWERING_ROLES = (Role.STEWARD, Role.SHARING_OFFICE_HEAD)
"""Who accepts entries for a department (Decree 809 article 11)."""
LOADED = (
    "resource__live", "from_department", "to_department", "authority", "change", "offered_by",
    "answered_by", "decided_by",
)  # fmt: skip


def departments_with(posts: Iterable[HeldPost], roles: Iterable[str]) -> set[int]:
    """Departments in which one of the posts gives one of the roles."""
    wanted = set(roles)
    return {post.department_id for post in posts if post.role in wanted}


def _to_or_unit_of(ids: set[int], field: str) -> Q:
    return Q(**{f"{field}__in": ids}) | Q(**{f"{field}__parent__in": ids})


# --- transfers -----------------------------------------------------------------------------


def transfers_visible_to(official: Official, on: date) -> QuerySet[EntryTransfer]:
    """Transfers from or to the departments the official looks after, and those of their authority."""
    posts = held_posts(official, on)
    own = departments_with(posts, MANAGER_ROLES)
    authorities = departments_with(posts, cases.AUTHORITY_ROLES)
    return EntryTransfer.objects.filter(
        _to_or_unit_of(own, "from_department")
        | _to_or_unit_of(own, "to_department")
        | Q(authority__in=authorities)
    )


def to_answer(official: Official, on: date) -> QuerySet[EntryTransfer]:
    """Transfers the official may accept or refuse, or decide on for the authority; oldest first."""
    posts = held_posts(official, on)
    own = departments_with(posts, ANSWERING_ROLES)
    authorities = departments_with(posts, cases.AUTHORITY_ROLES)
    return EntryTransfer.objects.filter(
        Q(_to_or_unit_of(own, "to_department"), status=TransferStatus.OFFERED)
        | Q(authority__in=authorities, status=TransferStatus.REFERRED)
    ).order_by("offered_at", "pk")


def get_transfer(official: Official, pk: UUID | str, on: date) -> EntryTransfer:
    """One transfer, or NotVisible."""
    try:
        return transfers_visible_to(official, on).select_related(*LOADED).get(pk=pk)
    except (EntryTransfer.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def provider_on(resource: Resource, at: datetime | None) -> Department:
    """The department that provided the entry at that moment (None: today's)."""
    if at is None:
        return resource.provider
    later = EntryTransfer.objects.filter(
        resource=resource, status=TransferStatus.DONE, ended_at__gt=at
    )
    first = later.select_related("from_department").order_by("ended_at").first()
    return first.from_department if first else resource.provider


def find_department(text: str, on: date) -> list[Department]:
    """Departments in office of that full name or credit code; best none or one."""
    wanted = text.strip()
    named = Q(name=wanted) | Q(uscc=wanted.upper())
    return list(Department.objects.in_office(on).filter(named).select_related("region")[:3])


# --- obligations to update -----------------------------------------------------------------


def authority_ids(official: Official, on: date) -> set[int]:
    """Competent authorities in which the official holds a post."""
    return departments_with(held_posts(official, on), cases.AUTHORITY_ROLES)


def supervises(official: Official, department: Department, on: date) -> bool:
    """Whether the official holds a post of the competent authority of the department's region."""
    authority = cases.authority_for(department.region, on)
    return authority is not None and authority.pk in authority_ids(official, on)


def duties_visible_to(official: Official, on: date) -> QuerySet[DutyChange]:
    """Changes that bind departments or entries the official looks after, or the authority's."""
    posts = held_posts(official, on)
    own = departments_with(posts, MANAGER_ROLES)
    regions = [post.region_id for post in posts if post.role in cases.AUTHORITY_ROLES]
    seen = _to_or_unit_of(own, "department")
    for code in regions:
        seen |= Q(department__region__code__startswith=region_prefix(code))
    managed = RequiredUpdate.objects.filter(resource__in=manageable_by(official, on))
    return DutyChange.objects.filter(seen | Q(pk__in=managed.values("event")))


def get_duty(official: Official, pk: UUID | str, on: date) -> DutyChange:
    """One change, or NotVisible."""
    rows = duties_visible_to(official, on).select_related(
        "department__region", "recorded_by", "extension_asked_by", "extension_answered_by"
    )
    try:
        return rows.get(pk=pk)
    except (DutyChange.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def updates_for(official: Official, on: date) -> QuerySet[RequiredUpdate]:
    """Entries the official looks after that are still to be updated, the most urgent first."""
    return (
        RequiredUpdate.objects.open()
        .filter(resource__in=manageable_by(official, on))
        .select_related("event", "resource__live", "resource__provider")
        .order_by("event__due_on", "pk")
    )


def updates_of(resources: Sequence[Resource]) -> QuerySet[RequiredUpdate]:
    """What these entries are still to be updated for, the most urgent first."""
    rows = RequiredUpdate.objects.open().filter(resource__in=list(resources))
    return rows.select_related("event").order_by("event__due_on", "pk")
