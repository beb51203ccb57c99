"""The conformance suite of connectors.

The author of a connector subclasses ``ConnectorConformance`` and gives it one fixture, ``source``:
a place that holds the table ``people`` of ``ROWS`` (see ``Source``). Nothing here knows any kind.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from sharing.connectors.base import (
    ColumnRef,
    Connector,
    ConnectorContext,
    Keyset,
    Kind,
    Query,
    RegionPrefix,
)
from sharing.connectors.errors import ConnectorError, FetchCancelled, InvalidOptions, SchemaDrift

SECRET = "a-secret-that-must-not-show"
REGIONS = ("320102", "320106", "320505", "320506", None)


@dataclass(frozen=True)
class Person:
    """One row of the table every source under test holds."""

    id: int
    name: str | None
    region_code: str | None
    born: date | None
    amount: Decimal | None
    updated_at: datetime


def _at(day: int, second: int) -> datetime:
    return datetime.fromisoformat(f"2026-01-{day:02d}T12:30:{second:02d}.123456")


ROWS = tuple(
    Person(
        id=number,
        name=None if number % 10 == 0 else f'张{"三四五六"[number % 4]}, "{number}"',
        region_code=REGIONS[number % 5],
        born=None
        if number % 7 == 0
        else date(1940 + number % 60, 1 + number % 12, 1 + number % 28),
        amount=None if number % 9 == 0 else Decimal(f"{number}12345678.{number % 100:02d}"),
        updated_at=_at(1 + number % 28, number % 60),
    )
    for number in range(1, 101)
)
KINDS = {
    "id": Kind.INTEGER,
    "name": Kind.TEXT,
    "region_code": Kind.TEXT,
    "born": Kind.DATE,
    "amount": Kind.DECIMAL,
    "updated_at": Kind.DATETIME,
}
QUERY = Query(
    schema="public",
    table="people",
    columns=tuple(ColumnRef(name, name, kind) for name, kind in KINDS.items()),
    order_by=("id",),
    batch_rows=30,
)


class Source(ABC):
    """The place under test: schema ``public`` with the table ``people`` holding ``ROWS``."""

    @abstractmethod
    def context(self) -> ConnectorContext:
        """A context that works, with a secret equal to SECRET if the kind has secrets."""

    @abstractmethod
    def connector(self, context: ConnectorContext) -> Connector:
        """The connector of this kind."""

    @abstractmethod
    def drop_column(self, name: str) -> None:
        """Take a column of ``people`` away."""

    @abstractmethod
    def retype_to_text(self, name: str) -> None:
        """Make a column of ``people`` hold text."""

    def sessions(self) -> int | None:
        """How many sessions the connector has open at the source; None if that cannot be seen."""
        return None


def rows_of(batches: Iterator[pa.RecordBatch] | list[pa.RecordBatch]) -> list[dict[str, object]]:
    """All rows of some batches."""
    return [row for batch in batches for row in batch.to_pylist()]


def until_no_session(source: Source, seconds: float = 10) -> None:
    """Wait until the source has no session of ours left, as invariant 21 demands."""
    end = time.monotonic() + seconds
    while source.sessions():
        assert time.monotonic() < end, "the session at the source was not freed"
        time.sleep(0.02)


class ConnectorConformance:
    """Everything the contract in sharing/connectors/base.py says, as tests."""

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError

    @pytest.fixture
    def connector(self, source: Source) -> Iterator[Connector]:
        with source.connector(source.context()) as connector:
            yield connector
        until_no_session(source)

    def test_declares_what_it_is(self, connector):
        assert isinstance(connector, Connector)
        assert connector.kind.isidentifier()
        assert connector.label
        assert not set(connector.option_fields) & set(connector.secret_fields)
        assert connector.pushdown <= {"projection", "region", "keyset", "order"}

    def test_check_passes(self, connector, source):
        connector.check()
        until_no_session(source)

    def test_describes_tables_columns_and_key(self, connector):
        (people,) = [table for table in connector.describe() if table.name == "people"]
        assert people.schema == "public"
        assert {column.name: column.kind for column in people.columns} == KINDS
        assert people.primary_key == ("id",)

    def test_fetches_every_value_exactly(self, connector):
        assert rows_of(connector.fetch(QUERY)) == [vars(person) for person in ROWS]

    def test_batches_are_small_and_alike(self, connector):
        batches = list(connector.fetch(QUERY))
        assert all(0 < batch.num_rows <= QUERY.batch_rows for batch in batches)
        assert {batch.schema for batch in batches} == {batches[0].schema}
        assert batches[0].schema.names == list(KINDS)

    def test_names_columns_as_asked_in_the_order_asked(self, connector):
        query = replace(QUERY, columns=(ColumnRef("name", "姓名"), ColumnRef("id", "__key_0")))
        row = rows_of(connector.fetch(query))[0]
        assert list(row.items()) == [("姓名", ROWS[0].name), ("__key_0", 1)]

    def test_one_column_may_be_fetched_twice(self, connector):
        query = replace(QUERY, columns=(ColumnRef("id", "a"), ColumnRef("id", "b")))
        assert rows_of(connector.fetch(query))[4] == {"a": 5, "b": 5}

    @pytest.mark.parametrize(
        "prefixes", [("3201",), ("32",), ("320505", "320106"), ("99",)], ids=str
    )
    def test_region_filter(self, connector, prefixes):
        query = replace(QUERY, row_filter=RegionPrefix("region_code", prefixes))
        expected = [p.id for p in ROWS if (p.region_code or "").startswith(prefixes)]
        assert [row["id"] for row in rows_of(connector.fetch(query))] == expected

    def test_region_column_need_not_be_fetched(self, connector):
        query = replace(
            QUERY, columns=QUERY.columns[:1], row_filter=RegionPrefix("region_code", ("3205",))
        )
        assert len(rows_of(connector.fetch(query))) == 40

    @pytest.mark.parametrize("values", [(_at(15, 14), 14)])
    def test_keyset(self, connector, values):
        query = replace(
            QUERY,
            after=Keyset(("updated_at", "id"), values),
            order_by=("updated_at", "id"),
        )
        expected = sorted((p.updated_at, p.id) for p in ROWS if (p.updated_at, p.id) > values)
        fetched = rows_of(connector.fetch(query))
        assert [(row["updated_at"], row["id"]) for row in fetched] == expected

    def test_no_rows_still_have_a_schema(self, connector):
        query = replace(QUERY, row_filter=RegionPrefix("region_code", ("99",)))
        batches = list(connector.fetch(query))
        assert [batch.num_rows for batch in batches] == [0]
        assert batches[0].schema == next(iter(connector.fetch(QUERY))).schema

    def test_missing_columns_are_named_before_any_row(self, connector, source):
        source.drop_column("born")
        query = replace(QUERY, columns=(*QUERY.columns, ColumnRef("nowhere", "nowhere")))
        with pytest.raises(SchemaDrift) as caught:
            next(iter(connector.fetch(query)))
        assert caught.value.missing == ("born", "nowhere")
        assert "born" in str(caught.value)

    def test_missing_region_column_is_drift_and_not_all_rows(self, connector):
        query = replace(QUERY, row_filter=RegionPrefix("region", ("3201",)))
        with pytest.raises(SchemaDrift) as caught:
            next(iter(connector.fetch(query)))
        assert caught.value.missing == ("region",)

    def test_retyped_column_is_named(self, connector, source):
        source.retype_to_text("born")
        with pytest.raises(SchemaDrift) as caught:
            next(iter(connector.fetch(QUERY)))
        assert caught.value.retyped == ("born",)

    def test_missing_table_is_drift(self, connector):
        with pytest.raises(SchemaDrift) as caught:
            next(iter(connector.fetch(replace(QUERY, table="gone"))))
        assert set(KINDS) <= set(caught.value.missing)

    @pytest.mark.parametrize(
        "name",
        [
            'people"; DROP TABLE people; --',
            "people' OR '1'='1",
            "people) TO PROGRAM 'id' --",
            "../people",
            "people\x00",
            "",
        ],
    )
    def test_hostile_table_names_do_nothing(self, connector, name):
        with pytest.raises(ConnectorError):
            next(iter(connector.fetch(replace(QUERY, table=name))))
        assert len(rows_of(connector.fetch(QUERY))) == len(ROWS)

    @pytest.mark.parametrize("name", ['id" FROM people; DROP TABLE people; --', "1; SELECT 2", "*"])
    def test_hostile_column_names_do_nothing(self, connector, name):
        columns = (ColumnRef(name, "id"),)
        with pytest.raises(SchemaDrift) as caught:
            next(iter(connector.fetch(replace(QUERY, columns=columns))))
        assert caught.value.missing == (name,)
        assert len(rows_of(connector.fetch(QUERY))) == len(ROWS)

    def test_hostile_aliases_stay_names(self, connector):
        alias = 'a" FROM people; DROP TABLE people; --'
        query = replace(QUERY, columns=(ColumnRef("id", alias),))
        assert rows_of(connector.fetch(query))[0] == {alias: 1}

    def test_leaving_early_frees_the_session(self, connector, source):
        rows = connector.fetch(replace(QUERY, batch_rows=1))
        next(rows)
        assert source.sessions() in {1, None}
        rows.close()
        until_no_session(source)

    def test_closing_the_connector_frees_the_session(self, connector, source):
        rows = connector.fetch(replace(QUERY, batch_rows=1))
        next(rows)
        connector.close()
        connector.close()
        until_no_session(source)

    def test_cancel_from_another_thread(self, connector):
        rows = connector.fetch(replace(QUERY, batch_rows=1))
        next(rows)
        thread = threading.Thread(target=connector.cancel)
        thread.start()
        thread.join(5)
        with pytest.raises(FetchCancelled):
            for _ in rows:
                pass

    def test_cancel_when_nothing_runs_does_nothing(self, connector):
        connector.cancel()
        assert len(rows_of(connector.fetch(QUERY))) == len(ROWS)

    def test_cancel_before_the_first_batch_counts(self, connector):
        rows = connector.fetch(QUERY)
        connector.cancel()
        with pytest.raises(FetchCancelled):
            next(iter(rows))

    def test_every_unknown_option_is_named(self, source):
        context = source.context()
        worse = replace(context, options={**context.options, "service": "x", "options": "-c a=b"})
        with pytest.raises(InvalidOptions) as caught:
            source.connector(worse)
        assert caught.value.params["fields"] == "options, service"

    def test_secrets_are_not_shown(self, source):
        context = source.context()
        connector = source.connector(context)
        assert SECRET not in repr(context)
        assert SECRET not in repr(connector)
        assert SECRET not in str(vars(connector))
