"""A PostgreSQL database of its own, beside the portal's, to be pulled from."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sharing.connectors.base import ConnectorContext


@dataclass(frozen=True)
class SourceDatabase:
    """Where the database is, and how to change it."""

    conninfo: str

    @property
    def part(self) -> dict[str, str]:
        return {key: str(value) for key, value in conninfo_to_dict(self.conninfo).items() if value}

    def context(self, *, user: str = "", password: str = "") -> ConnectorContext:
        """A context for the connector."""
        part = self.part
        options = {
            "host": part["host"],
            "port": part.get("port", "5432"),
            "dbname": part["dbname"],
            "user": user or part["user"],
            "tls": "disable",
        }
        if part["host"].startswith("/"):
            del options["tls"]
        secret = password or part.get("password", "")
        return ConnectorContext(
            options=options,
            secrets={"password": secret} if secret else {},
            allowed_hosts=(part["host"],),
        )

    def run(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements, return the rows of the last one."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def sessions(self) -> int:
        """Sessions of connectors in this database."""
        ((count,),) = self.run(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'govshare'"
        )
        return int(str(count))


@contextmanager
def source_database() -> Iterator[SourceDatabase]:
    """Create an empty database next to the portal's, and drop it in the end."""
    server = os.environ["DATABASE_URL"]
    name = f"source_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    try:
        yield SourceDatabase(make_conninfo(server, dbname=name))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
