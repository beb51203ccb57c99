"""What the pages of sharing have in common."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.errors import NotVisible, Reason
from portal.organisation.access import held_posts
from portal.organisation.models import Official
from sharing import access
from sharing.actions import content as contents
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
    """One item of an application the official may see: that of ``?item=``, else the first.

    NotVisible for an item of another application, or one that has not reached the official.
    """
    found = items_of(request, application_id)
    wanted = request.GET.get("item") or request.POST.get("item")
    chosen = [item for item in found if not wanted or str(item.pk) == wanted]
    if not chosen:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return chosen[0]


def items_of(request: HttpRequest, application_id: UUID) -> list[ApplicationItem]:
    """The items of an application that the official may see, by title."""
    official, on = official_of(request), timezone.localdate()
    found: Application = access.get_application(official, application_id, on)
    seen = access.items_visible_to(official, on).filter(application=found.pk)
    items = list(loaded_items().filter(pk__in=seen).order_by("version__title", "pk"))
    for item in items[1:]:
        item.application = items[0].application
    return items


def heading(items: Sequence[ApplicationItem]) -> str:
    """What an application with these items is called."""
    application, first = items[0].application, items[0].version.title
    if application.matter is not None:
        return application.matter.name
    if len(items) == 1:
        return first
    return ngettext(
        "%(title)s and %(count)d more entry", "%(title)s and %(count)d more entries", len(items) - 1
    ) % {"title": first, "count": len(items) - 1}


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


AUTOSAVE = "autosave"


def saves_itself(request: HttpRequest) -> bool:
    """Whether the script of the page saves what was typed so far, without a button."""
    return request.headers.get("X-Requested-With") == AUTOSAVE


def kept(
    request: HttpRequest, pk: UUID, names: Iterable[str], item: ApplicationItem | None = None
) -> HttpResponse:
    """Say that a part of a draft is saved; ``names`` and ``item`` say which, for its new stamp."""
    if not saves_itself(request):
        return redirect("sharing:tasks", pk)
    now = next((one for one in items_of(request, pk) if item is None or one.pk == item.pk), item)
    stamp = contents.stamp(now.application, now, names) if now is not None else ""
    at = time_format(timezone.localtime(), "H:i")
    return JsonResponse({"shown": stamp, "message": _("Saved at %(time)s.") % {"time": at}})


def not_kept(form: BaseForm, *, stale: bool) -> JsonResponse:
    """Say to the script why nothing was saved; what was typed stands on the page."""
    first = next(str(error) for errors in form.errors.values() for error in errors)
    text = _("Not saved yet: %(reason)s") % {"reason": first}
    return JsonResponse({"message": text}, status=409 if stale else 422)


def loaded_items() -> QuerySet[ApplicationItem]:
    """Items with everything that pages show of them."""
    return ApplicationItem.objects.select_related(
        "application__applicant",
        "application__department__region",
        "application__matter",
        "provider__region",
        "resource__live",
        "resource__provider",
        "version",
        "row_region",
    )
