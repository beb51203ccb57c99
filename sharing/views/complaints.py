"""Complaints: the public form and its receipt, asking for the state, taking one in for somebody."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Invalid, NotVisible
from portal.organisation.models import Department, Official
from portal.pages.fields import add_faults
from sharing.actions.complaints import receive_complaint, state_of_complaint
from sharing.concern_forms import CodeForm, ComplaintForm
from sharing.views.common import official_of, posted
from sharing.views.raising import own_departments

HOUR = 3600
RECEIPT = "complaint_receipt"


def _authorities() -> QuerySet[Department]:
    found: QuerySet[Department] = Department.objects.in_office(timezone.localdate()).filter(
        kind=Department.Kind.AUTHORITY
    )
    return found.select_related("region").order_by("region__code", "pk")


def _allowed(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more try of this address in this hour; whether it may go on.

    The address is kept as a digest only, and for an hour.
    """
    address = request.META.get("REMOTE_ADDR", "")
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{address}".encode()).hexdigest()[:32]
    key = f"complaints:{what}:{digest}"
    cache.add(key, 0, HOUR)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # it ran out between the two
        cache.set(key, 1, HOUR)
        return True


@login_not_required
@never_cache
@sensitive_post_parameters("text", "contact")
@require_http_methods(["GET", "HEAD", "POST"])
def public_form(request: HttpRequest) -> HttpResponse:
    """Complain without a sign-in; the receipt code is shown once."""
    form = ComplaintForm(posted(request), authorities=_authorities())
    if request.method == "POST":
        if not form.is_valid():
            return _form(request, form, 422)
        if not _allowed(request, "sent", settings.COMPLAINTS_PER_HOUR):
            form.add_error(
                None, _("Too many complaints came from your connection. Try again in an hour.")
            )
            return _form(request, form, 429)
        if _receive(request, form, None):
            return redirect("concerns:complaint_received")
    return _form(request, form, 422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take a complaint in on somebody's behalf: at the counter or by telephone."""
    official = official_of(request)
    own_departments(official)
    form = ComplaintForm(posted(request), authorities=_authorities())
    if request.method == "POST" and form.is_valid() and _receive(request, form, official):
        return redirect("concerns:complaint_received")
    return _form(request, form, 422 if form.errors else 200)


def _receive(request: HttpRequest, form: ComplaintForm, by: Official | None) -> bool:
    data = form.cleaned_data
    try:
        received = receive_complaint(
            by=by, authority_id=data["authority"].pk, text=data["text"], contact=data["contact"],
            now=timezone.now(),
        )  # fmt: skip
    except Invalid as error:
        add_faults(form, error)
        return False
    request.session[RECEIPT] = {"number": received.concern.number, "code": received.code}
    return True


def _form(request: HttpRequest, form: ComplaintForm, status: int) -> HttpResponse:
    return render(request, "sharing/concerns/complain.html", {"form": form}, status=status)


@login_not_required
@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The receipt: number and code, once."""
    receipt: dict[str, Any] | None = request.session.pop(RECEIPT, None)
    if receipt is None:
        return redirect("concerns:complaint_status")
    return render(request, "sharing/concerns/received.html", {"receipt": receipt})


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The state of a complaint, by its receipt code; nothing of what was written is shown."""
    form, found, code = CodeForm(posted(request)), None, 200
    if request.method == "POST" and form.is_valid():
        if not _allowed(request, "asked", settings.COMPLAINT_LOOKUPS_PER_HOUR):
            form.add_error(None, _("Too many attempts. Try again in an hour."))
            code = 429
        else:
            try:
                found = state_of_complaint(form.cleaned_data["code"])
            except NotVisible as error:
                form.add_error("code", str(error.message))
    if form.errors and code == 200:
        code = 422
    context = {"form": form, "found": found}
    return render(request, "sharing/concerns/complaint_status.html", context, status=code)
