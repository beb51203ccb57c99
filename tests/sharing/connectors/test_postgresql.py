"""PostgreSQL as a source, against a real one."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from sharing.connectors.base import ColumnRef, Kind, Query, Timeouts
from sharing.connectors.errors import (
    FetchCancelled,
    SourceBadValue,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
)
from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.conformance import (
    QUERY,
    ROWS,
    ConnectorConformance,
    rows_of,
    until_no_session,
)
from tests.sharing.connectors.sources import SourceDatabase


def select(table: str, *columns: str) -> Query:
    return Query("public", table, tuple(ColumnRef(name, name) for name in columns))


class TestPostgresqlConformance(ConnectorConformance):
    @pytest.fixture
    def source(self, source):
        return source


class TestTypes:
    def test_numbers_stay_exact(self, connector, source):
        source.database.run(
            "CREATE TABLE n (a numeric(38, 10), b numeric, c numeric(50, 2), d money, e float8)",
            "INSERT INTO n VALUES (1234567890123456789012345678.0123456789,"
            " 0.1234567890123456789012345678901234567890123, 1e47, 12.5, 0.1), (NULL, NULL, NULL, NULL, NULL)",
        )
        rows = rows_of(connector.fetch(select("n", "a", "b", "c", "d", "e")))
        assert rows[0] == {
            "a": Decimal("1234567890123456789012345678.0123456789"),
            "b": "0.1234567890123456789012345678901234567890123",
            "c": f"1{'0' * 47}.00",
            "d": "12.50",
            "e": 0.1,
        }
        assert rows[1] == dict.fromkeys("abcde")

    def test_a_numeric_that_is_no_number_is_a_named_fault(self, connector, source):
        source.database.run(
            "CREATE TABLE n (a numeric(5, 2))", "INSERT INTO n VALUES (1.5), ('NaN')"
        )
        with pytest.raises(SourceBadValue) as caught:
            list(connector.fetch(select("n", "a")))
        assert caught.value.params == {"column": "a"}

    def test_everything_else_becomes_text(self, connector, source):
        source.database.run(
            "CREATE TYPE mood AS ENUM ('fine')",
            "CREATE DOMAIN credit AS varchar(18)",
            "CREATE DOMAIN small AS int CHECK (value < 9)",
            "CREATE TABLE odd (u uuid, j jsonb, m mood, i inet, a int[], h bytea, c char(6),"
            " t time, v interval, d credit, s small)",
            "INSERT INTO odd VALUES ('00000000-0000-0000-0000-000000000001', '{\"a\": 1}', 'fine',"
            " '10.0.0.1', '{1,2}', '\\x00ff', 'ab', '12:30', '1 day', '11320000', 5)",
        )
        (row,) = rows_of(connector.fetch(select("odd", *"ujmiahctvds")))
        assert row == {
            "u": "00000000-0000-0000-0000-000000000001", "j": '{"a": 1}', "m": "fine",
            "i": "10.0.0.1/32", "a": "{1,2}", "h": "00ff", "c": "ab", "t": "12:30:00",
            "v": "1 day", "d": "11320000", "s": 5,
        }  # fmt: skip
        (table,) = [table for table in connector.describe() if table.name == "odd"]
        kinds = {column.name: column.kind for column in table.columns}
        assert (kinds["s"], kinds["d"], kinds["h"]) == (Kind.INTEGER, Kind.TEXT, Kind.BINARY)

    def test_bytes_that_are_not_text_are_refused(self, source):
        name = f"{source.database.part['dbname']}_raw"
        source.database.run(
            f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
        try:
            raw = SourceDatabase(
                psycopg.conninfo.make_conninfo(source.database.conninfo, dbname=name)
            )
            raw.run("CREATE TABLE t (a text)", "INSERT INTO t VALUES (E'\\xc4\\xe3')")  # GBK
            with PostgresqlConnector(raw.context()) as connector, pytest.raises(SourceBadValue):
                list(connector.fetch(select("t", "a")))
        finally:
            source.database.run(f"DROP DATABASE {name} WITH (FORCE)")

    def test_views_are_sources_too(self, connector, source):
        source.database.run("CREATE VIEW seen AS SELECT id, name FROM people WHERE id < 4")
        assert "seen" in {table.name for table in connector.describe()}
        assert len(rows_of(connector.fetch(select("seen", "id")))) == 3

    def test_region_codes_kept_as_numbers(self, connector, source):
        source.database.run(
            "CREATE VIEW v AS SELECT id, region_code::int AS region_code FROM people"
        )
        query = replace(QUERY, table="v", columns=(ColumnRef("id", "id"),))
        query = replace(query, row_filter=replace(_region(), prefixes=("3201",)))
        assert len(rows_of(connector.fetch(query))) == 40


def _region():
    from sharing.connectors.base import RegionPrefix

    return RegionPrefix("region_code", ("32",))


FETCH = """
import json, sys
from sharing.connectors.base import ColumnRef, ConnectorContext, Query
from sharing.connectors.postgresql import PostgresqlConnector

