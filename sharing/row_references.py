"""References to rows that do not give the rows' keys away.

A correction names rows by their keys, which are data. Stored is a masked form that people can
tell apart, and a keyed digest by which the provider finds the row with the key at hand.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

SHOWN = 2
"""Characters at either end that a masked key keeps; short keys keep none."""


def references_of(concern_id: UUID, keys: Iterable[str]) -> list[dict[str, str]]:
    """One reference for each key, in order, each once."""
    cleaned = dict.fromkeys(filter(None, (key.strip() for key in keys)))
    return [{"masked": masked(key), "digest": _digest(concern_id, key)} for key in cleaned]


def masked(key: str) -> str:
    """The key with all but its ends replaced."""
    if len(key) < 4 * SHOWN:
        return "*" * len(key)
    return f"{key[:SHOWN]}{'*' * (len(key) - 2 * SHOWN)}{key[-SHOWN:]}"


def place_of(concern_id: UUID, references: Sequence[dict[str, Any]], key: str) -> int | None:
    """Which of the references (from 1) the key belongs to, or None."""
    wanted = _digest(concern_id, key.strip())
    found = (
        number
        for number, one in enumerate(references, start=1)
        if constant_time_compare(one["digest"], wanted)
    )
    return next(found, None)


def _digest(concern_id: UUID, key: str) -> str:
    return salted_hmac(f"sharing.concern.rows.{concern_id}", key, algorithm="sha256").hexdigest()
