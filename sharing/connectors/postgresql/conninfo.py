"""The connection string, built from typed fields only.

libpq understands far more: service files, password files, several hosts, session options. None of
it can be reached from here, because a data source is described by people outside the portal.
"""

import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from psycopg.conninfo import make_conninfo

from sharing.connectors.base import ConnectorContext
from sharing.connectors.errors import InvalidOptions, SourceUnreachable
from sharing.connectors.hosts import resolve, socket_directory

OPTION_FIELDS: Final = ("host", "port", "dbname", "user", "schema", "tls")
SECRET_FIELDS: Final = ("password",)
TLS_MODES: Final = ("verify-full", "require", "disable")
"""``verify-full`` is the default: the certificate must fit the host and be trusted by the
operating system of the worker (SSL_CERT_FILE and SSL_CERT_DIR are honoured)."""


@dataclass(frozen=True, slots=True)
class Options:
    """The fields of a data source, checked."""

    host: str
    port: int
    dbname: str
    user: str
    schema: str
    tls: str


def _text(options: Mapping[str, object], name: str, default: str = "") -> str | None:
    value = options.get(name, default)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return None
    return value.strip()


def _port(options: Mapping[str, object]) -> int | None:
    value = options.get("port", 5432)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
        return None
    return value


def parse(context: ConnectorContext) -> Options:
    """Return the checked fields; raise InvalidOptions naming every faulty or unknown one."""
    options = context.options
    host, port = _text(options, "host"), _port(options)
    dbname, user = _text(options, "dbname"), _text(options, "user")
    schema, tls = _text(options, "schema", "public"), _text(options, "tls", "verify-full")
    faults = sorted((set(options) - set(OPTION_FIELDS)) | (set(context.secrets) - {"password"}))
    faults += [
        name
        for name, wrong in (
            ("host", host is None or "," in host),  # several hosts
            ("port", port is None),
            ("dbname", dbname is None or "=" in dbname or "://" in dbname),  # nested string
            ("user", user is None),
            ("schema", schema is None),
            ("tls", tls not in TLS_MODES),
        )
        if wrong
    ]
    if faults or not (host and port and dbname and user and schema and tls):
        raise InvalidOptions(fields=", ".join(faults))
    return Options(host, port, dbname, user, schema, tls)


def _probe_unix(path: str, timeout: int) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(timeout)
        probe.connect(path)


def _reach(options: Options, context: ConnectorContext) -> dict[str, str]:
    """Decide where to connect, see that somebody listens there, return libpq's words for it."""
    timeout = context.timeouts.connect
    try:
        if options.host.startswith("/"):
            directory = socket_directory(options.host, context.allowed_hosts)
            _probe_unix(f"{directory}/.s.PGSQL.{options.port}", timeout)
            return {"host": directory}
        target = resolve(options.host, options.port, context.allowed_hosts)
        socket.create_connection((target.address, target.port), timeout).close()
    except OSError:
        raise SourceUnreachable(host=options.host) from None
    tls = {"sslmode": options.tls}
    if options.tls == "verify-full":
        tls["sslrootcert"] = "system"
    elif options.tls == "disable":
        tls["require_auth"] = "!password"  # never the password itself over an open line
    return {"host": target.host, "hostaddr": target.address, **tls}


def conninfo(options: Options, context: ConnectorContext) -> str:
    """Return the connection string; raise NotAllowedHost or SourceUnreachable."""
    return make_conninfo(
        "",
        **_reach(options, context),
        port=options.port,
        dbname=options.dbname,
        user=options.user,
        password=context.secrets.get("password", ""),
        passfile="/dev/null/none",
        connect_timeout=max(2, context.timeouts.connect),
        application_name="govshare",
        client_encoding="UTF8",
        gssencmode="disable",
        keepalives_idle=30,  # a source that vanished is noticed within a minute
        keepalives_interval=10,
        keepalives_count=3,
        tcp_user_timeout=60_000,
    )
