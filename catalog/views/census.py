"""Pages of the census: departments and their systems, one system."""

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

from catalog import census
from catalog.access import visible_to
from catalog.models import InformationSystem, LinkStatus, Network
from catalog.views.readers import reader_of
from portal.errors import NotVisible
from portal.organisation.models import Department, Region
from portal.pages.dates import full_day

PAGE_SIZE = 50
TONES = {LinkStatus.LINKED: "ok", LinkStatus.PARTLY: "wait", LinkStatus.UNLINKED: "stop"}
ICONS = {LinkStatus.LINKED: "check", LinkStatus.PARTLY: "pause", LinkStatus.UNLINKED: "cross"}


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """The numbers of the census, and the departments or the systems behind them."""
    seen = visible_to(reader_of(request), timezone.localdate())
    choice = census.Choice.of(request.GET.dict())
    by_system = request.GET.get("view") == "systems"
    context: dict[str, Any] = {
        "choice": choice,
        "figures": [
            (figure, _address(choice.region, figure.parameters))
            for figure in census.figures(seen, choice)
        ],
        "regions": Region.objects.filter(departments__systems__isnull=False).distinct(),
        "networks": Network.choices,
        "links": LinkStatus.choices,
        "by_system": by_system,
        "tabs": [
            (_("Departments"), _address(choice.region, ""), not by_system),
            (_("Systems"), _address(choice.region, "view=systems"), by_system),
        ],
        "department": Department.objects.filter(pk=choice.department).first(),
        "is_filtered": choice != census.Choice(region=choice.region),
        "everything": _address(choice.region, "view=systems" if by_system else ""),
    }
    if by_system:
        found = census.systems_of(seen, choice).select_related("department")
        found = found.order_by("department__region", "department__name", "name", "pk")
        context["page_obj"] = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
        context["rows"] = [
            (row, TONES[LinkStatus(row.link_status)], ICONS[LinkStatus(row.link_status)])
            for row in context["page_obj"]
        ]
    else:
        lines = census.lines(choice)
        context["page_obj"] = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "catalog/systems.html", context)


def _address(region: str, parameters: str) -> str:
    place = urlencode({"region": region}) if region else ""
    query = "&".join(filter(None, (place, parameters)))
    return f"{reverse('catalog:systems')}?{query}" if query else reverse("catalog:systems")


@require_safe
def system(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One system with the entries it feeds, as far as the reader sees them."""
    seen = visible_to(reader_of(request), timezone.localdate())
    found = InformationSystem.objects.select_related("department__region").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such information system."))
    status = LinkStatus(found.link_status)
    context = {
        "system": found,
        "facts": _facts(found),
        "tone": TONES[status],
        "icon": ICONS[status],
        "entries": seen.filter(systems=found).select_related("live").order_by("pk"),
        "department_url": _address("", f"view=systems&department={found.department_id}"),
    }
    return render(request, "catalog/system.html", context)


def _facts(system: InformationSystem) -> list[tuple[str, str]]:
    unknown = _("not stated")
    return [
        (_("State"), system.get_state_display()),
        (_("Network"), system.get_network_display()),
        (_("In use from"), full_day(system.built_on) if system.built_on else unknown),
        (_("Linked on"), full_day(system.linked_on) if system.linked_on else "–"),
        (_("What stands in the way"), system.obstacle or "–"),
        (_("Level of protection"), str(system.protection_level or unknown)),
        (_("Records, about"), f"{system.records:,}" if system.records is not None else unknown),
        (_("Last checked on"), full_day(system.counted_on)),
    ]
