"""Comparing the records of a run with the catalog: what would become of each of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef
from django.utils import timezone

from catalog.harvest.mapping import Mapped, content_of, digest, map_record
from catalog.harvest.problems import Fault, fault
from catalog.harvest.providers import HarvestProviders
from catalog.models import (
    Classification,
    HarvestedEntry,
    HarvestRecord,
    HarvestRun,
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
)
from catalog.presenting.differences import ShownChange, label_of, shown

State = HarvestRecord.State
PENDING = (State.NEW, State.CHANGED, State.BACK, State.GONE)
"""States that stand for a change of the catalog."""
MOST_GONE = 0.3
"""If more of a source's entries than this would be withdrawn, a person has to say so."""
_KEPT = ("state", "title", "link", "provider", "content", "digest", "faults", "notes", "target")


class Checker:
    """Checks records batch by batch; remembers departments and classes."""

    def __init__(self, run: HarvestRun, *, now: datetime) -> None:
        self._run = run
        self._today: date = timezone.localdate(now)
        self._providers = HarvestProviders(run.source, now=now)
        self._codes = set(Classification.objects.values_list("code", flat=True))

    def check(self, records: Sequence[HarvestRecord]) -> None:
        """Say what would become of each record, and save it."""
        first = self._first_of(records)
        known = known_entries(record.key for record in records)
        for record in records:
            mapped = map_record(
                record.number, record.identifier, record.raw,
                today=self._today, codes=self._codes,
            )  # fmt: skip
            self._fill(record, mapped)
            earlier = first.get(record.key)
            if earlier is not None and earlier.number < record.number:
                self._double(record, earlier)
            elif record.faults:
                record.state = State.FAULTY
            else:
                record.state = state_of(record, known.get(record.key))
            if (resource := known.get(record.key)) is not None:
                record.target = resource.pk
        save_records(records, _KEPT)

    def _fill(self, record: HarvestRecord, mapped: Mapped) -> None:
        record.title, record.content, record.notes = mapped.title, mapped.content, mapped.notes
        record.link = str(record.raw.get("url") or "")[:1000]
        record.faults = list(mapped.faults)
        record.provider_id = None
        if not mapped.content:
            return
        found, faults = self._providers.find(
            str(record.raw.get("department") or ""), str(record.raw.get("uscc") or "")
        )
        record.provider_id, record.faults = found, [*record.faults, *faults]
        record.digest = digest(record.content, found, record.link)

    def _first_of(self, records: Iterable[HarvestRecord]) -> dict[str, HarvestRecord]:
        """The first record of the run with the key of each of these."""
        keys = [record.key for record in records if record.key]
        own = HarvestRecord.objects.filter(run=self._run, key__in=keys)
        numbers = own.values("key").annotate(first=Min("number")).values_list("first", flat=True)
        found = HarvestRecord.objects.filter(run=self._run, number__in=list(numbers))
        return {record.key: record for record in found}

    def _double(self, record: HarvestRecord, earlier: HarvestRecord) -> None:
        """The same once more does no harm; anything else under the same identifier is a fault."""
        if record.raw == earlier.raw:
            record.state, record.faults = State.REPEATED, []
            return
        record.state = State.FAULTY
        record.faults = [*record.faults, fault(Fault.TWICE, earlier.number)]


def save_records(records: Sequence[HarvestRecord], fields: Sequence[str]) -> None:
    """Write these fields of kept records in one statement, many times as fast as bulk_update."""
    HarvestRecord.objects.bulk_create(
        records, update_conflicts=True, unique_fields=["id"], update_fields=list(fields)
    )


def known_entries(keys: Iterable[str]) -> dict[str, Resource]:
    """Entries by natural key, with origin, live version, and whether somebody drafts over it."""
    draft = ResourceVersion.objects.filter(resource=OuterRef("pk"), status=VersionStatus.DRAFT)
    found = Resource.objects.filter(external_key__in=[key for key in keys if key])
    found = found.select_related("live__classification", "harvested").annotate(
        drafted=Exists(draft)
    )
    return {str(resource.external_key): resource for resource in found}


