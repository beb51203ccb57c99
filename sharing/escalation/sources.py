"""The clocks the portal has from the start: stages of applications, supply, catalog reviews and updates."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.access import MANAGER_ROLES
from catalog.models import DutyChange, PublicationReview, ReviewStatus
from portal.organisation.models import Role
from sharing.access import AUTHORITY_ROLES
from sharing.approval.clocks import local_day
from sharing.escalation.registry import Clock, Subject, Wanted, register_clock
from sharing.models import Grant, GrantStatus, ItemStage

STAGE: Final = "stage"
REPLY: Final = "reply"
SUPPLY: Final = "supply"
CATALOG_REVIEW: Final = "catalog_review"
CATALOG_UPDATE: Final = "catalog_update"
_AT_ONCE: Final = 500

ModelT = TypeVar("ModelT", bound=Model)


def register_all() -> None:
    """Called when the app is ready."""
    register_clock(
        Clock(REPLY, _("reply of the provider"), _replies, "21", "item.due_soon", "item.overdue")
    )
    register_clock(
        Clock(STAGE, _("review on the way"), _reviews, "", "item.due_soon", "item.overdue")
    )
    register_clock(
        Clock(SUPPLY, _("supply after consent"), _supplies, "22", "grant.supply_due",
              "grant.supply_overdue")
    )  # fmt: skip
    register_clock(
        Clock(CATALOG_REVIEW, _("review of catalog entries"), _catalog_reviews, "17", reminds=False)
    )
    register_clock(
        Clock(CATALOG_UPDATE, _("update of catalog entries"), _updates, "17", reminds=False)
    )


def _replies(wanted: Wanted) -> Iterator[Subject]:
    """Open stages at the provider."""
    return _stages(wanted, ItemStage.objects.filter(side="provider"))


def _reviews(wanted: Wanted) -> Iterator[Subject]:
    """Open stages of the requesting department and of authorities."""
    return _stages(wanted, ItemStage.objects.exclude(side="provider"))


def _stages(wanted: Wanted, stages: QuerySet[ItemStage]) -> Iterator[Subject]:
    found = stages.filter(status=ItemStage.Status.OPEN, due_on__lte=wanted.until).select_related(
        "office", "item__application", "item__version"
    )
    if wanted.offices is not None:
        found = found.filter(office__in=wanted.offices)
    if wanted.keys is not None:
        found = found.filter(item__in=[key.partition(":")[0] for key in wanted.keys])
    for stage in _rows(found):
        if stage.due_on is None or stage.opened_at is None:
            continue
        application, opened = stage.item.application, local_day(stage.opened_at)
        yield Subject(
            key=f"{stage.item_id}:{stage.position}:{opened}",
            due_on=stage.due_on,
            provisional=stage.provisional,
            office_id=stage.office_id,
            region_id=stage.office.region_id,
            roles=(stage.role,),
            number=application.number,
            title=stage.item.version.title,
            url=reverse("sharing:review", args=[stage.item_id]),
            excluded=frozenset({application.applicant_id}),
            since=opened,
        )


def _supplies(wanted: Wanted) -> Iterator[Subject]:
    """Grants whose data is not there yet (article 22)."""
    found = Grant.objects.filter(
        status=GrantStatus.PROVISIONING, supply_due_on__lte=wanted.until
    ).select_related("resource__provider", "version")
    if wanted.offices is not None:
        found = found.filter(resource__provider__in=wanted.offices)
    if wanted.keys is not None:
        found = found.filter(pk__in=wanted.keys)
    for grant in _rows(found):
        if grant.supply_due_on is None:
            continue
        provider = grant.resource.provider
        yield Subject(
            key=str(grant.pk),
            due_on=grant.supply_due_on,
            provisional=grant.supply_provisional,
            office_id=provider.pk,
            region_id=provider.region_id,
            roles=(Role.STEWARD,),
            number=grant.number,
            title=grant.version.title,
            url=reverse("sharing:grant", args=[grant.pk]),
            since=local_day(grant.created_at),
        )


def _catalog_reviews(wanted: Wanted) -> Iterator[Subject]:
    """Reviews that wait for an authority (article 17: two working days)."""
    found = PublicationReview.objects.filter(
        status=ReviewStatus.AUTHORITY_REVIEW, due_on__lte=wanted.until, authority__isnull=False
    ).select_related("authority", "version")
    if wanted.offices is not None:
        found = found.filter(authority__in=wanted.offices)
    if wanted.keys is not None:
        found = found.filter(pk__in=[key.partition(":")[0] for key in wanted.keys])
    for review in _rows(found):
        if review.due_on is None or review.authority is None:
            continue
        yield Subject(
            key=f"{review.pk}:{review.round}",
            due_on=review.due_on,
            provisional=review.due_provisional,
            office_id=review.authority.pk,
            region_id=review.authority.region_id,
            roles=AUTHORITY_ROLES,
            number="",
            title=review.version.title,
            url=reverse("catalog:review", args=[review.pk]),
            since=local_day(review.received_at) if review.received_at else None,
        )


def _updates(wanted: Wanted) -> Iterator[Subject]:
    """Changes of law or duties with entries that are not updated yet (article 17)."""
    found = (
        DutyChange.objects.filter(updates__done_at__isnull=True, due_on__lte=wanted.until)
        .select_related("department")
        .distinct()
    )
    if wanted.offices is not None:
        found = found.filter(department__in=wanted.offices)
    if wanted.keys is not None:
        found = found.filter(pk__in=wanted.keys)
    for event in _rows(found):
        if event.due_on is None:
            continue
        yield Subject(
            key=str(event.pk),
            due_on=event.due_on,
            provisional=event.due_provisional,
            office_id=event.department_id,
            region_id=event.department.region_id,
            roles=tuple(MANAGER_ROLES),
            number="",
            title=event.basis,
            url=reverse("catalog:duty", args=[event.pk]),
            since=event.happened_on,
        )


def _rows(found: QuerySet[ModelT]) -> Iterable[ModelT]:
    return found.order_by("pk").iterator(chunk_size=_AT_ONCE)
