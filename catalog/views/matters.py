"""Pages of business matters: all of them, one with the data it needs."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import hooks
from catalog import matters as queries
from catalog.access import visible_to
from catalog.models import MatterKind, ServiceItem
from catalog.views.readers import reader_of
from portal.errors import NotVisible
from portal.organisation.models import Department, Region

PAGE_SIZE = 50


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Matters that fit the choice, each with how many of its needs the catalog meets."""
    seen = visible_to(reader_of(request), timezone.localdate())
    choice = queries.Choice.of(request.GET.dict())
    found = queries.matters_of(seen, choice).select_related("department__region")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "choice": choice,
        "page_obj": page,
        "figures": _figures(seen, choice),
        "kinds": MatterKind.choices,
        "regions": Region.objects.filter(departments__service_items__isnull=False).distinct(),
        "department": Department.objects.filter(pk=choice.department).first(),
        "is_filtered": choice != queries.Choice(),
    }
    return render(request, "catalog/matters.html", context)


def _figures(seen: Any, choice: queries.Choice) -> list[tuple[str, int, str]]:
    place = queries.Choice(region=choice.region)
    every = queries.matters_of(seen, place)
    gaps = queries.matters_of(seen, queries.Choice(region=choice.region, needs=queries.GAPS))
    whole = every.count()
    open_ = gaps.count()
    departments = every.order_by().values("department").distinct().count()
    return [
        (_("Matters"), whole, address(region=choice.region)),
        (_("Departments"), departments, address(region=choice.region)),
        (_("All data in the catalog"), whole - open_,
         address(region=choice.region, needs=queries.COMPLETE)),
        (_("Data missing"), open_, address(region=choice.region, needs=queries.GAPS)),
    ]  # fmt: skip


def address(**parameters: str) -> str:
    """The list with these filters."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{reverse('catalog:matters')}?{query}" if query else reverse("catalog:matters")


@require_safe
def matter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One matter: what it needs to know and where the reader finds it."""
    official, on = reader_of(request), timezone.localdate()
    found = ServiceItem.objects.select_related("department__region").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such matter."))
    needs = queries.needs_of(found, official, on)
    context = {
        "matter": found,
        "needs": needs,
        "met": sum(need.entry is not None for need in needs),
        "facts": [
            (_("Code"), found.code),
            (_("Kind"), found.get_kind_display()),
            (_("State"), found.get_state_display()),
            (_("Legal basis"), found.basis),
        ],
        "action": hooks.matter_action(official, on, found),
        "department_url": address(department=str(found.department_id)),
    }
    return render(request, "catalog/matter.html", context)
