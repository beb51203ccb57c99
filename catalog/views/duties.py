"""Changes of law or duties: recorded, shown with their limits, extended once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import actions, cases, handover
from catalog.access import MANAGER_ROLES, manages_department
from catalog.handover_forms import ACCEPT, ConsentForm, DutyForm, ExtensionForm
from catalog.models import DutyChange
from catalog.views.readers import reader_of
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.navigation import roles_of
from portal.organisation.models import Official
from portal.pages.fields import add_faults

PAGE_SIZE = 20


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """Changes that bind entries the official looks after or supervises; running ones first."""
    official, on = reader_of(request), timezone.localdate()
    seen = handover.duties_visible_to(official, on).select_related("department")
    which = request.GET.get("show", "")
    running = seen.filter(updates__done_at__isnull=True).distinct()
    found = seen.order_by("-recorded_at") if which == "all" else running.order_by("due_on", "pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [_row(event) for event in page],
        "show": which,
        "running": running.count(),
        "records": may_record(official),
    }
    return render(request, "catalog/duties.html", context)


def may_record(official: Official) -> bool:
    """Whether the official has a post that may record such a change somewhere."""
    roles = roles_of(official, timezone.localdate())
    return not roles.isdisjoint([*MANAGER_ROLES, *cases.AUTHORITY_ROLES])


def _row(event: DutyChange) -> dict[str, Any]:
    total, left = event.updates.count(), event.updates.open().count()
    return {"event": event, "total": total, "left": left, "done": total - left}


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record a change of law or duties."""
    official, now = reader_of(request), timezone.now()
    if not may_record(official):
        raise Forbidden(
            _("Only the department itself and its competent authority record such a change.")
        )
    on = timezone.localdate(now)
    own = official.department.name if official.department else ""
    form = DutyForm(
        request.POST if request.method == "POST" else None,
        initial={"department": own, "happened_on": on, "entries": "all"},
        on=on,
    )
    if request.method == "POST" and form.is_valid():
        try:
            event = actions.record_duty_change(
                by=official, event=form.event(), resources=form.resources(), now=now
            )
        except Invalid as error:
            add_faults(form, error)
        except Forbidden as error:
            form.add_error("department", f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("The change is recorded; the limit runs."))
            return redirect("catalog:duty", event.pk)
    context = {"form": form}
    return render(request, "catalog/duty_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One change with its entries; asking for more days, and the answer."""
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    event = handover.get_duty(official, pk, on)
    form = _form(request, official, event)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _carry_out(form, official, event)
        except Invalid as error:
            add_faults(form, error)
        except (NotAllowed, Forbidden) as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Your answer is recorded."))
            return redirect("catalog:duty", pk)
    updates = event.updates.select_related("resource__live", "resource__provider", "review")
    page = Paginator(updates.order_by("done_at", "resource__code", "pk"), PAGE_SIZE)
    context = {
        **_row(event),
        "form": form,
        "page_obj": page.get_page(request.GET.get("page")),
        "facts": _facts(event),
        "asks": isinstance(form, ExtensionForm),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "catalog/duty.html", context, status=status)


def _form(
    request: HttpRequest, official: Official, event: DutyChange
) -> ExtensionForm | ConsentForm | None:
    data = request.POST if request.method == "POST" else None
    on = timezone.localdate()
    if event.waits_for_consent:
        supervises = handover.supervises(official, event.department, on)
        return ConsentForm(data) if supervises else None
    if actions.hindrance_to_asking(event, timezone.now()) is not None:
        return None
    return ExtensionForm(data) if manages_department(official, event.department, on) else None


def _carry_out(form: ExtensionForm | ConsentForm, by: Official, event: DutyChange) -> None:
    now, data = timezone.now(), form.cleaned_data
    if isinstance(form, ExtensionForm):
        actions.ask_for_extension(by=by, event=event, reason=data["reason"], now=now)
    else:
        granted = data["answer"] == ACCEPT
        actions.answer_extension(by=by, event=event, granted=granted, text=data["text"], now=now)


def _facts(event: DutyChange) -> list[tuple[str, str]]:
    asked, answered = event.extension_asked_by, event.extension_answered_by
    granted = _("granted") if event.extension_granted else _("not granted")
    answer = f"{granted} · {answered.full_name}" if answered else _("waits for the authority")
    rows = [
        (_("Department"), event.department.name),
        (_("What changed"), str(event.get_kind_display())),
        (_("Changed on"), event.happened_on.isoformat()),
        (_("What it means for the entries"), event.text),
        (_("Recorded by"), event.recorded_by.full_name if event.recorded_by else ""),
        (_("Working days"), str(event.limit_days or "")),
        (_("More days asked for"), event.extension_reason),
        (_("Answer about more days"), answer if asked else ""),
        (_("Grounds of the answer"), event.extension_answer),
    ]
    return [(term, text) for term, text in rows if text]
