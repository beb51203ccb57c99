"""Pages of the harvest: sources and runs, the preview of a run, what is accepted of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from catalog.harvest import runs
from catalog.harvest.checking import PENDING, differences
from catalog.harvest.problems import fault_texts, note_text, problem_texts
from catalog.harvest.sources import authorities_of, sources_of
from catalog.models import HarvestRecord, HarvestRun, HarvestSource, ResourceStatus
from catalog.views.readers import reader_of
from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Official

PAGE_SIZE = 50
LATEST = 20
Status, State = HarvestRun.Status, HarvestRecord.State
TONES = {
    Status.DONE: "ok", Status.FAILED: "stop", Status.STOPPED: "", Status.READY: "wait",
    Status.GATHERING: "run", Status.CHECKING: "run", Status.APPLYING: "run",
}  # fmt: skip
SHOWN = {
    State.FAULTY: gettext_lazy("Faults"),
    State.NEW: gettext_lazy("New"),
    State.CHANGED: gettext_lazy("Changed"),
    State.BACK: gettext_lazy("Back again"),
    State.GONE: gettext_lazy("To be withdrawn"),
    State.CREATED: gettext_lazy("Taken over"),
    State.UPDATED: gettext_lazy("Updated"),
    State.RETURNED: gettext_lazy("Shown again"),
    State.WITHDRAWN: gettext_lazy("Withdrawn"),
    State.LEFT: gettext_lazy("Left alone"),
    State.UNCHANGED: gettext_lazy("Unchanged"),
    State.REPEATED: gettext_lazy("Repeated"),
}


@require_safe
def harvests(request: HttpRequest) -> HttpResponse:
    """The sources of the reader's authority and the latest runs over them."""
    official, on = _authority(request), timezone.localdate()
    shown = Q(entries__resource__status=ResourceStatus.IMPORTED)
    found = sources_of(official, on).select_related("authority", "provider")
    sources = list(found.annotate(shown=Count("entries", filter=shown)))
    latest = runs.runs_of(official, on)
    newest = latest.order_by("source_id", "-started_at", "-id").distinct("source_id")
    last = {run.source_id: run for run in newest}
    context = {
        "sources": [
            {"source": source, "run": run, "tone": TONES[Status(run.status)] if run else ""}
            for source in sources
            for run in [last.get(source.pk)]
        ],
        "runs": [(run, TONES[Status(run.status)]) for run in latest[:LATEST]],
        "keeps": official.is_staff,
    }
    return render(request, "catalog/harvest/home.html", context)


@require_POST
def harvest_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start a run, or go on with one that a fault stopped."""
    official = _authority(request)
    source = sources_of(official, timezone.localdate()).filter(pk=pk).first()
    if source is None:
        raise NotVisible(_("There is no such source."))
    return redirect("catalog:harvest_run", _started(request, official, source).pk)


def _started(request: HttpRequest, official: Official, source: HarvestSource) -> HarvestRun:
    run = runs.start(by=official, source=source, now=timezone.now())
    messages.success(request, _("The run was started."))
    return run


@require_safe
def harvest_run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a run is, what it found, and what is to be done with it."""
    return _page(request, _run(request, pk))


def _page(
    request: HttpRequest, run: HarvestRun, error: Invalid | None = None, status: int = 200
) -> HttpResponse:
    context = _context(run) | _preview(request, run)
    context["faults"] = list(error.faults) if error else []
    return render(request, "catalog/harvest/run.html", context, status=status)


@require_safe
def harvest_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part that changes while a worker is at it; once it is done the page is loaded anew."""
    run = _run(request, pk)
    response = render(request, "catalog/harvest/_progress.html", _context(run))
    if not run.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def harvest_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept, leave records out or take them in again, start anew, or stop."""
    run, official, now = _run(request, pk), reader_of(request), timezone.now()
    command = request.POST.get("command", "")
    if command == "again":
        return redirect("catalog:harvest_run", _started(request, official, run.source).pk)
    if command == "stop":
        runs.stop(by=official, run=run, now=now)
        messages.success(request, _("The run was stopped."))
    elif command == "accept":
        try:
            runs.accept(by=official, run=run, kinds=request.POST.getlist("kinds"), now=now)
        except Invalid as error:
            return _page(request, run, error, 422)
        messages.success(request, _("The accepted changes are being taken over."))
    elif command in {"leave", "take"}:
        return _choose(request, run, official, accepted=command == "take")
    return redirect("catalog:harvest_run", run.pk)


def _choose(
    request: HttpRequest, run: HarvestRun, official: Official, *, accepted: bool
) -> HttpResponse:
    ids = [int(text) for text in request.POST.getlist("records") if text.isdecimal()]
    if not ids:
        message = _("No record was chosen.")
        fault = Fault("records", message, _("Tick the records first."), "missing")
        return _page(request, run, Invalid(message, [fault]), 422)
    number = runs.choose(by=official, run=run, records=ids, accepted=accepted, now=timezone.now())
    text = (
        ngettext("%(number)s record taken in again.", "%(number)s records taken in again.", number)
        if accepted
        else ngettext("%(number)s record left out.", "%(number)s records left out.", number)
    )
    messages.success(request, text % {"number": number})
    back, shown = reverse("catalog:harvest_run", args=[run.pk]), request.POST.get("show", "")
    return redirect(f"{back}?show={shown}" if shown in State.values else back)


