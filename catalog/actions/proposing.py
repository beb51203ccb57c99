"""Writing proposed data items into a draft and attaching the table they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.actions.attaching import attach
from catalog.actions.content import ITEM_FIELDS
from catalog.actions.drafts import create_draft, revise, save_draft
from catalog.models import Attachment, DataItem, DataSource, Resource, ResourceVersion
from portal.errors import Fault, Invalid
from portal.organisation.models import Department, Official


@dataclass(frozen=True, slots=True)
class Place:
    """The table that proposals came from; ``columns`` maps item keys to column names."""

    source: DataSource
    schema: str
    table: str
    columns: Mapping[str, str]
    key_columns: Sequence[str] = ()
    region_column: str = ""
    change_column: str = ""
    rows: int | None = None
    described: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a steward made of the proposals.

    ``content`` fills fields of the entry that are still empty. ``keep_others``: items the entry
    has besides stay; without it they go.
    """

    content: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    place: Place | None = None
    keep_others: bool = True


@transaction.atomic
def accept_proposal(
    *, by: Official, target: Department | Resource, accepted: Acceptance, now: datetime
) -> ResourceVersion:
    """Begin an entry of a department, or fill the draft of an entry, and attach its table.

    All of it or nothing. Invalid lists every fault; Forbidden unless ``by`` looks after entry and
    source. A published entry gets a draft of its next version; its attachment changes only where
    the published version goes on being served.
    """
    if isinstance(target, Department):
        draft = create_draft(
            by=by, provider=target, content=accepted.content, items=accepted.items, now=now
        )
    else:
        draft = _fill(by, target, accepted, now)
    if accepted.place is not None:
        _attach(by, draft.resource, accepted.place, now)
    return draft


def _fill(
    by: Official, resource: Resource, accepted: Acceptance, now: datetime
) -> ResourceVersion:  # fmt: skip
    draft = revise(by=by, resource=resource, now=now)
    known = {
        item.key: {name: getattr(item, name) for name in ITEM_FIELDS} for item in draft.items.all()
    }
    items = [{**known.pop(item["key"], {}), **item} for item in accepted.items]
    if accepted.keep_others:
        items += known.values()
    content = {
        name: value
        for name, value in accepted.content.items()
        if getattr(draft, name, None) in (None, "", [])
    }
    return save_draft(by=by, version=draft, content=content, items=items, now=now)


def _attach(by: Official, resource: Resource, place: Place, now: datetime) -> Attachment:
    columns = dict(place.columns)
    old = Attachment.objects.filter(resource=resource).first()
    if old is not None and resource.live_id is not None:
        if (old.source_id, old.schema, old.table) != (place.source.pk, place.schema, place.table):
            message = _("The published version is served from another table.")
            remedy = _(
                "Accept the items without the attachment; attach the new table in the "
                "administration once the new version is published."
            )
            raise Invalid(message, [Fault("attach", message, remedy, "attached")])
        live = DataItem.objects.filter(version=resource.live_id).values_list("key", flat=True)
        columns = {key: old.columns[key] for key in live if key in old.columns} | columns
    return attach(
        by=by,
        resource=resource,
        source=place.source,
        now=now,
        schema=place.schema,
        table=place.table,
        columns=columns,
        key_columns=list(place.key_columns),
        region_column=place.region_column,
        change_column=place.change_column,
        approximate_rows=place.rows,
        described=[dict(column) for column in place.described],
    )
