"""The page of codes: which rule holds where, and which codes do not follow it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import manageable_by, visible_to
from catalog.cases import AUTHORITY_ROLES
from catalog.models import RegionCodeRule, ResourceQuerySet
from catalog.numbering import nonconforming, rule_for, rules_for
from catalog.views.readers import reader_of
from portal.navigation import posts_of
from portal.organisation.models import Official, Region

PAGE_SIZE = 50


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Codes of the entries one looks after; an authority sees those of its region."""
    official = reader_of(request)
    found = nonconforming(_entries(official)).select_related("provider__region", "live")
    page = Paginator(found.order_by("provider__region", "code"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rules = rules_for(entry.provider.region for entry in page)
    home = official.department.region if official.department else None
    context = {
        "page_obj": page,
        "rows": [(entry, rules[entry.provider.region_id].name) for entry in page],
        "rules": RegionCodeRule.objects.select_related("region"),
        "home": home,
        "home_rule": rule_for(home).name if home else "",
    }
    return render(request, "catalog/codes.html", context)


def _entries(official: Official) -> ResourceQuerySet:
    on = timezone.localdate()
    places = [one.region_id for one in posts_of(official, on) if one.role in AUTHORITY_ROLES]
    managed = manageable_by(official, on)
    if not places:
        return managed
    regions = Region.objects.none()
    for place in Region.objects.filter(pk__in=places):
        regions |= Region.objects.under(place)
    return managed | visible_to(official, on).filter(provider__region__in=regions)
