"""Where sources and entries have come apart, and what can be done about it (R11)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from catalog import actions
from catalog.access import can_manage, get_visible, manageable_by
from catalog.models import DataSource, DriftReport, Resource, SourceCheck
from catalog.presenting.drift import by_entry
from catalog.sources import Words, reader
from catalog.views.readers import reader_of
from portal.errors import Fault, Invalid, NotAllowed, NotVisible, PortalError
from portal.organisation.models import Official

PAGE_SIZE = 50
State = DriftReport.State
STATES = (
    ("", gettext_lazy("To deal with"), (State.OPEN, State.TAKEN)),
    ("noted", gettext_lazy("Noted as intended"), (State.NOTED,)),
    ("closed", gettext_lazy("Gone"), (State.CLOSED,)),
)


def reports_of(official: Official) -> QuerySet[DriftReport]:
    """Differences of the entries that the official looks after."""
    managed = manageable_by(official, timezone.localdate())
    return DriftReport.objects.filter(resource__in=managed).select_related(
        "resource__live", "resource__provider", "draft", "decided_by"
    )


def open_reports(official: Official) -> QuerySet[DriftReport]:
    """Those that nobody has dealt with."""
    return reports_of(official).filter(state=State.OPEN)


@require_safe
def drift(request: HttpRequest) -> HttpResponse:
    """Open differences, entry by entry, each with its remedy; sources that cannot be read."""
    return _page(request)


def _page(
    request: HttpRequest, faults: list[Fault] | None = None, reason: str = "", entry: str = ""
) -> HttpResponse:
    official = reader_of(request)
    show = request.GET.get("show", "")
    states = next((states for key, _label, states in STATES if key == show), STATES[0][2])
    reports = reports_of(official).filter(state__in=states)
    entry = entry or request.GET.get("entry", "")
    if entry:
        reports = reports.filter(resource=_uuid(entry))
    page = Paginator(reports.order_by("resource", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "groups": by_entry(page.object_list),
        "page_obj": page,
        "show": show,
        "states": [(key, label) for key, label, _states in STATES],
        "entry": entry,
        "sources": _sources(official),
        "faults": faults or [],
        "reason": reason,
        "crumbs": [(reverse("catalog:drafts"), _("My entries"))],
    }
    return render(request, "catalog/drift.html", context, status=422 if faults else 200)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotVisible(_("There is no such entry in the catalog.")) from None


def _sources(official: Official) -> list[dict[str, Any]]:
    """Sources that carry the official's entries: when compared, whether they can be read."""
    managed = manageable_by(official, timezone.localdate())
    sources = DataSource.objects.filter(attachments__resource__in=managed, suspended=False)
    found = sources.defer("secrets").select_related("comparison", "department")
    return [
        {"source": source, "check": check, "words": _words(check) if check else None}
        for source in found.distinct()
        for check in [getattr(source, "comparison", None)]
    ]


def _words(check: SourceCheck) -> Words | None:
    if not check.failed_nights:
        return None
    return reader().explain(check.fault, check.fault_detail)


@require_POST
def compare_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare one source with its entries at once."""
    official, now = reader_of(request), timezone.now()
    managed = manageable_by(official, timezone.localdate(now))
    sources = DataSource.objects.filter(attachments__resource__in=managed, suspended=False)
    source = sources.filter(pk=pk).first()
    if source is None:
        raise NotVisible(_("There is no such data source."))
    outcome = actions.compare_source(source, now=now, by=official)
    if outcome.busy:
        messages.info(request, _("The source is being compared at this moment; look again soon."))
    elif outcome.fault is not None:
        text = f"{outcome.fault.message} {outcome.fault.remedy}"
        messages.error(request, text)
    else:
        text = ngettext(
            "%(count)s entry was compared: %(opened)s new differences, %(closed)s gone.",
            "%(count)s entries were compared: %(opened)s new differences, %(closed)s gone.",
            outcome.entries,
        ) % {"count": outcome.entries, "opened": outcome.opened, "closed": outcome.closed}
        messages.success(request, text)
    return redirect("catalog:drift")


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the chosen differences of an entry over into a draft, or note them as intended."""
    official, now = reader_of(request), timezone.now()
    resource = _managed(official, pk)
    chosen = [int(value) for value in request.POST.getlist("report") if value.isdecimal()]
    try:
        if request.POST.get("act") == "note":
            text = request.POST.get("reason", "")
            actions.note_drift(by=official, resource=resource, reports=chosen, reason=text, now=now)
            messages.success(request, _("The differences are noted as intended."))
            return redirect("catalog:drift")
        draft = actions.take_drift_over(by=official, resource=resource, reports=chosen, now=now)
    except (Invalid, NotAllowed) as error:
        return _page(request, _faults(error, pk), request.POST.get("reason", ""), str(pk))
    if draft is None:
        messages.success(request, _("The attachment uses the new names of the columns."))
        return redirect("catalog:drift")
    messages.success(request, _("The differences were written into the draft; send it for review."))
    return redirect("catalog:send", resource.pk)


def _faults(error: PortalError, pk: UUID) -> list[Fault]:
    found = error.faults if isinstance(error, Invalid) else ()
    shown = found or (Fault("", error.message, error.remedy),)
    return [
        Fault(f"{one.field}-{pk}" if one.field else "", one.message, one.remedy) for one in shown
    ]


def _managed(official: Official, pk: UUID) -> Resource:
    on = timezone.localdate()
    resource = get_visible(official, pk, on)
    if not can_manage(official, resource, on):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return resource
