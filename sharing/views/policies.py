"""Pages of chain policies: all versions, one with its chains and differences, its simulations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.errors import NotVisible
from portal.organisation.models import Role as Post
from portal.pages.chain import ChainGroup
from portal.worktime.access import calendar
from sharing import access, planning, simulating
from sharing.actions import policies
from sharing.approval.clocks import local_day, preview
from sharing.approval.lawful import faults_of
from sharing.approval.terms import Lane, Plan
from sharing.models import ApplicationItem, ChainPolicy, PolicySimulation, PolicyStatus
from sharing.presenting import policies as shown
from sharing.presenting import words
from sharing.presenting.chains import planned_chain
from sharing.views.common import official_of

PAGE_SIZE = 50


@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every version; rules are no secret."""
    on = timezone.localdate()
    rows = ChainPolicy.objects.select_related("region").order_by("region_id", "name", "-version")
    current = policies.current(on)
    found = [(row, row.pk in current, shown.STATUS_TAGS[row.status]) for row in rows]
    context = {"rows": found, "keeps": policies.may_keep(official_of(request), on)}
    return render(request, "sharing/policies/list.html", context)


def _get(pk: int) -> ChainPolicy:
    found = ChainPolicy.objects.select_related(
        "region", "drafted_by", "prepared_by", "confirmed_by"
    ).filter(pk=pk)
    policy = found.first()
    if policy is None:
        raise NotVisible(_("There is no such policy."))
    return policy


@require_safe
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its seats and limits, chains it gives, what it changes, what was tried out."""
    row, now = _get(pk), timezone.now()
    on = local_day(now)
    official = official_of(request)
    before = (
        ChainPolicy.objects.filter(name=row.name, version__lt=row.version)
        .exclude(status=PolicyStatus.WITHDRAWN)
        .order_by("-version")
        .first()
    )
    is_lawful = not faults_of(row.definition)
    rules = policies.rules_of(row) if is_lawful else None
    context: dict[str, Any] = {
        "policy": row,
        "tag": shown.STATUS_TAGS[row.status],
        "before": before,
        "faults": policies.faults(row.definition, row.region, on),
        "lanes": shown.lanes(rules) if rules else [],
        "settings": shown.settings_of(rules) if rules else [],
        "differences": shown.differences(policies.rules_of(before), rules)
        if before and rules and not faults_of(before.definition)
        else [],
        "examples": _examples(row, now) if rules else [],
        "used": ApplicationItem.objects.filter(policy=row).count(),
        "may_simulate": simulating.may_simulate(official, on) and is_lawful,
        "runs": PolicySimulation.objects.filter(policy=row).select_related("asked_by")[:10]
        if simulating.may_simulate(official, on)
        else [],
        "keeps": policies.may_keep(official, on) or policies.may_confirm(official, row, on),
    }
    return render(request, "sharing/policies/policy.html", context)


def _examples(row: ChainPolicy, now: datetime) -> list[tuple[str, list[ChainGroup], str]]:
    """For every kind of chain the newest application it would be for, planned as of today."""
    on = local_day(now)
    found: dict[Lane, tuple[str, list[ChainGroup], str]] = {}
    for item in simulating.past_items(row)[:30]:
        home = item.application.department
        rules = planning.rules_for(row, item, home=home, on=on)
        plan = planning.chain_by(rules, item.application, item, home=home, on=on)
        if not isinstance(plan, Plan) or plan.lane in found:
            continue
        planned = planning.Planned(plan, preview(plan, calendar(), on), row)
        names = f"{home.name} → {item.provider.name}"
        found[plan.lane] = (str(words.LANES[plan.lane]), planned_chain(planned), names)
        if len(found) == len(Lane):
            break
    return [found[lane] for lane in Lane if lane in found]


@require_POST
def simulate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a run."""
    run = simulating.ask(by=official_of(request), policy=_get(pk), now=timezone.now())
    messages.success(request, _("The simulation is queued; its progress is shown below."))
    return redirect("sharing:simulation", run.pk)


def _run(request: HttpRequest, pk: UUID) -> PolicySimulation:
    if not simulating.may_simulate(official_of(request), timezone.localdate()):
        raise NotVisible(_("There is no such simulation."))
    found = PolicySimulation.objects.select_related("policy__region", "asked_by").filter(pk=pk)
    run = found.first()
    if run is None:
        raise NotVisible(_("There is no such simulation."))
    return run


@require_safe
def simulation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came out of a run; every figure opens its rows."""
    run = _run(request, pk)
    choice, step = request.GET.get("show", "all"), request.GET.get("step", "")
    page = Paginator(simulating.chosen(run, choice, step), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    seen = set(
        access.items_visible_to(official_of(request), timezone.localdate())
        .filter(pk__in=[case.item_id for case in page])
        .values_list("pk", flat=True)
    )
    figures = simulating.summary(run)
    context = {
        "run": run,
        "is_open": run.status in PolicySimulation.OPEN,
        "summary": figures,
        "page_obj": page,
        "rows": [(case, case.item_id in seen, _words(case.slowest)) for case in page],
        "choice": choice if choice in simulating.CHOICES else "all",
        "step": step,
        "step_words": _words(step),
        "steps": [
            (f"{office}|{role}", office, _post(role), number, round(days, 1))
            for office, role, number, days in figures.steps
        ],
    }
    return render(request, "sharing/policies/simulation.html", context)


def _post(role: str) -> str:
    return str(Post(role).label) if role in Post.values else role


def _words(step: str) -> str:
    office, _bar, role = step.rpartition("|")
    return f"{office} · {_post(role)}" if office else ""


@require_safe
def simulation_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while a run is under way; reloads the page when it ends."""
    run = _run(request, pk)
    is_open = run.status in PolicySimulation.OPEN
    context = {"run": run, "is_open": is_open}
    answer = render(request, "sharing/policies/_progress.html", context)
    if not is_open:
        answer["HX-Refresh"] = "true"
    return answer
