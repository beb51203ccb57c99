"""What the pages of sharing have in common."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from portal.errors import Reason
from portal.organisation.access import held_posts
from portal.organisation.models import Official
from sharing import access
from sharing.approval.terms import DenialCode
from sharing.models import Application, ApplicationItem
from sharing.reasons import reason_for


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


def not_the_writer(request: HttpRequest, item: ApplicationItem) -> Reason | None:
    """Why the official may look at the draft only, as ``save_draft`` and ``submit`` would say."""
    official, applicant = official_of(request), item.application.applicant_id
    selves = {official.pk} | {
        post.acting_for_id for post in held_posts(official, timezone.localdate())
    }
    return None if applicant in selves else reason_for(DenialCode.NOT_THE_APPLICANT)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; an empty POST is an answer with everything missing."""
    return request.POST if request.method == "POST" else None


def seen_now(request: HttpRequest, item: ApplicationItem) -> QueryDict:
    """What was posted, as if it had been written on the page that is shown now.

    Without this a form that was refused as stale would stay stale for ever.
    """
    data = request.POST.copy()
    data["seen"] = str(item.event_count)
    return data


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
