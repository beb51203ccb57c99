"""Connecting to PostgreSQL: what may be said, to whom, and how safely."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sharing.connectors.base import ConnectorContext, Timeouts
from sharing.connectors.errors import (
    InvalidOptions,
    NotAllowedHost,
    SourceRefused,
    SourceUnreachable,
)
from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.conformance import SECRET


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
        known = source.context()
        context = replace(known, options={**known.options, "host": "/run/postgresql"})
        for allowed in ((), ("/",), ("/run/postgresql/..",), ("127.0.0.1",)):
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
            "portal.hosts.socket.getaddrinfo",
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
