"""Entries of the ledger about grants, pulls and deliveries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.ledger.records import record
from portal.organisation.models import Official
from sharing.models import Delivery, Grant, Pull


def enter(
    obj: Grant | Pull | Delivery,
    kind: str,
    *,
    by: Official | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    article: str = "",
) -> None:
    """Record that something happened to ``obj``; recipient and provider may read it.

    Neither row values nor credentials get here: counts, digests, codes and names only.
    """
    grant = obj if isinstance(obj, Grant) else obj.grant
    named = {} if obj is grant else {"grant": grant.number}
    record(
        kind,
        by=by,
        obj=obj,
        now=now,
        label=f"{obj if isinstance(obj, Delivery) else grant} {grant.version.title}",
        departments=[grant.department_id, grant.resource.provider_id],
        data={**named, **(data or {})},
        article=article,
    )
