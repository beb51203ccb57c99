"""Bringing a department's catalog in: upload, headings, preview, confirmation."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.exchange import intake as intakes
from catalog.exchange.checking import Checker, differences
from catalog.exchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS
from catalog.exchange.faults import texts_of
from catalog.exchange.headers import SheetMatch
from catalog.exchange.whole import figures
from catalog.models import Intake, IntakeRow
from catalog.views.readers import reader_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Department
from portal.pages.fields import add_faults

PAGE_SIZE = 50
LATEST = 20
Status, State = Intake.Status, IntakeRow.State
_LISTED = ("faults", "notes")
SHOWN = {
    "faults": gettext_lazy("Faults"),
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "created": gettext_lazy("Created"),
    "updated": gettext_lazy("Updated"),
    "notes": gettext_lazy("Missing for publication"),
}


class UploadForm(forms.Form):
    """Whose entries, and the file."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.zip,.jsonl,.json,.gz"}),
    )

    def __init__(self, departments: list[Department], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        field.queryset = Department.objects.filter(pk__in=[one.pk for one in departments])
        field.initial = departments[0] if departments else None
        if len(departments) == 1:
            field.widget = forms.HiddenInput()
        self.fields["file"].help_text = _(
            "Excel (.xlsx), CSV, a ZIP of CSV files or JSON lines, at most %(size)s MB."
        ) % {"size": settings.INTAKE_MAX_MB}


@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: HttpRequest) -> HttpResponse:
    """Templates, exports, the form for an upload, and what was uploaded lately."""
    official, on = reader_of(request), timezone.localdate()
    departments = intakes.departments_of(official, on)
    sent = request.method == "POST"
    form = UploadForm(departments, *((request.POST, request.FILES) if sent else ()))
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake = intakes.receive(
                by=official,
                department=form.cleaned_data["department"],
                file=file,
                name=file.name,
                now=timezone.now(),
            )
        except Invalid as error:
            fault = Fault("file", error.message, error.remedy)
            add_faults(form, Invalid(error.message, error.faults or [fault]))
        else:
            return redirect("catalog:intake", intake.pk)
    latest = Intake.objects.filter(department__in=departments).select_related("created_by")
    context = {
        "form": form,
        "departments": departments,
        "latest": latest[:LATEST],
        "kinds": [("xlsx", "Excel"), ("csv", "CSV"), ("jsonl", "JSON Lines")],
    }
    return render(
        request, "catalog/exchange/home.html", context, status=422 if form.errors else 200
    )


