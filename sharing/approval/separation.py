"""Nobody signs two stages: can the stages still be signed by different people?"""

from collections.abc import Sequence
from typing import TypeAlias

Identities: TypeAlias = frozenset[int]
"""A signer and, if they stand in, the person they stand in for."""


def separable(slots: Sequence[Sequence[Identities]], spent: Identities = frozenset()) -> bool:
    """Whether every slot can get a signer of its own who shares no identity with another's.

    ``slots`` holds the possible signers of each signature that is wanted, ``spent`` the
    identities that have signed already.
    """
    possible = [{who for who in slot if not who & spent} for slot in slots]
    if len(frozenset().union(*(who for slot in possible for who in slot))) < len(slots):
        return False  # fewer people than signatures: spares the search its worst case
    return _assign(sorted(possible, key=len), frozenset())


def _assign(slots: Sequence[set[Identities]], taken: Identities) -> bool:
    if not slots:
        return True
    first, *rest = slots
    return any(_assign(rest, taken | who) for who in first if not who & taken)