def _authority(request: HttpRequest) -> Official:
    """Who reads, if for a competent authority; the pages do not exist for others."""
    official = reader_of(request)
    if not authorities_of(official, timezone.localdate()):
        raise NotVisible(_("There is no such page."))
    return official


def _run(request: HttpRequest, pk: UUID) -> HarvestRun:
    return runs.get_run(reader_of(request), pk, timezone.localdate())


def _context(run: HarvestRun) -> dict[str, Any]:
    done, total = _progress(run)
    message, remedy = problem_texts(run.problem)
    return {
        "run": run,
        "tone": TONES[Status(run.status)],
        "crumbs": [(reverse("catalog:harvests"), _("Harvests"))],
        "steps": _steps(run),
        "done": done,
        "total": total,
        "share": min(round(100 * done / total), 100) if total else 0,
        "problem": message,
        "remedy": remedy,
    }


def _progress(run: HarvestRun) -> tuple[int, int]:
    counts = run.counts
    if run.status == Status.APPLYING:
        return counts.get("applied", 0), sum(counts.get(kind, 0) for kind in run.accepted)
    if run.status == Status.CHECKING:
        return counts.get("checked", 0), counts.get("records", 0)
    return counts.get("records", 0), run.told or 0


def _steps(run: HarvestRun) -> list[tuple[str, str]]:
    """The stages of a run with the class of each."""
    stages: list[tuple[Any, str]] = [
        (_("Reading"), Status.GATHERING),
        (_("Comparing"), Status.CHECKING),
        (_("Preview"), Status.READY),
        (_("Taking over"), Status.APPLYING),
        (_("Done"), Status.DONE),
    ]
    at = run.problem.get("at") if run.status == Status.FAILED else run.status
    place = next((number for number, (_label, one) in enumerate(stages) if one == at), -1)
    if run.status == Status.DONE:
        place = len(stages)
    return [
        (str(label), "is-done" if number < place else "is-now" if number == place else "")
        for number, (label, _at) in enumerate(stages)
    ]


def _preview(request: HttpRequest, run: HarvestRun) -> dict[str, Any]:
    tabs = [
        (str(kind), label, run.counts[kind])
        for kind, label in SHOWN.items()
        if run.counts.get(kind)
    ]
    names = [name for name, _label, _count in tabs]
    asked = request.GET.get("show") or request.POST.get("show", "")
    shown = asked if asked in names else (names[0] if names else "")
    rows = run.records.filter(state=shown).select_related("provider").order_by("number")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    waits = run.status == Status.READY
    return {
        "tabs": tabs,
        "shown": shown,
        "page_obj": page,
        "lines": _lines(page.object_list, with_changes=waits and shown == State.CHANGED),
        "choosable": waits and shown in PENDING,
        "is_kept": run.records.exists(),
        "figures": _figures(run) if tabs else [],
        "kinds": _kinds(run) if waits else [],
        "left_out": run.counts.get("left_out", 0),
    }


def _lines(records: Iterable[HarvestRecord], *, with_changes: bool) -> list[dict[str, Any]]:
    rows = list(records)
    changes = differences(rows) if with_changes else {}
    return [
        {
            "record": row,
            "faults": [fault_texts(one) for one in row.faults],
            "notes": [note_text(one) for one in row.notes],
            "changes": changes.get(row.pk, []),
            "named": row.raw.get("department", ""),
        }
        for row in rows
    ]


def _kinds(run: HarvestRun) -> list[dict[str, Any]]:
    """The kinds of changes to tick; withdrawing many is never ticked beforehand."""
    hints = {
        State.NEW: _("They come into the catalog, to be completed."),
        State.CHANGED: _("Their entries get a new version."),
        State.BACK: _("Their entries were withdrawn and are shown again."),
        State.GONE: _("The source no longer has them; their entries are withdrawn."),
    }
    return [
        {
            "value": str(kind),
            "label": SHOWN[kind],
            "number": run.counts[kind],
            "hint": hints[kind],
            "ticked": kind != State.GONE or run.held == HarvestRun.Held.NOT_AGREED,
        }
        for kind in PENDING
        if run.counts.get(kind)
    ]


def _figures(run: HarvestRun) -> list[tuple[str, int]]:
    counts = run.counts
    told = [] if run.told is None else [(_("According to the source"), run.told)]
    coming = sum(counts.get(kind, 0) for kind in (State.NEW, State.BACK, State.CREATED))
    changing = sum(counts.get(kind, 0) for kind in (State.CHANGED, State.UPDATED))
    going = sum(counts.get(kind, 0) for kind in (State.GONE, State.WITHDRAWN))
    return [
        *told,
        (_("Records read"), run.seen),
        (_("New"), coming),
        (_("Changed"), changing),
        (_("To be withdrawn") if run.status == Status.READY else _("Withdrawn"), going),
        *([] if told else [(_("Faulty, left out"), counts.get(State.FAULTY, 0))]),
    ]
