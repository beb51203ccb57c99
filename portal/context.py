"""What every page shows around its own content: names, navigation, account menu, display choice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import display
from portal.navigation import NavItem, Text, items, posts_of
from portal.notices.models import Notice
from portal.organisation.models import Department, Official, Region, Role


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nothing is read before a template asks for it."""
    kept = request.__dict__  # one request may render several templates
    return {"page": kept.setdefault("_page", Page(request))}


@dataclass(frozen=True)
class NavEntry:
    """An entry of the navigation as it is shown."""

    key: str
    label: Text
    url: str
    count: int | None
    below: tuple["NavEntry", ...] = ()
    """The second row: the entry itself once more, and those that stand under it."""

    @property
    def waiting(self) -> int:
        """What waits here and below."""
        return (self.count or 0) + sum(entry.count or 0 for entry in self.below[1:])

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the entry and of those below it."""
        return (self.key, *(entry.key for entry in self.below))


@dataclass(frozen=True)
class PostLine:
    """A post in the account menu: role, department, and the person stood in for."""

    role: str
    department: str
    acting_for: str


@dataclass(frozen=True)
class Place:
    """Whose portal this is, in the reader's language."""

    region: str = ""
    authority: str = ""


class BarePage:
    """The shell without the database: for error pages when anything else may be broken."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def display(self) -> str:
        """Classes of <html>."""
        return " ".join(sorted(display.classes(self._request)))

    @property
    def switches(self) -> dict[str, bool]:
        """Which display switches are on, by their names with underscores."""
        chosen = display.classes(self._request)
        on = {name: name in chosen for name in (*display.SIZES, display.CONTRAST)}
        on[display.NORMAL] = chosen.isdisjoint(display.SIZES)
        return {name.replace("-", "_"): pressed for name, pressed in on.items()}

    @property
    def portal_name(self) -> str:
        """What the installation is called."""
        return settings.PORTAL_NAME or _("GovShare")

    @property
    def support(self) -> str:
        """Whom to ask for help."""
        return str(settings.PORTAL_SUPPORT)

    @property
    def other_language(self) -> dict[str, str]:
        """Code and own name of the language that is not in use."""
        if get_language() == "en":
            return {"code": "zh-hans", "tag": "zh-Hans", "name": "中文"}
        return {"code": "en", "tag": "en", "name": "English"}

    @property
    def here(self) -> str:
        """Address of this page, for switches that come back to it; "" where that makes no sense."""
        return self._request.get_full_path() if self._request.method == "GET" else ""

    @property
    def request_id(self) -> str:
        """Number of this request, as in the log."""
        return str(getattr(self._request, "request_id", ""))

    @cached_property
    def official(self) -> Official | None:
        """The signed-in official."""
        return None

    @cached_property
    def nav(self) -> tuple[NavEntry, ...]:
        """The entries of the main navigation for this person."""
        return ()

    @cached_property
    def posts(self) -> tuple[PostLine, ...]:
        """The posts the person holds today, and those filled in for somebody."""
        return ()

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read."""
        return 0

    @cached_property
    def place(self) -> Place:
        """Whose portal this is."""
        return Place()


class Page(BarePage):
    """The shell for the person who asks."""

    @cached_property
    def official(self) -> Official | None:
        """The signed-in official."""
        user = getattr(self._request, "user", None)
        return user if isinstance(user, Official) else None

    @cached_property
    def nav(self) -> tuple[NavEntry, ...]:
        """The entries of the main navigation for this person."""
        return tuple(self._nav())

    def _nav(self) -> Iterator[NavEntry]:
        official = self.official
        if official is None:
            return
        seen = {item.key: item for item in items() if item.visible(official)}
        below: dict[str, list[NavEntry]] = {}
        heads = []
        for item in seen.values():
            entry = _entry(item, official)
            head = next((key for key in item.under if key in seen), "")
            if head:
                below.setdefault(head, []).append(entry)
            else:
                heads.append(entry)
        for entry in heads:
            rest = below.get(entry.key, ())
            yield replace(entry, below=(entry, *rest) if rest else ())

    @cached_property
    def posts(self) -> tuple[PostLine, ...]:
        """The posts the person holds today, and those filled in for somebody."""
        if self.official is None:
            return ()
        held = posts_of(self.official, timezone.localdate())
        return tuple(
            PostLine(str(Role(post.role).label), post.department_name, post.acting_for_name)
            for post in held
        )

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read."""
        if self.official is None:
            return 0
        return Notice.objects.filter(official=self.official, read_at__isnull=True).count()

    @cached_property
    def place(self) -> Place:
        """Whose portal this is."""
        authorities = Department.objects.filter(
            region=settings.PORTAL_REGION,
            kind=Department.Kind.AUTHORITY,
            valid_until__isnull=True,
        )
        if authority := authorities.select_related("region").first():
            return Place(_name(authority.region), _name(authority))
        region = Region.objects.filter(pk=settings.PORTAL_REGION).first()
        return Place(_name(region) if region else "")


def _entry(item: NavItem, official: Official) -> NavEntry:
    count = item.count(official) if item.count else None
    return NavEntry(item.key, item.label, reverse(item.url_name), count or None)


def _name(place: Region | Department) -> str:
    return (place.name_en if get_language() == "en" else "") or place.name
