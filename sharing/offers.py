"""Whether what was asked for can still be had: the entry and its data items as they are now.

An application may wait for weeks and a grant runs for years; meanwhile the provider may publish a
new version or withdraw the entry. Consent would then give, and a pull would take, what is no
longer offered.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, Resource, ResourceStatus, ResourceVersion, SharingType
from portal import gathering
from portal.errors import NotAllowed


class Offered(NamedTuple):
    """A data item of a version, as far as consent and grants need to know it."""

    key: str
    name: str
    data_type: str
    length: int | None
    required: bool
    grade: int
    personal: bool
    mask: str
    sharing_type: str


def items_of(version_id: int | None) -> list[Offered]:
    """The data items of a version, in order; ``remember_items`` reads those of many at once."""
    return [] if version_id is None else remember_items([version_id]).get(version_id, [])


def remember_items(version_ids: Iterable[int]) -> dict[int, list[Offered]]:
    """The data items of many versions, by version."""
    return gathering.remember_each("sharing.items", version_ids, _read_items)


def _read_items(version_ids: set[int]) -> dict[int, list[Offered]]:
    found: dict[int, list[Offered]] = defaultdict(list)
    rows = DataItem.objects.filter(version__in=version_ids).order_by("version", "position", "pk")
    for version_id, *columns in rows.values_list("version_id", *Offered._fields):
        found[version_id].append(Offered(*columns))
    return found


def withdrawn_fields(resource: Resource, keys: Iterable[str]) -> list[str]:
    """Those of ``keys`` that the live version does not offer for sharing (any more), in order."""
    offered = {
        row.key
        for row in items_of(resource.live_id)
        if row.sharing_type != SharingType.NON_SHARED.value
    }
    return [key for key in keys if key not in offered]


def hindrance(
    resource: Resource, keys: Sequence[str], *, agreed: ResourceVersion | None = None
) -> NotAllowed | None:
    """Why ``keys`` of the entry cannot be had now, or None; not raised but returned.

    ``agreed`` is the version that was asked for: data graded higher since then needs a new
    application, because other people may have to sign and stronger masks apply.
    """
    live = resource.live
    if resource.status != ResourceStatus.PUBLISHED or live is None:
        return NotAllowed(
            _("The entry has been withdrawn from the catalog."),
            remedy=_(
                "Refuse the application as not held, or ask the provider to publish it again."
            ),
            code="entry_withdrawn",
        )
    if live.sharing_type == SharingType.NON_SHARED:
        return NotAllowed(
            _("The entry is no longer shared: %(citation)s.") % {"citation": live.sharing_citation},
            remedy=_("Refuse the application and cite the legal basis."),
            code="entry_not_shared",
        )
    if gone := withdrawn_fields(resource, keys):
        return NotAllowed(
            _("The entry no longer offers: %(fields)s.") % {"fields": ", ".join(gone)},
            remedy=_("Sign without these data items, or refuse the application."),
            code="fields_withdrawn",
        )
    if agreed is not None and (raised := _graded_higher(agreed, live, keys)):
        return NotAllowed(
            _("These data items were graded higher after the application: %(fields)s.")
            % {"fields": ", ".join(raised)},
            remedy=_("Sign without these data items; the applicant applies anew for them."),
            code="grade_raised",
        )
    return None


def _graded_higher(
    agreed: ResourceVersion, live: ResourceVersion, keys: Sequence[str]
) -> list[str]:
    if agreed.pk == live.pk:
        return []
    before = {row.key: row.grade for row in items_of(agreed.pk)}
    after = {row.key: row.grade for row in items_of(live.pk)}
    return [key for key in keys if after.get(key, 0) > before.get(key, 0)]
