"""Writing many entries at once: the rows that the actions would write, without a call for each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog import codes
from catalog.demo.entries import Draft
from catalog.demo.words import Item
from catalog.models import (
    Classification,
    CodeSeries,
    DataItem,
    OpenType,
    Resource,
    ResourceStatus,
    ResourceVersion,
    SharingType,
)
from catalog.numbering import rules_for
from portal.organisation.demo import Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Official, Role

_DRAFTS_AMONG = 90
_WITHDRAWN_AMONG = 150
_REVISED_AMONG = 40
"""One local entry among so many is a draft or is withdrawn; one of all has an older version."""
_REVISED_AFTER = timedelta(days=14)
_BATCH = 1000
_ITEM_COLUMNS = (
    "version_id", "position", "key", "name", "name_en", "data_type", "length", "meaning",
    "code_set", "grade", "personal", "mask", "sharing_type", "required",
)  # fmt: skip


@dataclass(slots=True)
class Planned:
    """An entry with the rows it becomes; the last version is the one shown."""

    draft: Draft
    resource: Resource
    status: ResourceStatus
    versions: list[ResourceVersion]
    times: list[datetime]
    by: Official


@transaction.atomic
def write(drafts: Sequence[Draft], made: Organisation, *, seed: int) -> list[Resource]:
    """Write resources, versions and items; return the resources in order."""
    chance = Chance(seed, "entries")
    classes = {node.code: node for node in Classification.objects.all()}
    planned = [_plan(draft, made, classes, chance) for draft in drafts]
    Resource.objects.bulk_create([one.resource for one in planned], batch_size=_BATCH)
    _number(planned)
    _count_and_link(planned, Chance(seed, "counters"))
    for number in range(max(len(one.versions) for one in planned)):  # one draft at a time
        later = [one for one in planned if len(one.versions) > number]
        _write_versions(later, number)
    _show(planned)
    return [one.resource for one in planned]


def _plan(
    draft: Draft, made: Organisation, classes: dict[str, Classification], chance: Chance
) -> Planned:
    resource = Resource(
        id=chance.identifier(), provider=draft.provider, visibility=draft.visibility
    )
    first = timezone.make_aware(datetime.combine(draft.published_on, time(8, 30))) + timedelta(
        minutes=chance.among(540)
    )
    times = [first]
    if chance.among(_REVISED_AMONG) == 0:
        times.insert(0, first - _REVISED_AFTER * chance.between(2, 20))
    versions = [
        ResourceVersion(
            resource=resource, number=number,
            classification=classes[draft.subject.theme.class_code], **draft.content,
        )
        for number in range(1, len(times) + 1)
    ]  # fmt: skip
    if len(versions) > 1:
        versions[0].abstract = f"{draft.provider.name}的{draft.subject.stem}信息。"
    status = _status(draft, chance)
    steward = made.holders[draft.key, Role.STEWARD]
    if status == ResourceStatus.DRAFT:
        versions, times = versions[:1], []
    return Planned(draft, resource, status, versions, times, steward)


def _status(draft: Draft, chance: Chance) -> ResourceStatus:
    kind = chance.among(_DRAFTS_AMONG), chance.among(_WITHDRAWN_AMONG)
    if draft.provider.region.level == "province" or all(kind):
        return ResourceStatus.PUBLISHED
    return ResourceStatus.DRAFT if kind[0] == 0 else ResourceStatus.WITHDRAWN


def _write_versions(planned: list[Planned], number: int) -> None:
    versions = [one.versions[number] for one in planned]
    ResourceVersion.objects.bulk_create(versions, batch_size=_BATCH)
    _copy_items(
        (one.versions[number].pk, position, item)
        for one in planned
        for position, item in enumerate(one.draft.items)
    )
    published = [one for one in planned if one.times]
    for one in published:
        version = one.versions[number]
        version.status = "published" if version is one.versions[-1] else "superseded"
        version.published_at = one.times[number]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_resourceversion v"
            " SET status = n.status, published_at = n.at"
            " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[])"
            " AS n (id, status, at) WHERE v.id = n.id",
            [
                [one.versions[number].pk for one in published],
                [str(one.versions[number].status) for one in published],
                [one.times[number] for one in published],
            ],
        )


def _copy_items(items: Iterable[tuple[int, int, Item]]) -> None:
    """Write tens of thousands of rows at once, as COPY does it best."""
    columns = [connection.ops.quote_name(name) for name in _ITEM_COLUMNS]
    statement = f"COPY {DataItem._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for version, position, item in items:
            copy.write_row(
                (
                    version, position, item.key, item.name, item.english, item.data_type,
                    item.length, item.meaning, item.code_set, item.grade, item.personal,
                    item.mask, "" if item.shared else SharingType.NON_SHARED.value, item.required,
                )
            )  # fmt: skip


def _count_and_link(planned: list[Planned], chance: Chance) -> None:
    """What the census counted, and for one entry in six a link to another of its department."""
    before: dict[int, str] = {}
    for one in planned:
        whole = chance.between(1, 900) * 10 ** chance.between(2, 5)
        part = whole if chance.among(3) else whole * chance.between(1, 99) // 100
        shared = 0 if one.draft.content["sharing_type"] == SharingType.NON_SHARED else part
        opened = part if one.draft.content["open_type"] == OpenType.OPEN else 0
        linked = before.get(one.draft.provider.pk) if chance.among(6) == 0 else None
        for version in one.versions:
            version.record_count, version.records_shared = whole, shared
            version.records_open = opened
            version.storage_gb = _size(whole)
            version.storage_shared_gb, version.storage_open_gb = _size(shared), _size(opened)
            version.linked_codes = [linked] if linked else []
        if one.resource.code and one.status == ResourceStatus.PUBLISHED:
            before[one.draft.provider.pk] = one.resource.code


def _size(records: int) -> Decimal:
    """Gigabytes, at half a kilobyte a record."""
    return (Decimal(records) / 2_000_000).quantize(Decimal("0.01"))


def _number(planned: list[Planned]) -> None:
    """Give each published entry its code, in the order of publication."""
    rules = rules_for({one.draft.provider.region for one in planned})
    last: defaultdict[str, int] = defaultdict(int)
    for one in sorted(planned, key=lambda one: (one.times[:1], one.resource.pk)):
        if one.times:
            place = codes.CodePlace(
                one.draft.subject.theme.class_code, one.draft.provider.region_id
            )
            rule = rules[place.region_code]
            last[rule.series(place)] += 1
            one.resource.code = rule.compose(place, last[rule.series(place)])
    CodeSeries.objects.bulk_create(CodeSeries(series=name, last=n) for name, n in last.items())


def _show(planned: list[Planned]) -> None:
    for one in planned:
        one.resource.status = one.status
        one.resource.live = one.versions[-1] if one.times else None
        one.resource.created_by = one.by
    shown: list[tuple[UUID, str | None, str, int | None, int]] = [
        (one.resource.pk, one.resource.code, one.status.value, one.resource.live_id, one.by.pk)
        for one in planned
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_resource r SET code = n.code, status = n.status, live_id = n.live,"
            " created_by_id = n.by"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])"
            " AS n (id, code, status, live, by) WHERE r.id = n.id",
            [list(column) for column in zip(*shown, strict=True)],
        )
