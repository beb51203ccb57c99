"""Looking into sources for the catalog: which tables there are, and a sample of their rows."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from catalog.models import DataSource
from catalog.recognition.shapes import ColumnShape, TableShape
from catalog.sources import SourceFault, Words
from portal import crypto
from sharing.connectors.base import Column, ColumnRef, Connector, Kind, Query, Table, Timeouts
from sharing.connectors.errors import ConnectorError, UnknownConnector
from sharing.connectors.registry import connector_class
from sharing.protection.masks import MASKS
from sharing.protection.rules import WHOLE, Pseudonym
from sharing.pulling import failures
from sharing.pulling.sources import connector_for

LIMITS: Final = Timeouts(connect=5, statement=20, lock=5)
"""A look must not burden the source, nor keep a person waiting."""
LONGEST_VALUE: Final = 2_000
"""Of longer texts only the beginning is looked at."""
_LIMITED: Final = re.compile(
    r"^(?:character varying|character|varchar|char|bpchar|nvarchar|numeric|decimal)\((\d+)"
)


class Reader:
    """Implements ``catalog.sources.SourceReader``."""

    def tables(self, source: DataSource, schema: str = "") -> tuple[TableShape, ...]:
        """See the protocol."""
        with _connected(source, schema) as connector:
            return tuple(shape_of(table) for table in connector.describe())

    def sample(
        self, source: DataSource, table: TableShape, rows: int
    ) -> Mapping[str, tuple[str | None, ...]]:
        """See the protocol. Binary columns are not read."""
        names = [one.name for one in table.columns if one.kind != Kind.BINARY]
        if not names:
            return {}
        query = Query(
            schema=table.schema, table=table.name, batch_rows=rows,
            columns=tuple(ColumnRef(name, f"c{place}") for place, name in enumerate(names)),
        )  # fmt: skip
        with _connected(source, table.schema) as connector:
            batch = _first(connector, query)
            return {name: _texts(column) for name, column in zip(names, batch.columns, strict=True)}

    def label(self, source: DataSource) -> str:
        """See the protocol."""
        try:
            return connector_class(source.connector).label.split()[0]
        except UnknownConnector:
            return source.connector

    def explain(self, code: str, detail: Mapping[str, Any]) -> Words:
        """See the protocol."""
        return Words(*failures.explain(code, detail))

    def masked(self, mask: str, value: str) -> str:
        """See the protocol."""
        rule = MASKS.get(mask)
        if rule is None or isinstance(rule.rule, Pseudonym):
            return WHOLE
        return str(rule.value(value))


def _first(connector: Connector, query: Query) -> pa.RecordBatch:
    """The first batch; the session is freed at once, whatever else there would be."""
    rows = connector.fetch(query)
    try:
        return next(rows)
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()


@contextmanager
def _connected(source: DataSource, schema: str) -> Iterator[Connector]:
    """A connector with short limits; every fault of the source becomes a SourceFault."""
    try:
        with connector_for(source, timeouts=LIMITS, schema=schema) as connector:
            yield connector
    except ConnectorError as error:
        raise _fault(error.code, error.params) from None
    except crypto.DecryptionError:
        raise _fault("credentials_unreadable", {}) from None


def _fault(code: str, detail: Mapping[str, Any]) -> SourceFault:
    text, remedy = failures.explain(code, detail)
    return SourceFault(text, remedy=remedy, code=code, detail=detail)


def shape_of(table: Table) -> TableShape:
    """A described table as the catalog knows tables."""
    return TableShape(
        schema=table.schema,
        name=table.name,
        columns=tuple(_column(column) for column in table.columns),
        primary_key=table.primary_key,
        rows=table.rows,
        comment=table.comment,
    )


def _column(column: Column) -> ColumnShape:
    limited = _LIMITED.match(column.source_type)
    return ColumnShape(
        name=column.name,
        kind=column.kind.value,
        source_type=column.source_type,
        nullable=column.nullable,
        length=int(limited.group(1)) if limited else None,
        comment=column.comment,
    )


def _texts(column: pa.Array) -> tuple[str | None, ...]:
    """The values of a column; none of a column with dates beyond the calendar, such as infinity."""
    try:
        return tuple(None if value is None else _text(value) for value in column.to_pylist())
    except (ValueError, OverflowError):
        return ()


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)[:LONGEST_VALUE]
