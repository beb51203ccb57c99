"""The database of the demonstration's providers: a second one on the portal's own server."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from portal.organisation.demo import people
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Region
from sharing.demo.places import Place, places

PEOPLE = 200_200
"""Rows of the largest table; the others follow from it."""
FEW_PEOPLE = 6_000
_MARK = "GovShare demonstration source"
_SCRIPT = Path(__file__).with_name("source.sql")


class SourceNotMadeError(Exception):
    """The server does not let the portal's role create the source database."""


@dataclass(frozen=True, slots=True)
class SourceDatabase:
    """How a connector reaches the source; ``password`` belongs to a role that can only read."""

    host: str
    port: int
    dbname: str
    user: str
    password: str
    counts: Mapping[str, int]

    @property
    def options(self) -> dict[str, object]:
        """Connection fields of a data source."""
        place = {"host": self.host, "port": self.port, "dbname": self.dbname, "user": self.user}
        return place if self.host.startswith("/") else {**place, "tls": "require"}


def make(*, regions: dict[str, Region], seed: int, today: date, small: bool) -> SourceDatabase:
    """Create the source database with its tables and a role that reads them.

    An older demonstration source of this portal is replaced; a foreign database of the same name
    is not touched. Raises SourceNotMadeError when the server refuses.
    """
    main = connection.get_connection_params()
    dbname, reader = names(str(main["dbname"]))
    password = secrets.token_urlsafe(24)
    try:
        with _connect(str(main["dbname"])) as server:
            _replace_database(server, dbname)
            _replace_reader(server, reader, password)
        with _connect(dbname) as link:
            counts = _fill(link, regions=regions, seed=seed, today=today, small=small)
            _let_read(link, dbname, reader)
    except psycopg.errors.InsufficientPrivilege as error:
        raise SourceNotMadeError(str(error)) from error
    return SourceDatabase(
        str(main.get("host") or "localhost"), int(main.get("port") or 5432), dbname, reader,
        password, counts,
    )  # fmt: skip


def names(portal: str) -> tuple[str, str]:
    """Names of the source database and its reader for a portal's database."""
    return f"{portal[:50]}_demo_source", f"{portal[:50]}_demo_reader"


@contextmanager
def _connect(dbname: str) -> Iterator[psycopg.Connection[Any]]:
    main = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "sslmode", "sslrootcert")
    given = {name: main[name] for name in wanted if main.get(name)}
    with psycopg.connect(dbname=dbname, autocommit=True, **given) as link:
        yield link


def _replace_database(server: psycopg.Connection[Any], dbname: str) -> None:
    _refuse_foreign(server, dbname)
    name = sql.Identifier(dbname)
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(_MARK)))


def _refuse_foreign(server: psycopg.Connection[Any], dbname: str) -> None:
    found = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [dbname]
    ).fetchone()
    if found and found[0] != _MARK:
        message = f"There is a database {dbname} that is no demonstration source."
        raise SourceNotMadeError(message)


def _replace_reader(server: psycopg.Connection[Any], reader: str, password: str) -> None:
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader]).fetchone()
    words = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
    server.execute(
        sql.SQL("{} {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE").format(
            words, sql.Identifier(reader), sql.Literal(password)
        )
    )
    server.execute(
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(
            sql.Identifier(reader)
        )
    )


def _fill(
    link: psycopg.Connection[Any],
    *,
    regions: dict[str, Region],
    seed: int,
    today: date,
    small: bool,
) -> dict[str, int]:
    """Run the script in one transaction (so that nothing is written twice); return rows by table."""
    script = _SCRIPT.read_text(encoding="utf-8").replace(":seed", str(seed % 1_000_000))
    settings = {
        "demo.people": str(FEW_PEOPLE if small else PEOPLE),
        "demo.today": today.isoformat(),
        "demo.surnames": ",".join(people.SURNAMES),
        "demo.given_first": ",".join(people.FIRST),
        "demo.given_second": ",".join(people.SECOND),
    }
    with link.transaction():
        for name, value in settings.items():
            link.execute("SELECT set_config(%s, %s, true)", [name, value])
        _copy_places(link, places(regions, Chance(seed, "places")))
        link.execute(script.encode())
        counted = link.execute(
            "SELECT relname, reltuples::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    return {str(name): int(rows) for name, rows in counted}


def _copy_places(link: psycopg.Connection[Any], found: list[Place]) -> None:
    link.execute(
        "CREATE TEMP TABLE place (slot int, code varchar(12), county_code varchar(6),"
        " county_name text, county text, township text, village text) ON COMMIT DROP"
    )
    slots = [place for place in found for _ in range(place.weight)]
    with link.cursor().copy("COPY pg_temp.place FROM STDIN") as copy:
        for slot, place in enumerate(slots):
            copy.write_row(
                [
                    slot, place.code, place.code[:6], place.county_name, place.county,
                    place.township, place.village,
                ]
            )  # fmt: skip
    link.execute("ANALYZE pg_temp.place")


def _let_read(link: psycopg.Connection[Any], dbname: str, reader: str) -> None:
    role = sql.Identifier(reader)
    link.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(dbname)))
    link.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(dbname), role))
    link.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    link.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))


def change(dbname: str) -> None:
    """What the provider's programmers did without telling anybody: a column more, a longer one."""
    with _connect(dbname) as link:
        link.execute("ALTER TABLE vehicle ADD COLUMN handling_channel varchar(20)")
        link.execute("COMMENT ON COLUMN vehicle.handling_channel IS '办理渠道'")
        link.execute("ALTER TABLE vehicle ALTER COLUMN last_passage TYPE varchar(200)")


def drop() -> None:
    """Remove the source database and its reader, if they are the demonstration's."""
    main = connection.get_connection_params()
    dbname, reader = names(str(main["dbname"]))
    with _connect(str(main["dbname"])) as server:
        _refuse_foreign(server, dbname)
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(dbname))
        )
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(reader)))
