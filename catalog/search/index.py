"""The search rows: built from entries, written in the transaction that changes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog.access import labels_for
from catalog.models import (
    Classification,
    DataItem,
    EntryQuality,
    Resource,
    ResourceSearch,
    ResourceStatus,
    ResourceUse,
    ResourceVersion,
    ResourceWords,
)
from catalog.search.documents import Document, indexed
from catalog.search.freshness import fresh_until
from portal.organisation.models import Department
from portal.organisation.naming import earlier_names

BATCH = 500
_FROM_VERSION = (
    "sharing_type", "update_cycle", "format_class", "theme", "open_type", "grade", "splittable",
    "title", "sharing_modes",
)  # fmt: skip
UNDATED = datetime(1980, 1, 1, tzinfo=UTC)
"""Stands for the day of an imported entry whose source names none: after all that have one."""
KEPT = frozenset({"number", "used", "quality"})
"""Columns that others keep up to date: a row that is there keeps its own."""


def reindex(resources: Iterable[Resource | UUID], *, changed: bool = True) -> int:
    """Write the search rows of these entries anew; return how many.

    Call it in the transaction that changes an entry, its provider or a right on it. Rows are
    written 500 at a time, whatever their number. What ``changed`` has its quality assessed soon.
    """
    ids = iter(item.pk if isinstance(item, Resource) else item for item in resources)
    written = 0
    while batch := list(islice(ids, BATCH)):
        written += _write(batch, changed=changed)
    return written


@transaction.atomic
def _write(ids: list[UUID], *, changed: bool) -> int:
    if changed:
        _assess_soon(ids)
    rows, words = compose(ids)
    ResourceSearch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=[name for name in _columns(ResourceSearch) if name not in KEPT],
    )
    # whoever wrote the same new entry at the same time may have numbered it first
    numbers = dict(ResourceSearch.objects.filter(pk__any=ids).values_list("pk", "number"))
    for one in words:
        one.number = numbers[one.pk]
    ResourceWords.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["row"], update_fields=_columns(ResourceWords)
    )
    return len(rows)


def compose(ids: list[UUID]) -> tuple[list[ResourceSearch], list[ResourceWords]]:
    """The rows that these entries ought to have, not yet written; new ones with a new number."""
    entries = list(Resource.objects.filter(pk__any=ids).select_related("live").order_by("pk"))
    providers = Department.objects.in_bulk({entry.provider_id for entry in entries})
    for entry in entries:
        entry.provider = providers[entry.provider_id]
    classes = dict(Classification.objects.values_list("pk", "code"))
    versions = _shown_versions(entries)
    items = _items(version.pk for version in versions.values())
    labels = labels_for(entries)
    formerly = earlier_names({entry.provider_id for entry in entries})
    quality = _known_quality(ids)
    used = dict(ResourceUse.objects.filter(pk__any=ids).values_list("pk", "number"))
    shown = [entry for entry in entries if entry.pk in versions]
    numbers = _numbers([entry.pk for entry in shown])
    rows = [
        _row(
            entry, versions[entry.pk], labels[entry.pk],
            number=numbers[entry.pk], used=used.get(entry.pk, 0),
        )
        for entry in shown
    ]  # fmt: skip
    for row in rows:
        row.quality, newest = quality.get(row.pk, ("", None))
        row.fresh_until = _fresh_until(versions[row.pk], newest)
        row.classification_code = classes.get(versions[row.pk].classification_id, "")
    words = [
        _words(
            numbers[entry.pk],
            document_of(
                entry,
                versions[entry.pk],
                items[versions[entry.pk].pk],
                formerly.get(entry.provider_id, ()),
            ),
            entry,
        )
        for entry in shown
    ]
    return rows, words


def _numbers(ids: list[UUID]) -> dict[UUID, int]:
    """The number of each row; one that does not exist yet takes the next."""
    numbers = dict(ResourceSearch.objects.filter(pk__any=ids).values_list("pk", "number"))
    missing = [pk for pk in ids if pk not in numbers]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('catalog_search_number') FROM generate_series(1, %s)", [len(missing)]
        )
        taken = [number for (number,) in cursor.fetchall()]
    return numbers | dict(zip(missing, taken, strict=True))


def _assess_soon(ids: list[UUID]) -> None:
    EntryQuality.objects.bulk_create(
        [EntryQuality(resource_id=pk) for pk in sorted(ids)],
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=["stale"],
    )


def _known_quality(ids: list[UUID]) -> dict[UUID, tuple[str, date | None]]:
    """The grades known so far, and the days of the newest rows of attached data."""
    rows = EntryQuality.objects.filter(pk__any=ids).values_list("pk", "letter", "data_newest")
    return {pk: (letter, timezone.localdate(at) if at else None) for pk, letter, at in rows}


def _columns(model: type[ResourceSearch] | type[ResourceWords]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


def _shown_versions(entries: list[Resource]) -> dict[UUID, ResourceVersion]:
    """The live version of each entry, or the newest one while there is none."""
    shown = {entry.pk: entry.live for entry in entries if entry.live is not None}
    without = [entry.pk for entry in entries if entry.live is None]
    newest = ResourceVersion.objects.filter(resource__in=without)
    for version in newest.order_by("resource_id", "-number").distinct("resource_id"):
        shown[version.resource_id] = version
    return shown


def _items(version_ids: Iterable[int]) -> dict[int, list[DataItem]]:
    grouped: dict[int, list[DataItem]] = defaultdict(list)
    found = DataItem.objects.filter(version_id__any=list(version_ids))
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


def _fresh_until(version: ResourceVersion, newest: date | None) -> date | None:
    days = [day for day in (version.source_updated_on, newest) if day]
    return fresh_until(version.update_cycle, max(days, default=None))


def _row(
    entry: Resource, version: ResourceVersion, labels: list[int], *, number: int, used: int
) -> ResourceSearch:
    return ResourceSearch(
        number=number,
        resource=entry,
        version=version,
        labels=labels,
        status=entry.status,
        region_id=entry.provider.region_id,
        provider_id=entry.provider_id,
        used=used,
        quality="",
        updated_at=_as_of(entry, version),
        **{name: getattr(version, name) for name in _FROM_VERSION},
    )


def _words(number: int, document: Document, entry: Resource) -> ResourceWords:
    made = indexed(document)
    return ResourceWords(
        row_id=entry.pk, number=number, title=made.title, text=made.text, vector=made.vector
    )


def _as_of(entry: Resource, version: ResourceVersion) -> datetime:
    """When the entry last became new to a reader: at publication, or at its source."""
    if version.published_at is not None:
        return version.published_at
    day: date | None = version.source_updated_on or version.source_published_on
    if day is None:
        return UNDATED if entry.status == ResourceStatus.IMPORTED else entry.created_at
    return timezone.make_aware(datetime.combine(day, time.min))
