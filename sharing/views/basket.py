"""Filling a basket: entries from the catalog, everything a matter needs, files; and printing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import get_visible
from catalog.models import ServiceItem
from portal.errors import Invalid, NotVisible
from portal.organisation.models import Department, Official
from portal.pages.fields import add_faults
from sharing import actions
from sharing.file_kinds import TYPES
from sharing.forms import FileForm
from sharing.matters import NeedState, Proposal, matters_for, propose
from sharing.models import ApplicationItem
from sharing.presenting import printing
from sharing.views.apply import begin, departments_of
from sharing.views.common import heading, items_of, not_the_writer, official_of, posted

SHOWN = 20


@require_safe
def baskets(request: HttpRequest) -> HttpResponse:
    """My drafts, and the matters of my departments to begin one from."""
    official = official_of(request)
    departments = departments_of(official)
    drafts = actions.open_baskets(official)[:SHOWN]
    context = {
        "drafts": [(one, items) for one in drafts if (items := _titles(one.pk))],
        "matters": matters_for([one.pk for one in departments])[: SHOWN * 5],
    }
    return render(request, "sharing/baskets.html", context)


def _titles(application_id: UUID) -> list[ApplicationItem]:
    found = ApplicationItem.objects.filter(application=application_id).select_related(
        "version", "provider", "application__matter"
    )
    return list(found.order_by("version__title", "pk"))


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an entry into the basket worked on last; without one a new basket begins."""
    official, now = official_of(request), timezone.now()
    resource = get_visible(official, pk, timezone.localdate(now))
    departments = departments_of(official)
    basket = actions.open_baskets(official).filter(department__in=departments).first()
    if basket is None:
        basket = begin(official, departments[0], resource, now)
    else:
        actions.put_in(by=official, application_id=basket.pk, resource=resource, now=now)
    messages.success(
        request,
        _("%(title)s is in the basket %(number)s.")
        % {"title": str(resource), "number": basket.number},
    )
    return redirect("sharing:tasks", basket.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a matter of the own department needs, and all that is missing into one basket."""
    official, now = official_of(request), timezone.now()
    found = _own_matter(official, pk)
    department = Department.objects.select_related("region").get(pk=found.department_id)
    if request.method == "POST":
        application = actions.for_matter(
            by=official,
            department=department,
            matter=found,
            chosen=request.POST.getlist("entry"),
            application_id=request.POST.get("basket") or None,
            now=now,
        )
        return redirect("sharing:tasks", application.pk)
    proposals = propose(found, official, department, timezone.localdate(now))
    context = {
        "matter": found,
        "proposals": [(one, *STATES[one.state]) for one in proposals],
        "asked": _count(proposals, NeedState.ASK),
        "granted": _count(proposals, NeedState.GRANTED),
        "missing": _count(proposals, NeedState.MISSING),
        "baskets": actions.open_baskets(official, department.pk)[:5],
    }
    return render(request, "sharing/matter.html", context)


STATES = {
    NeedState.GRANTED: ("ok", "check"),
    NeedState.APPLIED: ("run", "clock"),
    NeedState.ASK: ("", "file"),
    NeedState.IMPOSSIBLE: ("stop", "lock"),
    NeedState.MISSING: ("wait", "search"),
}


def _count(proposals: list[Proposal], state: NeedState) -> int:
    return sum(one.state is state for one in proposals)


def _own_matter(official: Official, pk: UUID) -> ServiceItem:
    """A matter of a department the official may apply for; NotVisible otherwise."""
    found = matters_for(one.pk for one in departments_of(official)).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such matter."))
    return found


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an entry out of the basket."""
    actions.take_out(
        by=official_of(request),
        application_id=pk,
        item_id=request.POST.get("item", ""),
        now=timezone.now(),
    )
    messages.success(request, _("The entry is no longer in the basket."))
    return redirect("sharing:tasks", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The files of an application; while it is a draft, adding and removing them."""
    found = items_of(request, pk)
    item = found[0]
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            actions.attach(
                by=official_of(request),
                application_id=pk,
                file=upload,
                name=upload.name,
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The file was added."))
            return redirect("sharing:files", pk)
    context = {
        "item": item,
        "application": item.application,
        "heading": heading(found),
        "hindrance": not_the_writer(request, item),
        "is_draft": item.application.submitted_at is None,
        "attachments": item.application.attachments.select_related("added_by"),
        "form": form,
    }
    return render(request, "sharing/files.html", context, status=422 if form.errors else 200)


@require_safe
def file(request: HttpRequest, pk: UUID) -> FileResponse:
    """A file, always as a download and never as a page of this portal."""
    attachment = actions.get_attachment(official_of(request), pk, timezone.localdate())
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=TYPES[attachment.kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def remove_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a file away from a draft."""
    official, now = official_of(request), timezone.now()
    attachment = actions.get_attachment(official, pk, timezone.localdate(now))
    application_id = attachment.application_id
    actions.detach(by=official, application_id=application_id, attachment_id=pk, now=now)
    messages.success(request, _("The file was removed."))
    return redirect("sharing:files", application_id)


@require_safe
def printed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The application as a form on paper."""
    found = items_of(request, pk)
    context: dict[str, Any] = {
        "item": found[0],
        "application": found[0].application,
        "heading": heading(found),
        "form": printing.form_of(found, request.build_absolute_uri),
    }
    return render(request, "sharing/print.html", context)


@require_safe
def pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same form as PDF."""
    found = items_of(request, pk)
    content = printing.as_pdf(printing.form_of(found, request.build_absolute_uri))
    response = HttpResponse(content, content_type="application/pdf")
    number = found[0].application.number
    response["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
