"""Pages of the demand desk: my demands, what waits for me, asking, one demand."""

from datetime import date
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
from django.views.decorators.http import require_http_methods, require_safe

from catalog import actions, demands
from catalog.access import visible_to
from catalog.desk_forms import DemandForm, OrderForm
from catalog.matching import possible_answers
from catalog.models import OPEN_DEMANDS, Demand
from catalog.presenting import demands as words
from catalog.views.readers import reader_of
from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official, Region
from portal.pages.fields import add_faults

PAGE_SIZE = 20
SHOWN = (
    ("", gettext_lazy("To do")),
    ("mine", gettext_lazy("My department asks")),
    ("open", gettext_lazy("All open ones")),
    ("all", gettext_lazy("All")),
)


@require_safe
def demand_list(request: HttpRequest) -> HttpResponse:
    """What waits for the official; what the official's departments ask; all that is seen."""
    official, on = reader_of(request), timezone.localdate()
    waiting = demands.waiting_for(official, on)
    seen = demands.demands_visible_to(official, on)
    mine = seen.filter(department__in=department_ids(official, on))
    default = "" if waiting.exists() else "mine"
    which = request.GET.get("show", default)
    found = {
        "mine": mine.order_by("-created_at", "pk"),
        "open": seen.filter(status__in=OPEN_DEMANDS).order_by("due_on", "created_at", "pk"),
        "all": seen.order_by("-created_at", "pk"),
    }.get(which, waiting)
    page = Paginator(found.select_related(*demands.LOADED), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(one, words.tag_of(one), words.clock_of(one)) for one in page],
        "show": which if which in dict(SHOWN) else "",
        "shown": SHOWN,
        "waiting": waiting.count(),
    }
    return render(request, "catalog/demands.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def demand_new(request: HttpRequest) -> HttpResponse:
    """Ask for data: first the catalog is searched for them, then the demand can be sent."""
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    own = own_departments(official)
    if not own:
        raise Forbidden(_("You can ask for data only for a department in which you hold a post."))
    initial = {"title": request.GET.get("title", "")[:200], "wanted_mode": "query"}
    form = DemandForm(request.POST or None, initial=initial, own=own, others=lineage(own, on))
    answers = None
    if request.method == "POST" and form.is_valid():
        if "send" in request.POST and form.was_checked():
            try:
                sent = actions.send_demand(
                    by=official, department=form.cleaned_data["department"],
                    content=form.content(), now=now,
                )  # fmt: skip
            except Invalid as error:
                add_faults(form, error)
            else:
                messages.success(
                    request, _("The demand %(number)s was sent.") % {"number": sent.number}
                )
                return redirect("catalog:demand", sent.pk)
        answers = possible_answers(official, on, form.cleaned_data["title"], form.names())
        posted = request.POST.copy()
        posted["checked"] = form.mark()
        form.data = posted
    context = {"form": form, "answers": answers}
    return render(request, "catalog/demand_new.html", context, status=422 if form.errors else 200)


def own_departments(official: Official) -> QuerySet[Department]:
    """Departments for which the official may ask or collect."""
    ids = department_ids(official, timezone.localdate())
    found: QuerySet[Department] = Department.objects.filter(pk__in=ids)
    return found.select_related("region").order_by("pk")


def lineage(own: QuerySet[Department], on: date) -> QuerySet[Department]:
    """Departments in office in the regions of one's own and in those above: whom one may ask."""
    regions = Region.objects.filter(departments__in=own)
    codes = {code for region in regions for code in (region.pk, *region.superior_codes())}
    others: QuerySet[Department] = in_regions(codes, on).exclude(pk__in=own)
    return others


def in_regions(codes: set[str], on: date) -> QuerySet[Department]:
    """Departments in office in these regions, from the nation's down."""
    found: QuerySet[Department] = Department.objects.in_office(on).filter(
        region__in=codes, parent=None
    )
    ordered: QuerySet[Department] = found.select_related("region").order_by(
        "-region__code", "name", "pk"
    )
    return ordered


@require_http_methods(["GET", "HEAD", "POST"])
def demand(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One demand: what is asked, what happened, what can be done."""
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    found = demands.get_demand(official, pk, on)
    form = _order_form(request, found, official)
    if request.method == "POST" and form.is_valid():
        try:
            actions.execute_demand(by=official, demand_id=pk, order=form.order(), now=now)
        except Invalid as error:
            add_faults(form, _at_fields(error, form))
        except NotAllowed as error:
            found = demands.get_demand(official, pk, on)
            form = _again(request, found, official)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Done. Everybody whom it concerns is told."))
            return redirect("catalog:demand", pk)
    return render(
        request, "catalog/demand.html", _context(found, official, form),
        status=422 if form.errors else 200,
    )  # fmt: skip


def _order_form(request: HttpRequest, found: Demand, official: Official) -> OrderForm:
    return OrderForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": found.step_count},
        commands=actions.available_demand_commands(found, official, timezone.now()),
        others=_others(found),
    )


def _again(request: HttpRequest, found: Demand, official: Official) -> OrderForm:
    """The same form on the state that is shown now: else it would stay stale for ever."""
    posted = request.POST.copy()
    posted["seen"] = str(found.step_count)
    commands = actions.available_demand_commands(found, official, timezone.now())
    return OrderForm(posted, commands=commands, others=_others(found))


def _others(found: Demand) -> QuerySet[Department]:
    """Whom a demand can be passed on to: in the asker's region and above."""
    region = found.department.region
    offered = in_regions({region.pk, *region.superior_codes()}, timezone.localdate())
    return offered.exclude(pk__in=[found.department_id, found.responder_id or 0])


def _at_fields(error: Invalid, form: OrderForm) -> Invalid:
    """Faults of the target at the field in which it was chosen."""
    transfers = form.cleaned_data.get("command") == "transfer"
    return Invalid(
        error.message,
        [
            Fault("target_transfer", fault.message, fault.remedy, fault.code)
            if fault.field == "target" and transfers
            else fault
            for fault in error.faults
        ],
    )


def _context(found: Demand, official: Official, form: OrderForm) -> dict[str, Any]:
    on = timezone.localdate()
    tone, word, icon = words.tag_of(found)
    seen = visible_to(official, on)
    return {
        "demand": found,
        "tone": tone,
        "word": word,
        "icon": icon,
        "clock": words.clock_of(found),
        "next_step": words.next_step(found),
        "steps": words.steps_of(found, official, on),
        "entry": seen.filter(pk=found.entry_id).select_related("live", "provider").first()
        if found.entry_id
        else None,
        "form": form,
        "acts": bool(form.offered),
    }
