"""The supervision desk: cases of supervision and violations, for departments and authorities."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Forbidden, Invalid, NotAllowed
from portal.organisation.models import Official
from portal.pages.fields import add_faults
from sharing.models import OversightItem
from sharing.oversight_forms import FilterForm, OrderForm
from sharing.presenting.timeline import Happened
from sharing.views.common import official_of, posted
from sharing.violations import access, actions, words

PAGE_SIZE = 20
LOADED = ("department", "authority")
SHOWN = (
    ("", gettext_lazy("To do")),
    ("department", gettext_lazy("My department")),
    ("authority", gettext_lazy("My authority follows")),
)


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the official, the cases of their department, those their authority follows."""
    official, on = official_of(request), timezone.localdate()
    which = request.GET.get("show", "")
    found = {
        "department": access.answered_by(official, on),
        "authority": access.followed_by(official, on),
    }.get(which)
    waiting = access.waiting_for(official, on)
    form = FilterForm(request.GET)
    rows = (waiting if found is None else found).filter(**form.wanted())
    ordered = rows.order_by(F("wanted_on").asc(nulls_last=True), "-detected_at", "-pk")
    page = Paginator(ordered.select_related(*LOADED), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [_row(item, on) for item in page],
        "show": which if found is not None else "",
        "shown": SHOWN,
        "form": form,
        "filtered": bool(form.wanted()),
        "waiting": waiting.count(),
        "counts": _counts(rows, on),
        "query": "&".join(f"{name}={value}" for name, value in form.wanted().items()),
    }
    return render(request, "sharing/oversight/desk.html", context)


def _counts(rows: QuerySet[OversightItem], on: date) -> dict[str, int]:
    """How many of the cases shown are in which part of their way."""
    undecided = Q(status__in=OversightItem.UNDECIDED)
    return rows.aggregate(
        undecided=Count("pk", filter=undecided),
        late=Count("pk", filter=Q(wanted_on__lt=on, status__in=OversightItem.RUNNING)),
        confirmed=Count("pk", filter=Q(status="confirmed")),
        total=Count("pk"),
    )


def _row(item: OversightItem, on: date) -> dict[str, Any]:
    return {
        "item": item,
        "what": words.what(item.kind, item.code),
        "article": words.article(item.article),
        "tone": words.TONES[item.status],
        "late": item.is_late(on),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case: its facts, what happened, what can be done."""
    official, now = official_of(request), timezone.now()
    on = timezone.localdate(now)
    item = access.get_item(official, pk, on)
    form = _form(item, official, on, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.give(
                by=official, item_id=pk, order=form.order(), text=form.cleaned_data["text"],
                wanted_on=form.cleaned_data.get("wanted_on"), now=now,
            )  # fmt: skip
        except Invalid as error:
            add_faults(form, error)
        except (NotAllowed, Forbidden) as error:
            item = access.get_item(official, pk, on)
            again = request.POST.copy()
            again["seen"] = str(item.step_count)
            form = _form(item, official, on, again)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Done. The other side is told."))
            return redirect("sharing:oversight_case", pk)
    context = _row(item, on) | {
        "facts": list(words.facts(item)),
        "events": _events(item),
        "form": form,
        "acts": bool(form.offered),
    }
    status = 422 if form.errors else 200
    return render(request, "sharing/oversight/case.html", context, status=status)


def _form(item: OversightItem, official: Official, on: date, data: Any) -> OrderForm:
    return OrderForm(
        data,
        initial={"seen": item.step_count},
        commands=actions.available_commands(item, official, on),
    )


def _events(item: OversightItem) -> list[Happened]:
    """Every step, newest first."""
    lines = []
    for event in item.events.select_related("actor", "acting_for").order_by("-seq"):
        what = str(words.HAPPENED.get(event.command, event.command))
        if event.wanted_on:
            what = _("%(what)s, by %(day)s") % {"what": what, "day": event.wanted_on}
        who = event.actor.full_name if event.actor else ""
        if event.acting_for:
            who = _("%(name)s for %(other)s") % {"name": who, "other": event.acting_for.full_name}
        lines.append(Happened(event.at, what, " · ".join(filter(None, [who, event.text]))))
    return lines
