"""What sharing adds to the navigation and to the home page."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.navigation import (
    NavItem,
    Panel,
    is_administrator,
    posts_of,
    register,
    register_panel,
    roles_of,
)
from portal.organisation.access import department_ids
from portal.organisation.models import Official, Role
from sharing import access, concerns, filters
from sharing.models import Grant, ItemStage
from sharing.presenting import words
from sharing.views.common import loaded_items, official_of
from sharing.violations import access as oversight
from sharing.violations.words import TONES, what

SHOWN = 5


def does_business(official: Official) -> bool:
    """Administrators take no part in sharing (R35)."""
    return not is_administrator(official, timezone.localdate())


def waiting(official: Official) -> int:
    """How many stages wait for the official."""
    return filters.total(access.inbox_parts(official, timezone.localdate()))


def oversees(official: Official) -> bool:
    """Whether there are offices whose timeliness the official may see."""
    roles = roles_of(official, timezone.localdate())
    return not roles.isdisjoint({*access.HEAD_ROLES, *access.AUTHORITY_ROLES, Role.AUDITADMIN})


def sees_oversight(official: Official) -> bool:
    """Who answers for a department, or works for an authority."""
    roles = roles_of(official, timezone.localdate())
    return not roles.isdisjoint({*oversight.ANSWERING, *access.AUTHORITY_ROLES})


def oversight_waiting(official: Official) -> int:
    """How many cases wait for the official's side."""
    return oversight.waiting_for(official, timezone.localdate()).count()


def concerns_waiting(official: Official) -> int:
    """How many corrections, objections, disputes and complaints wait for the official."""
    on = timezone.localdate()
    return concerns.waiting_for(official, on, posts_of(official, on)).count()


def register_all() -> None:
    """Called when the app is ready."""
    register(
        NavItem("applications", _("My applications"), "sharing:applications", 20, does_business)
    )
    register(NavItem("inbox", _("To do"), "sharing:inbox", 30, does_business, waiting))
    register(
        NavItem("workload", _("Timeliness"), "sharing:workload", 35, oversees,
                under=("inbox", "ledger"))
    )  # fmt: skip
    register(NavItem("data", _("My data"), "sharing:grants", 40, does_business))
    register(
        NavItem(
            "oversight", _("Supervision"), "sharing:oversight", 36, sees_oversight,
            oversight_waiting, under=("inbox",),
        )
    )  # fmt: skip
    register_panel(Panel("oversight", 15, "main", "sharing/_home_oversight.html", _oversight))
    register(
        NavItem(
            "concerns", _("Corrections and objections"), "concerns:desk", 45, does_business,
            concerns_waiting, under=("data",),
        )
    )  # fmt: skip
    register_panel(Panel("inbox", 10, "main", "sharing/_home_inbox.html", _inbox))
    register_panel(Panel("applications", 20, "main", "sharing/_home_applications.html", _mine))
    register_panel(Panel("grants", 10, "side", "sharing/_home_grants.html", _grants))


def _inbox(request: HttpRequest) -> Mapping[str, Any] | None:
    official = official_of(request)
    if not does_business(official):
        return None
    parts = access.inbox_parts(official, timezone.localdate())
    loaded = ItemStage.objects.select_related("item__version", "item__application__department")
    rows, following = filters.page(parts, None, SHOWN, loaded)
    return {"rows": rows, "total": filters.total(parts) if following else len(rows)}


def _mine(request: HttpRequest) -> Mapping[str, Any] | None:
    official = official_of(request)
    own = department_ids(official, timezone.localdate())
    if not own:
        return None
    found = loaded_items().filter(application__department__in=own)
    rows = found.order_by("-application__updated_at", "-pk")[:SHOWN]
    return {"rows": [(item, *words.status(item.status)) for item in rows]}


def _grants(request: HttpRequest) -> Mapping[str, Any] | None:
    official = official_of(request)
    today = timezone.localdate()
    own = department_ids(official, today)
    if not own:
        return None
    found = Grant.objects.filter(department__in=own).select_related("version", "resource__provider")
    return {"rows": found[:SHOWN]}


def _oversight(request: HttpRequest) -> Mapping[str, Any] | None:
    official = official_of(request)
    if not sees_oversight(official):
        return None
    found = oversight.waiting_for(official, timezone.localdate())
    if not (total := found.count()):
        return None
    rows = found.order_by(F("wanted_on").asc(nulls_last=True), "-detected_at")[:SHOWN]
    shown = [(item, what(item.kind, item.code), TONES[item.status]) for item in rows]
    return {"rows": shown, "total": total}
