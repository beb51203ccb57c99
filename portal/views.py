"""Pages and switches that belong to no app: home, display, language, help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from portal import display
from portal.navigation import Panel, panels
from portal.organisation.models import Official


@dataclass(frozen=True)
class ShownPanel:
    """A panel with what it shows."""

    panel: Panel
    data: Mapping[str, Any]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page: search, then whatever the apps have for this person."""
    shown = [
        ShownPanel(panel, data)
        for panel in panels()
        if (data := panel.context(request)) is not None
    ]
    columns = {
        column: [one for one in shown if one.panel.column == column]
        for column in ("top", "main", "side")
    }
    return render(request, "portal/home.html", columns)


@login_not_required
@require_POST
def switch_display(request: HttpRequest) -> HttpResponse:
    """Change letter size or contrast and come back."""
    chosen = display.switched(display.classes(request), request.POST.get("display", ""))
    response = redirect(way_back(request))
    response.set_cookie(
        display.COOKIE,
        display.cookie_value(chosen),
        max_age=display.MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        httponly=False,  # portal.js changes it without a round trip
    )
    return response


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in the cookie, and with the account of who is signed in."""
    language = request.POST.get("language", "")
    if isinstance(request.user, Official) and language in dict(settings.LANGUAGES):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return set_language(request)


def way_back(request: HttpRequest) -> str:
    """The page the person came from, if it is one of ours; else the start page."""
    for url in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url and url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        ):
            return url
    return resolve_url("home")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How to use the portal with other means than mouse and eye."""
    return render(request, "portal/accessibility.html")


@login_not_required
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How to get data, in one page."""
    return render(request, "portal/guide.html")


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, where browsers look for it on pages that do not name one (bare errors)."""
    del request
    return redirect(static("portal/favicon.svg"))
