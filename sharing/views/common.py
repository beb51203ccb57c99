"""What the pages of sharing have in common."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.organisation.models import Official
from sharing import access
from sharing.models import Application, ApplicationItem


def official_of(request: HttpRequest) -> Official:
    """The signed-in official; every page here is closed to others."""
    if not isinstance(request.user, Official):
        message = "This page is for signed-in officials."
        raise TypeError(message)
    return request.user


def item_of(request: HttpRequest, application_id: UUID) -> ApplicationItem:
    """The one item of an application the official may see, with all that pages show."""
    found: Application = access.get_application(
        official_of(request), application_id, timezone.localdate()
    )
    return loaded_items().get(application=found.pk)


def loaded_item(request: HttpRequest, item_id: UUID) -> ApplicationItem:
    """An item the official may see, by its own id."""
    found = access.get_item(official_of(request), item_id, timezone.localdate())
    return loaded_items().get(pk=found.pk)


def loaded_items() -> QuerySet[ApplicationItem]:
    """Items with everything that pages show of them."""
    return ApplicationItem.objects.select_related(
        "application__applicant",
        "application__department__region",
        "provider__region",
        "resource__live",
        "resource__provider",
        "version",
        "row_region",
    )
