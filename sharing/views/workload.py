"""Workload and timeliness of offices; every number opens its rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog.access import visible_to
from portal.errors import NotVisible
from portal.organisation.models import Department, Official
from sharing import access, filters, workload
from sharing.models import ItemStage
from sharing.presenting import words
from sharing.views.common import official_of
from sharing.workload import Figures, Month

SHOWN: Final = 100
"""Offices on the page; others are found by name."""
CHARTED: Final = 10
PAGE_SIZE: Final = 50
TITLES: Final = {
    "open": _("Open"),
    "late": _("Overdue"),
    "done": _("Decided in the month"),
    "on_time": _("Decided in time"),
    "overrun": _("Decided too late"),
}


@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """The offices that the official oversees, those with most overdue first."""
    today = timezone.localdate()
    overseen = _overseen(official_of(request))
    month = _month(request)
    name = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    chosen = overseen.filter(name__icontains=name) if name else overseen
    stages = ItemStage.objects.filter(office__in=chosen)
    found = workload.figures(stages, "office", month, today)
    names = Department.objects.in_bulk(_busiest(found))
    rows = [(names[pk], found[pk], _links(month, pk)) for pk in names]
    rows.sort(key=lambda row: (-row[1].late, -row[1].open, -row[1].done, row[0].name))
    slowest = sorted((row for row in rows if row[1].days is not None), key=_days, reverse=True)
    context = _frame(month) | {
        "q": name,
        "rows": rows,
        "hidden": len(found) - len(rows),
        "total": workload.total(found.values()),
        "bars": _bars([(office.name, one, links) for office, one, links in slowest[:CHARTED]]),
    }
    return render(request, "sharing/workload.html", context)


@require_safe
def office(request: HttpRequest, pk: int) -> HttpResponse:
    """One office, post by post: where cases wait and how long they take."""
    today = timezone.localdate()
    department, month = _office(request, pk), _month(request)
    found = workload.figures(ItemStage.objects.filter(office=pk), "role", month, today)
    rows = [(words.role(role), found[role], _links(month, pk, role)) for role in sorted(found)]
    slowest = sorted((row for row in rows if row[1].days is not None), key=_days, reverse=True)
    context = _frame(month) | {
        "office": department,
        "rows": rows,
        "total": workload.total(found.values()),
        "links": _links(month, pk),
        "bars": _bars(slowest),
    }
    return render(request, "sharing/workload_office.html", context)


@require_safe
def office_rows(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The stages behind one figure, by due date; what the reader may not see has no title."""
    if kind not in workload.KINDS:
        raise NotVisible(_("This does not exist, or you may not see it."))
    official, today = official_of(request), timezone.localdate()
    department, month, role = _office(request, pk), _month(request), request.GET.get("role", "")
    stages = ItemStage.objects.filter(office=pk)
    if role in words.POSTS:
        stages = stages.filter(role=role)
    found = workload.listed(stages, kind, month, today)
    after = filters.Place.parse(request.GET.get("after", ""))
    loaded = ItemStage.objects.select_related(
        "item__application__department", "item__version", "signed_by"
    )
    rows, following = filters.page([found], after, PAGE_SIZE, loaded)
    context = _frame(month) | {
        "office": department,
        "title": TITLES[kind],
        "role": words.role(role) if role in words.POSTS else "",
        "rows": _readable(official, rows),
        "next_cursor": str(following) if following else None,
    }
    return render(request, "sharing/workload_rows.html", context)


def _overseen(official: Official) -> QuerySet[Department]:
    overseen = access.offices_overseen_by(official, timezone.localdate())
    if not overseen.exists():
        raise NotVisible(_("This does not exist, or you may not see it."))
    return overseen


def _office(request: HttpRequest, pk: int) -> Department:
    found = _overseen(official_of(request)).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return found


def _month(request: HttpRequest) -> Month:
    return Month.parse(request.GET.get("month", "")) or Month.of(timezone.localdate())


def _frame(month: Month) -> dict[str, Any]:
    return {
        "month": month,
        "before": month.plus(-1),
        "following": month.plus(1),
        "is_present": month == Month.of(timezone.localdate()),
        "today": timezone.localdate(),
    }


def _busiest(found: Mapping[int, Figures]) -> list[int]:
    ranked = sorted(found, key=lambda pk: (-found[pk].late, -found[pk].open, -found[pk].done, pk))
    return ranked[:SHOWN]


def _days(row: tuple[Any, Figures, Any]) -> float:
    return row[1].days or 0


def _links(month: Month, office: int, role: str = "") -> dict[str, str]:
    query = {"month": str(month)} | ({"role": role} if role else {})
    return {
        kind: f"{reverse('sharing:workload_rows', args=[office, kind])}?{urlencode(query)}"
        for kind in workload.KINDS
    }


def _bars(rows: Sequence[tuple[Any, Figures, dict[str, str]]]) -> list[dict[str, Any]]:
    """Bars of median working days; the longest one fills its line."""
    longest = max((row[1].days or 0 for row in rows), default=0)
    return [
        {
            "name": name,
            "days": one.days,
            "width": round(100 * (one.days or 0) / longest) if longest else 0,
            "tone": "stop" if one.rate is not None and one.rate < 80 else "",
            "url": links["done"],
            "done": one.done,
        }
        for name, one, links in rows
    ]


def _readable(official: Official, rows: Sequence[ItemStage]) -> list[dict[str, Any]]:
    today = timezone.localdate()
    items = {row.item_id for row in rows}
    seen = set(
        access.items_visible_to(official, today).filter(pk__in=items).values_list("pk", flat=True)
    )
    entries = {row.item.resource_id for row in rows}
    known = set(visible_to(official, today).filter(pk__in=entries).values_list("pk", flat=True))
    return [
        {
            "stage": row,
            "title": row.item.version.title
            if row.item_id in seen or row.item.resource_id in known
            else "",
            "is_open": row.item_id in seen,
            "is_late": bool(row.due_on and row.decided_at
                            and timezone.localdate(row.decided_at) > row.due_on),
        }
        for row in rows
    ]  # fmt: skip
