"""PostgreSQL as a source, against a real one."""

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sharing.connectors import hosts
from sharing.connectors.base import ColumnRef, Connector, ConnectorContext, Kind, Query, Timeouts
from sharing.connectors.errors import (
    FetchCancelled,
    InvalidOptions,
    NotAllowedHost,
    SourceBadValue,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
)
from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.conformance import (
    QUERY,
    ROWS,
    SECRET,
    ConnectorConformance,
    Source,
    rows_of,
    until_no_session,
)
from tests.sharing.connectors.sources import SourceDatabase, source_database

TABLE = """
    CREATE TABLE people (
        id integer PRIMARY KEY, name varchar(60), region_code text, born date,
        amount numeric(18, 2), updated_at timestamp NOT NULL
    )"""


class PostgresqlSource(Source):
    def __init__(self, database: SourceDatabase) -> None:
        self.database = database

    def context(self) -> ConnectorContext:
        return self.database.context(password=SECRET)

    def connector(self, context: ConnectorContext) -> Connector:
        return PostgresqlConnector(context)

    def drop_column(self, name: str) -> None:
        self.database.run(f"ALTER TABLE people DROP COLUMN {name}")

    def retype_to_text(self, name: str) -> None:
        self.database.run(f"ALTER TABLE people ALTER COLUMN {name} TYPE text")

    def sessions(self) -> int:
        return self.database.sessions()


@pytest.fixture(scope="module")
def database():
    with source_database() as database:
        yield database


@pytest.fixture
def source(database):
    database.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", TABLE)
    with psycopg.connect(database.conninfo) as connection:
        connection.cursor().executemany(
            "INSERT INTO people VALUES (%(id)s, %(name)s, %(region_code)s, %(born)s, %(amount)s,"
            " %(updated_at)s)",
            [vars(person) for person in ROWS],
        )
    return PostgresqlSource(database)


@pytest.fixture
def connector(source):
    with source.connector(source.context()) as connector:
        yield connector
    until_no_session(source)


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


