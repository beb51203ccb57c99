"""The smallest complete connector: rows in memory. An example, and a source that can be made ill."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc

from sharing.connectors.base import Column, ConnectorContext, Kind, Query, Table
from sharing.connectors.errors import (
    FetchCancelled,
    InvalidOptions,
    SchemaDrift,
    SourceUnreachable,
)

KINDS = {
    pa.string(): Kind.TEXT,
    pa.int64(): Kind.INTEGER,
    pa.date32(): Kind.DATE,
    pa.timestamp("us"): Kind.DATETIME,
    pa.bool_(): Kind.BOOLEAN,
    pa.float64(): Kind.FLOAT,
}
TABLES: dict[str, pa.Table] = {}
"""What the "source" holds; tests fill it."""


class MemoryConnector:
    """Serves TABLES. ``before_batch`` is called before every batch with its number."""

    kind: ClassVar[str] = "memory"
    label: ClassVar[str] = "Rows in memory"
    option_fields: ClassVar[tuple[str, ...]] = ("schema",)
    secret_fields: ClassVar[tuple[str, ...]] = ("password",)
    pushdown: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, context: ConnectorContext) -> None:
        unknown = sorted(set(context.options) - {"schema"} | set(context.secrets) - {"password"})
        if unknown:
            raise InvalidOptions(fields=", ".join(unknown))
        self._schema = str(context.options.get("schema", "public"))
        self._cancelled = False
        self.before_batch: Callable[[int], None] = lambda _: None
        self.open_readings = 0

    def check(self) -> None:
        if not TABLES:
            raise SourceUnreachable(host="memory")

    def describe(self) -> tuple[Table, ...]:
        return tuple(
            Table(
                schema=self._schema,
                name=name,
                columns=tuple(
                    Column(field.name, str(field.type), kind(field.type), field.nullable)
                    for field in table.schema
                ),
                primary_key=("id",) if "id" in table.schema.names else (),
                rows=table.num_rows,
            )
            for name, table in sorted(TABLES.items())
        )

    def fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        self._cancelled = False
        return self._fetch(query)

    def _fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        table = TABLES.get(query.table, pa.table({}))
        _check(query, table)
        result = _ordered(query, _filtered(query, table))
        result = pa.table({ref.alias: result[ref.column] for ref in query.columns}).combine_chunks()
        batches = result.to_batches(max_chunksize=query.batch_rows)
        self.open_readings += 1
        try:
            for number, batch in enumerate(
                batches or [pa.RecordBatch.from_pylist([], result.schema)]
            ):
                self.before_batch(number)
                if self._cancelled:
                    raise FetchCancelled
                yield batch
        finally:
            self.open_readings -= 1

    def cancel(self) -> None:
        self._cancelled = True

    def close(self) -> None:
        self.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def kind(arrow: pa.DataType) -> Kind:
    return Kind.DECIMAL if pa.types.is_decimal(arrow) else KINDS[arrow]


def _check(query: Query, table: pa.Table) -> None:
    extra = [query.row_filter.column] if query.row_filter else []
    names = [ref.column for ref in query.columns] + extra + list(query.order_by)
    missing = tuple(name for name in names if name not in table.column_names)
    retyped = tuple(
        ref.column
        for ref in query.columns
        if ref.column not in missing and ref.kind not in {None, kind(table[ref.column].type)}
    )
    if missing or retyped:
        raise SchemaDrift(table=f"{query.schema}.{query.table}", missing=missing, retyped=retyped)


def _filtered(query: Query, table: pa.Table) -> pa.Table:
    if query.row_filter:
        column = table[query.row_filter.column]
        keep = pc.starts_with(column, query.row_filter.prefixes[0])
        for prefix in query.row_filter.prefixes[1:]:
            keep = pc.or_(keep, pc.starts_with(column, prefix))
        table = table.filter(keep)
    if query.after:
        rows = table.select(query.after.columns).to_pylist()
        later = [tuple(row.values()) > query.after.values for row in rows]
        table = table.filter(pa.array(later, pa.bool_()))
    return table


def _ordered(query: Query, table: pa.Table) -> pa.Table:
    keys = [(name, "ascending") for name in query.order_by]
    return table.sort_by(keys) if keys else table
