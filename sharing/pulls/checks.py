"""Checks of data while it passes: counts only, so that memory does not grow with the rows.

The one exception is uniqueness, which keeps eight bytes of hash for each row.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from sharing.pulls.digits import wrong_credit_codes, wrong_id_numbers
from sharing.pulls.errors import OutsideScope, UnexpectedColumns
from sharing.pulls.quality import QualityReport, RuleResult
from sharing.pulls.spec import CHANGED, REGION, FieldSpec, PullSpec

_EARLIEST, _LATEST = date(1800, 1, 1), date(2199, 12, 31)
_FIRST, _FOREVER = date(1, 1, 1), date(9999, 12, 31)
_NUMBER: Final = r"^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_INTEGER: Final = r"^[-+]?[0-9]+$"
_LOGICAL: Final = ("0", "1", "true", "false", "t", "f", "y", "n", "yes", "no", "是", "否")
_DATE_FORMATS: Final = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日")
_TIME_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S",
)  # fmt: skip
_CHECK_DIGITS: Final[dict[str, Callable[[pl.Series], int]]] = {
    "id_number": wrong_id_numbers,
    "uscc": wrong_credit_codes,
}
_FAMILIES: Final[dict[str, Callable[[pl.DataType], bool]]] = {
    **dict.fromkeys("NYBF", lambda dtype: dtype.is_numeric()),
    "I": lambda dtype: dtype.is_integer(),
    "D": lambda dtype: dtype == pl.Date,
    "T": lambda dtype: isinstance(dtype, pl.Datetime | pl.Date),
    "L": lambda dtype: dtype == pl.Boolean,
}
"""Column types that are of a declared type (2017 Guide) whatever the values."""


def check_for(code_set: str) -> str:
    """Return the check digit rule that a standard named as code set implies, or ""."""
    wanted = code_set.replace(" ", "").upper()
    if "11643" in wanted:
        return "id_number"
    return "uscc" if "32100" in wanted else ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """``failed`` counts among the values that are present; ``of_all`` counts all rows."""

    rule: str
    field: str
    failed: pl.Expr
    of_all: bool = False


def _text(item: FieldSpec) -> pl.Expr:
    return pl.col(item.name).cast(pl.String)


def _unparsed(text: pl.Expr, formats: Iterable[str]) -> pl.Expr:
    parsed = [
        text.str.strptime(pl.Datetime("us"), form, strict=False, exact=True) for form in formats
    ]
    return pl.coalesce(parsed).is_null()


def is_temporal(dtype: pl.DataType) -> bool:
    """Whether a column holds dates or times."""
    return dtype == pl.Date or isinstance(dtype, pl.Datetime)


def _within(name: str, dtype: pl.DataType, first: date, last: date) -> pl.Expr:
    """Whether a date or time lies on one of the days ``first`` to ``last``.

    Compares numbers only, because anything else fails on dates outside the calendar.
    """
    day = 1
    if isinstance(dtype, pl.Datetime):
        day = 86_400 * {"ms": 10**3, "us": 10**6, "ns": 10**9}[dtype.time_unit]
    low, high = ((moment - date(1970, 1, 1)).days for moment in (first, last))
    limit = 2**63 - 1  # nanoseconds end before the year 9999
    low, high = max(low * day, -limit), min((high + 1) * day - 1, limit)
    return pl.col(name).to_physical().is_between(low, high)


def _type_rules(item: FieldSpec, dtype: pl.DataType) -> list[_Rule]:
    name, declared = item.name, item.data_type
    if is_temporal(dtype):
        return []  # see Checker._check_dates
    if declared not in _FAMILIES:
        return []
    if _FAMILIES[declared](dtype):
        return [_Rule("type", name, pl.lit(value=False))]
    text = _text(item)
    if declared == "D":
        return [_Rule("date", name, _unparsed(text, _DATE_FORMATS))]
    if declared == "T":
        return [_Rule("date", name, _unparsed(text, (*_TIME_FORMATS, *_DATE_FORMATS)))]
    if declared == "L":
        return [_Rule("type", name, ~text.str.to_lowercase().is_in(_LOGICAL))]
    pattern = _INTEGER if declared == "I" else _NUMBER
    return [_Rule("type", name, ~text.str.contains(pattern))]


def _rules(item: FieldSpec, dtype: pl.DataType) -> list[_Rule]:
    rules = _type_rules(item, dtype)
    if item.required:
        empty = pl.col(item.name).is_null()
        if dtype == pl.String:
            empty |= pl.col(item.name).str.strip_chars() == ""
        rules.append(_Rule("not_empty", item.name, empty, of_all=True))
    if item.length and dtype == pl.String:
        # GB 18030 writes a Chinese character in two bytes where UTF-8 needs three.
        characters, utf8 = _text(item).str.len_chars(), _text(item).str.len_bytes()
        rules.append(_Rule("length", item.name, (characters + utf8) // 2 > item.length))
    if item.code_set is not None:
        rules.append(_Rule("code_set", item.name, ~_text(item).is_in(sorted(item.code_set))))
    return rules


def failing(item: FieldSpec, dtype: pl.DataType) -> dict[str, pl.Expr]:
    """What fails each rule that is about single values of the column, by the rule's name.

    But for ``not_empty``, only values that are present count.
    """
    found = {rule.rule: rule.failed for rule in _rules(item, dtype)}
    if is_temporal(dtype):
        likely = _within(item.name, dtype, _EARLIEST, _LATEST)
        found["date"] = ~(likely | _within(item.name, dtype, _FOREVER, _FOREVER))
    return found


class Checker:
    """Checks one batch after the other and sums up."""

    def __init__(self, spec: PullSpec) -> None:
        self._spec = spec
        self._columns = [ref.alias for ref in spec.query.columns]
        self._rules: list[_Rule] | None = None
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._hashes: list[pl.Series] = []
        self._newest: datetime | None = None
        self.rows = 0

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Check a batch and return it without dates that cannot be written down.

        Raises UnexpectedColumns, or OutsideScope if a single row lies outside the granted region.
        """
        if frame.columns != self._columns:
            raise UnexpectedColumns(columns=", ".join(frame.columns))
        self._check_dates(frame)
        frame = representable(frame)
        self._check_region(frame)
        self._check_values(frame)
        for item in self._spec.fields:
            if count := _CHECK_DIGITS.get(item.check):
                column = _present(frame[item.name].cast(pl.String))
                self._add(item.check, item.name, column.len() - column.null_count(), count(column))
        if self._spec.key:
            self._hashes.append(frame.select(self._spec.key_aliases).hash_rows())
        self._look_for_newest(frame)
        self.rows += frame.height
        return frame

    def _add(self, rule: str, field: str, checked: int, failed: int) -> None:
        counts = self._counts.setdefault((rule, field), [0, 0])
        counts[0] += checked
        counts[1] += failed

    def _check_dates(self, frame: pl.DataFrame) -> None:
        names = [item.name for item in self._spec.fields if is_temporal(frame.schema[item.name])]
        for name in names:
            column = frame[name]
            checked = frame.height - column.null_count()
            likely = _within(name, column.dtype, _EARLIEST, _LATEST)
            forever = _within(name, column.dtype, _FOREVER, _FOREVER)  # "until further notice"
            right = frame.select((likely | forever).sum()).item()
            self._add("date", name, checked, checked - int(right))

    def _check_region(self, frame: pl.DataFrame) -> None:
        region = self._spec.region
        if region is None:
            return
        code = pl.col(REGION).cast(pl.String)
        inside = pl.any_horizontal([code.str.starts_with(prefix) for prefix in region.prefixes])
        outside = frame.height - frame.select(inside.fill_null(value=False).sum()).item()
        if outside:
            raise OutsideScope(rows=outside)
        self._add("region", region.column, frame.height, 0)

    def _check_values(self, frame: pl.DataFrame) -> None:
        if self._rules is None:
            self._rules = [
                rule for item in self._spec.fields for rule in _rules(item, frame.schema[item.name])
            ]
        if not self._rules:
            return
        present = {
            item.name: _is_present(item, frame.schema[item.name]) for item in self._spec.fields
        }
        sums = []
        for number, rule in enumerate(self._rules):
            counted = pl.lit(value=True) if rule.of_all else present[rule.field]
            failed = (rule.failed.fill_null(value=False) & counted).sum()
            sums.append(failed.cast(pl.Int64).alias(f"failed{number}"))
        sums += [present[name].sum().cast(pl.Int64).alias(f"present:{name}") for name in present]
        found = frame.select(sums).row(0, named=True)
        for number, rule in enumerate(self._rules):
            checked = frame.height if rule.of_all else found[f"present:{rule.field}"]
            self._add(rule.rule, rule.field, checked, found[f"failed{number}"])

    def _look_for_newest(self, frame: pl.DataFrame) -> None:
        if not self._spec.changed_column:
            return
        found = newest(frame[CHANGED], self._spec.timezone)
        if found and (self._newest is None or found > self._newest):
            self._newest = found

    def report(self, *, now: datetime) -> QualityReport:
        """Sum up; ``now`` is the time the source was read."""
        results = [
            RuleResult(rule, field, checked, failed)
            for (rule, field), (checked, failed) in self._counts.items()
        ]
        if self._spec.key:
            key = ",".join(self._spec.key)
            results.append(RuleResult("unique", key, self.rows, _repeated(self._hashes)))
        if self._spec.changed_column and self._spec.max_age is not None and self.rows:
            late = self._newest is None or now - self._newest > self._spec.max_age
            results.append(RuleResult("fresh", self._spec.changed_column, 1, int(late)))
        return QualityReport(self.rows, tuple(results))


