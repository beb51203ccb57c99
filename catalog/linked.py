"""Linked entries as somebody reads them: what is not seen is not named."""

from copy import copy
from datetime import date

from catalog.access import can_manage, visible_to
from catalog.models import Resource, ResourceVersion
from portal.organisation.models import Official


def linked_entries(official: Official | None, version: ResourceVersion, on: date) -> list[Resource]:
    """The linked entries that the reader sees, in the order of the version."""
    if not version.linked_codes:
        return []
    seen = visible_to(official, on).filter(code__in=version.linked_codes)
    found = {entry.code: entry for entry in seen.select_related("live", "provider")}
    return [found[code] for code in version.linked_codes if code in found]


def without_hidden_links(
    official: Official | None, version: ResourceVersion, on: date
) -> ResourceVersion:
    """The version with only those links that the reader may learn of: a copy, never to be saved.

    Whoever looks after an entry knows what it links to.
    """
    if not version.linked_codes or can_manage(official, version.resource, on):
        return version
    shown = copy(version)
    shown.linked_codes = [str(one.code) for one in linked_entries(official, version, on)]
    return shown


def hidden_codes(official: Official | None, codes: set[str], on: date) -> set[str]:
    """Which of the codes belong to no entry that the reader sees."""
    if not codes:
        return set()
    seen = visible_to(official, on).filter(code__in=codes).values_list("code", flat=True)
    return codes - {code for code in seen if code}
