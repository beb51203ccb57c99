"""Calendar subscriptions: the official's own addresses, and what calendar programs fetch."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.errors import Invalid, NotAllowed
from portal.pages.fields import add_faults
from sharing.feeds import addresses
from sharing.feeds.writing import feed_for
from sharing.models import CalendarFeed
from sharing.oversight_forms import SubscriptionForm
from sharing.views.common import official_of, posted


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("clear", "address")
def mine(request: HttpRequest) -> HttpResponse:
    """All addresses of the official; a new one is shown on this page and never again."""
    official, now = official_of(request), timezone.now()
    form = SubscriptionForm(posted(request), initial={"language": translation.get_language()})
    address = ""
    if request.method == "POST" and form.is_valid():
        try:
            _feed, clear = addresses.subscribe(official=official, now=now, **form.cleaned_data)
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            address = request.build_absolute_uri(reverse("sharing:calendar", args=[clear]))
            form = SubscriptionForm(initial={"language": translation.get_language()})
    found = CalendarFeed.objects.filter(official=official)
    feeds = found.order_by(F("revoked_at").desc(nulls_first=True), "-created_at")[:50]
    context = {"form": form, "address": address, "feeds": feeds}
    response = render(
        request, "sharing/oversight/feeds.html", context, status=422 if form.errors else 200
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the official's addresses at once."""
    addresses.revoke(by=official_of(request), feed_id=pk, now=timezone.now())
    messages.success(request, _("The address is revoked; calendars that use it stay as they are."))
    return redirect("sharing:feeds")


@login_not_required
@require_safe
@sensitive_variables("token")
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """The calendar behind an address; 404 for one that is unknown or revoked."""
    now = timezone.now()
    feed = addresses.authenticate(token, now)
    if feed is None:
        raise Http404
    with translation.override(feed.language):
        body = feed_for(feed.official, now, request.build_absolute_uri)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="govshare.ics"'
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Encoding"])
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return response if answer is None else answer
