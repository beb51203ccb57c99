"""A running grant follows the catalog when it grades a data item higher (就高从严, R38).

The stricter mask applies at once and both sides are told; nothing ever becomes clearer by this.
Whether the higher grade would have asked for other signatures is a matter of the next renewal.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from catalog.models import DataItem, Resource
from sharing.granting.door import run_by_clock
from sharing.granting.life import terms_of
from sharing.grantlife.commands import RaiseMasks
from sharing.grantlife.terms import RUNNING, Field
from sharing.models import Grant
from sharing.protection.grades import choose
from sharing.protection.masks import MASKS


def stricter(granted: Field, live: DataItem) -> Field | None:
    """The field with the mask its grade now asks for, or None if what it has is enough."""
    wanted = choose(
        live.grade, personal=live.personal, declared=live.mask, title=f"{live.name} {live.key}"
    )
    has = MASKS[granted.mask]
    weak = has.max_grade < live.grade or (granted.mask == "none" != wanted and live.personal)
    declared = live.mask and wanted == live.mask and MASKS[wanted].max_grade > has.max_grade
    if not (weak or declared) or wanted == granted.mask:
        return None
    return replace(granted, mask=wanted, grade=max(live.grade, granted.grade))


def published(resource: Resource, *, now: datetime) -> None:
    """Follow a new live version of the entry, in the transaction that publishes it."""
    grants = Grant.objects.filter(resource=resource, status__in=[one.value for one in RUNNING])
    follow(grants.order_by("pk").values_list("pk", flat=True), now=now)


def follow(grant_ids: Iterable[UUID], *, now: datetime) -> int:
    """Raise the masks of these grants to what the live version asks for; return of how many."""
    return sum(_follow(pk, now) for pk in list(grant_ids))


def _follow(pk: UUID, now: datetime) -> bool:
    grant = Grant.objects.select_related("resource").get(pk=pk)
    granted = {field.key: field for field in terms_of(grant).fields}
    items = DataItem.objects.filter(version=grant.resource.live_id, key__in=granted)
    raised = [found for item in items if (found := stricter(granted[item.key], item))]
    if not raised:
        return False
    command = RaiseMasks(fields=tuple(raised))
    return run_by_clock(grant_id=pk, command=command, now=now) is not None
