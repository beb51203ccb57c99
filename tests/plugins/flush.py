"""Emptying the database after transactional tests: append-only tables too, identities not."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from catalog.search import memory

KEPT = frozenset({"django_content_type", "auth_permission"})
"""Rows that Django makes itself and would make anew under other numbers, so that a test which asks
for the contents of the migrations (``serialized_rollback``) would find each of them twice."""


@pytest.fixture(autouse=True, scope="session")
def flush_reaches_append_only_tables() -> Iterator[None]:
    """Delete row by row with triggers off: quicker than TRUNCATE for the few rows of a test."""
    original_flush = DatabaseOperations.sql_flush
    original_execute = DatabaseOperations.execute_sql_flush

    def sql_flush(
        self: DatabaseOperations, _style: Any, tables: Iterable[str], **_options: Any
    ) -> list[str]:
        others = [self.quote_name(name) for name in tables if name not in KEPT]
        return [f"DELETE FROM {name}" for name in others]  # noqa: S608

    def execute(self: DatabaseOperations, statements: Iterable[str]) -> None:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
        original_execute(self, [off, *statements, on])
        memory.forget()  # the triggers that tell it of changes were off

    DatabaseOperations.sql_flush = sql_flush
    DatabaseOperations.execute_sql_flush = execute
    yield
    DatabaseOperations.sql_flush = original_flush
    DatabaseOperations.execute_sql_flush = original_execute
