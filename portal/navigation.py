"""What apps add to the shell: entries of the main navigation and panels of the home page.

The portal may not import the apps that stand on it, so they register here from ``AppConfig.ready``::

    register(NavItem("inbox", _("To do"), "sharing:inbox", 40, visible=signs, count=open_stages))
    register_panel(Panel("inbox", 10, "main", "sharing/_home_inbox.html", context=inbox_panel))

Both are asked once for every page they appear on: keep ``visible`` and ``count`` to one query each.
``roles_of`` answers the usual question of ``visible`` without a second query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.organisation.access import HeldPost, held_posts
from portal.organisation.models import ADMIN_ROLES, Official

Text = str | Promise


def everybody(official: Official) -> bool:
    """Shown to every signed-in official."""
    del official
    return True


@dataclass(frozen=True)
class NavItem:
    """An entry of the main navigation.

    Lower ``order`` stands further left. ``count`` returns how much waits there; None or 0 shows no
    number. A page marks its entry as the current one with ``{% block nav_current %}key{% endblock %}``.
    ``under`` names entries of which the first that the person sees has this one in its second row,
    and counts what waits in it; seen by nobody, it stands in the first row itself.
    """

    key: str
    label: Text
    url_name: str
    order: int
    visible: Callable[[Official], bool] = everybody
    count: Callable[[Official], int | None] | None = None
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A panel of the home page.

    ``template`` is a partial with a whole ``<section class="panel">``; ``context`` gives it what it
    needs, or None when the panel has nothing for this person. Columns: "top" spans the page and
    stands above the others, "main" is the wide one, "side" the narrow one.
    """

    key: str
    order: int
    column: Literal["top", "main", "side"]
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]


_items: dict[str, NavItem] = {}
_panels: dict[str, Panel] = {}


def register(item: NavItem) -> None:
    """Add an entry; ImproperlyConfigured when another one has its key."""
    if _items.setdefault(item.key, item) is not item:
        message = f"Two navigation entries are called {item.key!r}."
        raise ImproperlyConfigured(message)


def register_panel(panel: Panel) -> None:
    """Add a panel; ImproperlyConfigured when another one has its key."""
    if _panels.setdefault(panel.key, panel) is not panel:
        message = f"Two panels of the home page are called {panel.key!r}."
        raise ImproperlyConfigured(message)


def items() -> list[NavItem]:
    """All entries in order."""
    return sorted(_items.values(), key=lambda item: (item.order, item.key))


def panels() -> list[Panel]:
    """All panels in order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))


def posts_of(official: Official, on: date) -> tuple[HeldPost, ...]:
    """The posts ``official`` may act in on ``on``, read once for each request's user object.

    For showing only: rights are asked of ``portal.organisation.access``.
    """
    kept: dict[date, tuple[HeldPost, ...]] = official.__dict__.setdefault("_posts_shown", {})
    if on not in kept:
        kept[on] = held_posts(official, on)
    return kept[on]


def roles_of(official: Official, on: date) -> frozenset[str]:
    """The roles behind ``posts_of``."""
    return frozenset(post.role for post in posts_of(official, on))


def is_administrator(official: Official, on: date) -> bool:
    """Whether the official is one of the three administrators, who do no business (R35)."""
    return not roles_of(official, on).isdisjoint(ADMIN_ROLES)


register(NavItem("home", _("Home"), "home", 0))
register(
    NavItem("admin", _("Administration"), "admin:index", 90, lambda official: official.is_staff)
)
