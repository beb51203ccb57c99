"""What the catalog adds to the navigation and to the home page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import cases, demands, handover
from catalog.access import MANAGER_ROLES
from catalog.exchange.intake import may_exchange
from catalog.harvest.sources import may_harvest
from portal.navigation import NavItem, Panel, posts_of, register, register_panel, roles_of
from portal.organisation.models import ADMIN_ROLES, Official

SHOWN = 5


def looks_after_entries(official: Official) -> bool:
    """Stewards and heads have entries of their own."""
    return not roles_of(official, timezone.localdate()).isdisjoint(MANAGER_ROLES)


def reviews(official: Official) -> bool:
    """Heads approve, authorities review."""
    roles = roles_of(official, timezone.localdate())
    return not roles.isdisjoint([*cases.HEAD_ROLES, *cases.AUTHORITY_ROLES])


def hands_over(official: Official) -> bool:
    """Who looks after entries, and the authorities that decide about them."""
    roles = roles_of(official, timezone.localdate())
    return not roles.isdisjoint([*MANAGER_ROLES, *cases.AUTHORITY_ROLES])


def waiting(official: Official) -> int:
    """How many versions wait for the official's decision."""
    today = timezone.localdate()
    return cases.waiting_for(official, today, posts_of(official, today)).count()


def does_business(official: Official) -> bool:
    """Whoever holds a post that is not an administrator's."""
    return not roles_of(official, timezone.localdate()).issubset(ADMIN_ROLES)


def demands_waiting(official: Official) -> int:
    """How many demands wait for the official's answer."""
    today = timezone.localdate()
    return demands.waiting_for(official, today, posts_of(official, today)).count()


def register_all() -> None:
    """Called when the app is ready."""
    register(NavItem("catalog", _("Data catalog"), "catalog:list", 10))
    register(NavItem("drafts", _("My entries"), "catalog:drafts", 34, looks_after_entries))
    register(NavItem("reviews", _("To review"), "catalog:reviews", 32, reviews, waiting))
    register(
        NavItem("demands", _("Demands"), "catalog:demands", 66, does_business, demands_waiting)
    )
    about_entries = ("drafts", "reviews")
    for key, label, url_name, order, visible in (
        ("quality", _("Quality"), "catalog:quality_list", 35, looks_after_entries),
        ("exchange", _("Catalog exchange"), "catalog:exchange", 36, may_exchange),
        ("transfers", _("Transfers of entries"), "catalog:transfers", 37, hands_over),
        ("duties", _("Updates required by law"), "catalog:duties", 38, hands_over),
        ("harvest", _("Harvests"), "catalog:harvests", 39, may_harvest),
    ):
        register(NavItem(key, label, url_name, order, visible, under=about_entries))
    for key, label, url_name, order in (
        ("matters", _("Matters"), "catalog:matters", 67),
        ("lists", _("Three lists"), "catalog:lists_home", 68),
        ("systems", _("Systems"), "catalog:systems", 70),
    ):
        register(NavItem(key, label, url_name, order, under=("catalog",)))
    register_panel(Panel("handover", 13, "main", "catalog/_home_handover.html", _handover))
    register_panel(Panel("reviews", 12, "main", "catalog/_home_reviews.html", _waiting))


def _waiting(request: HttpRequest) -> Mapping[str, Any] | None:
    official = request.user
    if not isinstance(official, Official) or not reviews(official):
        return None
    today = timezone.localdate()
    found = cases.waiting_for(official, today, posts_of(official, today))
    rows = list(found.select_related("version", "resource__provider")[:SHOWN])
    if not rows:
        return None
    return {"rows": rows, "total": found.count() if len(rows) == SHOWN else len(rows)}


def _handover(request: HttpRequest) -> Mapping[str, Any] | None:
    official = request.user
    if not isinstance(official, Official) or not hands_over(official):
        return None
    today = timezone.localdate()
    updates = handover.updates_for(official, today)
    transfers = handover.to_answer(official, today).select_related(*handover.LOADED)
    shown, waiting_ones = list(updates[:SHOWN]), list(transfers[:SHOWN])
    if not shown and not waiting_ones:
        return None
    numbers = [
        rows.count() if len(seen) == SHOWN else len(seen)
        for rows, seen in ((updates, shown), (transfers, waiting_ones))
    ]
    return {"updates": shown, "transfers": waiting_ones, "total": sum(numbers)}
