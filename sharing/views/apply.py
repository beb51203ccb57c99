"""Writing an application: a list of tasks, one group of questions a page, check, submit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import get_visible
from catalog.hooks import reasons_against_applying
from catalog.models import Resource
from portal.errors import Fault, Forbidden, Invalid, Stale, Text
from portal.organisation.access import held_posts
from portal.organisation.models import ADMIN_ROLES, Department, Official
from portal.pages.fields import add_faults
from sharing import actions
from sharing.actions import content as contents
from sharing.forms import PromiseForm, PurposeForm, RowsForm, UseForm
from sharing.models import Application, ApplicationItem
from sharing.presenting.checking import checked, forecast
from sharing.presenting.samples import item_views
from sharing.views.common import (
    heading,
    item_of,
    items_of,
    kept,
    not_kept,
    not_the_writer,
    official_of,
    posted,
    saves_itself,
)

TEXTS = ("use_basis", "use_scenario", "use_scope")
BASKETS_SHOWN = 5
COMMON_TASKS = 2


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    label: Text
    hint: Text
    url: str
    done: bool


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For which department, and into which basket; a new one has the usual filled in."""
    now, official = timezone.now(), official_of(request)
    today = timezone.localdate(now)
    resource = get_visible(official, pk, today)
    departments = departments_of(official)
    if request.method != "POST":
        reason = reasons_against_applying(official, today, [resource]).get(resource.pk)
        baskets = actions.open_baskets(official).filter(department__in=departments)
        context = {
            "resource": resource,
            "departments": departments,
            "reason": reason,
            "baskets": [] if reason else baskets.annotate(entries=Count("items"))[:BASKETS_SHOWN],
        }
        return render(request, "sharing/start.html", context)
    if basket := request.POST.get("basket", ""):
        item = actions.put_in(by=official, application_id=basket, resource=resource, now=now)
        return redirect("sharing:tasks", item.application_id)
    chosen = request.POST.get("department", "")
    department = next((one for one in departments if str(one.pk) == chosen), departments[0])
    application = begin(official, department, resource, now)
    return redirect("sharing:tasks", application.pk)


def begin(
    official: Official, department: Department, resource: Resource, now: datetime
) -> Application:
    """A new draft for the entry with what is usually asked for."""
    application = actions.draft(
        by=official, department=department, resource=resource, fields=[], content={}, now=now
    )
    content = actions.suggested(resource, department, timezone.localdate(now))
    actions.save_draft(by=official, application_id=application.pk, content=content, now=now)
    return application


def departments_of(official: Official) -> list[Department]:
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
    """What is still to be filled in: once for all entries, then entry by entry."""
    found = items_of(request, pk)
    item = found[0]
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    official, now = official_of(request), timezone.now()
    faults = actions.basket_faults(item.application, found, by=official, now=now)
    listed = [*_common_tasks(item.application), *(_item_task(one) for one in found)]
    context = _frame(request, found) | {
        "tasks": listed[:COMMON_TASKS],
        "entries": list(zip(found, listed[COMMON_TASKS:], strict=True)),
        "total": len(listed),
        "done": sum(task.done for task in listed),
        "files": item.application.attachments.count(),
        "ready": not faults.all,
        "planned": None if faults.all else forecast(item.application, found, now),
    }
    return render(request, "sharing/tasks.html", context)


def _common_tasks(application: Application) -> list[Task]:
    """The groups of questions that are answered once, and whether each is answered."""
    return [
        Task(
            _("Purpose and basis"),
            _("Basis, scenario, scope"),
            reverse("sharing:purpose", args=[application.pk]),
            all(getattr(application, name) for name in TEXTS),
        ),
        Task(
            _("Rows, mode and period") if application.items.count() == 1 else _("Mode and period"),
            _("Which rows, how, from when to when"),
            reverse("sharing:use", args=[application.pk]),
            bool(application.starts_on and application.ends_on),
        ),
    ]


def _item_task(item: ApplicationItem) -> Task:
    asked = len(item.fields)
    chosen = ngettext("%(count)d data item", "%(count)d data items", asked) % {"count": asked}
    return Task(
        item.version.title,
        f"{item.provider.name} · {chosen}",
        f"{reverse('sharing:items', args=[item.application_id])}?item={item.pk}",
        bool(item.fields),
    )


