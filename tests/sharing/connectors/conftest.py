"""A PostgreSQL that holds the table of the conformance suite."""

import psycopg
import pytest

from sharing.connectors.base import Connector, ConnectorContext
from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.conformance import ROWS, SECRET, Source, until_no_session
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
