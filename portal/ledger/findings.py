"""What a verification of the ledger can find."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from portal.ledger.chain import GENESIS


class What(StrEnum):
    """Kinds of damage."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    BROKEN = "broken"
    TRUNCATED = "truncated"
    FORKED = "forked"
    UNSEALED = "unsealed"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: what, at which places of the chain (``seq`` to ``until``), which entry."""

    what: What
    text: str
    seq: int | None = None
    entry_id: int | None = None
    until: int | None = None

    def __str__(self) -> str:
        places = [] if self.seq is None else [f"seq {self.seq}"]
        if self.until is not None and self.until != self.seq:
            places = [f"seq {self.seq}-{self.until}"]
        if self.entry_id is not None:
            places.append(f"entry {self.entry_id}")
        return (
            f"{self.what}: {', '.join(places)}: {self.text}"
            if places
            else f"{self.what}: {self.text}"
        )


@dataclass(slots=True)
class Report:
    """What was looked at and what was found."""

    entries: int = 0
    checkpoints: int = 0
    head: str = GENESIS
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {"intact": self.intact, **asdict(self)}