def is_taken_over(resource: Any) -> bool:
    """Whether people have worked on the entry; one that only its source withdrew is not."""
    origin: HarvestedEntry | None = getattr(resource, "harvested", None)
    came_and_went = (
        resource.status == ResourceStatus.WITHDRAWN
        and origin is not None
        and origin.gone_at is not None
        and not resource.blocked
    )
    return bool(resource.drafted) or not (
        resource.status == ResourceStatus.IMPORTED or came_and_went
    )


def state_of(record: HarvestRecord, resource: Resource | None) -> str:
    """What taking the record over would do to the catalog as it is now."""
    if resource is None:
        return State.NEW
    same = resource.external_digest == record.digest
    if is_taken_over(resource):
        return State.UNCHANGED if same else State.LEFT
    if resource.status == ResourceStatus.WITHDRAWN:
        return State.BACK
    return State.UNCHANGED if same else State.CHANGED


@dataclass(frozen=True, slots=True)
class Vanished:
    """Entries of the source that the run did not meet, of how many."""

    entries: list[HarvestedEntry]
    of: int

    @property
    def are_many(self) -> bool:
        """Whether a person has to say that they are to be withdrawn."""
        return len(self.entries) > self.of * MOST_GONE


def vanished(run: HarvestRun) -> Vanished:
    """What a complete run did not meet any more; entries that people have taken over stay."""
    draft = ResourceVersion.objects.filter(
        resource=OuterRef("resource_id"), status=VersionStatus.DRAFT
    )
    met = HarvestRecord.objects.filter(run=run, key=OuterRef("resource__external_key"))
    shown_here = HarvestedEntry.objects.filter(
        ~Exists(draft), source=run.source, gone_at=None, resource__status=ResourceStatus.IMPORTED
    )
    gone = shown_here.filter(~Exists(met)).select_related("resource__live").order_by("pk")
    return Vanished(list(gone), shown_here.count())


def note_vanished(run: HarvestRun, gone: Iterable[HarvestedEntry]) -> None:
    """Add a record for each entry that is gone."""
    start = run.records.count() + 1
    HarvestRecord.objects.bulk_create(
        (
            HarvestRecord(
                run=run,
                number=number,
                identifier=entry.identifier,
                key=entry.resource.external_key or "",
                state=State.GONE,
                title=str(entry.resource)[:200],
                link=entry.link,
                provider_id=entry.resource.provider_id,
                target=entry.resource_id,
            )
            for number, entry in enumerate(gone, start)
        ),
        batch_size=500,
    )


def counts_of(run: HarvestRun) -> dict[str, int]:
    """How many records of each state the run has, and how many people left out."""
    grouped = run.records.order_by().values("state").annotate(number=Count("pk"))
    states = Counter(dict(grouped.values_list("state", "number")))
    return {
        "records": sum(states.values()) - states[State.GONE] - states[State.WITHDRAWN],
        **{str(state): states[state] for state in State if states[state]},
        "left_out": run.records.filter(accepted=False, state__in=PENDING).count(),
    }


def differences(records: Iterable[HarvestRecord]) -> dict[int, list[ShownChange]]:
    """What would change, field by field, for each record whose entry is in the catalog."""
    chosen = [record for record in records if record.content]
    known = known_entries(record.key for record in chosen)
    nodes = Classification.objects.filter(
        code__in=[r.content.get("classification") for r in chosen]
    )
    by_code = {node.code: node for node in nodes}
    found = {}
    for record in chosen:
        resource = known.get(record.key)
        if resource is not None and resource.live is not None:
            found[record.pk] = list(_changes(record, resource, by_code))
    return found


def _changes(
    record: HarvestRecord, resource: Resource, by_code: dict[str, Classification]
) -> Iterable[ShownChange]:
    content = content_of(record.content)
    node = by_code.get(content.pop("classification", ""))
    if node is not None:
        content["classification"] = node
    for name, new in content.items():
        old = getattr(resource.live, name)
        if old != new:
            yield ShownChange(
                label_of(ResourceVersion, name),
                shown(ResourceVersion, name, old),
                shown(ResourceVersion, name, new),
            )
    if record.provider_id and record.provider_id != resource.provider_id:
        label = label_of(Resource, "provider")
        yield ShownChange(label, str(resource.provider), str(record.provider))
    origin: HarvestedEntry | None = getattr(resource, "harvested", None)
    if origin is not None and origin.link != record.link:
        yield ShownChange(label_of(HarvestedEntry, "link"), origin.link, record.link)
