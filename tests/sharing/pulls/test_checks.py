"""Checks while data passes."""

import json
import random
import re
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from portal.organisation import uscc
from sharing.connectors.base import RegionPrefix
from sharing.pulls.checks import Checker, check_for
from sharing.pulls.digits import wrong_credit_codes, wrong_id_numbers
from sharing.pulls.errors import OutsideScope, UnexpectedColumns
from sharing.pulls.quality import RULES, Dimension, QualityReport, RuleResult
from sharing.pulls.spec import FieldSpec, PullSpec

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(region="320102", born="19900307", serial="001"):
    body = region + born + serial
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def spec(*fields, **more):
    return PullSpec("p", 1, "public", "t", fields, {}, **more)


def check(field, values, dtype=None):
    """Failures by rule of one column."""
    checker = Checker(spec(field))
    checker.check(pl.DataFrame({field.name: pl.Series(values, dtype=dtype)}))
    report = checker.report(now=NOW)
    return {result.rule: (result.checked, result.failed) for result in report.results}


class TestIdNumbers:
    def test_agrees_with_the_reference(self):
        chance = random.Random(1)  # noqa: S311 - reproducible
        numbers = [
            id_number("320102", f"{chance.randint(1930, 2024)}{chance.randint(1, 13):02d}"
                      f"{chance.randint(1, 31):02d}", f"{chance.randint(0, 999):03d}")
            for _ in range(300)
        ]  # fmt: skip
        numbers += [
            number[: (at := chance.randrange(18))] + chance.choice("0123456789X") + number[at + 1 :]
            for number in numbers
        ]
        for number in numbers:
            assert (wrong_id_numbers(pl.Series([number])) == 0) == _valid(number), number
        wrong = sum(not _valid(number) for number in numbers)
        assert 0 < wrong < len(numbers)
        assert wrong_id_numbers(pl.Series(numbers)) == wrong

    @pytest.mark.parametrize(
        "number",
        [
            "", "1", "32010219900307001", "0" * 18, id_number()[:17] + "x", id_number(born="19900230"),
            id_number() + "0", "３２０１０２１９９００３０７００１２", "32010219900307001X\n", "身份证" * 6,
        ],
    )  # fmt: skip
    def test_wrong(self, number):
        assert wrong_id_numbers(pl.Series([id_number(), number, None])) == 1

    def test_slices_of_a_column(self):
        column = pl.Series([id_number(serial=f"{n:03d}") for n in range(100)])
        assert wrong_id_numbers(column.slice(13, 50)) == 0
        assert wrong_id_numbers(column.slice(100)) == 0

    @given(st.lists(st.none() | st.text(max_size=20)))
    def test_rubbish_is_wrong_but_harmless(self, values):
        column = pl.Series(values, dtype=pl.String)
        present = [value for value in values if value is not None]
        assert wrong_id_numbers(column) == sum(not _valid(value) for value in present)
        assert wrong_credit_codes(column) == sum(not uscc.is_valid(value) for value in present)


