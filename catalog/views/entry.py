"""The page of one entry: what it holds, who provides it, how to get it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import handover, hooks
from catalog.access import can_manage, get_visible, may_pull
from catalog.actions import content_faults
from catalog.linked import linked_entries
from catalog.matters import matters_using
from catalog.models import (
    Attachment,
    DataItem,
    DriftReport,
    EntryTransfer,
    HarvestedEntry,
    Mode,
    PublicationReview,
    Resource,
    ResourceStatus,
    ResourceVersion,
    ReviewStatus,
    TransferStatus,
    VersionStatus,
)
from catalog.presenting import drift as drifts
from catalog.presenting.reviews import next_step, state_tag
from catalog.quality import showing
from catalog.views.readers import reader_of
from catalog.views.uses import uses
from portal.errors import Text
from portal.organisation import naming
from portal.organisation.models import FormerName, Official, Post, Role

MOST_VERSIONS = 10
MOST_MATTERS = 20
STORAGE = gettext_lazy("Storage")
RECORDS = gettext_lazy("Structured records")


@require_safe
def entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry; NotVisible when it does not exist for the reader."""
    official, on = reader_of(request), timezone.localdate()
    resource = get_visible(official, pk, on)
    version = resource.shown_version()
    managed = can_manage(official, resource, on)
    use = uses(official, on, [resource])[resource.pk]
    items = list(version.items.all())
    review = _review(resource) if managed else None
    origin = _origin(resource)
    versions = _versions(resource, managed=managed)
    matters = matters_using(resource)
    context: dict[str, Any] = {
        "resource": resource,
        "version": version,
        "managed": managed,
        "use": use,
        "items": item_rows(items),
        "personal": any(item.personal for item in items),
        "facts": facts_of(resource, version),
        "stewards": _stewards(resource, on),
        "versions": versions,
        "then": _say_who_then(resource, versions, on),
        "faults": _faults(version, on) if managed and origin is None else [],
        "origin": origin,
        "matters": matters[:MOST_MATTERS],
        "matter_count": matters.count(),
        "linked": linked_entries(official, version, on),
        "review": review,
        "review_tag": state_tag(review),
        "review_next": next_step(review),
        "drift": _drift(official, resource, on, managed=managed),
        "quality": showing.shown(resource, on, managed=managed),
        "sends": managed and _can_be_sent(resource, review),
        "required": handover.updates_of([resource]) if managed else (),
        "transfer": _open_transfer(resource) if managed else None,
    }
    return render(request, "catalog/entry.html", context)


def _origin(resource: Resource) -> HarvestedEntry | None:
    """Where a harvested entry came from, while what it says is what its source says."""
    if resource.status not in {ResourceStatus.IMPORTED, ResourceStatus.WITHDRAWN}:
        return None
    found = HarvestedEntry.objects.filter(resource=resource, source__active=True)
    return found.select_related("source").first()


def _open_transfer(resource: Resource) -> EntryTransfer | None:
    """The way to another department that the entry is on."""
    return resource.transfers.open().select_related("to_department").first()


def _say_who_then(resource: Resource, versions: list[ResourceVersion], on: date) -> bool:
    """Give each version the department of its day, by its name then; whether any is another."""
    moved = EntryTransfer.objects.filter(resource=resource, status=TransferStatus.DONE)
    concerned = {resource.provider_id, *moved.values_list("from_department_id", flat=True)}
    if len(concerned) == 1 and not FormerName.objects.filter(department__in=concerned).exists():
        return False
    differ = False
    for version in versions:
        then = handover.provider_on(resource, version.published_at)
        day = timezone.localdate(version.published_at) if version.published_at else on
        text = naming.then_and_now(then, day, on)
        version.provider_then = text  # type: ignore[attr-defined]
        differ = differ or text != naming.name_on(resource.provider, on).shown
    return differ


def _review(resource: Resource) -> PublicationReview | None:
    """The review of the version that is being worked on."""
    drafts = PublicationReview.objects.filter(
        resource=resource, version__status=VersionStatus.DRAFT
    )
    return drafts.select_related("version", "resource").first()


def _drift(
    official: Official, resource: Resource, on: date, *, managed: bool
) -> list[drifts.ShownDrift]:
    """Where the source differs, for those whom it concerns: managers and recipients."""
    open_states = [DriftReport.State.OPEN, DriftReport.State.TAKEN]
    reports = resource.drift_reports.filter(state__in=open_states).select_related("draft")
    found = [drifts.shown(report) for report in reports]
    return found if found and (managed or may_pull(official, resource, on)) else []


