"""Taking records over, a batch in one transaction, by the writer of imported entries (ADR 0004)."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.actions import withdraw
from catalog.exchange.entries import Entry
from catalog.exchange.names import read_name
from catalog.exchange.providers import Providers
from catalog.exchange.writing import PROVISIONAL_CLASS, Writer
from catalog.harvest.checking import is_taken_over, known_entries, save_records, state_of
from catalog.harvest.mapping import content_of
from catalog.models import (
    Classification,
    HarvestedEntry,
    HarvestRecord,
    HarvestRun,
    Resource,
    ResourceStatus,
)
from catalog.places import places
from catalog.search import reindex
from portal.errors import NotAllowed
from portal.ledger.records import record as write_ledger
from portal.organisation.divisions import NATION

State = HarvestRecord.State
_DONE = {State.NEW: State.CREATED, State.CHANGED: State.UPDATED, State.BACK: State.RETURNED}


class Applier:
    """Takes over what was accepted of a run; call ``apply`` within a transaction."""

    def __init__(self, run: HarvestRun, *, now: datetime) -> None:
        self._run, self._now = run, now
        self._nodes = {node.code: node for node in Classification.objects.all()}
        self._writer = _Writer(Providers(now=now), run.source_id)

    def apply(self, records: Sequence[HarvestRecord]) -> Counter[str]:
        """Write, and withdraw what is gone; each record says afterwards what became of it.

        Everything is compared anew, because the preview may be days old.
        """
        gone = [record for record in records if record.state == State.GONE]
        rest = [record for record in records if record.state != State.GONE]
        self._write(rest)
        for record in gone:
            self._withdraw(record)
        save_records(records, ["state", "target"])
        done = Counter(record.state for record in records)
        self._note(records, done)
        return done

    def _write(self, records: Sequence[HarvestRecord]) -> None:
        known = known_entries(record.key for record in records)
        keys = [record.key for record in records]
        list(Resource.objects.select_for_update(no_key=True).filter(external_key__in=keys))
        for record in records:
            record.state = state_of(record, known.get(record.key))
        wanted = [record for record in records if record.state in _DONE]
        self._bring_back([known[r.key].pk for r in wanted if r.state == State.BACK])
        self._writer.providers = {record.key: record.provider_id or 0 for record in wanted}
        self._writer.write([self._entry(record) for record in wanted])
        written = dict(
            Resource.objects.filter(external_key__in=[record.key for record in wanted]).values_list(
                "external_key", "pk"
            )
        )
        for record in wanted:
            record.target = written[record.key]
            record.state = _DONE[State(record.state)]
            before = known.get(record.key)
            if before is not None and before.provider_id != record.provider_id:
                Resource.objects.filter(pk=before.pk).update(provider_id=record.provider_id)
        self._keep_origins(wanted, written)
        reindex(list(written.values()))

    def _entry(self, record: HarvestRecord) -> Entry:
        content = content_of(record.content)
        code = content.pop("classification", "") or PROVISIONAL_CLASS
        content["classification"] = self._nodes.get(code)
        name = read_name(str(record.provider_id), places()[NATION])
        return Entry(record.number, record.key, name, "", content, digest=record.digest)

    def _bring_back(self, resource_ids: Sequence[UUID]) -> None:
        Resource.objects.filter(pk__in=resource_ids).update(
            status=ResourceStatus.IMPORTED, updated_at=self._now
        )

    def _keep_origins(
        self, records: Sequence[HarvestRecord], written: Mapping[str | None, UUID]
    ) -> None:
        HarvestedEntry.objects.bulk_create(
            (
                HarvestedEntry(
                    resource_id=written[record.key],
                    source=self._run.source,
                    identifier=record.identifier,
                    link=record.link,
                    taken_at=self._now,
                )
                for record in records
            ),
            update_conflicts=True,
            unique_fields=["resource"],
            update_fields=["link", "taken_at", "gone_at"],
        )

    def _withdraw(self, record: HarvestRecord) -> None:
        list(Resource.objects.select_for_update(no_key=True).filter(external_key=record.key))
        resource = known_entries([record.key]).get(record.key)
        origin = HarvestedEntry.objects.filter(resource=resource).first() if resource else None
        shown = resource is not None and resource.status == ResourceStatus.IMPORTED
        if resource is None or origin is None or not shown or is_taken_over(resource):
            record.state = State.LEFT
            return
        with translation.override(settings.LANGUAGE_CODE):
            reason = _("“%(source)s”, from which it was harvested, no longer has it.") % {
                "source": self._run.source.name
            }
        try:
            withdraw(by=None, resource=resource, reason=reason, now=self._now)
        except NotAllowed:
            record.state = State.LEFT
            return
        origin.gone_at = self._now
        origin.save(update_fields=["gone_at"])
        record.state = State.WITHDRAWN

    def _note(self, records: Sequence[HarvestRecord], done: Counter[str]) -> None:
        """One ledger entry for the batch, with a digest of everything it took over."""
        sha256 = hashlib.sha256()
        for record in records:
            sha256.update(f"{record.key} {record.state} {record.digest}\n".encode())
        data: dict[str, Any] = {
            "source": str(self._run.source_id),
            "states": dict(done),
            "sha256": sha256.hexdigest(),
        }
        write_ledger(
            "harvest.applied",
            by=self._run.accepted_by,
            obj=self._run,
            now=self._now,
            label=self._run.source.name,
            departments={record.provider_id for record in records if record.provider_id},
            data=data,
        )


class _Writer(Writer):
    """Writes entries whose departments are known already, and whose ids follow from their keys."""

    def __init__(self, providers: Providers, source_id: UUID) -> None:
        super().__init__(providers)
        self._source_id = source_id
        self.providers: dict[str, int] = {}

    def provider_of(self, entry: Entry) -> int:
        """The department that the check found."""
        return self.providers[entry.key]

    def new_id(self, entry: Entry) -> UUID:
        """The same record of the same source has the same address, also in a portal set up anew."""
        return uuid5(self._source_id, entry.key)
