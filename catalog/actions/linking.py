"""Linked entries 关联资源代码: what a version may link to, and that no links lead round in a circle.

A provider links what its department sees. Names of other entries are told no further than that.
"""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from catalog.access import visible_to_department
from catalog.models import SHOWN_STATUSES, Resource, ResourceVersion
from portal.errors import Fault

FIELD = "linked_codes"
_LOCK = 809_014
"""Key of the advisory lock under which links are put in force."""
_HIDDEN = "…"


def link_faults(version: ResourceVersion, *, locked: bool = False) -> Iterator[Fault]:
    """What is wrong with the links of a version; its ``resource`` must be loaded.

    ``locked`` is for putting them in force: until the transaction ends nobody else does, so that
    two versions that link each other cannot both come through.
    """
    codes = version.linked_codes
    if not codes:
        return
    if locked:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    own = version.resource.code
    if len(set(codes)) < len(codes):
        message = _("The same entry is linked twice.")
        yield Fault(FIELD, message, _("Name each code once."), "duplicate")
    if own and own in codes:
        message = _("The entry links to itself.")
        yield Fault(FIELD, message, _("Take its own code out."), "self_link")
    seen = visible_to_department(version.resource.provider)
    known = set(
        seen.filter(code__in=codes, status__in=SHOWN_STATUSES).values_list("code", flat=True)
    )
    if unknown := [code for code in codes if code not in known and code != own]:
        yield Fault(
            FIELD,
            _("The catalog has no entry of these codes: %(codes)s")
            % {"codes": ", ".join(unknown[:10])},
            _("Choose entries that your department sees in the catalog."),
            "unknown",
        )
    if own and (path := _circle(own, [code for code in codes if code != own])):
        shown = set(seen.filter(code__in=path).values_list("code", flat=True)) | {own}
        text = " → ".join(code if code in shown else _HIDDEN for code in path)
        yield Fault(
            FIELD,
            _("The links lead round in a circle: %(path)s") % {"path": text},
            _("Take one of these links out."),
            "circle",
        )


def _circle(own: str, codes: Iterable[str]) -> list[str]:
    """The shortest way over links in force from ``own`` back to it; empty if there is none."""
    came_from = dict.fromkeys(codes, own)
    frontier = list(came_from)
    while frontier:
        lines = Resource.objects.filter(code__in=frontier, live__isnull=False).values_list(
            "code", "live__linked_codes"
        )
        following: list[str] = []
        for code, further in sorted(lines):
            for target in further:
                if target == own:
                    return _way(own, code or "", came_from)
                if target not in came_from:
                    came_from[target] = code or ""
                    following.append(target)
        frontier = following
    return []


def _way(own: str, last: str, came_from: dict[str, str]) -> list[str]:
    way = [own, last]
    while way[-1] != own:
        way.append(came_from[way[-1]])
    return way[::-1]
