"""One session at the source: a read-only snapshot with limits, and faults put into our words."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import pyarrow as pa
from adbc_driver_manager import Error as DriverError
from adbc_driver_manager._reader import AdbcRecordBatchReader
from adbc_driver_postgresql import StatementOptions, dbapi

from sharing.connectors.base import Timeouts
from sharing.connectors.errors import (
    ConnectorError,
    FetchCancelled,
    SchemaDrift,
    SourceBadValue,
    SourceFailed,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
)

_BATCH_BYTES: Final = 4 * 1024 * 1024
_BUSY: Final = ("too many", "starting up", "shutting down", "recovery mode", "remaining connection")
_SQLSTATES: Final[dict[str, type[ConnectorError]]] = {
    "08": SourceUnreachable,
    "53": SourceUnreachable,
    "57": SourceUnreachable,
    "28": SourceRefused,
    "42501": SourceRefused,
    "25006": SourceRefused,
    "42P01": SchemaDrift,
    "42703": SchemaDrift,
    "22": SourceBadValue,
    "57014": SourceTimeout,
    "55P03": SourceTimeout,
}


class Session:
    """A connection with one open transaction. Use it from one thread; cancel it from any."""

    def __init__(self, conninfo: str, *, host: str, schema: str, timeouts: Timeouts) -> None:
        """Connect and begin; raise SourceUnreachable or SourceRefused.

        Functions behind views find their tables in ``schema``.
        """
        self._host = host
        self._timeouts = timeouts
        self._cancelled = threading.Event()
        self._lock = threading.Lock()  # of closing against cancelling
        self._connection: Any = None
        try:
            self._connection = dbapi.connect(conninfo)
        except DriverError as error:
            busy = any(word in str(error) for word in _BUSY)
            raise (SourceUnreachable if busy else SourceRefused)(host=host) from None
        try:
            with self.faults():
                self._begin(schema)
        except ConnectorError:
            self.close()
            raise

    def _begin(self, schema: str) -> None:
        self._cursor: Any = self._connection.cursor()
        self._cursor.adbc_statement.set_options(
            **{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(_BATCH_BYTES)}
        )
        limits = self._timeouts
        for command in (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {limits.statement * 1000:d}",
            f"SET LOCAL lock_timeout = {limits.lock * 1000:d}",
            f"SET LOCAL idle_in_transaction_session_timeout = {limits.statement * 1000:d}",
        ):
            self._cursor.execute(command)
        self.rows(
            "SELECT set_config('search_path', 'pg_catalog, ' || quote_ident($1), true)", (schema,)
        )
        # From version 14 on the server notices by itself that we are gone.
        self.rows(
            "SELECT set_config('client_connection_check_interval', '2000', true)"
            " WHERE current_setting('server_version_num')::int >= 140000"
        )

    @contextmanager
    def faults(self, *, table: str = "") -> Iterator[None]:
        """Turn faults of the driver into ours, without their text: it may hold values."""
        try:
            yield
        except (DriverError, pa.ArrowException, OSError) as error:
            raise self._translated(getattr(error, "sqlstate", None) or "", table) from None

    def _translated(self, state: str, table: str) -> ConnectorError:
        if self._cancelled.is_set():
            return FetchCancelled()
        fault = _SQLSTATES.get(state) or _SQLSTATES.get(state[:2])
        if fault is SchemaDrift:
            return SchemaDrift(table=table)
        if fault is SourceBadValue:
            return SourceBadValue(column="?")
        if fault is SourceTimeout:
            lock = state == "55P03"
            return SourceTimeout(limit=self._timeouts.lock if lock else self._timeouts.statement)
        if fault is None and state:
            return SourceFailed(sqlstate=state)
        return (fault or SourceUnreachable)(host=self._host)

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run a statement of ours and return its few rows."""
        self._cursor.execute(statement, tuple(parameters) or None)
        return list(self._cursor.fetchall())

    def stream(self, statement: str) -> pa.RecordBatchReader:
        """Run a statement and return its batches as they arrive."""
        self._cursor.execute(statement)
        stream = self._cursor.fetch_arrow()
        # The reader of fetch_record_batch() loses the SQLSTATE of faults that happen on the way.
        return AdbcRecordBatchReader._import_from_c(stream.address)  # noqa: SLF001

    def cancel(self) -> None:
        """Make the running statement end; callable from any thread, also when nothing runs."""
        with self._lock:
            self._cancelled.set()
            if self._connection is not None:
                with suppress(DriverError):
                    self._connection.adbc_cancel()

    def close(self) -> None:
        """Leave the source; what still runs there is ended first."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(DriverError):
            connection.adbc_cancel()
        with suppress(DriverError, AttributeError):
            self._cursor.close()
        with suppress(DriverError):
            connection.close()