@require_safe
def intake_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where an upload is, and what is to be done with it."""
    intake = _intake(request, pk)
    if intake.status == Status.MATCHING:
        return _matching(request, intake)
    context = _context(intake)
    if intake.status in {Status.READY, Status.DONE} or intake.rows.exists():
        context |= _preview(request, intake)
    return render(request, "catalog/exchange/intake.html", context)


@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part that changes while a worker is at it; once it is done the page is loaded anew."""
    intake = _intake(request, pk)
    response = render(request, "catalog/exchange/_progress.html", _context(intake))
    if not intake.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm the headings, confirm the preview, go back to the headings, or cancel."""
    intake, official, now = _intake(request, pk), reader_of(request), timezone.now()
    command = request.POST.get("command", "")
    if command == "match":
        return _match(request, intake)
    if command == "confirm":
        intakes.confirm(by=official, intake=intake, now=now)
        messages.success(request, _("The entries are being written as drafts."))
    elif command == "rematch":
        intakes.rematch(intake=intake, now=now)
    elif command == "cancel":
        intakes.cancel(by=official, intake=intake, now=now)
        messages.success(request, _("The upload was cancelled."))
    return redirect("catalog:intake", intake.pk)


def _intake(request: HttpRequest, pk: UUID) -> Intake:
    return intakes.get_intake(reader_of(request), pk, timezone.localdate())


def _context(intake: Intake) -> dict[str, Any]:
    counts = intake.counts
    done = counts.get("written" if intake.status == Status.WRITING else "checked", 0)
    message, remedy = texts_of(intake.problem) if intake.problem else ("", "")
    return {
        "intake": intake,
        "crumbs": [(reverse("catalog:exchange"), _("Catalog exchange"))],
        "done": done,
        "share": round(100 * done / intake.total) if intake.total else 0,
        "problem": message,
        "remedy": remedy,
        "steps": _steps(intake),
    }


def _steps(intake: Intake) -> list[tuple[str, str]]:
    """The stages of an upload with the class of each."""
    stages: list[tuple[Any, tuple[str, ...]]] = [
        (_("Headings"), (Status.MATCHING,)),
        (_("Reading"), (Status.READING, Status.LINKING)),
        (_("Checking"), (Status.CHECKING,)),
        (_("Preview"), (Status.READY,)),
        (_("Writing"), (Status.WRITING,)),
        (_("Done"), (Status.DONE,)),
    ]
    place = next((n for n, (_label, at) in enumerate(stages) if intake.status in at), -1)
    if intake.status == Status.DONE:
        place = len(stages)
    return [
        (str(label), "is-done" if number < place else "is-now" if number == place else "")
        for number, (label, _at) in enumerate(stages)
    ]


# --- headings -------------------------------------------------------------------------------


def _matching(
    request: HttpRequest, intake: Intake, error: Invalid | None = None, status: int = 200
) -> HttpResponse:
    sheets = []
    for number, sheet in enumerate(map(SheetMatch.of_json, intake.matching)):
        rows = [
            {
                "match": column,
                "name": f"column-{number}",
                "id": f"id_column-{number}-{place}" if place else f"id_column-{number}",
                "key": _sent(request, number, place, column.key),
            }
            for place, column in enumerate(sheet.columns)
        ]
        if rows:
            unknown = [one.heading for one in sheet.columns if not one.key and one.heading]
            sheets.append({"sheet": sheet, "rows": rows, "unknown": unknown})
    context = _context(intake) | {
        "sheets": sheets,
        "groups": [
            (_("Entry"), [(column.key, column.heading) for column in ENTRY_COLUMNS]),
            (_("Data item"), [(column.key, column.heading) for column in ITEM_COLUMNS]),
        ],
        "faults": error.faults if error else [],
    }
    return render(request, "catalog/exchange/matching.html", context, status=status)


def _sent(request: HttpRequest, number: int, place: int, key: str) -> str:
    """What the person chose for the column, when the page is shown again; else what was matched."""
    chosen = request.POST.getlist(f"column-{number}")
    return chosen[place] if place < len(chosen) else key


def _match(request: HttpRequest, intake: Intake) -> HttpResponse:
    chosen = [request.POST.getlist(f"column-{number}") for number in range(len(intake.matching))]
    try:
        intakes.confirm_matching(intake=intake, chosen=chosen, now=timezone.now())
    except Invalid as error:
        return _matching(request, intake, error, 422)
    return redirect("catalog:intake", intake.pk)


# --- preview --------------------------------------------------------------------------------


def _preview(request: HttpRequest, intake: Intake) -> dict[str, Any]:
    counts = {name: intake.counts.get(name, 0) for name in SHOWN}
    counts |= {
        "faults": intake.counts.get("faulty_rows", 0),
        "notes": intake.counts.get("noted_rows", 0),
    }
    tabs = [(name, label, counts[name]) for name, label in SHOWN.items() if counts[name]]
    asked = request.GET.get("show", "")
    names = [name for name, _label, _count in tabs]
    shown = asked if asked in names else (names[0] if names else "")
    rows = intake.rows.all()
    if shown in _LISTED:
        rows = rows.exclude(**{shown: []})
    else:
        rows = rows.filter(state=shown, is_item=False)
    page = Paginator(rows.order_by("sheet", "number", "id"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    ready = intake.counts.get("new", 0) + intake.counts.get("changed", 0)
    return {
        "tabs": tabs,
        "shown": shown,
        "page_obj": page,
        "lines": (
            _fault_lines(intake, page.object_list, shown)
            if shown in _LISTED
            else _entry_lines(intake, page.object_list)
        ),
        "figures": figures(intake),
        "ready": ready,
        "confirm_label": ngettext("Write %(count)s draft", "Write %(count)s drafts", ready)
        % {"count": f"{ready:,}"},
        "left_out": intake.counts.get("faulty", 0),
    }


def _fault_lines(intake: Intake, rows: Iterable[IntakeRow], name: str) -> list[dict[str, Any]]:
    """One line for each of the rows' ``faults`` or ``notes``."""
    sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
    found = []
    for row in rows:
        for fault in getattr(row, name):
            message, remedy = texts_of(fault)
            column = sheets[row.sheet].columns[fault["at"]].heading if fault["at"] >= 0 else ""
            found.append(
                {
                    "sheet": sheets[row.sheet].name,
                    "row": row.number,
                    "column": column,
                    "value": fault["value"],
                    "message": message,
                    "remedy": remedy,
                }
            )
    return found


def _entry_lines(intake: Intake, rows: Iterable[IntakeRow]) -> list[dict[str, Any]]:
    plans = Checker(intake).plans(list(rows), about_to_write=True)
    waiting = intake.status == Status.READY
    return [
        {
            "row": plan.row.number,
            "title": plan.content.get("title", ""),
            "items": len(plan.item_rows),
            "target": plan.row.target,
            "changes": differences(plan) if waiting and plan.row.state == State.CHANGED else [],
        }
        for plan in plans
    ]
