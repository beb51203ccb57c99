"""Writing an application: a list of tasks, one group of questions a page, check, submit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import get_visible
from catalog.hooks import reasons_against_applying
from portal.errors import Fault, Forbidden, Invalid, Text
from portal.organisation.access import held_posts
from portal.organisation.models import ADMIN_ROLES, Department, Official
from portal.pages.fields import add_faults
from sharing import actions, planning
from sharing.actions import submission_faults
from sharing.forms import PromiseForm, PurposeForm, UseForm
from sharing.models import ApplicationItem
from sharing.presenting.chains import planned_chain
from sharing.presenting.samples import item_views
from sharing.views.common import item_of, not_the_writer, official_of, posted

TEXTS = ("use_basis", "use_scenario", "use_scope")


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    label: Text
    hint: Text
    url: str
    done: bool


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For which department; then a draft, with what is usually asked for already filled in."""
    now, official = timezone.now(), official_of(request)
    today = timezone.localdate(now)
    resource = get_visible(official, pk, today)
    departments = _departments(official)
    if request.method != "POST":
        reason = reasons_against_applying(official, today, [resource]).get(resource.pk)
        context = {"resource": resource, "departments": departments, "reason": reason}
        return render(request, "sharing/start.html", context)
    chosen = request.POST.get("department", "")
    department = next((one for one in departments if str(one.pk) == chosen), departments[0])
    application = actions.draft(
        by=official, department=department, resource=resource, fields=[], content={}, now=now
    )
    suggested = UseForm.suggested(today, item_of(request, application.pk))
    suggested["row_region"] = suggested["row_region"] or None
    actions.save_draft(by=official, application_id=application.pk, content=suggested, now=now)
    return redirect("sharing:tasks", application.pk)


def _departments(official: Official) -> list[Department]:
    """The departments the official may apply for, in the order of the posts."""
    posts = held_posts(official, timezone.localdate())
    ids = dict.fromkeys(post.department_id for post in posts if post.role not in ADMIN_ROLES)
    found = Department.objects.in_bulk(list(ids))
    if not found:
        raise Forbidden(
            _("You hold no post in a department, so you cannot apply for data."),
            remedy=_("Ask your system administrator for a post."),
            code="no_post",
        )
    return [found[pk] for pk in ids]


@require_safe
def tasks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is still to be filled in."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    listed = task_list(item)
    faults = submission_faults(item.application, item, by=official_of(request), now=timezone.now())
    context = {
        "item": item,
        "application": item.application,
        "hindrance": not_the_writer(request, item),
        "tasks": listed,
        "done": sum(task.done for task in listed),
        "ready": not faults,
        "planned": _planned(item) if not faults else None,
    }
    return render(request, "sharing/tasks.html", context)


