"""Keyset cursors: where a page ended, so that the next begins there at any depth."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Cursor:
    """The order values of the last row of a page; ``tier`` is 0 where no ranking applies."""

    tier: int
    used: int
    updated_at: datetime
    resource_id: UUID

    def encode(self) -> str:
        """A text for addresses; it carries no secret and is checked when it comes back."""
        values = [self.tier, self.used, self.updated_at.isoformat(), self.resource_id.hex]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of that text; Invalid when it is none of ours."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            tier, used, updated_at, resource_id = json.loads(base64.urlsafe_b64decode(padded))
            cursor = cls(
                int(tier), int(used), datetime.fromisoformat(updated_at), UUID(hex=resource_id)
            )
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise _invalid() from error
        if cursor.updated_at.tzinfo is None or not 0 <= cursor.tier <= 9:
            raise _invalid()
        if not 0 <= cursor.used < 2**31:
            raise _invalid()
        return cursor

    def after(self, order: "Order") -> Q:
        """Rows that come after this one, in an order the index can follow."""
        later = Q(updated_at__lte=self.updated_at) & (
            Q(updated_at__lt=self.updated_at) | Q(resource__lt=self.resource_id)
        )
        if order is Order.NEWEST:
            return later
        less_used = Q(used__lte=self.used) & (Q(used__lt=self.used) | later)
        if order is Order.MOST_USED:
            return less_used
        return Q(tier__gt=self.tier) | (Q(tier=self.tier) & less_used)


class Order(StrEnum):
    """The orders of a list; each ends with the next one, so that no two rows are equal."""

    RELEVANCE = "relevance"
    MOST_USED = "used"
    NEWEST = "newest"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns for ``order_by``."""
        newest = ("-updated_at", "-resource_id")  # "-resource" would sort as resources do
        used = ("-used", *newest)
        by_order = {Order.NEWEST: newest, Order.MOST_USED: used, Order.RELEVANCE: ("tier", *used)}
        return by_order[self]


def _invalid() -> Invalid:
    message = _("This page address is damaged.")
    remedy = _("Start again from the first page.")
    return Invalid(message, [Fault("cursor", message, remedy, "cursor")], remedy=remedy)
