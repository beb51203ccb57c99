"""The reader's notices."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.notices import access, actions
from portal.organisation.models import Official

PAGE_SIZE = 30


def _reader(request: HttpRequest) -> Official:
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All notices of the reader, newest first."""
    reader = _reader(request)
    page = Paginator(access.notices_of(reader), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "unread": access.unread_count(reader)}
    return render(request, "notices/list.html", context)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    notice = actions.mark_read(by=_reader(request), notice_id=pk, now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(notice.url, {request.get_host()}, request.is_secure())
    return redirect(notice.url if notice.url and is_ours else "notices:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    count = actions.mark_all_read(by=_reader(request), now=timezone.now())
    text = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
    messages.success(request, text % {"count": count})
    return redirect("notices:list")
