"""What each rule on data finds, on frames made by hand and read in batches."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from sharing.connectors.base import Query
from sharing.connectors.errors import SourceUnreachable
from sharing.pulls.checks import check_for
from sharing.pulls.spec import FieldSpec
from sharing.quality.codesets import counties, values_of
from sharing.quality.engine import MOST_KEPT, Check, Outcome, Plan, Stopped, Tally, run

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
ID, WRONG_ID = "11010519491231002X", "110105194912310021"
USCC, WRONG_USCC = "91350100M000100Y43", "91350100M000100Y44"


class Table:
    """A source that holds columns in memory and yields them in small batches."""

    def __init__(self, columns: dict[str, list[Any]], fault: Exception | None = None) -> None:
        self.table = pa.table(columns)
        self.fault = fault
        self.yielded = 0

    def fetch(self, query: Query) -> Iterator[pa.RecordBatch]:
        chosen = pa.table(
            {ref.alias: self.table[ref.column] for ref in query.columns}
        ).combine_chunks()
        for batch in chosen.to_batches(query.batch_rows):
            self.yielded += 1
            yield batch
        if self.fault:
            raise self.fault

    def cancel(self) -> None:
        """Nothing runs."""


def outcome_of(
    columns: dict[str, list[Any]], *checks: Check, fields: dict[str, Any] | None = None, **plan: Any
) -> Outcome:
    own = fields or {}
    specs = tuple(
        FieldSpec(name=name, title=name, column=name, **own.get(name, {})) for name in columns
    )
    made = Plan("public", "t", specs, checks, batch_rows=3, mask_key=b"k", **plan)
    return run(made, Table(columns), now=NOW, on_rows=lambda _rows: True)


def tally_of(columns: dict[str, list[Any]], check: Check, **more: Any) -> Tally:
    return outcome_of(columns, check, **more).tallies[0][1]


CASES: list[tuple[Check, dict[str, list[Any]], dict[str, Any], tuple[int, int], list[int]]] = [
    # rule, columns, fields, (checked, failed), failing rows
    (Check("not_empty", ("a",)), {"a": ["x", "", " ", None, "y"]},
     {"a": {"required": True}}, (5, 3), [2, 3, 4]),
    (Check("type", ("a",)), {"a": ["1", "12万元", None, "1.5", "", "x"]},
     {"a": {"data_type": "N"}}, (4, 2), [2, 6]),
    (Check("type", ("a",)), {"a": [1, 2, None]}, {"a": {"data_type": "I"}}, (2, 0), []),
    (Check("length", ("a",)), {"a": ["四个汉字", "abcd", "五个汉字的", None]},
     {"a": {"length": 8}}, (3, 1), [3]),
    (Check("date", ("a",)), {"a": ["2026-01-31", "2026-02-31", "20260131", None, "x"]},
     {"a": {"data_type": "D"}}, (4, 2), [2, 5]),
    (Check("date", ("a",)), {"a": [date(2026, 1, 1), date(1020, 1, 1), None, date(9999, 12, 31)]},
     {"a": {"data_type": "D"}}, (3, 1), [2]),
    (Check("id_number", ("a",)), {"a": [ID, WRONG_ID, "1", "", None, ID.lower(), ID]},
     {}, (5, 3), [2, 3, 6]),
    (Check("uscc", ("a",)), {"a": [USCC, WRONG_USCC, None, "x"]}, {}, (3, 2), [2, 4]),
    (Check("code_set", ("a",), {"values": ["1", "2"]}), {"a": ["1", "3", None, "", "2"]},
     {}, (3, 1), [2]),
    (Check("code_set", ("a",), {"values": ["1", "2"]}), {"a": [1, 3, None]}, {}, (2, 1), [2]),
    (Check("format", ("a",), {"pattern": r"^\d{6}$"}), {"a": ["226000", "22600", None]},
     {}, (2, 1), [2]),
    (Check("region", ("a",)), {"a": ["320613", "320613100", "320602", "3206", "320613100001", None]},
     {}, (5, 2), [3, 4]),
    (Check("order", ("a", "b")),
     {"a": [date(2026, 1, 1)] * 4, "b": [date(2026, 1, 2), date(2025, 1, 1), None, date(2026, 1, 1)]},
     {}, (3, 1), [2]),
    (Check("order", ("a", "b")), {"a": ["2026-01-01", "2026-01-01"], "b": ["20250101", "x"]},
     {}, (1, 1), [1]),
    (Check("birth", ("a", "b")),
     {"a": [ID, ID, None, "1"], "b": [date(1949, 12, 31), date(1949, 12, 30), date(2000, 1, 1), None]},
     {}, (2, 1), [2]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "columns", "fields", "counts", "failing"), CASES)
def test_each_rule(check, columns, fields, counts, failing):
    tally = tally_of(columns, check, fields=fields, regions=counties())

    assert (tally.checked, tally.failed) == counts
    assert [number for number, _values in tally.rows] == failing


def test_a_key_is_found_again_within_and_across_batches():
    keys = ["a", "b", "a", "c", "b", "d", "a", "e"]

    tally = tally_of({"k": keys}, Check("unique"), key=("k",))

    assert (tally.checked, tally.failed) == (8, 3)
    assert [number for number, _values in tally.rows] == [3, 5, 7]


def test_a_key_of_several_columns():
    columns = {"a": ["1", "1", "1"], "b": ["x", "y", "x"]}

    assert tally_of(columns, Check("unique"), key=("a", "b")).failed == 1
    assert tally_of(columns, Check("unique"), key=()).checked == 0


@pytest.mark.parametrize(
    ("newest", "failed"), [(NOW - timedelta(hours=20), 0), (NOW - timedelta(hours=30), 1)]
)
def test_the_newest_row_tells_how_fresh_the_data_is(newest: datetime, failed: int):
    columns = {"t": [newest - timedelta(days=9), newest, None]}

    outcome = outcome_of(columns, Check("fresh"), changed_column="t", max_age=timedelta(days=1))

    tally = outcome.tallies[0][1]
    assert (tally.checked, tally.failed) == (1, failed)
    assert outcome.newest == newest


def test_items_without_a_column_fail_and_their_rules_are_left_out():
    outcome = outcome_of(
        {"a": ["1"]}, Check("columns"), Check("length", ("gone",)), Check("uscc", ("gone",)),
        Check("order", ("a", "gone")), mapped=1, missing=frozenset(["gone"]),
    )  # fmt: skip

    assert [(tally.checked, tally.failed) for _check, tally in outcome.tallies] == [
        (2, 1), (0, 0), (0, 0), (0, 0),
    ]  # fmt: skip


def test_failing_rows_are_few_and_masked():
    columns = {"id": [WRONG_ID] * 50, "name": ["张三丰"] * 50, "note": ["秘密"] * 50}
    fields = {"id": {"mask": "id_number"}, "name": {"mask": "name"}, "note": {"mask": "redact"}}

    tally = tally_of(columns, Check("id_number", ("id",)), fields=fields)

    assert tally.failed == 50
    assert len(tally.rows) == MOST_KEPT
    number, values = tally.rows[-1]
    assert (number, values["id"], values["name"]) == (20, "110105********0021", "张**")
    assert "秘密" not in str(tally.rows)


def test_reading_ends_at_the_most_rows():
    outcome = outcome_of({"a": ["x"] * 10}, Check("length", ("a",)), fields={"a": {"length": 1}},
                         max_rows=4)  # fmt: skip

    assert (outcome.rows, outcome.is_partial) == (4, True)
    assert outcome.tallies[0][1].checked == 4


def test_exactly_the_most_rows_are_all():
    outcome = outcome_of({"a": ["x"] * 4}, Check("unique"), key=("a",), max_rows=4)

    assert (outcome.rows, outcome.is_partial) == (4, False)


def test_an_empty_table_has_nothing_to_check():
    outcome = outcome_of(
        {"a": pa.array([], pa.string()), "t": pa.array([], pa.date32())},
        Check("unique"), Check("length", ("a",)), Check("fresh"), fields={"a": {"length": 2}},
        key=("a",), changed_column="t", max_age=timedelta(days=1),
    )  # fmt: skip

    assert outcome.rows == 0
    assert not any(tally.checked for _check, tally in outcome.tallies)


def test_work_that_is_not_wanted_ends_at_once():
    table = Table({"a": ["x"] * 100})
    plan = Plan("public", "t", (FieldSpec("a", "a", "a"),), (), batch_rows=1)

    with pytest.raises(Stopped):
        run(plan, table, now=NOW, on_rows=lambda rows: rows < 5)
    assert table.yielded < 15


def test_a_source_that_breaks_off_is_no_result():
    table = Table({"a": ["x"]}, SourceUnreachable(host="h"))
    plan = Plan("public", "t", (FieldSpec("a", "a", "a"),), (Check("unique"),))

    with pytest.raises(SourceUnreachable):
        run(plan, table, now=NOW, on_rows=lambda _rows: True)


@pytest.mark.parametrize(
    ("name", "known"),
    [("GB/T 2261.1", True), ("GB/T2261.2-2003", True), ("GB/T 3304", True), ("GB/T 33", False),
     ("", False), ("自定义", False)],
)  # fmt: skip
def test_national_code_sets(name: str, known: bool):  # noqa: FBT001
    assert (values_of(name) is not None) is known
    assert check_for(name) == ""
