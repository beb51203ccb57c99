"""What an official may do with a catalog entry: apply, or why not; registered with the catalog."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.hooks import EntryAction, reasons_against_applying
from catalog.models import Resource, ServiceItem
from portal.errors import Reason
from portal.organisation.access import department_ids
from portal.organisation.models import Official
from sharing.access import may_apply_for
from sharing.models import ApplicationItem, Grant, GrantStatus
from sharing.protection.masks import MASKS

LIVING = (GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)


def entry_actions(
    official: Official, on: date, resources: Sequence[Resource]
) -> Mapping[UUID, EntryAction]:
    """For each entry: what the official's department has, what is under way, or how to apply."""
    own = department_ids(official, on)
    if not own:
        return {}
    reasons = reasons_against_applying(official, on, resources, own)
    granted = dict(
        Grant.objects.filter(department__in=own, resource__in=resources, status__in=LIVING)
        .order_by("created_at")
        .values_list("resource_id", "pk")
    )
    under_way = dict(
        ApplicationItem.objects.filter(
            application__department__in=own,
            resource__in=resources,
            status__in=["draft", *ApplicationItem.OPEN_STATUSES],
        )
        .order_by("application__created_at")
        .values_list("resource_id", "application_id")
    )
    return {
        entry.pk: _action(
            entry, reasons.get(entry.pk), granted.get(entry.pk), under_way.get(entry.pk)
        )
        for entry in resources
    }


def _action(
    entry: Resource, reason: Reason | None, grant: UUID | None, application: UUID | None
) -> EntryAction:
    if grant is not None:
        return EntryAction(
            "granted",
            _("To the granted data"),
            reverse("sharing:grant", args=[grant]),
            tag=_("granted"),
            tone="ok",
            icon="check",
        )
    if application is not None:
        return EntryAction(
            "under_way",
            _("To the application"),
            reverse("sharing:application", args=[application]),
            tag=_("applied for"),
            tone="run",
            icon="clock",
        )
    return EntryAction(
        "apply",
        _("Apply for the data"),
        "" if reason else reverse("sharing:apply", args=[entry.pk]),
        reason=reason,
        template="sharing/_apply.html",
        row_template="sharing/_basket_button.html",
        context={"entry": entry},
    )


def matter_action(official: Official, on: date, matter: ServiceItem) -> EntryAction | None:
    """Applying for a whole matter, for those who work in its department."""
    if not may_apply_for(official, matter.department_id, on):
        return None
    return EntryAction(
        "apply_for_matter",
        _("Apply for all it needs"),
        reverse("sharing:basket_matter", args=[matter.pk]),
    )


def concern_actions(
    official: Official, on: date, resources: Sequence[Resource]
) -> Mapping[UUID, EntryAction]:
    """For each entry of others: reporting an error (article 26)."""
    own = department_ids(official, on)
    if not own:
        return {}
    return {
        entry.pk: EntryAction(
            "report",
            _("Report an error"),
            reverse("concerns:report", args=[entry.pk]),
            template="sharing/concerns/_entry.html",
            context={"entry": entry},
        )
        for entry in resources
        if entry.provider_id not in own and entry.live_id is not None
    }


def mask_names() -> Mapping[str, str]:
    """Names of the mask rules for the catalog's item table."""
    return {name: str(_(mask.label)) for name, mask in MASKS.items()}


def use_counts(resource_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Living grants and open applications of each entry, for the order of searches."""
    grants = Grant.objects.filter(resource__in=resource_ids, status__in=LIVING)
    items = ApplicationItem.objects.filter(
        resource__in=resource_ids, status__in=ApplicationItem.OPEN_STATUSES
    )
    numbers: Counter[UUID] = Counter()
    for used in (grants, items):
        counted = used.order_by().values_list("resource_id").annotate(Count("pk"))
        numbers.update(dict(counted))
    return numbers