class TestConnecting:
    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"service": "prod"}, "service"),
            ({"passfile": "/x", "sslkey": "/y"}, "passfile, sslkey"),
            ({"host": "a,b"}, "host"),
            ({"host": ""}, "host"),
            ({"host": None, "dbname": 5, "user": ""}, "host, dbname, user"),
            ({"port": 0}, "port"),
            ({"port": "5432,5433"}, "port"),
            ({"port": True}, "port"),
            ({"dbname": "host=evil"}, "dbname"),
            ({"dbname": "postgresql://evil/x"}, "dbname"),
            ({"user": "a\x00b"}, "user"),
            ({"schema": "\n"}, "schema"),
            ({"tls": "prefer"}, "tls"),
        ],
    )
    def test_only_typed_fields(self, change, fields):
        options = {"host": "db", "dbname": "d", "user": "u", **change}
        with pytest.raises(InvalidOptions) as caught:
            PostgresqlConnector(ConnectorContext(options=options))
        assert caught.value.params["fields"] == fields

    def test_values_cannot_become_settings(self, source):
        context = source.context()
        options = {
            **context.options,
            "user": "nobody' options='-c default_transaction_read_only=off",
        }
        with pytest.raises(SourceRefused):
            PostgresqlConnector(replace(context, options=options)).check()

    def test_socket_directories_must_be_listed(self, source):
        context = source.context()
        if not str(context.options["host"]).startswith("/"):
            pytest.skip("the test server listens on TCP")
        for allowed in ((), ("/",), (f"{context.options['host']}/..",), ("127.0.0.1",)):
            with pytest.raises(NotAllowedHost):
                PostgresqlConnector(replace(context, allowed_hosts=allowed)).check()

    def test_unlisted_hosts_are_refused_before_any_packet(self, source):
        context = replace(source.context(), allowed_hosts=("db.example",))
        options = {"host": "127.0.0.1", "dbname": "d", "user": "u"}
        with pytest.raises(NotAllowedHost):
            PostgresqlConnector(replace(context, options=options)).check()

    def test_nobody_listens(self, source):
        context = source.context()
        with pytest.raises(SourceUnreachable):
            PostgresqlConnector(replace(context, options={**context.options, "port": "9"})).check()

    @pytest.mark.parametrize(
        "change", [{"dbname": "nowhere"}, {"user": "nobody_known"}, {"schema": "s"}]
    )
    def test_refusals(self, source, change):
        context = source.context()
        with pytest.raises(SourceRefused) as caught:
            PostgresqlConnector(replace(context, options={**context.options, **change})).check()
        assert not caught.value.retryable

    def test_a_full_source_is_worth_another_try(self, source):
        role = f"{source.database.part['dbname']}_busy"
        source.database.run(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
        try:
            with pytest.raises(SourceUnreachable) as caught:
                PostgresqlConnector(source.database.context(user=role)).check()
            assert caught.value.retryable
        finally:
            source.database.run(f"DROP ROLE {role}")


class FakeServer:
    """Answers the request for TLS, then pretends to be PostgreSQL; keeps what it was sent."""

    def __init__(self, answer: bytes, context: ssl.SSLContext | None = None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = b""
        self._answer, self._context = answer, context
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            peer.settimeout(5)
            try:
                self._talk(peer)
            except OSError:
                pass
            finally:
                peer.close()

    def _talk(self, peer: socket.socket) -> None:
        if not peer.recv(8):
            return
        peer.sendall(self._answer)
        if self._context:
            with self._context.wrap_socket(peer, server_side=True) as secured:
                self._ask_password(secured)
        else:
            self._ask_password(peer)

    def _ask_password(self, peer: socket.socket) -> None:
        self.received += peer.recv(1000)
        peer.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")  # asks for the password in clear
        self.received += peer.recv(1000)

    def close(self) -> None:
        self.listener.close()
        self._thread.join(5)


@contextmanager
def fake_server(answer, context=None):
    server = FakeServer(answer, context)
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.close()


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.fromtimestamp(time.time(), UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class TestEncryption:
    def _check(self, port: int, **options: str) -> None:
        PostgresqlConnector(
            ConnectorContext(
                options={"host": "localhost", "port": port, "dbname": "d", "user": "u", **options},
                secrets={"password": SECRET},
                allowed_hosts=("localhost",),
                timeouts=Timeouts(connect=3),
            )
        ).check()

    def test_connects_to_the_address_that_was_checked(self, monkeypatch):
        """The name is not looked up again: libpq could not find this one."""
        lookup = socket.getaddrinfo
        monkeypatch.setattr(
            hosts.socket,
            "getaddrinfo",
            lambda host, *more, **named: lookup(
                "127.0.0.1" if host == "db.invalid" else host, *more, **named
            ),
        )
        with fake_server(b"") as server:
            context = ConnectorContext(
                options={
                    "host": "db.invalid", "port": server.port, "dbname": "d", "user": "u",
                    "tls": "disable",
                },
                allowed_hosts=("127.0.0.1",),
                timeouts=Timeouts(connect=3),
            )  # fmt: skip
            with pytest.raises(SourceRefused):
                PostgresqlConnector(context).check()
        assert b"govshare" in server.received

    def test_no_password_for_a_server_without_tls(self):
        with fake_server(b"N") as server, pytest.raises(SourceRefused):
            self._check(server.port)
        assert server.received.strip(b"\x00") == b""

    def test_no_password_for_a_strange_certificate(self, self_signed):
        with fake_server(b"S", self_signed) as server, pytest.raises(SourceRefused):
            self._check(server.port)
        assert server.received == b""

    def test_never_a_clear_password_over_an_open_line(self):
        with fake_server(b"") as server, pytest.raises(SourceRefused):
            self._check(server.port, tls="disable")
        assert SECRET.encode() not in server.received

    def test_the_fake_server_would_notice(self, self_signed):
        """With the check of the certificate switched off the password does arrive."""
        with (
            fake_server(b"S", self_signed) as server,
            pytest.raises((SourceRefused, SourceUnreachable)),
        ):
            self._check(server.port, tls="require")
        assert SECRET.encode() in server.received


def test_values_of_arrow_are_plain(connector):
    """No extension types of the driver reach the pipeline."""
    schema = next(iter(connector.fetch(QUERY))).schema
    assert [field.type for field in schema] == [
        pa.int32(), pa.string(), pa.string(), pa.date32(), pa.decimal128(18, 2), pa.timestamp("us"),
    ]  # fmt: skip
