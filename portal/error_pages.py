"""Errors as pages: the handlers of Django and the one place where domain errors become answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import requires_csrf_token

from portal.context import BarePage
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, PortalError, Stale, Text
from portal.ledger.records import record
from portal.organisation.models import Official
from portal.views import way_back

API_PREFIX = "/api/"
REFUSED = "access.refused"
_SECRET_NAME = re.compile(r"csrf|password|token|secret|code|login", re.IGNORECASE)
_LONG = 40


@dataclass(frozen=True)
class Answer:
    """How one kind of domain error is shown."""

    status: HTTPStatus
    title: Text
    template: str = "problem.html"


ANSWERS: tuple[tuple[type[PortalError], Answer], ...] = (
    (Forbidden, Answer(HTTPStatus.FORBIDDEN, _("You may not do that here"), "403.html")),
    (Stale, Answer(HTTPStatus.CONFLICT, _("Somebody was quicker: this has changed meanwhile"))),
    (NotAllowed, Answer(HTTPStatus.CONFLICT, _("That is not possible now"))),
    (Invalid, Answer(HTTPStatus.UNPROCESSABLE_ENTITY, _("Some of it needs to be corrected"))),
    (PortalError, Answer(HTTPStatus.BAD_REQUEST, _("That did not work"))),
)
"""The first class that fits counts. NotVisible is missing: it answers like an unknown address."""


class DomainErrorMiddleware:
    """Shows a ``portal.errors`` exception that a view let through; the API has its own handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Only exceptions matter here."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for a domain error; None for every other exception."""
        if not isinstance(error, PortalError) or request.path.startswith(API_PREFIX):
            return None
        if isinstance(error, NotVisible):
            return not_found(request, error)
        if isinstance(error, Forbidden):
            record_refusal(request, error)
        return domain_error(request, error)


def domain_error(request: HttpRequest, error: PortalError) -> HttpResponse:
    """The page for ``error``, with what the person had typed; a fragment for an htmx request."""
    answer = next(answer for kind, answer in ANSWERS if isinstance(error, kind))
    context = {
        "title": answer.title,
        "error": error,
        "faults": error.faults if isinstance(error, Invalid) else (),
        "entered": entered_text(request),
        "back_url": way_back(request),
    }
    if request.headers.get("HX-Request") == "true":
        fragment = render(request, "_problem.html", context, status=answer.status)
        fragment.headers["HX-Retarget"] = "#problems"
        fragment.headers["HX-Reswap"] = "innerHTML"
        return fragment
    return render(request, answer.template, context, status=answer.status)


def entered_text(request: HttpRequest) -> list[str]:
    """Whatever the person wrote in words, so that it is not lost with the page."""
    texts = []
    for name, values in request.POST.lists():
        if not _SECRET_NAME.search(name):
            texts += [str(value).strip() for value in values if _is_prose(str(value))]
    return texts


def _is_prose(value: str) -> bool:
    return len(value) > _LONG or any(mark.isspace() or not mark.isascii() for mark in value.strip())


def record_refusal(request: HttpRequest, error: Forbidden) -> None:
    """Write into the ledger who was refused what; the view's own transaction was rolled back."""
    match = request.resolver_match
    if not isinstance(request.user, Official) or match is None:
        return
    wanted = {name: str(value) for name, value in match.kwargs.items() if name != "token"}
    with transaction.atomic():
        record(
            REFUSED,
            by=request.user,
            obj=request.user,
            now=timezone.now(),
            data={"view": match.view_name, "object": wanted, "reason": error.reason},
        )


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be read. Shown without the database and without its details."""
    del exception
    return _bare(request, "400.html", HTTPStatus.BAD_REQUEST)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of Django: no reason is given, because its text was not written for people."""
    del exception
    return render(request, "403.html", status=HTTPStatus.FORBIDDEN)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same whether something does not exist or must not be known to exist."""
    del exception
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: needs neither the database nor the session, which may be what broke."""
    return _bare(request, "500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; what was typed is shown to be copied."""
    del reason
    context = {"entered": entered_text(request)}
    return render(request, "403_csrf.html", context, status=HTTPStatus.FORBIDDEN)


def _bare(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    with translation.override(language):
        content = loader.get_template(template).render(
            {
                "page": BarePage(request),
                "is_bare": True,
                "LANGUAGE_CODE": language,
            }
        )
    return HttpResponse(content, status=status)
