"""Whether a delivery lies within what its grant allows now: narrowing reaches back (R20)."""

import json
from typing import Any

from sharing.connectors.base import region_prefix
from sharing.models import Delivery, Grant


def exceeds(delivery: Delivery, grant: Grant) -> bool:
    """Whether the delivery holds fields, rows or clear values that are granted no more."""
    manifest: dict[str, Any] = json.loads(delivery.manifest)
    granted = {field["key"]: field["mask"] for field in grant.fields}
    delivered = {field["name"]: field["mask"] for field in manifest["fields"]}
    if not delivered.items() <= granted.items():
        return True
    rows = grant.row_region_id
    held = manifest["scope"]["region"] or None
    return rows is not None and held != [region_prefix(rows)]