def _is_present(item: FieldSpec, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(item.name)
    return column.is_not_null() & (column != "") if dtype == pl.String else column.is_not_null()


def _present(column: pl.Series) -> pl.Series:
    return column.set(column == "", None)


def newest(column: pl.Series, timezone: str) -> datetime | None:
    """The newest moment of a column of dates, times or texts that say one."""
    return _moment(temporal(column).max(), timezone)


def temporal(column: pl.Series) -> pl.Series:
    """The column as dates or times; texts that say none become nothing."""
    if column.dtype != pl.String:
        return column
    forms = (*_TIME_FORMATS, *_DATE_FORMATS)
    parsed = [pl.col("text").str.to_datetime(form, strict=False) for form in forms]
    return column.alias("text").to_frame().select(pl.coalesce(parsed))["text"].alias(column.name)


def _moment(value: object, timezone: str) -> datetime | None:
    """A date or time of a source as a moment; without a zone it is local time."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.max, ZoneInfo(timezone)).astimezone(UTC)
    return None


def _repeated(hashes: list[pl.Series]) -> int:
    """How many rows have the key of an earlier one."""
    if not hashes:
        return 0
    everything = pl.concat(hashes).sort(in_place=True)
    count = everything.len()
    return int((everything.slice(1) == everything.slice(0, max(count - 1, 0))).sum())


def representable(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out dates that cannot be written down (infinity, before Christ, after 9999).

    They count as failed in the report; the calendar of the outputs ends at these years.
    """
    temporal = [name for name, dtype in frame.schema.items() if is_temporal(dtype)]
    if not temporal:
        return frame
    return frame.with_columns(
        pl.when(_within(name, frame.schema[name], _FIRST, _FOREVER)).then(pl.col(name)).alias(name)
        for name in temporal
    )
