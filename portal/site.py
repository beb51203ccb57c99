"""What the administration's theme asks the portal for: its side bar and one more stylesheet."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

ICONS = {
    "organisation.region": "map",
    "organisation.department": "account_balance",
    "organisation.departmentchange": "account_tree",
    "organisation.official": "person",
    "organisation.post": "badge",
    "organisation.substitution": "swap_horiz",
    "organisation.apitoken": "key",
    "worktime.holiday": "event",
    "worktime.calendaryear": "calendar_month",
    "worktime.limit": "timer",
    "catalog.harvestsource": "cloud_download",
    "catalog.synonymgroup": "translate",
    "ledger.entry": "receipt_long",
    "ledger.checkpoint": "verified",
    "axes.accessattempt": "lock",
    "axes.accessfailurelog": "no_accounts",
    "axes.accesslog": "login",
}
ORDER = ("organisation", "worktime", "catalog", "sharing", "ledger", "axes")


HIDDEN = ("auth.Group", "account.EmailAddress", "mfa.Authenticator")
"""Tables that packages put into the administration, but nobody edits by hand: groups follow the
departments, addresses are part of the official, and the keys of second factors are nobody's to see.
"""


def hide_foreign_tables() -> None:
    """Take the tables of ``HIDDEN`` out; called once, after all apps have registered theirs."""
    for label in HIDDEN:
        model = apps.get_model(label)
        if admin.site.is_registered(model):
            admin.site.unregister(model)


def stylesheet(request: HttpRequest) -> str:
    """Adds fonts that know Chinese."""
    del request
    return static("portal/admin.css")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: the models this official may open, in the order of the work."""
    apps = sorted(admin.site.get_app_list(request), key=lambda app: _place(app["app_label"]))
    groups = [{"title": app["name"], "separator": True, "items": _links(app)} for app in apps]
    back = {
        "title": _("Back to the portal"),
        "icon": "arrow_back",
        "link": reverse("home"),
        "active": False,
    }
    return [{"title": "", "items": [back]}, *groups]


def _place(app_label: str) -> int:
    return ORDER.index(app_label) if app_label in ORDER else len(ORDER)


def _links(app: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": model["name"],
            "icon": ICONS.get(model["model"]._meta.label_lower, "table_rows"),
            "link": model["admin_url"],
        }
        for model in app["models"]
        if model["admin_url"]
    ]
