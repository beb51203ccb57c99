"""Checkpoints outside the database: what auditors and recipients keep, and the keys to check them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal import signing
from portal.ledger.chain import Summary
from portal.ledger.models import Checkpoint


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it is kept: what it states, and the signature under it."""

    summary: Summary
    key_id: str
    signature: str

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Self:
        """The kept form of a stored checkpoint."""
        summary = Summary(
            seq=checkpoint.seq, at=checkpoint.at, head=checkpoint.head, root=checkpoint.root
        )
        return cls(summary, checkpoint.key_id, checkpoint.signature)

    def as_json(self) -> str:
        """One line that ``read`` understands."""
        summary = self.summary
        return json.dumps(
            {
                "seq": summary.seq, "at": summary.at.isoformat(), "head": summary.head,
                "root": summary.root, "key_id": self.key_id, "signature": self.signature,
            }
        )  # fmt: skip

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Read one line; ValueError if it is not a checkpoint."""
        try:
            fields = json.loads(line)
            summary = Summary(
                seq=int(fields["seq"]), at=datetime.fromisoformat(fields["at"]),
                head=str(fields["head"]), root=str(fields["root"]),
            )  # fmt: skip
            return cls(summary, str(fields["key_id"]), str(fields["signature"]))
        except (KeyError, TypeError) as error:
            message = f"not a checkpoint: {line[:80]}"
            raise ValueError(message) from error


@dataclass(frozen=True, slots=True)
class Keys:
    """Public keys by id; several, because old checkpoints outlive a change of the key."""

    by_id: dict[str, Ed25519PublicKey] = field(default_factory=dict)

    @classmethod
    def own(cls) -> Self:
        """The portal's present key."""
        return cls.from_pem([signing.public_key_pem()])

    @classmethod
    def from_pem(cls, texts: Iterable[str]) -> Self:
        """Keys from their PEM texts; ValueError if one is not an Ed25519 public key."""
        keys = [signing.load_public_key(text) for text in texts]
        return cls({signing.key_id(key): key for key in keys})

    def fault(self, signed: Signed) -> str:
        """What is wrong with the signature; empty when it is good."""
        key = self.by_id.get(signed.key_id)
        if key is None:
            return f"is signed with the unknown key {signed.key_id}"
        if not signing.verify(signed.summary.message(), signed.signature, key):
            return "has a signature that does not fit"
        return ""


def stored() -> list[Signed]:
    """All checkpoints of the database, oldest first."""
    return [Signed.of(checkpoint) for checkpoint in Checkpoint.objects.order_by("seq")]


def read(lines: Iterable[str]) -> Iterator[Signed]:
    """Checkpoints from the lines of a kept file; ValueError names the line that is none."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Signed.from_json(line)
            except ValueError as error:
                message = f"line {number}: {error}"
                raise ValueError(message) from error
