"""The contract between the portal and a connector.

SHALL and MAY have the meaning of RFC 2119. ``tests/sharing/connectors/conformance.py`` checks the
contract; a new connector is finished when it passes. See docs/guides/add-a-connector.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Protocol, Self, runtime_checkable

import pyarrow as pa

KeyValue = str | int | Decimal | date | datetime


class Kind(StrEnum):
    """What a column holds, whatever the source calls its type."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    BINARY = "binary"
    """Delivered as hexadecimal text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the source describes it."""

    name: str
    source_type: str
    kind: Kind
    nullable: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view; ``rows`` is the source's own estimate or None."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    rows: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column to fetch, under the name it gets in the record batches.

    ``kind``: what the column held when it was attached; None asks for no comparison.
    """

    column: str
    alias: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class RegionPrefix:
    """Only rows whose ``column`` begins with one of ``prefixes`` (region codes, GB/T 2260)."""

    column: str
    prefixes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.prefixes or not all(_is_region_prefix(prefix) for prefix in self.prefixes):
            message = "A region filter needs prefixes of 2 to 12 digits."
            raise ValueError(message)

    @classmethod
    def for_region(cls, column: str, code: str) -> Self:
        """The filter for all rows within the region ``code`` (6 to 12 digits, zeros at the end)."""
        return cls(column, (region_prefix(code),))


def _is_region_prefix(text: str) -> bool:
    return text.isascii() and text.isdigit() and 2 <= len(text) <= 12


def region_prefix(code: str) -> str:
    """The digits every code within the region shares: 320500 → 3205, 320505001000 → 320505001."""
    if not _is_region_prefix(code) or len(code) not in {2, 4, 6, 9, 12}:
        message = f"{code!r} is not a region code."
        raise ValueError(message)
    ends = [end for end in (2, 4, 6, 9, 12) if end <= len(code)]
    for end in ends:
        if not code[end:].strip("0"):
            return code[:end]
    return code


@dataclass(frozen=True, slots=True)
class Keyset:
    """Only rows that come after ``values`` in the order of ``columns`` (incremental fetching)."""

    columns: tuple[str, ...]
    values: tuple[KeyValue, ...]

    def __post_init__(self) -> None:
        if not self.columns or len(self.columns) != len(self.values):
            message = "A keyset needs one value for each of its columns."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Query:
    """What to fetch. It holds names and values only; the connector quotes both."""

    schema: str
    table: str
    columns: tuple[ColumnRef, ...]
    row_filter: RegionPrefix | None = None
    after: Keyset | None = None
    order_by: tuple[str, ...] = ()
    batch_rows: int = 20_000

    def __post_init__(self) -> None:
        aliases = [ref.alias for ref in self.columns]
        if not aliases or len(set(aliases)) != len(aliases) or self.batch_rows < 1:
            message = "A query needs columns with different aliases and a positive batch size."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds: to connect, for one whole reading, and to wait for a lock."""

    connect: int = 5
    statement: int = 3600
    lock: int = 10


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """Everything a connector may know; it SHALL read no settings and no environment.

    ``allowed_hosts``: see hosts.py. ``secrets`` never appear in ``repr``.
    """

    options: Mapping[str, object]
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    timeouts: Timeouts = Timeouts()
    allowed_hosts: tuple[str, ...] = ()


@runtime_checkable
class Connector(Protocol):
    """A way to read one kind of source.

    - The constructor SHALL validate ``context`` and raise InvalidOptions naming every faulty
      field; it SHALL NOT connect.
    - Every method SHALL raise only ConnectorError and its subclasses for faults of the source.
    - A connector SHALL never write to the source.
    """

    kind: ClassVar[str]
    """Stable identifier, stored with data sources."""
    label: ClassVar[str]
    """English name for people; translated where it is shown."""
    option_fields: ClassVar[tuple[str, ...]]
    secret_fields: ClassVar[tuple[str, ...]]
    """Fields that are kept encrypted and never shown again."""
    pushdown: ClassVar[frozenset[str]]
    """What the source itself does, of ``projection``, ``region``, ``keyset``, ``order``. The rest
    the connector SHALL do after reading: callers rely on all four."""

    def __init__(self, context: ConnectorContext) -> None: ...

    def check(self) -> None:
        """Connect, prove that reading works, disconnect. Returns within the connect timeout."""

    def describe(self) -> tuple[Table, ...]:
        """Tables and views that can be read, by name."""

    def fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        """Yield the rows, all from one snapshot, in batches of at most ``query.batch_rows``.

        - It SHALL yield at least one batch, an empty one if there are no rows, and all batches
          SHALL have one schema: the aliases in the order of ``query.columns``.
        - Decimal numbers SHALL stay exact: decimal128 or text, never floating point.
        - It SHALL raise SchemaDrift naming every missing or retyped column before the first batch.
        - Closing the iterator early SHALL free the session at the source at once.
        """

    def cancel(self) -> None:
        """End a running ``fetch`` soon; it then raises FetchCancelled.

        SHALL be callable from another thread than the one that fetches, when nothing runs, and
        again: a caller repeats it until ``fetch`` has ended.
        """

    def close(self) -> None:
        """Free everything. SHALL be callable twice."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...