options, secrets, allowed = json.loads(sys.argv[1])
connector = PostgresqlConnector(ConnectorContext(options, secrets, allowed_hosts=tuple(allowed)))
columns = (ColumnRef("id", "id"), ColumnRef("s", "s"))
list(connector.fetch(Query("public", "slow", columns)))
"""


class TestSafety:
    def test_the_transaction_can_only_read(self, connector, source):
        source.database.run(
            "CREATE TABLE victims (id int)",
            "CREATE FUNCTION hit() RETURNS int LANGUAGE sql AS 'INSERT INTO victims VALUES (1) RETURNING id'",
            "CREATE VIEW trap AS SELECT hit() AS id",
        )
        with pytest.raises(SourceRefused):
            list(connector.fetch(select("trap", "id")))
        assert source.database.run("SELECT count(*) FROM victims") == [(0,)]

    def test_one_snapshot(self, connector, source):
        source.database.run(
            "CREATE TABLE big AS SELECT i AS id, repeat('x', 200) AS pad FROM generate_series(1, 60000) i"
        )
        rows = connector.fetch(replace(select("big", "id", "pad"), batch_rows=1000))
        first = next(rows)
        source.database.run("DELETE FROM big WHERE id > 10", "UPDATE big SET id = -1")
        fetched = [*first["id"].to_pylist(), *(row["id"] for row in rows_of(rows))]
        assert sorted(fetched) == list(range(1, 60001))

    def test_hostile_identifiers_in_the_source(self, connector, source):
        name = 'a"b; DROP TABLE people; --'
        quoted = '"' + name.replace('"', '""') + '"'
        source.database.run(
            f"CREATE TABLE {quoted} ({quoted} int)", f"INSERT INTO {quoted} SELECT 7"
        )
        assert name in {table.name for table in connector.describe()}
        assert rows_of(connector.fetch(select(name, name))) == [{name: 7}]
        assert len(rows_of(connector.fetch(QUERY))) == len(ROWS)

    def test_statement_timeout(self, source):
        source.database.run("CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(60)::text AS s")
        context = replace(source.context(), timeouts=Timeouts(statement=1))
        started = time.monotonic()
        with PostgresqlConnector(context) as connector, pytest.raises(SourceTimeout) as caught:
            list(connector.fetch(select("slow", "id", "s")))
        assert time.monotonic() - started < 10
        assert caught.value.params == {"limit": 1}
        until_no_session(source)

    def test_lock_timeout(self, source):
        context = replace(source.context(), timeouts=Timeouts(lock=1))
        with psycopg.connect(source.database.conninfo) as other:
            other.execute("LOCK TABLE people IN ACCESS EXCLUSIVE MODE")
            with PostgresqlConnector(context) as connector, pytest.raises(SourceTimeout):
                list(connector.fetch(QUERY))

    def test_cancel_ends_a_statement_that_yields_nothing(self, connector, source):
        source.database.run("CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(60)::text AS s")
        seen = []

        def read() -> None:
            try:
                list(connector.fetch(select("slow", "id", "s")))
            except FetchCancelled as error:
                seen.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        deadline = time.monotonic() + 10
        while thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.3)
            connector.cancel()
        thread.join(5)
        assert len(seen) == 1
        until_no_session(source)

    def test_a_lost_session_is_a_fault_of_its_own(self, connector, source):
        source.database.run(
            "CREATE VIEW forever AS SELECT i AS id FROM generate_series(1, 20000000) i"
        )
        rows = connector.fetch(select("forever", "id"))
        next(rows)
        source.database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'govshare'"
            " AND datname = current_database()"
        )
        with pytest.raises(SourceUnreachable):
            list(rows)

    def test_a_killed_worker_does_not_keep_the_session(self, source):
        """kill -9 while the source is silent: the server notices by itself (invariant 21)."""
        source.database.run("CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(60)::text AS s")
        context = source.context()
        arguments = [dict(context.options), dict(context.secrets), list(context.allowed_hosts)]
        worker = subprocess.Popen(
            [sys.executable, "-c", FETCH, json.dumps(arguments)], cwd=Path(__file__).parents[3]
        )
        try:
            deadline = time.monotonic() + 30
            running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%slow%'"
            while not source.database.run(running) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert source.sessions() == 1
        finally:
            worker.kill()
            worker.wait()
        until_no_session(source)

    def test_only_granted_columns_are_described_and_read(self, source):
        role = f"{source.database.part['dbname']}_reader"
        source.database.run(
            f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT (id) ON people TO {role}",
        )
        try:
            with PostgresqlConnector(source.database.context(user=role)) as connector:
                (table,) = connector.describe()
                assert [column.name for column in table.columns] == ["id"]
                assert len(rows_of(connector.fetch(select("people", "id")))) == len(ROWS)
                source.database.run(f"REVOKE USAGE ON SCHEMA public FROM {role}")
                with pytest.raises(SourceRefused):
                    connector.check()
                with pytest.raises(SourceRefused):
                    list(connector.fetch(select("people", "id")))
        finally:
            source.database.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")

    def test_faults_of_values_do_not_show_values(self, connector, source):
        source.database.run("CREATE VIEW bad AS SELECT name::int AS id FROM people")
        with pytest.raises(SourceBadValue) as caught:
            list(connector.fetch(select("bad", "id")))
        assert caught.value.__cause__ is None
        assert "张" not in str(caught.value)


def test_values_of_arrow_are_plain(connector):
    """No extension types of the driver reach the pipeline."""
    schema = next(iter(connector.fetch(QUERY))).schema
    assert [field.type for field in schema] == [
        pa.int32(), pa.string(), pa.string(), pa.date32(), pa.decimal128(18, 2), pa.timestamp("us"),
    ]  # fmt: skip
