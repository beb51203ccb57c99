"""Keyset cursors: where a page ended, so that the next begins there at any depth."""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Cursor:
    """The order values of the last row of a page; ``tier`` is 0 where no ranking applies."""

    tier: int
    used: int
    updated: int
    """Microseconds since 1970."""
    number: int

    @property
    def key(self) -> tuple[int, int, int]:
        """The values as they rise along a list."""
        return -self.used, -self.updated, -self.number

    def encode(self) -> str:
        """A text for addresses; it carries no secret and is checked when it comes back."""
        values = [self.tier, self.used, self.updated, self.number]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of that text; Invalid when it is none of ours."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            tier, used, updated, number = map(int, json.loads(base64.urlsafe_b64decode(padded)))
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise _invalid() from error
        in_range = 0 <= tier <= 9 and 0 <= used < 2**31 and 0 <= number < 2**31
        if not in_range or not -(2**62) < updated < 2**62:
            raise _invalid()
        return cls(tier, used, updated, number)


class Order(StrEnum):
    """The orders of a list; each ends with the next one, so that no two rows are equal."""

    RELEVANCE = "relevance"
    MOST_USED = "used"
    NEWEST = "newest"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns for ``order_by``."""
        newest = ("-updated_at", "-number")
        used = ("-used", *newest)
        by_order = {Order.NEWEST: newest, Order.MOST_USED: used, Order.RELEVANCE: ("tier", *used)}
        return by_order[self]


def _invalid() -> Invalid:
    message = _("This page address is damaged.")
    remedy = _("Start again from the first page.")
    return Invalid(message, [Fault("cursor", message, remedy, "cursor")], remedy=remedy)
