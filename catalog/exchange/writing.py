"""Writing a batch of imported entries: new ones, changed ones, none that did not change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import connection

from catalog.exchange.defects import Defect
from catalog.exchange.entries import Entry
from catalog.exchange.providers import Providers
from catalog.models import (
    Classification,
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
)

PROVISIONAL_CLASS = "307001"
"""Class of imported entries until their provider classifies them: 部门, province and below."""


@dataclass(slots=True)
class Written:
    """What a batch did; ``unchanged`` entries were not touched at all."""

    created: list[UUID] = field(default_factory=list)
    changed: list[UUID] = field(default_factory=list)
    unchanged: int = 0
    left_alone: int = 0


class Writer:
    """Writes batches; call ``write`` within a transaction."""

    def __init__(self, providers: Providers) -> None:
        """``providers`` finds or adds the departments."""
        self._providers = providers
        self._classification = Classification.objects.filter(code=PROVISIONAL_CLASS).first()

    def provider_of(self, entry: Entry) -> int:
        """The id of the entry's department."""
        return self._providers.department_id(entry.provider)

    def new_id(self, entry: Entry) -> UUID:
        """The id that a new entry gets."""
        del entry
        return uuid4()

    def write(self, entries: Sequence[Entry]) -> Written:
        """Create what is new, add a version where the source changed, leave the rest alone.

        An entry that its provider has taken over is never overwritten: that it changed at the
        source is added to its defects.
        """
        done = Written()
        known = {
            resource.external_key: resource
            for resource in Resource.objects.select_for_update(of=("self",), no_key=True)
            .filter(external_key__in=[entry.key for entry in entries])
            .select_related("live")
        }
        new = [entry for entry in entries if entry.key not in known]
        for entry in entries:
            resource = known.get(entry.key)
            if resource is None:
                continue
            if resource.external_digest == entry.digest:
                done.unchanged += 1
            elif _is_taken_over(resource):
                done.left_alone += 1
                entry.defects.append((Defect.CHANGED_AFTER_EDITING, ""))
            else:
                self._add_version(resource, entry)
                done.changed.append(resource.pk)
        done.created = self._create(new)
        return done

    def _create(self, entries: Sequence[Entry]) -> list[UUID]:
        # keys of versions are taken first, so that entry and version refer to each other at once
        resources, versions = [], []
        for entry, version_id in zip(entries, _version_ids(len(entries)), strict=True):
            resource = Resource(
                id=self.new_id(entry),
                provider_id=self.provider_of(entry),
                status=ResourceStatus.IMPORTED,
                live_id=version_id,
                external_key=entry.key,
                external_digest=entry.digest,
            )
            resources.append(resource)
            versions.append(self._version(resource, entry, number=1, pk=version_id))
        Resource.objects.bulk_create(resources)
        ResourceVersion.objects.bulk_create(versions)
        return [resource.pk for resource in resources]

    def _add_version(self, resource: Resource, entry: Entry) -> None:
        latest = resource.versions.order_by("-number").values_list("number", flat=True)[0]
        ResourceVersion.objects.filter(resource=resource, status=VersionStatus.IMPORTED).update(
            status=VersionStatus.SUPERSEDED
        )
        version = self._version(resource, entry, number=latest + 1)
        version.save(force_insert=True)
        resource.live, resource.external_digest = version, entry.digest
        resource.save(update_fields=["live", "external_digest", "updated_at"])

    def _version(
        self, resource: Resource, entry: Entry, *, number: int, pk: int | None = None
    ) -> ResourceVersion:
        return ResourceVersion(
            pk=pk,
            resource=resource,
            number=number,
            status=VersionStatus.IMPORTED,
            **{"classification": self._classification, **entry.content},
        )


def _is_taken_over(resource: Resource) -> bool:
    """Whether people have worked on the entry since it was imported."""
    if resource.status != ResourceStatus.IMPORTED:
        return True
    return resource.versions.filter(status=VersionStatus.DRAFT).exists()


def _version_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('catalog_resourceversion', 'id')) "
            "FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