def _valid(number):
    """The reference; regions are not looked up, because codes of former times stay in use."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return False
    try:
        datetime.strptime(number[6:14], "%Y%m%d")  # noqa: DTZ007 - a day
    except ValueError:
        return False
    return ric.calc_check_digit(number) == number[17]


class TestCreditCodes:
    def test_agrees_with_the_portal(self):
        chance = random.Random(2)  # noqa: S311 - reproducible
        letters = uscc.ALPHABET
        codes = [
            uscc.compose(chance.choice("123459ANY"), chance.choice("1239"), "320102",
                         "".join(chance.choice(letters) for _ in range(8)))
            for _ in range(500)
        ]  # fmt: skip
        codes += [
            code[: (at := chance.randrange(18))] + chance.choice(letters) + code[at + 1 :]
            for code in codes
        ]
        expected = [not uscc.is_valid(code) for code in codes]
        assert wrong_credit_codes(pl.Series(codes)) == sum(expected)
        for code, wrong in zip(codes[450:550], expected[450:550], strict=True):
            assert wrong_credit_codes(pl.Series([code])) == wrong


@pytest.mark.parametrize(
    ("field", "values", "rule", "expected"),
    [
        ({"required": True}, ["a", "", None, " \u3000"], "not_empty", (4, 3)),
        ({"length": 4}, ["甲乙", "甲乙丙", "abcd", "abcde", None, ""], "length", (4, 2)),
        ({"code_set": frozenset({"1", "2"})}, ["1", "3", None, ""], "code_set", (2, 1)),
        ({"data_type": "N"}, ["1", "-1.5", "1e3", ".5", "1,000", "x", None, ""], "type", (6, 2)),
        ({"data_type": "I"}, ["1", "-1", "1.0", None], "type", (3, 1)),
        ({"data_type": "L"}, ["是", "FALSE", "maybe"], "type", (3, 1)),
        (
            {"data_type": "D"},
            ["2024-02-29", "2023-02-29", "20240229", "2024/2/9", "2024年02月29日", "soon", None],
            "date", (6, 2),
        ),
        (
            {"data_type": "T"},
            ["2024-02-29 23:59:59", "2024-02-29T23:59:59.5", "2024-02-29", "2024-02-29 25:00:00"],
            "date", (4, 1),
        ),
        ({"check": "id_number"}, [id_number(), id_number()[:17], None, ""], "id_number", (2, 1)),
        ({"check": "uscc"}, ["91320102MA1XXXXXX1", None, ""], "uscc", (1, 1)),
        ({"data_type": "N"}, [1.5, None], "type", (1, 0)),
        ({"data_type": "I"}, [1.5, None], "type", (1, 1)),
        ({"data_type": "I"}, [1, None], "type", (1, 0)),
        ({"data_type": "L"}, [True, None], "type", (1, 0)),
        ({"code_set": frozenset({"1", "2"})}, [1, 3], "code_set", (2, 1)),
        (
            {"data_type": "D"}, [date(1799, 12, 31), date(1990, 1, 1), date(9999, 12, 31), None],
            "date", (3, 1),
        ),
        ({"data_type": "C"}, [date(2992, 1, 1)], "date", (1, 1)),
    ],
)  # fmt: skip
def test_rules(field, values, rule, expected):
    assert check(FieldSpec("a", "甲", "a", **field), values)[rule] == expected


def test_nothing_is_checked_without_a_reason():
    assert check(FieldSpec("a", "甲", "a"), ["x", None]) == {}


def test_dates_no_calendar_has_are_counted_and_left_out():
    days = pa.array([0, 2**31 - 1, -(2**31), None], pa.int32()).cast(pa.date32())
    times = pa.array([0, 2**62, -(2**62), None], pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    frame = pl.from_arrow(pa.table({"d": days, "t": times, "__changed": times}))
    fields = (
        FieldSpec("d", "d", "d", "D", required=True),
        FieldSpec("t", "t", "t", "C", code_set=frozenset({"x"})),
    )
    checker = Checker(spec(*fields, changed_column="t", max_age=timedelta(days=1)))
    clean = checker.check(frame)
    assert clean["d"].to_list() == [date(1970, 1, 1), None, None, None]
    assert clean["t"].null_count() == 3
    results = {(r.rule, r.field): (r.checked, r.failed) for r in checker.report(now=NOW).results}
    assert results["date", "d"] == (3, 2)
    assert results["date", "t"] == (3, 2)


class TestUniqueness:
    def test_across_batches(self):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), key=("id", "kind")))
        for ids in ([1, 2, 3], [3, 4, None], [3]):
            checker.check(
                pl.DataFrame(
                    {"a": ["x"] * len(ids), "__key_0": ids, "__key_1": ["k"] * len(ids)},
                    schema={"a": pl.String, "__key_0": pl.Int64, "__key_1": pl.String},
                )
            )
        (result,) = checker.report(now=NOW).results
        assert (result.rule, result.field, result.checked, result.failed) == (
            "unique",
            "id,kind",
            7,
            2,
        )

    def test_a_key_is_all_its_columns(self):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), key=("id", "kind")))
        checker.check(pl.DataFrame({"a": ["x"] * 2, "__key_0": [1, 1], "__key_1": ["k", "l"]}))
        assert checker.report(now=NOW).results[0].failed == 0

    def test_no_rows(self):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), key=("id",)))
        checker.check(pl.DataFrame({"a": [], "__key_0": []}))
        assert checker.report(now=NOW).overall is None


class TestRegion:
    REGION = RegionPrefix("region_code", ("3205", "320102"))

    def frame(self, *codes):
        return pl.DataFrame({"a": ["x"] * len(codes), "__region": codes})

    def test_inside(self):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), region=self.REGION))
        checker.check(self.frame("320500", "320505001", "320102"))
        assert checker.report(now=NOW).scores["consistency"] == 100

    @pytest.mark.parametrize("code", ["320103", "32", "", None, "13205", " 3205"])
    def test_a_single_row_outside_ends_it(self, code):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), region=self.REGION))
        with pytest.raises(OutsideScope) as caught:
            checker.check(self.frame(*["320500"] * 99, code))
        assert caught.value.params == {"rows": 1}
        assert not caught.value.retryable

    def test_codes_as_numbers(self):
        checker = Checker(spec(FieldSpec("a", "甲", "a"), region=self.REGION))
        checker.check(self.frame(320500))
        with pytest.raises(OutsideScope):
            checker.check(self.frame(320600))


@pytest.mark.parametrize("columns", [["a", "b"], [], ["b"], ["b", "a"]])
def test_other_columns_than_asked_for(columns):
    checker = Checker(
        spec(FieldSpec("a", "甲", "a"), FieldSpec("b", "乙", "b"), FieldSpec("c", "丙", "c"))
    )
    with pytest.raises(UnexpectedColumns):
        checker.check(pl.DataFrame({name: ["x"] for name in columns}))


@pytest.mark.parametrize(
    ("newest", "late"),
    [
        (["2026-11-23 10:00:00"], 0),  # local time: two hours before eight o'clock in UTC
        (["2026-11-22 15:59:59"], 1),
        (["2026-11-22 16:00:01", "2020-01-01 00:00:00", None], 0),
        ([date(2026, 11, 22)], 0),
        ([date(2026, 11, 21)], 1),
        ([datetime(2026, 11, 22, 9, tzinfo=UTC)], 0),
        ([datetime(2026, 11, 22, 7, tzinfo=UTC)], 1),
        (["rubbish"], 1),
        ([None], 1),
    ],
)
def test_freshness(newest, late):
    limits = {"changed_column": "u", "max_age": timedelta(days=1)}
    checker = Checker(spec(FieldSpec("a", "甲", "a"), **limits))
    for value in newest:
        values = pl.Series([value], dtype=pl.String if value is None else None)
        checker.check(pl.DataFrame({"a": ["x"], "__changed": values}))
    (result,) = checker.report(now=NOW).results
    assert (result.rule, result.failed) == ("fresh", late)


class TestReport:
    REPORT = QualityReport(
        10,
        (
            RuleResult("type", "a", 10, 1),
            RuleResult("length", "a", 10, 0),
            RuleResult("not_empty", "a", 10, 10),
            RuleResult("date", "b", 0, 0),
        ),
    )

    def test_scores(self):
        assert self.REPORT.scores == {
            "conformity": 95.0, "completeness": 0.0, "accuracy": None, "uniqueness": None,
            "timeliness": None, "consistency": None,
        }  # fmt: skip
        assert self.REPORT.overall == 47.5
        assert self.REPORT.letter == "E"

    def test_one_fault_in_a_million_is_no_hundred(self):
        report = QualityReport(10**6, (RuleResult("type", "a", 10**6, 1),))
        assert report.overall == 99.99

    @pytest.mark.parametrize(
        ("failed", "letter"),
        [(0, "A"), (5, "A"), (6, "B"), (15, "B"), (30, "C"), (40, "D"), (41, "E")],
    )
    def test_letters(self, failed, letter):
        assert QualityReport(100, (RuleResult("type", "a", 100, failed),)).letter == letter

    def test_is_json(self):
        content = json.loads(json.dumps(self.REPORT.as_json()))
        assert content["rules"][0] == {
            "rule": "type", "field": "a", "dimension": "conformity", "checked": 10, "failed": 1,
        }  # fmt: skip

    def test_every_dimension_has_a_rule(self):
        assert {dimension for dimension, _ in RULES.values()} == set(Dimension)


@pytest.mark.parametrize(
    ("code_set", "rule"),
    [
        ("GB 11643-1999", "id_number"),
        ("GB 32100", "uscc"),
        ("gb32100-2015", "uscc"),
        ("GB/T 2260", ""),
        ("", ""),
    ],
)
def test_check_for(code_set, rule):
    assert check_for(code_set) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ()},
        {"fields": (FieldSpec("a", "甲", "a"), FieldSpec("a", "乙", "b"))},
        {"fields": (FieldSpec("a", "甲", "a", mask="nonsense"),)},
        {"fields": (FieldSpec("a", "甲", "a", check="nonsense"),)},
        {"fields": (FieldSpec("__region", "甲", "a"),)},
        {"formats": ()},
        {"formats": ("xlsx",)},
    ],
)
def test_impossible_specs(change):
    arguments = {"fields": (FieldSpec("a", "甲", "a"),), **change}
    with pytest.raises(ValueError, match=r"fields|Formats"):
        PullSpec("p", 1, "s", "t", facts={}, **arguments)
