"""Pages of the repeat-collection check: a planned form, what the catalog has of it (R31)."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import actions
from catalog.access import visible_to
from catalog.actions.collecting import checks_visible_to, get_check
from catalog.desk_forms import CollectionForm, DecisionForm
from catalog.exchange.cells import tidy
from catalog.exchange.tables import open_tables
from catalog.models import CheckState, CollectionCheck
from catalog.views.demands import own_departments
from catalog.views.readers import reader_of
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.organisation.access import department_ids
from portal.organisation.models import Official
from portal.pages.fields import add_faults

PAGE_SIZE = 20
LARGEST = 10_000_000
TONES = {
    CheckState.CLEAR: ("ok", "check"),
    CheckState.OPEN: ("wait", "alert"),
    CheckState.DROPPED: ("ok", "check"),
    CheckState.KEPT: ("stop", "alert"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def collecting(request: HttpRequest) -> HttpResponse:
    """Check a planned form; below are the checks made before."""
    official, now = reader_of(request), timezone.now()
    own = own_departments(official)
    form = CollectionForm(request.POST or None, request.FILES or None, own=own)
    if request.method == "POST" and not own:
        raise Forbidden(_("You can check a form only for a department in which you hold a post."))
    if request.method == "POST" and form.is_valid():
        try:
            check = _check(official, form)
        except Invalid as error:
            if not error.faults:
                form.add_error("sheet", f"{error.message} {error.remedy}")
            else:
                add_faults(form, error)
        else:
            return redirect("catalog:collection", check.pk)
    found = checks_visible_to(official, now).select_related("department")
    page = Paginator(found.order_by("-created_at", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "may_check": bool(own),
        "page_obj": page,
        "rows": [(one, *TONES[CheckState(one.state)]) for one in page],
    }
    return render(request, "catalog/collecting.html", context, status=422 if form.errors else 200)


def _check(official: Official, form: CollectionForm) -> CollectionCheck:
    names = form.names()
    if form.cleaned_data["sheet"]:
        names += headings_of(form.cleaned_data["sheet"])
    return actions.check_collection(
        by=official,
        department=form.cleaned_data["department"],
        title=form.cleaned_data["title"],
        purpose=form.cleaned_data["purpose"],
        names=names,
        now=timezone.now(),
    )


def headings_of(upload: "UploadedFile[bytes]") -> list[str]:
    """What stands in the first row of a sheet that has any; Invalid for what is no sheet."""
    if (upload.size or 0) > LARGEST:
        raise Invalid(_("The file is too large."), remedy=_("Upload the form without its rows."))
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
        copy.flush()
        with open_tables(Path(copy.name), upload.name or "") as tables:
            for table in tables:
                for _number, row in table.rows():
                    names = [tidy(cell) for cell in row]
                    if any(names):
                        return list(filter(None, names))
    return []


@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One check: for each field where the data are, and the decision."""
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    check = get_check(official, pk, now)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_collection(
                by=official, check_id=pk, keep=form.cleaned_data["decision"] == "keep",
                reason=form.cleaned_data["reason"], now=now,
            )  # fmt: skip
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            messages.error(request, f"{error.message} {error.remedy}")
            return redirect("catalog:collection", pk)
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect("catalog:collection", pk)
    rows = field_rows(check, official, on)
    tone, icon = TONES[CheckState(check.state)]
    context = {
        "check": check,
        "rows": rows,
        "matched": sum(bool(matches) for _field, matches in rows),
        "tone": tone,
        "icon": icon,
        "form": form,
        "decides": check.state == CheckState.OPEN
        and check.department_id in department_ids(official, on),
    }
    return render(request, "catalog/collection.html", context, status=422 if form.errors else 200)


def field_rows(check: CollectionCheck, official: Official, on: date) -> list[tuple[str, list[Any]]]:
    """The fields with their matches in entries that the reader sees today."""
    fields = list(check.fields.prefetch_related("matches").order_by("position"))
    wanted = {match.resource_id for field in fields for match in field.matches.all()}
    seen = {
        one.pk: one
        for one in visible_to(official, on).filter(pk__in=wanted).select_related("live", "provider")
    }
    return [
        (
            field.name,
            [
                (match, seen[match.resource_id])
                for match in field.matches.all()
                if match.resource_id in seen
            ],
        )
        for field in fields
    ]
