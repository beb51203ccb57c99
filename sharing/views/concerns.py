"""The desk of corrections, objections, disputes and complaints, and the page of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import visible_to
from portal.errors import Invalid, NotAllowed
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official
from portal.pages.fields import add_faults
from sharing import access, concerns
from sharing.actions.complaints import read_contact
from sharing.actions.concerns import available_concern_verbs, execute_concern, open_tasks_of
from sharing.actions.raising import dispute_hindrance
from sharing.concern_forms import OrderForm, RowForm
from sharing.models import ComplaintContact, Concern, ConcernKind
from sharing.presenting import concerns as words
from sharing.row_references import place_of
from sharing.views.common import official_of

PAGE_SIZE = 20
TABS = (
    ("", gettext_lazy("To do")),
    ("correction", gettext_lazy("Corrections")),
    ("objection", gettext_lazy("Objections")),
    ("dispute", gettext_lazy("Disputes")),
    ("complaint", gettext_lazy("Complaints")),
)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the official; everything that is seen, by kind."""
    official, on = official_of(request), timezone.localdate()
    waiting = concerns.waiting_for(official, on)
    show = request.GET.get("show", "")
    show = show if show in dict(TABS) else ""
    seen = concerns.concerns_visible_to(official, on).filter(kind=show)
    found = seen.order_by("-created_at", "-pk") if show else waiting
    page = Paginator(found.select_related(*concerns.LOADED), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(one, words.tag_of(one)) for one in page],
        "tabs": TABS,
        "show": show,
        "waiting": waiting.count(),
    }
    return render(request, "sharing/concerns/desk.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How departments handle objections and corrections, as far as the official sees them."""
    seen = concerns.concerns_visible_to(official_of(request), timezone.localdate())
    context = {"rows": words.statistics(seen), "tabs": TABS, "show": "statistics"}
    return render(request, "sharing/concerns/statistics.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One concern: what it is about, what happened, what can be done."""
    official, now = official_of(request), timezone.now()
    found = concerns.get_concern(official, pk, timezone.localdate(now))
    form = _order_form(found, official, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            execute_concern(
                by=official, concern_id=pk, order=form.order(), orders=form.chosen_orders(), now=now
            )
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            found = concerns.get_concern(official, pk, timezone.localdate(now))
            posted = request.POST.copy()
            posted["seen"] = str(found.event_count)  # else it would stay stale for ever
            form = _order_form(found, official, posted)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Done. Everybody whom it concerns is told."))
            return _where_next(official, pk)
    return _page(request, found, form, status=422 if form.errors else 200)


def _where_next(official: Official, pk: UUID) -> HttpResponse:
    """Back to the page, unless the step has taken it out of sight, as passing on may."""
    seen = concerns.concerns_visible_to(official, timezone.localdate())
    return (
        redirect("concerns:concern", pk)
        if seen.filter(pk=pk).exists()
        else redirect("concerns:desk")
    )


def _page(
    request: HttpRequest, found: Concern, form: OrderForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = _context(found, official_of(request), form) | more
    return render(request, "sharing/concerns/concern.html", context, status=status)


def _order_form(found: Concern, official: Official, data: Any) -> OrderForm:
    now = timezone.now()
    on = timezone.localdate(now)
    people = Official.objects.filter(is_active=True, posts__department=found.authority_id)
    return OrderForm(
        data,
        initial={"seen": found.event_count},
        verbs=available_concern_verbs(found, official, now),
        others=_others(found),
        people=people.distinct().order_by("full_name", "pk"),
        tasks=open_tasks_of(found, department_ids(official, on)),
    )


def _others(found: Concern) -> QuerySet[Department]:
    """Whom it can be passed on to; the action looks whether they may see the entry."""
    offered = Department.objects.in_office(timezone.localdate()).filter(parent=None)
    if found.kind == ConcernKind.COMPLAINT:
        offered = offered.filter(kind=Department.Kind.AUTHORITY)
    elif found.handler is not None:
        region = found.handler.region
        offered = offered.filter(region__in=[region.pk, *region.superior_codes()])
    present = [found.handler_id or 0, found.department_id or 0]
    if found.kind == ConcernKind.COMPLAINT:
        present = [found.authority_id or 0]
    ordered: QuerySet[Department] = offered.exclude(pk__in=present).select_related("region")
    return ordered.order_by("region__code", "name", "pk")


def _context(found: Concern, official: Official, form: OrderForm) -> dict[str, Any]:
    on = timezone.localdate()
    case = concerns.load(found)
    tone, word, icon = words.tag_of(found)
    fetched = words.refetched(found)
    tasks = found.tasks.select_related("department", "done_by").order_by("done_at", "key")
    entry = found.resource_id
    names = dict(found.resource.live.items.values_list("key", "name")) if (
        found.resource and found.resource.live
    ) else {}  # fmt: skip
    own = found.department_id in department_ids(official, on)
    contact = ComplaintContact.objects.filter(concern=found).first()
    return {
        "concern": found,
        "tone": tone,
        "word": word,
        "icon": icon,
        "next_step": words.NEXT[found.status],
        "events": words.timeline(case),
        "tasks": [(task, fetched.get(task.department_id)) for task in tasks],
        "confirmed": sum(1 for task in tasks if task.done_at),
        "entry": visible_to(official, on).filter(pk=entry).first() if entry else None,
        "application": _seen(access.items_visible_to(official, on), found.item_id),
        "grant": _seen(access.grants_visible_to(official, on), found.grant_id),
        "items": [names.get(key, key) for key in found.fields],
        "form": form,
        "acts": bool(form.offered),
        "row_form": RowForm(),
        "may_dispute": own and found.outcome == "rejected"
        and dispute_hindrance(origin=found, item=found.item, grant=found.grant) is None,
        "contact": contact,
        "is_assignee": found.assignee_id == official.pk,
        "disputes": concerns.concerns_visible_to(official, on).filter(origin=found),
        "origin": _seen(concerns.concerns_visible_to(official, on), found.origin_id),
    }  # fmt: skip


def _seen(rows: QuerySet[Any], pk: object) -> Any:
    return rows.filter(pk=pk).first() if pk is not None else None


@require_POST
def find_row(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which of the reported rows a key belongs to; the key itself is kept nowhere."""
    official = official_of(request)
    found = concerns.get_concern(official, pk, timezone.localdate())
    row_form = RowForm(request.POST)
    place = None
    if row_form.is_valid():
        place = place_of(found.pk, found.row_keys, row_form.cleaned_data["key"])
        row_form = RowForm()
    form = _order_form(found, official, None)
    status = 422 if row_form.errors else 200
    return _page(request, found, form, status=status, row_form=row_form, place=place, looked=True)


@require_POST
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the contact of a complaint, to who handles it; the ledger records it."""
    official = official_of(request)
    text = read_contact(by=official, concern_id=pk, now=timezone.now())
    found = concerns.get_concern(official, pk, timezone.localdate())
    return _page(request, found, _order_form(found, official, None), contact_text=text)