def _frame(request: HttpRequest, found: Sequence[ApplicationItem]) -> dict[str, Any]:
    """What every page of a draft shows around its own content."""
    return {
        "item": found[0],
        "items": found,
        "application": found[0].application,
        "heading": heading(found),
        "hindrance": not_the_writer(request, found[0]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Basis, scenario, scope."""
    found = items_of(request, pk)
    if found[0].status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    current = {name: getattr(found[0].application, name) for name in TEXTS}
    form = PurposeForm(posted(request), initial=current)
    page = Page(request, found, form, _("Purpose and basis"), TEXTS)
    return page.answer(lambda data: data)


@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mode, period; the rows too where there is only one entry."""
    found = items_of(request, pk)
    item, application = found[0], found[0].application
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    current = {
        "row_region": item.row_region_id or "",
        "mode": application.mode,
        "starts_on": application.starts_on,
        "ends_on": application.ends_on,
    }
    form = UseForm(posted(request), initial=current, items=found)
    title = _("Rows, mode and period") if len(found) == 1 else _("Mode and period")
    return Page(request, found, form, title, tuple(form.fields)).answer(_with_rows)


def _with_rows(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"row_region": data["row_region"] or None} if "row_region" in data else data


@dataclass(frozen=True)
class Page:
    """One group of questions: shown, saved on a button, or saved by itself while typing."""

    request: HttpRequest
    items: Sequence[ApplicationItem]
    form: Any
    title: str
    names: tuple[str, ...]

    def answer(self, content: Callable[[dict[str, Any]], dict[str, Any]]) -> HttpResponse:
        """Save what was sent, if anything, and show what comes next."""
        request, application = self.request, self.items[0].application
        stamp = contents.stamp(application, self.items[0], self.names)
        newer = False
        if request.method == "POST" and self.form.is_valid():
            try:
                actions.save_draft(
                    by=official_of(request),
                    application_id=application.pk,
                    content=content(self.form.cleaned_data),
                    shown=request.POST.get("shown", ""),
                    now=timezone.now(),
                )
            except Invalid as error:
                add_faults(self.form, error)
            except Stale as error:
                self.form.add_error(None, f"{error.message} {error.remedy}")
                newer = True
            else:
                return kept(request, application.pk, self.names)
        if self.form.errors and saves_itself(request):
            return not_kept(self.form, stale=newer)
        context = _frame(request, self.items) | {
            "form": self.form,
            "question": self.title,
            "stamp": stamp,
            "newer": [
                (self.form[name].label, self.form.initial.get(name) or "–") for name in self.names
            ]
            if newer
            else [],
        }
        status = 409 if newer else 422 if self.form.errors else 200
        return render(request, "sharing/question.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def items(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The data items of one entry, with what the recipient will see of each; its rows."""
    found, item = items_of(request, pk), item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    names = ("fields", "row_region") if len(found) > 1 else ("fields",)
    stamp = contents.stamp(item.application, item, names)
    rows = (
        RowsForm(posted(request), initial={"row_region": item.row_region_id or ""}, item=item)
        if len(found) > 1
        else None
    )
    chosen: Sequence[str] = item.fields
    faults: list[Fault] = []
    status = 200
    if request.method == "POST":
        chosen = request.POST.getlist("fields")
        faults, status = _save_items(request, item, chosen, rows)
        if not faults:
            return kept(request, pk, names, item)
        if saves_itself(request):
            return JsonResponse({"message": str(faults[0].message)}, status=status)
    views = item_views((item.resource.live or item.version).items.all())
    context = _frame(request, found) | {
        "item": item,
        "views": views,
        "chosen": set(chosen),
        "rows": rows,
        "faults": faults,
        "stamp": stamp,
        "needed": _needed(item),
    }
    return render(request, "sharing/items.html", context, status=status)


def _needed(item: ApplicationItem) -> set[str]:
    """Keys that the matter of the application needs of the entry."""
    matter = item.application.matter
    if matter is None:
        return set()
    needs = matter.needs.filter(resource=item.resource_id).values_list("fields", flat=True)
    return {key for keys in needs for key in keys}


def _save_items(
    request: HttpRequest, item: ApplicationItem, chosen: Sequence[str], rows: RowsForm | None
) -> tuple[list[Fault], int]:
    if not chosen:
        message = _("No data item is chosen.")
        remedy = _("Choose those you need, and no more (article 20).")
        return [Fault("fields", message, remedy)], 422
    if rows is not None and not rows.is_valid():
        message = _("There is no such region.")
        return [Fault("row_region", message, _("Choose a region from the list."))], 422
    try:
        actions.save_draft(
            by=official_of(request),
            application_id=item.application_id,
            item_id=item.pk,
            fields=chosen,
            content=_with_rows(rows.cleaned_data) if rows is not None else {},
            shown=request.POST.get("shown", ""),
            now=timezone.now(),
        )
    except Invalid as error:
        return list(error.faults), 422
    except Stale as error:
        return [Fault("fields", error.message, error.remedy, "stale")], 409
    return [], 200


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that was entered, who will decide by when, and the one button that sends it."""
    found = items_of(request, pk)
    item = found[0]
    if item.status != ApplicationItem.Status.DRAFT:
        if request.method == "POST":  # a second click: the first one has sent it
            messages.info(request, _("The application was already submitted."))
        return redirect("sharing:application", pk)
    official, now = official_of(request), timezone.now()
    form = PromiseForm(posted(request))
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        only_ready = request.POST.get("only_ready") == "yes"
        try:
            sent = actions.submit_basket(
                by=official, application_id=pk, only_ready=only_ready, now=now
            )
        except Invalid as error:
            faults = list(error.faults)
        else:
            if sent.left is not None:
                messages.info(request, _set_aside(sent.left))
            return redirect("sharing:submitted", pk)
    known = actions.basket_faults(item.application, found, by=official, now=now)
    context = _frame(request, found) | {
        "form": form,
        "faults": faults or known.all,
        "may_split": bool(known.ready) and not known.common and len(known.ready) < len(found),
        "unready": len(found) - len(known.ready),
        "entries": checked(official, item.application, found, known, now),
        "planned": None if known.all else forecast(item.application, found, now),
    }
    bad = request.method == "POST"
    return render(request, "sharing/check.html", context, status=422 if bad else 200)


def _set_aside(left: Application) -> str:
    return _("What was not ready waits in the draft %(number)s.") % {"number": left.number}


@require_safe
def submitted(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Number, due date, what happens next."""
    item = item_of(request, pk)
    if item.status == ApplicationItem.Status.DRAFT:
        return redirect("sharing:tasks", pk)
    found = items_of(request, pk)
    firsts = [
        (one, one.stages.select_related("office").filter(status="open").first()) for one in found
    ]
    context = _frame(request, found) | {"stage": firsts[0][1], "stages": firsts}
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
