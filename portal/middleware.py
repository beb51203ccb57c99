"""Request number, language, end of sessions, content policy: what holds for every request."""

import re
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers

from portal.organisation.models import Official

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/"
QUIET = frozenset({"healthz", "readyz"})
SIGNED_IN_AT = "signed_in_at"
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)

log = structlog.get_logger("portal.requests")


class RequestIdMiddleware:
    """Gives every request a number, on each of its log lines and in its answer.

    A number that a proxy sent in ``X-Request-ID`` is kept if it looks like one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Number the request, answer it, write its line."""
        sent = request.headers.get("X-Request-ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
        request.__dict__["request_id"] = request_id
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            self._write_line(request, response, time.perf_counter() - began)
        response["X-Request-ID"] = request_id
        return response

    def _write_line(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in QUIET:
            return
        # The pattern, not the path: paths carry download tokens.
        route = f"/{match.route}" if match else "-"
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000),
            official=getattr(request, "official_id", None),
        )


class LanguageMiddleware:
    """Chooses the language: the account's, else the cookie's, else Chinese.

    Programs that call the API without either are asked by ``Accept-Language``. Browsers are not:
    officials' machines often announce English without anybody having chosen it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language chosen."""
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if request.path.startswith(API_PREFIX):
            patch_vary_headers(response, ("Accept-Language",))
        return response


def chosen_language(request: HttpRequest) -> str:
    """The language of the answer; only one of ``settings.LANGUAGES``."""
    of_account = getattr(request.user, "language", "")
    of_cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    for language in (of_account, of_cookie):
        if language in _LANGUAGES:
            return str(language)
    if request.path.startswith(API_PREFIX) and "Accept-Language" in request.headers:
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE


class SessionLimitMiddleware:
    """Ends sessions that are too old or whose account was switched off.

    ``SESSION_COOKIE_AGE`` limits idle time; ``SESSION_ABSOLUTE_AGE`` (seconds) limits the whole
    session from its sign-in. What a signed-in person or program sees is never stored on the way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """End the session if it must end, then answer."""
        if SESSION_KEY in request.session:
            self._check(request, timezone.now())
        response = self.get_response(request)
        is_personal = SESSION_KEY in request.session or request.path.startswith(API_PREFIX)
        if is_personal and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return to_sign_in(request, response)

    def _check(self, request: HttpRequest, now: datetime) -> None:
        if not isinstance(request.user, Official):  # switched off, or the password was changed
            logout(request)
            return
        since = request.session.setdefault(SIGNED_IN_AT, now.isoformat())
        age = now - datetime.fromisoformat(since)
        if not timedelta() <= age <= timedelta(seconds=settings.SESSION_ABSOLUTE_AGE):
            logout(request)
            return
        request.__dict__["official_id"] = request.user.pk


def to_sign_in(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Send a page whose htmx request was turned away to the sign-in page as a whole."""
    location = response.headers.get("Location", "")
    is_turned_away = location.partition("?")[0] == resolve_url(settings.LOGIN_URL)
    if not (is_turned_away and request.headers.get("HX-Request") == "true"):
        return response
    return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict content policy, relaxed for the administration's theme and nowhere else."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 - the signature of the package
    ) -> PolicyParts:
        """The policy for one answer."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(reverse("admin:index")):
            parts.update = settings.ADMIN_CSP_UPDATE
        return parts
