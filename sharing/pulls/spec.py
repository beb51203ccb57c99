"""What one pull is to do, what it reports on the way, and what it results in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sharing.connectors.base import ColumnRef, Kind, Query, RegionPrefix
from sharing.protection.manifest import SignedManifest
from sharing.protection.masks import MASKS
from sharing.pulls.machine import PullStatus
from sharing.pulls.quality import QualityReport

REGION: Final = "__region"
CHANGED: Final = "__changed"
_KEY: Final = "__key_"
FORMATS: Final = ("csv", "parquet")
CHECKS: Final = ("", "id_number", "uscc")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One granted data item.

    ``name`` is the column in Parquet, ``title`` the heading in CSV, ``data_type`` a code of the
    2017 Guide, ``length`` bytes of GB 18030 text. ``check`` names a check digit rule.
    ``kind``: what the source column held when it was attached; None asks for no comparison.
    """

    name: str
    title: str
    column: str
    data_type: str = "C"
    length: int | None = None
    required: bool = False
    code_set: frozenset[str] | None = None
    check: str = ""
    mask: str = "none"
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class PullSpec:
    """Everything one pull needs to know; nothing in it is secret except ``pseudonym_key``.

    ``key``: source columns that identify a row. ``region``: the rows granted. ``changed_column``
    and ``max_age`` measure timeliness. ``facts``: see manifest.FACTS. ``timezone`` is that of
    times in CSV. ``max_rows`` ends the pull when exceeded.
    """

    pull_id: str
    token: int
    schema: str
    table: str
    fields: tuple[FieldSpec, ...]
    facts: Mapping[str, Any]
    key: tuple[str, ...] = ()
    region: RegionPrefix | None = None
    changed_column: str = ""
    max_age: timedelta | None = None
    max_rows: int | None = None
    pseudonym_key: bytes = field(default=b"", repr=False)
    formats: tuple[str, ...] = FORMATS
    batch_rows: int = 20_000
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        """Refuse what could only come from a fault in the caller."""
        names = [item.name for item in self.fields]
        wrong = [
            item.name
            for item in self.fields
            if item.mask not in MASKS or item.check not in CHECKS or item.name.startswith("__")
        ]
        if not names or len(set(names)) != len(names) or wrong:
            message = f"A pull needs fields with different names, known masks and checks: {wrong}"
            raise ValueError(message)
        if not self.formats or not set(self.formats) <= set(FORMATS):
            message = f"Formats are {FORMATS}."
            raise ValueError(message)

    @property
    def key_aliases(self) -> tuple[str, ...]:
        """Names of the key columns while the pull runs; they are not delivered as such."""
        return tuple(f"{_KEY}{number}" for number in range(len(self.key)))

    @property
    def query(self) -> Query:
        """What is asked of the source: granted columns, and hidden ones for the checks."""
        columns = [ColumnRef(item.column, item.name, item.kind) for item in self.fields]
        columns += [ColumnRef(name, alias) for name, alias in zip(self.key, self.key_aliases)]  # noqa: B905 - aliases are made from the key
        if self.region:
            columns.append(ColumnRef(self.region.column, REGION))
        if self.changed_column:
            columns.append(ColumnRef(self.changed_column, CHANGED))
        return Query(
            schema=self.schema,
            table=self.table,
            columns=tuple(columns),
            row_filter=self.region,
            order_by=self.key,
            batch_rows=self.batch_rows,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull has come. ``waiting``: nothing new, only a sign of life."""

    phase: PullStatus
    rows: int = 0
    bytes: int = 0
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class PulledFile:
    """One finished file in the staging folder."""

    format: str
    name: str
    size: int
    sha256: str
    notes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PullResult:
    """A complete, not yet published delivery in ``staging``."""

    staging: Path
    rows: int
    files: tuple[PulledFile, ...]
    quality: QualityReport
    manifest: SignedManifest
    snapshot_at: datetime
