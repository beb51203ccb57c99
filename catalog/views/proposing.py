"""Proposing the data items of an entry from a data source or from a sample file."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog import actions, hooks
from catalog.access import can_manage, get_visible
from catalog.exchange.intake import departments_of
from catalog.models import (
    DataItem,
    DataSource,
    DataType,
    Grade,
    Resource,
    SharingType,
    VersionStatus,
)
from catalog.presenting.recognition import meaning_of, reason_for, warning_of
from catalog.proposing.looking import Look, look_at_file, look_at_source, readable_source
from catalog.proposing.sheet import Line, Sheet, accept, sheet_of, sheet_sent, show_faults
from catalog.sources import SourceFault, reader
from catalog.views.readers import reader_of
from portal.errors import Fault, Invalid, NotVisible, PortalError
from portal.organisation.models import Department, Official
from portal.pages.fields import add_faults

MOST_TABLES = 500


class FileForm(forms.Form):
    """A sample file; it is read and not kept."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "Excel (.xlsx) or CSV with headings in the first row; 1,000 rows are enough."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Choose where the data is, look at it, accept what is proposed; one page after the other."""
    official, on = reader_of(request), timezone.localdate()
    resource = _managed(official, pk, on) if pk else None
    act = request.POST.get("act", "")
    if act == "look":
        return _look(request, resource)
    if act == "upload":
        return _upload(request, resource)
    if act == "accept":
        return _accept(request, resource)
    return _choose(request, resource)


def _managed(official: Official, pk: UUID, on: date) -> Resource:
    resource = get_visible(official, pk, on)
    if not can_manage(official, resource, on):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return resource


# --- where the data is ----------------------------------------------------------------------


def _choose(
    request: HttpRequest,
    resource: Resource | None,
    form: FileForm | None = None,
    problem: PortalError | None = None,
) -> HttpResponse:
    official, on = reader_of(request), timezone.localdate()
    departments = departments_of(official, on)
    sources = DataSource.objects.filter(department__in=departments, suspended=False)
    asked = request.GET.get("source", "") or request.POST.get("source", "")
    source = readable_source(official, asked, on) if asked else None
    tables: list[Any] = []
    if source is not None and problem is None:
        try:
            tables = list(reader().tables(source))[:MOST_TABLES]
        except SourceFault as fault:
            problem = fault
    context = _frame(resource) | {
        "departments": departments,
        "sources": sources.defer("secrets").select_related("department"),
        "source": source,
        "tables": tables,
        "problem": problem,
        "form": form or FileForm(),
    }
    wrong = problem is not None or bool(form and form.errors)
    return render(request, "catalog/propose.html", context, status=422 if wrong else 200)


def _frame(resource: Resource | None) -> dict[str, Any]:
    crumbs = [(reverse("catalog:drafts"), _("My entries"))]
    if resource is not None:
        crumbs.append(
            (reverse("catalog:entry", args=[resource.pk]), str(resource.shown_version().title))
        )
    return {"resource": resource, "crumbs": crumbs}


def _look(request: HttpRequest, resource: Resource | None) -> HttpResponse:
    official, now = reader_of(request), timezone.now()
    source = readable_source(official, request.POST.get("source", ""), timezone.localdate(now))
    try:
        look = look_at_source(
            by=official, source=source, label=request.POST.get("table", ""), now=now
        )
    except (SourceFault, Invalid, NotVisible) as error:
        return _choose(request, resource, problem=error)
    return _first(request, resource, look)


def _upload(request: HttpRequest, resource: Resource | None) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            look = look_at_file(file, file.name)
        except Invalid as error:
            fault = Fault("file", error.message, error.remedy)
            add_faults(form, Invalid(error.message, error.faults or [fault]))
        else:
            return _first(request, resource, look)
    return _choose(request, resource, form)


# --- what is proposed -----------------------------------------------------------------------


def _first(request: HttpRequest, resource: Resource | None, look: Look) -> HttpResponse:
    sheet = sheet_of(look, reader_of(request))
    if resource is not None:
        _remember(sheet, resource)
    return _show(request, resource, sheet)


def _remember(sheet: Sheet, resource: Resource) -> None:
    """Columns that carry items already keep their key, name and care."""
    version = _draft_or_shown(resource)
    attachment = getattr(resource, "attachment", None)
    by_column = {column: key for key, column in (attachment.columns if attachment else {}).items()}
    items = {item.key: item for item in version.items.all()}
    for line in sheet.lines:
        item = items.get(by_column.get(line.column.name, line.cells["key"]))
        if item is not None:
            _fill(line, item)


def _fill(line: Line, item: DataItem) -> None:
    for name in line.cells:
        value = getattr(item, name)
        line.cells[name] = "" if value is None else str(value)
    line.flags["personal"], line.flags["required"] = item.personal, item.required
    line.code_set = item.code_set


def _draft_or_shown(resource: Resource) -> Any:
    draft = resource.versions.filter(status=VersionStatus.DRAFT).first()
    return draft or resource.shown_version()


def _accept(request: HttpRequest, resource: Resource | None) -> HttpResponse:
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    try:
        sheet = sheet_sent(request.POST, official)
    except Invalid as error:
        return _choose(request, resource, problem=error)
    attaches = sheet.is_source and "attach" in request.POST
    source = readable_source(official, str(sheet.source), on) if attaches else None
    try:
        accepted = accept(sheet, source=source, keep_others="keep_others" in request.POST)
        draft = actions.accept_proposal(
            by=official,
            target=resource or _department(request, official, on),
            accepted=accepted,
            now=now,
        )
    except Invalid as error:
        faults = show_faults(sheet, error.faults) or [Fault("", error.message, error.remedy)]
        return _show(request, resource, sheet, faults)
    messages.success(request, _("The data items were written into the draft."))
    return redirect("catalog:entry", draft.resource_id)


def _department(request: HttpRequest, official: Official, on: date) -> Department:
    departments = departments_of(official, on)
    chosen = request.POST.get("department", "")
    found = next((one for one in departments if str(one.pk) == chosen), None)
    if found is None:
        fault = Fault("department", _("Choose the department."), "")
        raise Invalid(fault.message, [fault])
    return found


def _show(
    request: HttpRequest, resource: Resource | None, sheet: Sheet, faults: list[Fault] | None = None
) -> HttpResponse:
    official, on = reader_of(request), timezone.localdate()
    others = 0
    if resource is not None:
        keys = {line.cells["key"] for line in sheet.lines}
        others = _draft_or_shown(resource).items.exclude(key__in=keys).count()
    sent = request.POST.get("act") == "accept"
    context = _frame(resource) | {
        "sheet": sheet,
        "rows": [_row(line) for line in sheet.lines],
        "seen": sheet.signed(),
        "columns": [line.column.name for line in sheet.lines],
        "types": DataType.choices,
        "grades": [(str(value), label) for value, label in Grade.choices],
        "masks": hooks.mask_names().items(),
        "sharing_types": SharingType.choices,
        "departments": departments_of(official, on),
        "department": request.POST.get("department", ""),
        "others": others,
        "attaches": "attach" in request.POST if sent else True,
        "keeps": "keep_others" in request.POST if sent else True,
        "faults": faults or [],
    }
    return render(request, "catalog/proposal.html", context, status=422 if faults else 200)


def _row(line: Line) -> dict[str, Any]:
    return {
        "line": line,
        "meaning": meaning_of(line.finding),
        "reason": reason_for(line.finding),
        "warnings": [warning_of(warn) for warn in line.finding.warnings],
    }
