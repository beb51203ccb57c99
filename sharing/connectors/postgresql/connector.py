"""The connector itself."""

from collections.abc import Iterator
from typing import ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc

from sharing.connectors.base import ConnectorContext, Query, Table
from sharing.connectors.errors import (
    FetchCancelled,
    SchemaDrift,
    SourceBadValue,
    SourceRefused,
    gettext_noop,
)
from sharing.connectors.postgresql import conninfo, schema
from sharing.connectors.postgresql.session import Session


class PostgresqlConnector:
    """Reads PostgreSQL 12 and later.

    Options: host (a name, an address, or an allowed directory of Unix sockets), port, dbname,
    user, schema, tls. Secret: password. The account needs CONNECT, USAGE and SELECT, nothing more.
    """

    kind: ClassVar[str] = "postgresql"
    label: ClassVar[str] = gettext_noop("PostgreSQL database")
    option_fields: ClassVar[tuple[str, ...]] = conninfo.OPTION_FIELDS
    secret_fields: ClassVar[tuple[str, ...]] = conninfo.SECRET_FIELDS
    pushdown: ClassVar[frozenset[str]] = frozenset({"projection", "region", "keyset", "order"})

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._options = conninfo.parse(context)
        self._sessions: set[Session] = set()
        self._cancelled = False

    def _open(self) -> Session:
        session = Session(
            conninfo.conninfo(self._options, self._context),
            host=self._options.host,
            schema=self._options.schema,
            timeouts=self._context.timeouts,
        )
        self._sessions.add(session)
        return session

    def _leave(self, session: Session) -> None:
        self._sessions.discard(session)
        session.close()

    def check(self) -> None:
        """Connect and look at the schema; SourceRefused if it is not there or not readable."""
        session = self._open()
        try:
            with session.faults():
                usable = session.rows(
                    "SELECT 1 FROM pg_catalog.pg_namespace"
                    " WHERE nspname = $1 AND has_schema_privilege(oid, 'USAGE')",
                    (self._options.schema,),
                )
        finally:
            self._leave(session)
        if not usable:
            raise SourceRefused(host=self._options.host)

    def describe(self) -> tuple[Table, ...]:
        """Tables, views and foreign tables of the schema that the account may read."""
        session = self._open()
        name = self._options.schema
        try:
            with session.faults():
                names = session.rows(schema.TABLES, (name,))
                columns = schema.found(session.rows(schema.COLUMNS, (name, "")))
        finally:
            self._leave(session)
        return tuple(schema.tables(name, names, columns))

    def fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        """See the contract. One transaction, REPEATABLE READ and READ ONLY."""
        self._cancelled = False  # here and not in the generator: it starts at its first batch
        return self._fetch(query)

    def _fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        table = f"{query.schema}.{query.table}"
        session = self._open()
        try:
            if self._cancelled:  # asked before the session could be told
                raise FetchCancelled
            with session.faults(table=table):
                found = schema.found(session.rows(schema.COLUMNS, (query.schema, query.table)))
                if not found:
                    raise SchemaDrift(
                        table=table, missing=tuple(ref.column for ref in query.columns)
                    )
                statement, exact = schema.select(query, found)
                raw = session.rows("SELECT current_setting('server_encoding')") == [("SQL_ASCII",)]
                reader = session.stream(statement)
            yield from self._batches(session, reader, exact=exact, query=query, validate=raw)
        finally:
            self._leave(session)

    def _batches(
        self,
        session: Session,
        reader: pa.RecordBatchReader,
        *,
        exact: dict[str, pa.DataType],
        query: Query,
        validate: bool,
    ) -> Iterator[pa.RecordBatch]:
        target = pa.schema(
            [(field.name, exact.get(field.name, field.type)) for field in reader.schema]
        )
        empty = True
        while True:
            if self._cancelled:
                raise FetchCancelled
            with session.faults(table=f"{query.schema}.{query.table}"):
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    break
            if validate:
                _validated(batch)
            batch = _typed(batch, target)
            for start in range(0, batch.num_rows, query.batch_rows):
                empty = False
                yield batch.slice(start, query.batch_rows)
        if empty:
            yield pa.RecordBatch.from_pylist([], schema=target)

    def cancel(self) -> None:
        """End a running fetch; the statement is cancelled at the source."""
        self._cancelled = True
        for session in tuple(self._sessions):
            session.cancel()

    def close(self) -> None:
        """End everything."""
        for session in tuple(self._sessions):
            self._leave(session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _validated(batch: pa.RecordBatch) -> None:
    """A SQL_ASCII database may hold bytes in any encoding: refuse those that are not UTF-8."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            raise SourceBadValue(column=name) from None


def _typed(batch: pa.RecordBatch, target: pa.Schema) -> pa.RecordBatch:
    """Give declared numerics, fetched as text to stay exact, their decimal type."""
    columns = []
    for field, column in zip(target, batch.columns, strict=True):
        try:
            columns.append(column if column.type == field.type else pc.cast(column, field.type))
        except pa.ArrowInvalid:  # NaN and infinity are numerics to PostgreSQL
            raise SourceBadValue(column=field.name) from None
    return pa.RecordBatch.from_arrays(columns, schema=target)