def _can_be_sent(resource: Resource, review: PublicationReview | None) -> bool:
    if review is not None:
        return review.status in {ReviewStatus.RETURNED, ReviewStatus.TAKEN_BACK}
    return resource.versions.filter(status=VersionStatus.DRAFT).exists()


def _faults(version: ResourceVersion, on: date) -> list[Any]:
    """What its managers still have to do before the entry can be published."""
    if version.status in {VersionStatus.DRAFT, VersionStatus.IMPORTED}:
        return content_faults(version, on)
    return []


def item_rows(items: list[DataItem]) -> list[dict[str, Any]]:
    """Items with type and mask in words."""
    masks = hooks.mask_names()
    return [
        {"item": item, "type": _type(item), "mask": masks.get(item.mask, item.mask)}
        for item in items
    ]


def _type(item: DataItem) -> str:
    kind = item.get_data_type_display()
    return f"{kind} ({item.length})" if item.length else str(kind)


def facts_of(resource: Resource, version: ResourceVersion) -> list[tuple[str, str]]:
    """Terms and texts of a version, as its page and the review show them."""
    modes = [str(Mode(mode).label) for mode in version.sharing_modes]
    formats = [str(version.get_format_class_display()), ", ".join(version.format_types)]
    rows = [
        (_("Update cycle"), version.get_update_cycle_display()),
        (_("Sharing modes"), _join(modes)),
        (_("Format"), " · ".join(filter(None, formats))),
        (_("Rows, about"), _rows(resource)),
        (_("Condition of use"), version.sharing_condition),
        (_("Legal basis"), version.sharing_citation),
        (_("Classification"), _classification(version)),
        (_("Theme"), version.theme),
        (_("Openness to the public"), version.get_open_type_display()),
        (_("Can be split by region"), _("yes") if version.splittable else _("no")),
        (_("Keywords"), _join(version.keywords)),
        *counters_of(version),
        (_("First published at the source"), _day(version.source_published_on)),
        (_("Last updated at the source"), _day(version.source_updated_on)),
    ]
    optional = {_("Legal basis"), _("Keywords"), _("Rows, about"), _("Theme"), STORAGE, RECORDS}
    source = {_("First published at the source"), _("Last updated at the source")}
    return [(str(term), str(text)) for term, text in rows if text or term not in optional | source]


def counters_of(version: ResourceVersion) -> list[tuple[Text, str]]:
    """The counters of the census, each whole with its parts; nothing where it is unknown."""
    storage = (version.storage_gb, version.storage_shared_gb, version.storage_open_gb)
    records = (version.record_count, version.records_shared, version.records_open)
    return [(STORAGE, _counted(storage, " GB")), (RECORDS, _counted(records, ""))]


def _counted(numbers: Sequence[Decimal | int], unit: str) -> str:
    if not numbers[0]:
        return ""
    whole, shared, opened = (
        f"{one.normalize():,f}" if isinstance(one, Decimal) else f"{one:,}" for one in numbers
    )
    return _("%(whole)s, of which %(shared)s shared, %(opened)s open to the public") % {
        "whole": whole + unit, "shared": shared + unit, "opened": opened + unit,
    }  # fmt: skip


def _join(values: list[str]) -> str:
    return (", " if get_language() == "en" else "、").join(values)


def _rows(resource: Resource) -> str:
    attachment = Attachment.objects.filter(resource=resource).first()
    if attachment is None:
        return ""
    if attachment.approximate_rows is None:
        return _("attached")
    return f"{attachment.approximate_rows:,}"


def _classification(version: ResourceVersion) -> str:
    node = version.classification
    if node is None or version.status == VersionStatus.IMPORTED:
        return ""
    name = node.name_en if get_language() == "en" else ""
    return f"{node.code} {name or node.name}"


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _stewards(resource: Resource, on: date) -> list[Post]:
    """Whom to ask: the stewards of the providing department."""
    posts = Post.objects.held_on(on).filter(department=resource.provider_id, role=Role.STEWARD)
    return list(posts.select_related("official").order_by("official__sort_key", "pk")[:3])


def _versions(resource: Resource, *, managed: bool) -> list[ResourceVersion]:
    """Newest first; drafts are for those who look after the entry."""
    versions = resource.versions.order_by("-number")
    if not managed:
        versions = versions.exclude(status=VersionStatus.DRAFT)
    shown = resource.status in {ResourceStatus.PUBLISHED, ResourceStatus.WITHDRAWN}
    return list(versions[:MOST_VERSIONS]) if shown or managed else []
