"""Writing the ledger: one call per thing that happened, in the transaction in which it happened."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from portal import gathering
from portal.ledger import chain
from portal.ledger.models import Entry
from portal.organisation.models import Official


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one byte form of an entry's content: UTF-8 JSON, sorted keys, no spaces."""
    return json.dumps(
        content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def content_of(entry: Entry) -> dict[str, Any]:
    """Everything the digest covers."""
    return {
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": entry.kind,
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "acting_for": entry.acting_for,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object_label": entry.object_label,
        "departments": sorted(entry.departments),
        "data": entry.data,
        "article": entry.article,
    }


def digest_of(entry: Entry) -> str:
    """SHA-256 over the canonical content, in hexadecimal."""
    return chain.digest(canonical(content_of(entry)))


def _storable(text: str) -> float | int:
    """A number as PostgreSQL will give it back: it writes whole numbers without exponent."""
    number = float(text) + 0.0  # there is no negative zero
    return int(number) if number.is_integer() and abs(number) >= 1e16 else number


def record(  # noqa: PLR0913 - an entry has this many facts, and callers name each
    kind: str,
    *,
    by: Official | None,
    obj: models.Model,
    now: datetime,
    label: str = "",
    acting_for: str = "",
    departments: Iterable[int] = (),
    data: Mapping[str, Any] | None = None,
    article: str = "",
) -> Entry:
    """Insert one ledger entry; refuses to work outside a transaction.

    ``by`` is None for the portal's own clockwork. ``data`` holds before and after, digests and
    counts, never row values or secrets. If the entry cannot be written the action fails with it.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "A ledger entry belongs into the transaction of the change it records."
        raise RuntimeError(message)
    content = json.loads(json.dumps(dict(data or {}), cls=DjangoJSONEncoder), parse_float=_storable)
    entry = Entry(
        at=now,
        kind=kind,
        actor=by,
        actor_name=by.full_name if by else "",
        acting_for=acting_for,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=(label or str(obj))[:300],
        departments=sorted(set(departments)),
        data=content,
        article=article,
    )
    entry.digest = digest_of(entry)
    gathering.insert([entry])
    return entry


def difference(
    before: models.Model | None, after: models.Model, fields: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Which of ``fields`` differ, as {"before": …, "after": …}; all of them when there is no before.

    Keys are field names, values what the columns hold.
    """
    attnames = {field.name: field.attname for field in after._meta.concrete_fields}
    columns = {name: attnames[name] for name in fields}
    new = {name: getattr(after, column) for name, column in columns.items()}
    if before is None:
        return {"before": {}, "after": new}
    old = {name: getattr(before, column) for name, column in columns.items()}
    changed = [name for name in columns if old[name] != new[name]]
    return {
        "before": {name: old[name] for name in changed},
        "after": {name: new[name] for name in changed},
    }
