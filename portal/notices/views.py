"""The reader's notices and choices."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid
from portal.notices import access, actions, kinds, preferences
from portal.notices.fanning import is_reachable
from portal.notices.forms import PreferencesForm
from portal.notices.models import Preferences
from portal.organisation.models import Official
from portal.pages.fields import add_faults

PAGE_SIZE = 30


def reader_of(request: HttpRequest) -> Official:
    """Who asks."""
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


def is_keeper(request: HttpRequest) -> bool:
    """Whether the pages of the channels are shown."""
    return access.keeps_channels(reader_of(request), timezone.localdate())


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The reader's notices, newest first; only some when so chosen."""
    reader = reader_of(request)
    about, only = request.GET.get("about", ""), request.GET.get("only", "")
    rows = access.notices_of(reader)
    if about:
        rows = rows.filter(access.about(about))
    if only == "new":
        rows = rows.filter(read_at__isnull=True)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "unread": access.unread_count(reader),
        "groups": [(key, group.label) for key, group in kinds.groups().items()],
        "about": about,
        "only": only,
        "keeper": is_keeper(request),
    }
    return render(request, "notices/list.html", context)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    notice = actions.mark_read(by=reader_of(request), notice_id=pk, now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(notice.url, {request.get_host()}, request.is_secure())
    return redirect(notice.url if notice.url and is_ours else "notices:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    count = actions.mark_all_read(by=reader_of(request), now=timezone.now())
    _say_read(request, count)
    return redirect("notices:list")


@require_POST
def read_some(request: HttpRequest) -> HttpResponse:
    """Mark the ticked ones as read."""
    ids = ids_in(request, "notice")
    _say_read(request, actions.mark_these_read(by=reader_of(request), ids=ids, now=timezone.now()))
    return redirect("notices:list")


def ids_in(request: HttpRequest, name: str) -> list[int]:
    """The numbers that were ticked; what is none is left out."""
    texts = request.POST.getlist(name)
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]


def _say_read(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
    messages.success(request, text % {"count": count})


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How the reader wants to be told."""
    reader = reader_of(request)
    known = Preferences.objects.filter(official=reader).first() or Preferences(official=reader)
    form = PreferencesForm(request.POST or None, chosen=known)
    if request.method == "POST" and form.is_valid():
        try:
            preferences.save(by=reader, chosen=form.chosen(), now=timezone.now())
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Your choices are kept."))
            return redirect("notices:settings")
    context: dict[str, Any] = {
        "form": form,
        "reachable": is_reachable(reader),
        "address": reader.email,
        "keeper": is_keeper(request),
    }
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)