def task_list(item: ApplicationItem) -> list[Task]:
    """The groups of questions and whether each is answered."""
    application = item.application
    asked = len(item.fields)
    chosen = ngettext("%(count)d data item", "%(count)d data items", asked) % {"count": asked}
    return [
        Task(
            _("Purpose and basis"),
            _("Basis, scenario, scope"),
            reverse("sharing:purpose", args=[application.pk]),
            all(getattr(application, name) for name in TEXTS),
        ),
        Task(
            _("Data items"),
            chosen,
            reverse("sharing:items", args=[application.pk]),
            bool(item.fields),
        ),
        Task(
            _("Rows, mode and period"),
            _("Which rows, how, from when to when"),
            reverse("sharing:use", args=[application.pk]),
            bool(application.starts_on and application.ends_on),
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Basis, scenario, scope."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    current = {name: getattr(item.application, name) for name in TEXTS}
    form = PurposeForm(posted(request), initial=current)
    if (
        request.method == "POST"
        and form.is_valid()
        and _save(request, item, form, form.cleaned_data)
    ):
        return redirect("sharing:tasks", pk)
    return _question(request, item, form, _("Purpose and basis"))


@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rows, mode, period."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    application = item.application
    current = {
        "row_region": item.row_region_id or "",
        "mode": application.mode,
        "starts_on": application.starts_on,
        "ends_on": application.ends_on,
    }
    form = UseForm(posted(request), initial=current, item=item)
    if request.method == "POST" and form.is_valid():
        content = {**form.cleaned_data, "row_region": form.cleaned_data["row_region"] or None}
        if _save(request, item, form, content):
            return redirect("sharing:tasks", pk)
    return _question(request, item, form, _("Rows, mode and period"))


@require_http_methods(["GET", "HEAD", "POST"])
def items(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The data items, with what the recipient will see of each."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    live = item.resource.live or item.version
    views = item_views(live.items.all())
    chosen: Sequence[str] = item.fields
    faults: list[Fault] = []
    if request.method == "POST":
        chosen = request.POST.getlist("fields")
        if not chosen:
            faults = [
                Fault(
                    "fields",
                    _("No data item is chosen."),
                    _("Choose those you need, and no more (article 20)."),
                )
            ]
        else:
            try:
                actions.save_draft(
                    by=official_of(request),
                    application_id=pk,
                    fields=chosen,
                    content={},
                    now=timezone.now(),
                )
            except Invalid as error:
                faults = list(error.faults)
            else:
                return redirect("sharing:tasks", pk)
    context = {
        "item": item,
        "application": item.application,
        "hindrance": not_the_writer(request, item),
        "views": views,
        "chosen": set(chosen),
        "faults": faults,
    }
    return render(request, "sharing/items.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that was entered, who will decide by when, and the one button that sends it."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        if request.method == "POST":  # a second click: the first one has sent it
            messages.info(request, _("The application was already submitted."))
        return redirect("sharing:application", pk)
    official, now = official_of(request), timezone.now()
    form = PromiseForm(posted(request))
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_application(by=official, application_id=pk, now=now)
        except Invalid as error:
            faults = list(error.faults)
        else:
            return redirect("sharing:submitted", pk)
    faults = faults or submission_faults(item.application, item, by=official, now=now)
    context = {
        "item": item,
        "application": item.application,
        "hindrance": not_the_writer(request, item),
        "form": form,
        "faults": faults,
        "views": [
            view
            for view in item_views((item.resource.live or item.version).items.all())
            if view.item.key in set(item.fields)
        ],
        "planned": None if faults else _planned(item),
    }
    bad = request.method == "POST"
    return render(request, "sharing/check.html", context, status=422 if bad else 200)


@require_safe
def submitted(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Number, due date, what happens next."""
    item = item_of(request, pk)
    if item.status == ApplicationItem.Status.DRAFT:
        return redirect("sharing:tasks", pk)
    first = item.stages.select_related("office").filter(status="open").first()
    context = {"item": item, "application": item.application, "stage": first}
    return render(request, "sharing/submitted.html", context)


@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    actions.discard(by=official_of(request), application_id=pk, now=timezone.now())
    messages.success(request, _("The draft was discarded."))
    return redirect("sharing:applications")


@require_POST
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new draft with what an earlier application said."""
    made = actions.copy(by=official_of(request), application_id=pk, now=timezone.now())
    return redirect("sharing:tasks", made.pk)


def _save(request: HttpRequest, item: ApplicationItem, form: Any, content: dict[str, Any]) -> bool:
    try:
        actions.save_draft(
            by=official_of(request),
            application_id=item.application_id,
            content=content,
            now=timezone.now(),
        )
    except Invalid as error:
        add_faults(form, error)
        return False
    return True


def _question(request: HttpRequest, item: ApplicationItem, form: Any, title: str) -> HttpResponse:
    context = {
        "item": item,
        "application": item.application,
        "hindrance": not_the_writer(request, item),
        "form": form,
        "question": title,
    }
    return render(request, "sharing/question.html", context, status=422 if form.errors else 200)


def _planned(item: ApplicationItem) -> dict[str, Any]:
    planned = planning.plan(item.application, item, timezone.now())
    timetable = planned.timetable
    return {
        "groups": planned_chain(planned),
        "reply": timetable.reply,
        "supply": timetable.supply,
        "steps": len(planned.plan.stages),
    }
