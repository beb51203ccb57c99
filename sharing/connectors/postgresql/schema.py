"""What tables look like, and how each column is selected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from psycopg import sql

from sharing.connectors.base import Column, ColumnRef, Kind, Query, Table
from sharing.connectors.errors import SchemaDrift

_NATIVE: Final = {
    "int2": Kind.INTEGER,
    "int4": Kind.INTEGER,
    "int8": Kind.INTEGER,
    "float4": Kind.FLOAT,
    "float8": Kind.FLOAT,
    "bool": Kind.BOOLEAN,
    "text": Kind.TEXT,
    "varchar": Kind.TEXT,
    "date": Kind.DATE,
    "timestamp": Kind.DATETIME,
    "timestamptz": Kind.DATETIME,
}
"""Types that the driver turns into Arrow without loss; all others are cast in the query."""

TABLES: Final = """
    SELECT c.relname::text, greatest(c.reltuples, -1)::bigint,
           coalesce(obj_description(c.oid, 'pg_class'), '')::text
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
       AND has_any_column_privilege(c.oid, 'SELECT')
     ORDER BY 1"""

COLUMNS: Final = """
    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)::text,
           coalesce(b.typname, t.typname)::text,
           CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END,
           b.oid IS NOT NULL, NOT (a.attnotnull OR t.typnotnull), coalesce(col_description(c.oid, a.attnum), '')::text,
           coalesce((SELECT array_position(i.indkey::smallint[], a.attnum) + 1
                       FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), 0)
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
     WHERE n.nspname = $1 AND ($2 = '' OR c.relname = $2)
       AND has_column_privilege(c.oid, a.attnum, 'SELECT')
     ORDER BY c.relname, a.attnum"""


@dataclass(frozen=True, slots=True)
class Found:
    """A column of the source with what is needed to select it."""

    table: str
    column: Column
    base_type: str
    typmod: int
    domain: bool
    key_position: int

    @property
    def exact(self) -> pa.DataType | None:
        """The Arrow type of a declared numeric(p, s); None for all other types."""
        if self.base_type != "numeric" or self.typmod < 4:
            return None
        precision, scale = (self.typmod - 4) >> 16 & 0xFFFF, (self.typmod - 4) & 0x7FF
        return pa.decimal128(precision, scale) if scale <= precision <= 38 else None

    def expression(self) -> sql.Composable:
        """How the column is selected, so that nothing is lost on the way to Arrow."""
        name = sql.Identifier(self.column.name)
        if self.base_type in _NATIVE:
            if not self.domain:
                return name
            return sql.SQL("{}::pg_catalog.{}").format(name, sql.Identifier(self.base_type))
        if self.base_type == "bytea":
            return sql.SQL("encode({}::bytea, 'hex')").format(name)
        if self.base_type == "money":
            return sql.SQL("{}::numeric::text").format(name)
        return sql.SQL("{}::text").format(name)


def kind_of(base_type: str) -> Kind:
    """What a column of this base type holds."""
    if base_type in {"numeric", "money"}:
        return Kind.DECIMAL
    if base_type == "bytea":
        return Kind.BINARY
    return _NATIVE.get(base_type, Kind.TEXT)


def found(rows: Iterable[Sequence[object]]) -> list[Found]:
    """Read the rows of COLUMNS."""
    result = []
    for table, name, written, base, typmod, domain, nullable, comment, position in rows:
        column = Column(str(name), str(written), kind_of(str(base)), bool(nullable), str(comment))
        result.append(
            Found(str(table), column, str(base), _int(typmod), bool(domain), _int(position))
        )
    return result


def _int(value: object) -> int:
    return int(str(value))


def tables(schema: str, names: Iterable[Sequence[object]], columns: list[Found]) -> list[Table]:
    """Put tables together from the rows of TABLES and COLUMNS."""
    by_table: dict[str, list[Found]] = {}
    for item in columns:
        by_table.setdefault(item.table, []).append(item)
    result = []
    for name, rows, comment in names:
        own = by_table.get(str(name), [])
        key = sorted((item.key_position, item.column.name) for item in own if item.key_position)
        result.append(
            Table(
                schema=schema,
                name=str(name),
                columns=tuple(item.column for item in own),
                primary_key=tuple(column for _, column in key),
                rows=_int(rows) if _int(rows) >= 0 else None,
                comment=str(comment),
            )
        )
    return result


def select(query: Query, columns: list[Found]) -> tuple[str, dict[str, pa.DataType]]:
    """Return the statement and the exact types of its decimal columns by alias.

    Raises SchemaDrift if the table lacks a column of the query or holds something else in it.
    """
    known = {item.column.name: item for item in columns}
    _check_drift(query, known)
    chosen = [(ref.alias, known[ref.column]) for ref in query.columns]
    statement = sql.SQL("SELECT {} FROM {}{}{}").format(
        sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(item.expression(), sql.Identifier(alias))
            for alias, item in chosen
        ),
        sql.Identifier(query.schema, query.table),
        _where(query, known),
        _order(query),
    )
    exact = {alias: item.exact for alias, item in chosen if item.exact is not None}
    return statement.as_string(None), exact


def _check_drift(query: Query, known: dict[str, Found]) -> None:
    used = [ColumnRef(name, name) for name in query.order_by]
    if query.row_filter:
        used.append(ColumnRef(query.row_filter.column, ""))
    if query.after:
        used += [ColumnRef(name, name) for name in query.after.columns]
    refs = [*query.columns, *used]
    missing = [ref.column for ref in refs if ref.column not in known]
    retyped = [
        ref.column
        for ref in refs
        if ref.column in known and ref.kind and known[ref.column].column.kind is not ref.kind
    ]
    if missing or retyped:
        raise SchemaDrift(
            table=f"{query.schema}.{query.table}",
            missing=tuple(dict.fromkeys(missing)),
            retyped=tuple(dict.fromkeys(retyped)),
        )


def _where(query: Query, known: dict[str, Found]) -> sql.Composable:
    conditions: list[sql.Composable] = []
    if query.row_filter:
        column: sql.Composable = sql.Identifier(query.row_filter.column)
        if known[query.row_filter.column].base_type not in {"text", "varchar", "bpchar"}:
            column = sql.SQL("{}::text").format(column)
        conditions.append(
            sql.SQL("({})").format(
                sql.SQL(" OR ").join(
                    sql.SQL("{} LIKE {}").format(column, sql.Literal(f"{prefix}%"))
                    for prefix in query.row_filter.prefixes  # digits only, see RegionPrefix
                )
            )
        )
    if query.after:
        conditions.append(
            sql.SQL("({}) > ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, query.after.columns)),
                sql.SQL(", ").join(map(sql.Literal, query.after.values)),
            )
        )
    if not conditions:
        return sql.SQL("")
    return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions))


def _order(query: Query) -> sql.Composable:
    if not query.order_by:
        return sql.SQL("")
    return sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(map(sql.Identifier, query.order_by)))
