"""Lets transactional tests empty the append-only tables, which the database otherwise refuses."""

from collections.abc import Iterable, Iterator

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True, scope="session")
def flush_reaches_append_only_tables() -> Iterator[None]:
    """Turn triggers off for the statements with which Django empties all tables after a test."""
    original = DatabaseOperations.execute_sql_flush

    def execute(self: DatabaseOperations, statements: Iterable[str]) -> None:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
        original(self, [off, *statements, on])

    DatabaseOperations.execute_sql_flush = execute
    yield
    DatabaseOperations.execute_sql_flush = original
