"""Facts of many entries at once: a handful of queries, whatever their number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from catalog.codes import CodeRule, rule_named
from catalog.models import (
    Attachment,
    DataItem,
    EntryQuality,
    Resource,
    ResourceStatus,
    ResourceVersion,
)
from catalog.quality.facts import DataFacts, Facts
from catalog.quality.titles import title_key
from catalog.search.freshness import fresh_until
from portal.organisation import uscc
from portal.organisation.models import Department, Post, Role


@dataclass(frozen=True, slots=True)
class Loaded:
    """One entry with its facts, its row of quality (perhaps unsaved) and the key of its title."""

    resource: Resource
    facts: Facts
    row: EntryQuality
    key: str


@dataclass(frozen=True, slots=True)
class _Provider:
    code_fits: bool
    has_contact: bool


def load(resource_ids: Sequence[UUID], on: date) -> list[Loaded]:
    """The facts of these entries as of the day; entries without any version are left out."""
    entries = list(
        Resource.objects.filter(pk__in=resource_ids).select_related("live__classification")
    )
    versions = _shown(entries)
    entries = [entry for entry in entries if entry.pk in versions]
    rows = EntryQuality.objects.in_bulk([entry.pk for entry in entries])
    items = _items(version.pk for version in versions.values())
    mapped = _mapped(entries)
    providers = _providers({entry.provider_id for entry in entries}, on)
    keys = {entry.pk: _key(entry, versions[entry.pk]) for entry in entries}
    twins = _twins(entries, keys)
    rule = rule_named(settings.RESOURCE_CODE_RULE)
    found = []
    for entry in entries:
        row = rows.get(entry.pk) or EntryQuality(resource_id=entry.pk)
        facts = _facts(entry, versions[entry.pk], row, rule)
        provider = providers[entry.provider_id]
        found.append(
            Loaded(
                entry,
                Facts(
                    **facts,
                    items=items[versions[entry.pk].pk],
                    provider_code_fits=provider.code_fits,
                    has_contact=provider.has_contact,
                    mapped=mapped.get(entry.pk),
                    twins=twins[entry.pk],
                ),
                row,
                keys[entry.pk],
            )
        )
    return found


def _facts(
    entry: Resource, version: ResourceVersion, row: EntryQuality, rule: CodeRule
) -> dict[str, Any]:
    data = _data(row)
    days = [day for day in (version.source_updated_on, data.newest if data else None) if day]
    updated_on = max(days, default=None)
    return {
        "version": version,
        "published": entry.status == ResourceStatus.PUBLISHED,
        "code_fits": entry.code is None or rule.is_valid(entry.code),
        "updated_on": updated_on,
        "fresh_until": fresh_until(version.update_cycle, updated_on),
        "data": data,
    }


def _data(row: EntryQuality) -> DataFacts | None:
    if row.data_checked_at is None:
        return None
    newest = row.data_newest
    return DataFacts(
        checked_on=timezone.localdate(row.data_checked_at),
        newest=timezone.localdate(newest) if newest else None,
        results=row.data_results,
    )


def _shown(entries: Sequence[Resource]) -> dict[UUID, ResourceVersion]:
    """The live version of each entry, or the newest one while there is none."""
    shown = {entry.pk: entry.live for entry in entries if entry.live is not None}
    without = [entry.pk for entry in entries if entry.live is None]
    newest = ResourceVersion.objects.filter(resource__in=without)
    newest = newest.select_related("classification")
    for version in newest.order_by("resource_id", "-number").distinct("resource_id"):
        shown[version.resource_id] = version
    return shown


def _items(version_ids: Iterable[int]) -> Mapping[int, list[DataItem]]:
    grouped: dict[int, list[DataItem]] = defaultdict(list)
    found = DataItem.objects.filter(version__in=list(version_ids))
    for item in found.order_by("version_id", "position", "id"):
        grouped[item.version_id].append(item)
    return grouped


def _mapped(entries: Sequence[Resource]) -> dict[UUID, frozenset[str]]:
    """Keys of the items that have a column, for entries with attached data."""
    attached = Attachment.objects.filter(resource__in=[entry.pk for entry in entries])
    return {
        pk: frozenset(key for key, column in columns.items() if column)
        for pk, columns in attached.values_list("resource_id", "columns")
    }


def _providers(ids: set[int], on: date) -> dict[int, _Provider]:
    """Whether each provider, or the department whose unit it is, has a code and a steward."""
    units = {unit.pk: unit for unit in Department.objects.filter(pk__in=ids)}
    missing = {unit.parent_id for unit in units.values() if unit.parent_id} - set(units)
    while missing:
        units |= {unit.pk: unit for unit in Department.objects.filter(pk__in=missing)}
        missing = {unit.parent_id for unit in units.values() if unit.parent_id} - set(units)
    posts = Post.objects.held_on(on).filter(department__in=units, role=Role.STEWARD)
    staffed = set(posts.order_by().values_list("department_id", flat=True))
    return {pk: _provider(pk, units, staffed) for pk in ids}


def _provider(pk: int, units: Mapping[int, Department], staffed: set[int]) -> _Provider:
    line = [units[pk]]
    while line[-1].parent_id is not None and units[line[-1].parent_id] not in line:
        line.append(units[line[-1].parent_id])
    code = next((unit.uscc for unit in line if unit.uscc), "")
    return _Provider(
        code_fits=bool(code) and uscc.is_valid(code),
        has_contact=any(unit.pk in staffed for unit in line),
    )


def _key(entry: Resource, version: ResourceVersion) -> str:
    """Withdrawn entries stand in nobody's way."""
    return "" if entry.status == ResourceStatus.WITHDRAWN else title_key(version.title)


def _twins(entries: Sequence[Resource], keys: Mapping[UUID, str]) -> dict[UUID, list[str]]:
    """Titles of other entries of the same provider whose titles mean the same."""
    wanted = {key for key in keys.values() if key}
    known = EntryQuality.objects.filter(
        title_key__in=wanted, resource__provider__in={entry.provider_id for entry in entries}
    ).exclude(pk__in=keys)
    groups: dict[tuple[int, str], list[tuple[UUID, str]]] = defaultdict(list)
    columns = ("resource__provider_id", "title_key", "pk", "resource__search__title")
    for provider, key, pk, title in known.values_list(*columns):
        groups[provider, key].append((pk, title or ""))
    for entry in entries:
        title = entry.live.title if entry.live else ""
        groups[entry.provider_id, keys[entry.pk]].append((entry.pk, title))
    return {
        entry.pk: [
            title
            for pk, title in groups[entry.provider_id, keys[entry.pk]]
            if pk != entry.pk and keys[entry.pk]
        ]
        for entry in entries
    }
