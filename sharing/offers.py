"""Whether what was asked for can still be had: the entry and its data items as they are now.

An application may wait for weeks and a grant runs for years; meanwhile the provider may publish a
new version or withdraw the entry. Consent would then give, and a pull would take, what is no
longer offered.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, Resource, ResourceStatus, ResourceVersion, SharingType
from portal.errors import NotAllowed


def withdrawn_fields(resource: Resource, keys: Iterable[str]) -> list[str]:
    """Those of ``keys`` that the live version does not offer for sharing (any more), in order."""
    offered = set(
        DataItem.objects.filter(version=resource.live_id)
        .exclude(sharing_type=SharingType.NON_SHARED)
        .values_list("key", flat=True)
    )
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
    rows = DataItem.objects.filter(version__in=[agreed, live], key__in=keys)
    grades = {(row.version_id, row.key): row.grade for row in rows}
    return [key for key in keys if grades.get((live.pk, key), 0) > grades.get((agreed.pk, key), 0)]
