"""The search rows: built from entries, written in the transaction that changes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog.access import labels_for
from catalog.models import (
    DataItem,
    Resource,
    ResourceSearch,
    ResourceStatus,
    ResourceUse,
    ResourceVersion,
    ResourceWords,
)
from catalog.search.documents import Document, text_of, vector_of
from catalog.search.freshness import fresh_until
from portal.organisation.naming import earlier_names

BATCH = 500
_FROM_VERSION = (
    "sharing_type", "update_cycle", "format_class", "theme", "open_type", "grade", "splittable",
    "title", "sharing_modes",
)  # fmt: skip
UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
"""Stands for the day of an imported entry whose source names none: after all that have one."""
_COLUMNS = [field.name for field in ResourceSearch._meta.concrete_fields if not field.primary_key]


def reindex(resources: Iterable[Resource | UUID]) -> int:
    """Write the search rows of these entries anew; return how many.

    Call it in the transaction that changes an entry, its provider or a right on it. Rows are
    written 500 at a time, whatever their number.
    """
    ids = iter(item.pk if isinstance(item, Resource) else item for item in resources)
    written = 0
    while batch := list(islice(ids, BATCH)):
        written += _write(batch)
    return written


def reindex_all() -> int:
    """Write every search row anew, for instance after a change of the search itself."""
    return reindex(Resource.objects.order_by("pk").values_list("pk", flat=True).iterator(BATCH))


@transaction.atomic
def _write(ids: list[UUID]) -> int:
    entries = list(
        Resource.objects.filter(pk__in=ids)
        .select_related("provider", "live__classification")
        .order_by("pk")
    )
    versions = _shown_versions(entries)
    items = _items(version.pk for version in versions.values())
    labels = labels_for(entries)
    formerly = earlier_names({entry.provider_id for entry in entries})
    used = dict(ResourceUse.objects.filter(pk__in=ids).values_list("pk", "number"))
    shown = [entry for entry in entries if entry.pk in versions]
    rows = [
        _row(entry, versions[entry.pk], labels[entry.pk], used.get(entry.pk, 0)) for entry in shown
    ]
    words = [
        _words(
            document_of(
                entry,
                versions[entry.pk],
                items[versions[entry.pk].pk],
                formerly.get(entry.provider_id, ()),
            ),
            entry,
            labels[entry.pk],
        )
        for entry in shown
    ]
    ResourceSearch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=[name for name in _columns(ResourceSearch) if name != "used"],
    )
    ResourceWords.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["row"], update_fields=_columns(ResourceWords)
    )
    return len(rows)


def _columns(model: type[ResourceSearch] | type[ResourceWords]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


def _shown_versions(entries: list[Resource]) -> dict[UUID, ResourceVersion]:
    """The live version of each entry, or the newest one while there is none."""
    shown = {entry.pk: entry.live for entry in entries if entry.live is not None}
    without = [entry.pk for entry in entries if entry.live is None]
    newest = ResourceVersion.objects.filter(resource__in=without)
    newest = newest.select_related("classification")
    for version in newest.order_by("resource_id", "-number").distinct("resource_id"):
        shown[version.resource_id] = version
    return shown


def _items(version_ids: Iterable[int]) -> dict[int, list[DataItem]]:
    grouped: dict[int, list[DataItem]] = defaultdict(list)
    found = DataItem.objects.filter(version__in=list(version_ids))
    for item in found.order_by("version_id", "position", "id"):
        grouped[item.version_id].append(item)
    return grouped


def document_of(
    entry: Resource, version: ResourceVersion, items: list[DataItem], formerly: Sequence[str] = ()
) -> Document:
    """What of the entry is searched; ``formerly`` are earlier names of its department."""
    provider = entry.provider
    return Document(
        title=version.title,
        names=(*(item.name for item in items), provider.name, version.theme, *formerly),
        words=(
            entry.code or "",
            version.title_en,
            provider.name_en,
            *version.keywords,
            *(item.key for item in items),
            *(item.name_en for item in items),
        ),
        abstract=version.abstract,
    )


def _row(entry: Resource, version: ResourceVersion, labels: list[int], used: int) -> ResourceSearch:
    return ResourceSearch(
        resource=entry,
        version=version,
        labels=labels,
        status=entry.status,
        region_id=entry.provider.region_id,
        provider_id=entry.provider_id,
        classification_code=version.classification.code if version.classification else "",
        fresh_until=fresh_until(version.update_cycle, version.source_updated_on),
        used=used,
        updated_at=_as_of(entry, version),
        **{name: getattr(version, name) for name in _FROM_VERSION},
    )


def _words(document: Document, entry: Resource, labels: list[int]) -> ResourceWords:
    return ResourceWords(
        row_id=entry.pk, labels=labels, text=text_of(document), vector=vector_of(document)
    )


def _as_of(entry: Resource, version: ResourceVersion) -> datetime:
    """When the entry last became new to a reader: at publication, or at its source."""
    if version.published_at is not None:
        return version.published_at
    day: date | None = version.source_updated_on or version.source_published_on
    if day is None:
        return UNDATED if entry.status == ResourceStatus.IMPORTED else entry.created_at
    return timezone.make_aware(datetime.combine(day, time.min))
