"""The arithmetic of the ledger: hash chain and Merkle trees. Pure, so that a verifier can be small.

Every sealed entry has a place in one chain: ``hash = SHA-256(previous hash || entry digest)``. A
checkpoint covers the hashes that are new since the checkpoint before it: their Merkle tree (RFC
6962 section 2.1) and the root before it make the new root, so that one signature vouches for
everything before it. Hashes travel as lower-case hexadecimal.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

GENESIS: Final = "0" * 64
"""What stands before the first entry of the chain."""
EMPTY_ROOT: Final = hashlib.sha256(b"").hexdigest()
"""Root of a tree without leaves (RFC 6962): what stands before the first checkpoint."""

Side = Literal["left", "right"]
Step = tuple[Side, str]
"""One step up a tree: on which side the sibling stands, and its hash."""


def digest(content: bytes) -> str:
    """SHA-256 of an entry's canonical content."""
    return hashlib.sha256(content).hexdigest()


def link(previous: str, digest: str) -> str:
    """Hash of the entry with ``digest`` that follows the entry with the hash ``previous``."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(digest)).hexdigest()


def links(previous: str, digests: Iterable[str]) -> list[str]:
    """Hashes of the entries with ``digests``, in their order, after ``previous``."""
    hashes = []
    for digest in digests:
        previous = link(previous, digest)
        hashes.append(previous)
    return hashes


def _leaf(value: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(value)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _pair_up(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(pairs) * 2 :])


def merkle_root(values: Sequence[str]) -> str:
    """Root over the hashes ``values`` (RFC 6962: leaves and nodes are told apart by a prefix)."""
    if not values:
        return EMPTY_ROOT
    level = [_leaf(value) for value in values]
    while len(level) > 1:
        level = _pair_up(level)
    return level[0].hex()


def chained_root(previous_root: str, values: Sequence[str]) -> str:
    """Root of a checkpoint: the root before it and the tree over the new hashes, as one node."""
    return chain_roots(previous_root, merkle_root(values))


def chain_roots(previous_root: str, root: str) -> str:
    """Root over everything so far, from the root before and the root of what is new."""
    return _node(bytes.fromhex(previous_root), bytes.fromhex(root)).hex()


def audit_path(values: Sequence[str], index: int) -> list[Step]:
    """Siblings on the way from ``values[index]`` to the Merkle root, lowest first."""
    level = [_leaf(value) for value in values]
    path: list[Step] = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(("right" if sibling > index else "left", level[sibling].hex()))
        level = _pair_up(level)
        index //= 2
    return path


def root_from_path(value: str, path: Iterable[Step]) -> str:
    """Root that the leaf ``value`` and its ``path`` lead to."""
    node = _leaf(value)
    for side, sibling in path:
        other = bytes.fromhex(sibling)
        node = _node(node, other) if side == "right" else _node(other, node)
    return node.hex()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a checkpoint states: the chain up to ``seq`` ends in ``head``, its trees in ``root``."""

    seq: int
    at: datetime
    head: str
    root: str

    def message(self) -> bytes:
        """The bytes that are signed."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        lines = ("govshare ledger checkpoint 1", str(self.seq), at, self.head, self.root)
        return ("\n".join(lines) + "\n").encode("ascii")
