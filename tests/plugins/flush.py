"""After transactional tests: every table as the migrations left it, append-only ones too.

Django empties the tables and leaves them so; every later test would miss what the migrations put
in (the first chain policy, for one), unless all transactional tests come last, which they do not
where workers take over each other's tests.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from catalog.search import memory

KEPT = frozenset({"django_content_type", "auth_permission"})
"""Rows that Django makes itself, and makes anew after each flush where they are missing."""

COPIES = "as_migrated"
"""The schema with copies of the tables into which the migrations put rows."""


def keep_copies() -> None:
    """Copy every table that has rows; to be called once, on the fresh database."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {COPIES}")
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608
            if table not in KEPT | {"django_migrations"} and cursor.fetchone() == (True,):
                cursor.execute(f"CREATE TABLE {COPIES}.{name} AS TABLE public.{name}")


def _put_back(table: str, columns: str) -> str:
    name = connection.ops.quote_name(table)
    return f"INSERT INTO public.{name} ({columns}) SELECT {columns} FROM {COPIES}.{name}"  # noqa: S608


def _copies() -> list[tuple[str, str]]:
    """Each copied table with its columns that are not computed from others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ')"
            " FROM information_schema.columns kept JOIN information_schema.columns copied"
            " USING (table_name, column_name)"
            " WHERE kept.table_schema = 'public' AND kept.is_generated = 'NEVER'"
            " AND copied.table_schema = %s GROUP BY table_name",
            [COPIES],
        )
        return cursor.fetchall()


@pytest.fixture(autouse=True, scope="session")
def the_tables_are_as_migrated() -> Iterator[None]:
    """Delete row by row with triggers off: quicker than TRUNCATE for the few rows of a test."""
    original_flush = DatabaseOperations.sql_flush
    original_execute = DatabaseOperations.execute_sql_flush

    def sql_flush(
        self: DatabaseOperations, _style: Any, tables: Iterable[str], **_options: Any
    ) -> list[str]:
        tables = frozenset(tables)
        others = [self.quote_name(name) for name in sorted(tables) if name not in KEPT]
        emptied = [f"DELETE FROM {name}" for name in others]  # noqa: S608
        copied = [copy for copy in _copies() if copy[0] in tables]
        return [*emptied, *(_put_back(*copy) for copy in copied)]

    def execute(self: DatabaseOperations, statements: Iterable[str]) -> None:
        off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
        original_execute(self, [off, *statements, on])
        memory.forget()  # the triggers that tell it of changes were off

    DatabaseOperations.sql_flush = sql_flush
    DatabaseOperations.execute_sql_flush = execute
    yield
    DatabaseOperations.sql_flush = original_flush
    DatabaseOperations.execute_sql_flush = original_execute
