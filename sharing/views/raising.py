"""Raising corrections, objections and disputes, from the pages of what they are about."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.access import visible_to
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Text
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official
from portal.pages.fields import add_faults
from sharing import access, concerns
from sharing.actions.raising import (
    dispute_hindrance,
    open_dispute,
    raise_correction,
    raise_objection,
)
from sharing.concern_forms import CorrectionForm, DisputeForm, RaisingForm
from sharing.models import ApplicationItem, Concern, Grant, Subject
from sharing.views.common import official_of, posted

APPLICATION_SUBJECTS = (
    Subject.APPLICATION_TIME, Subject.APPLICATION_OPINION, Subject.APPLICATION_OTHER,
)  # fmt: skip
USE_SUBJECTS = (Subject.USE_SERVICE, Subject.USE_QUALITY, Subject.USE_OTHER)


def own_departments(official: Official) -> QuerySet[Department]:
    """Departments for which the official may raise something; Forbidden when there is none."""
    ids = department_ids(official, timezone.localdate())
    if not ids:
        raise Forbidden(_("You can do this only for a department in which you hold a post."))
    found: QuerySet[Department] = Department.objects.filter(pk__in=ids, valid_until=None)
    return found.select_related("region").order_by("pk")


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Report that an entry or its data are inaccurate or incomplete."""
    official, on = official_of(request), timezone.localdate()
    granted = access.grants_visible_to(official, on).filter(
        resource=pk, department__in=department_ids(official, on)
    )
    grant = granted.select_related("version", "resource__provider").first()
    entry = visible_to(official, on).filter(pk=pk).select_related("live", "provider").first()
    resource = entry or (grant.resource if grant else None)
    version = (resource.live if resource else None) or (grant.version if grant else None)
    if resource is None or version is None:
        raise NotVisible(_("This does not exist, or you may not see it."))
    form = CorrectionForm(
        posted(request),
        own=own_departments(official),
        items=version.items.order_by("position").values_list("key", "name"),
        initial={"subject": Subject.DATA_WRONG if grant else Subject.ENTRY_WRONG},
    )

    def send() -> Concern:
        data = form.cleaned_data
        return raise_correction(
            by=official, department=data["department"], resource_id=pk,
            content=form.content(), now=timezone.now(),
        )  # fmt: skip

    return _raise(request, form, send, title=_("Report an error"), about=version.title)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to an entry of the catalog."""
    official = official_of(request)
    entry = visible_to(official, timezone.localdate()).filter(pk=pk).select_related("live").first()
    if entry is None or entry.live is None:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return _objection(request, official, (Subject.CATALOG,), entry.live.title, resource_id=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to how an application is handled."""
    official = official_of(request)
    item = access.get_item(official, pk, timezone.localdate())
    return _objection(request, official, APPLICATION_SUBJECTS, item.version.title, item_id=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to the service or the quality of granted data."""
    official = official_of(request)
    grant = access.get_grant(official, pk, timezone.localdate())
    return _objection(request, official, USE_SUBJECTS, grant.version.title, grant_id=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def object_otherwise(request: HttpRequest) -> HttpResponse:
    """Object to something else: the authority of the own region handles it."""
    return _objection(request, official_of(request), (Subject.OTHER,), "")


def _objection(
    request: HttpRequest, official: Official, subjects: tuple[str, ...], about: str, **refs: UUID
) -> HttpResponse:
    form = RaisingForm(posted(request), own=own_departments(official), subjects=subjects)

    def send() -> Concern:
        return raise_objection(
            by=official, department=form.cleaned_data["department"], content=form.content(),
            now=timezone.now(), **refs,
        )  # fmt: skip

    return _raise(request, form, send, title=_("Object"), about=about)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Dispute the refusal of an application."""
    item = access.get_item(official_of(request), pk, timezone.localdate())
    return _dispute(request, item.demander_id, item.version.title, {"item_id": pk}, item=item)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Dispute the suspension or the end of a grant."""
    grant = access.get_grant(official_of(request), pk, timezone.localdate())
    return _dispute(
        request, grant.department_id, grant.version.title, {"grant_id": pk}, grant=grant
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Dispute the rejection of a correction or an objection."""
    origin = concerns.get_concern(official_of(request), pk, timezone.localdate())
    return _dispute(
        request, origin.department_id, origin.title, {"concern_id": pk},
        origin=origin, item=origin.item, grant=origin.grant,
    )  # fmt: skip


def _dispute(  # noqa: PLR0913 - what a dispute may arise from
    request: HttpRequest, department: int | None, about: str, refs: dict[str, UUID], *,
    item: ApplicationItem | None = None, grant: Grant | None = None, origin: Concern | None = None,
) -> HttpResponse:  # fmt: skip
    official = official_of(request)
    if department not in department_ids(official, timezone.localdate()):
        raise Forbidden(_("The department that asked for the data opens the dispute."))
    if (hindrance := dispute_hindrance(item=item, grant=grant, origin=origin)) is not None:
        raise hindrance
    form = DisputeForm(posted(request))

    def send() -> Concern:
        return open_dispute(by=official, text=form.cleaned_data["text"], now=timezone.now(), **refs)

    return _raise(request, form, send, title=_("Open a dispute"), about=about)


def _raise(
    request: HttpRequest, form: BaseForm, send: Callable[[], Concern], *, title: Text, about: str
) -> HttpResponse:
    """Show the form; send what was filled in; all faults at once, what was entered is kept."""
    if request.method == "POST" and form.is_valid():
        try:
            sent = send()
        except Invalid as error:
            add_faults(form, _at_fields(error))
        except NotAllowed as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Sent as %(number)s.") % {"number": sent.number})
            return redirect("concerns:concern", sent.pk)
    context: dict[str, Any] = {"form": form, "title": title, "about": about}
    status = 422 if form.errors else 200
    return render(request, "sharing/concerns/raise.html", context, status=status)


def _at_fields(error: Invalid) -> Invalid:
    """Faults of the data items at the field in which they were chosen."""
    faults = [
        fault if fault.field != "fields" else type(fault)(
            "fields_wrong", fault.message, fault.remedy, fault.code
        )
        for fault in error.faults
    ]  # fmt: skip
    return Invalid(error.message, faults)
