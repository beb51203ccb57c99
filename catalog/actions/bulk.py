"""Many new drafts at once: the checks and ledger entries of ``create_draft``, fewer queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import manages_department
from catalog.actions.content import highest_grade, make_items, write_content
from catalog.models import DataItem, Resource, ResourceVersion
from catalog.search import reindex
from portal.errors import Fault, Forbidden
from portal.ledger.records import record
from portal.organisation.models import Department, Official


@dataclass(slots=True)
class NewDraft:
    """An entry to be written; afterwards it has either a version or faults."""

    content: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    version: ResourceVersion | None = None
    faults: list[Fault] = field(default_factory=list)


@transaction.atomic
def create_drafts(
    *, by: Official | None, provider: Department, drafts: Sequence[NewDraft], now: datetime
) -> None:
    """Begin an entry of ``provider`` for every draft that has no faults; the others say theirs.

    Forbidden unless ``by`` looks after the provider's entries; None is a command of the portal.
    """
    if by is not None and not manages_department(by, provider, timezone.localdate(now)):
        raise Forbidden(
            _("Only the stewards and heads of the providing department may change its entries."),
            remedy=_("Ask the steward of the providing department."),
        )
    items: list[DataItem] = []
    good: list[tuple[NewDraft, ResourceVersion, int]] = []
    for draft in drafts:
        version, made, draft.faults = check_draft(provider, draft.content, draft.items, by=by)
        if not draft.faults:
            version.grade = highest_grade((one.grade for one in made), default=version.grade)
            items += made
            good.append((draft, version, len(made)))
    Resource.objects.bulk_create(version.resource for _draft, version, _count in good)
    versions = [version for _draft, version, _count in good]
    for version, pk in zip(versions, _version_ids(len(versions)), strict=True):
        version.pk = pk
    ResourceVersion.objects.bulk_create(versions)
    for item in items:
        item.version = item.version  # takes over the key that the version has by now
    DataItem.objects.bulk_create(items, batch_size=2_000)
    for draft, version, count in good:
        draft.version = version
        record(
            "catalog.drafted",
            by=by,
            obj=version.resource,
            now=now,
            label=version.title,
            departments=[provider.pk],
            data={"version": version.number, "items": count, "grade": version.grade},
        )
    reindex([version.resource for version in versions])


def check_draft(
    provider: Department,
    content: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    *,
    by: Official | None = None,
) -> tuple[ResourceVersion, list[DataItem], list[Fault]]:
    """A new draft with its items, unsaved, and everything that is wrong with it."""
    version = ResourceVersion(resource=Resource(provider=provider, created_by=by), number=1)
    faults = write_content(version, content)
    made, item_faults = make_items(version, items)
    return version, made, [*faults, *item_faults]


def _version_ids(count: int) -> list[int]:
    # keys are taken first, so that the items of all versions can be written in one statement
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('catalog_resourceversion', 'id')) "
            "FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
