"""A PostgreSQL with people to pull."""

import pytest

from sharing.connectors.postgresql import PostgresqlConnector
from tests.sharing.connectors.conformance import until_no_session
from tests.sharing.connectors.sources import source_database
from tests.sharing.pulls.attempts import PEOPLE


@pytest.fixture(scope="module")
def database():
    with source_database() as database:
        database.run(PEOPLE)
        yield database


@pytest.fixture
def connector(database):
    with PostgresqlConnector(database.context()) as connector:
        yield connector
    until_no_session(database)
