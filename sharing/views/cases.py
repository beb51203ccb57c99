"""Following and deciding: my applications, one application, the inbox, the review page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.error_pages import entered_text
from portal.errors import Invalid, NotAllowed
from portal.organisation.access import department_ids
from portal.pages.fields import add_faults
from portal.worktime.access import calendar
from sharing import access, actions, cases, filters
from sharing.approval.commands import Command, Refuse, RequestSupplement
from sharing.approval.events import Resubmitted
from sharing.approval.terms import Gap, RefusalCode, SharingType
from sharing.casework_forms import SigningForm
from sharing.forms import DecisionForm, ReasonForm, SupplementForm
from sharing.models import ApplicationItem
from sharing.presenting import words
from sharing.presenting.chains import running_chain
from sharing.presenting.days import days_of
from sharing.presenting.samples import ItemView, item_views
from sharing.presenting.timeline import timeline
from sharing.protection.masks import MASKS
from sharing.views.apply import TEXTS
from sharing.views.casework import more_actions
from sharing.views.common import item_of, loaded_item, loaded_items, official_of, posted, seen_now

PAGE_SIZE = 20
SEARCHED = 50
"""Hits that a search shows."""


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """The applications of the official's departments, newest first."""
    official = official_of(request)
    mine = access.applications_visible_to(official, timezone.localdate()).filter(
        department__in=department_ids(official, timezone.localdate())
    )
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = loaded_items().filter(application__in=mine).order_by("-application__created_at", "-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    hits = filters.search(official, asked, timezone.localdate(), SEARCHED) if asked else None
    rows = [
        (item, *words.status(item.status), _waits_for(item))
        for item in (page if hits is None else hits)
    ]
    context = {"page_obj": page, "rows": rows, "q": asked, "most": SEARCHED}
    return render(request, "sharing/applications.html", context)


def _waits_for(item: ApplicationItem) -> str:
    stage = item.stages.select_related("office").filter(status__in=["open", "paused"]).first()
    if stage is None:
        return ""
    return f"{stage.office.name} · {words.role(stage.role)}"


@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One application like a parcel: where it is, who has it, by when; and what may be done now."""
    item = item_of(request, pk)
    if item.status == ApplicationItem.Status.DRAFT:
        return redirect("sharing:tasks", pk)
    withdraw = ReasonForm(initial={"seen": item.event_count})
    if request.method == "POST":
        withdraw = ReasonForm(request.POST)
        if withdraw.is_valid():
            try:
                actions.withdraw_application(
                    by=official_of(request),
                    item_id=item.pk,
                    seen=withdraw.cleaned_data["seen"] or 0,
                    reason=withdraw.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except NotAllowed as error:
                item = item_of(request, pk)
                withdraw = ReasonForm(seen_now(request, item))
                withdraw.add_error(None, f"{error.message} {error.remedy}")
            else:
                messages.success(request, _("The application was withdrawn."))
                return redirect("sharing:application", pk)
    context = _case_context(request, item) | {"withdraw": withdraw}
    status = 422 if withdraw.errors else 200
    return render(request, "sharing/application.html", context, status=status)


def _case_context(request: HttpRequest, item: ApplicationItem) -> dict[str, Any]:
    now = timezone.now()
    case = cases.load(item)
    table = case.timetable
    current = case.state.current_stage
    kind, word = words.status(item.status)
    commands = actions.available_commands(item, official_of(request), now)
    return {
        **more_actions(item, commands, now),
        "changes": _changes(case),
        "item": item,
        "application": item.application,
        "case": case,
        "kind": kind,
        "status": word,
        "current": current,
        "current_role": words.role(current.stage.role) if current else "",
        "total": len(case.state.stages),
        "groups": running_chain(case, calendar(), now),
        "events": timeline(case),
        "days": days_of(case, calendar(), now),
        "reply": table.reply if table else None,
        "supply": table.supply if table else None,
        "row": table.at(current.stage.position) if table and current else None,
        "commands": commands,
        "views": [
            view for view in item_views(item.version.items.all()) if view.item.key in item.fields
        ],
        "grant": getattr(item, "grant", None),
        "refused_for": _refusal(case),
        "entered": entered_text(request),
        "gaps": [(words.part(gap.field), gap.text) for gap in _gaps(case)],
    }


def _changes(case: cases.Case) -> list[tuple[Any, str, str]]:
    """What the supplement changed, for the signers."""
    answers = [event for event in case.events if isinstance(event, Resubmitted)]
    found = answers[-1].changes if answers else ()
    return [(words.part(one.part), one.before, one.after) for one in found]


def _gaps(case: cases.Case) -> tuple[Gap, ...]:
    return case.state.supplement.gaps if case.state.supplement else ()


def _refusal(case: cases.Case) -> str:
    code = getattr(case.state.decision, "code", None)
    return str(words.REFUSALS[code]) if code else ""


@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer everything an office asked for, at once."""
    item = item_of(request, pk)
    form = SupplementForm(posted(request), initial=_asked(item), item=item)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            item = actions.resubmit_application(
                by=official_of(request),
                item_id=item.pk,
                seen=data["seen"],
                content=form.content(),
                fields=data["fields_asked"],
                explanation=data["explanation"],
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            item = item_of(request, pk)
            form = SupplementForm(seen_now(request, item), item=item)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("The supplement was handed in; the clock runs again."))
            return redirect("sharing:application", item.application_id)
    context = _case_context(request, item) | {"form": form}
    return render(request, "sharing/supplement.html", context, status=422 if form.errors else 200)


def _asked(item: ApplicationItem) -> dict[str, Any]:
    """What the supplement form begins with: everything as it was."""
    application = item.application
    names = (*TEXTS, "mode", "starts_on", "ends_on")
    return {
        **{name: getattr(application, name) for name in names},
        "row_region": item.row_region_id or "",
        "fields_asked": item.fields,
        "seen": item.event_count,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything a signer needs on one page, and the decision."""
    item = loaded_item(request, pk)
    sharing_type = SharingType(item.version.sharing_type) if item.version.sharing_type else None
    terms = cases.load(item).state.terms
    options: dict[str, Any] = {
        "sharing_type": sharing_type,
        "item": item,
        "rows": terms.row_region if terms else "",
    }
    form = SigningForm(
        posted(request),
        initial={"seen": item.event_count, "decision": DecisionForm.SIGN},
        **options,
    )
    newer = 0
    kept = request.POST.getlist("keep") if request.method == "POST" else list(item.fields)
    if request.method == "POST" and form.is_valid():
        try:
            actions.execute(
                by=official_of(request),
                item_id=pk,
                command=_command(form, item, kept, _masks(request, item)),
                now=timezone.now(),
            )
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            item = loaded_item(request, pk)
            newer = item.event_count - form.cleaned_data["seen"]
            form = SigningForm(seen_now(request, item), **options)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect("sharing:inbox")
    context = _case_context(request, item)
    context |= {
        "form": form,
        "kept": set(kept),
        "rows": [(view, _stricter(view, request)) for view in context["views"]],
        "since": context["events"][: max(newer, 0)],
    }
    return render(request, "sharing/review.html", context, status=422 if form.errors else 200)


def _stricter(view: ItemView, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """The stricter masks of a data item: name, label, whether it was chosen."""
    chosen = request.POST.get(f"mask-{view.item.key}", "")
    names = actions.stricter_masks(view.item)
    return [(name, _(MASKS[name].label), name == chosen) for name in names]


def _masks(request: HttpRequest, item: ApplicationItem) -> dict[str, str]:
    """The stricter masks chosen beside the fields; "" leaves one as it is."""
    return {key: request.POST.get(f"mask-{key}", "") for key in item.fields}


def _command(
    form: DecisionForm, item: ApplicationItem, kept: list[str], masks: dict[str, str]
) -> Command:
    data = form.cleaned_data
    seen = data["seen"]
    match data["decision"]:
        case DecisionForm.SUPPLEMENT:
            gaps = tuple(Gap(part, text) for part, text in form.gaps())
            return RequestSupplement(seen=seen, gaps=gaps)
        case DecisionForm.REFUSE:
            return Refuse(
                seen=seen,
                code=RefusalCode(data["code"]),
                text=data["text"],
                citation=data["citation"],
            )
        case _:
            narrowed = None if set(kept) >= set(item.fields) else tuple(kept)
            return actions.sign_command(
                {**data, "row_region": data["narrower_rows"], "masks": masks},
                seen=seen,
                keep=narrowed,
            )
