"""Reading a table once and applying every rule to it, batch by batch.

Memory does not grow with the rows, but for eight bytes of hash each that uniqueness needs. Knows
no Django: what is to be checked comes in as a plan, what was found goes out as an outcome.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl
import pyarrow as pa

from sharing.connectors.base import ColumnRef, Connector, Query
from sharing.protection.masks import mask_frame
from sharing.pulls.checks import failing, newest, representable, temporal
from sharing.pulls.digits import credit_code_faults, id_number_faults
from sharing.pulls.reader import Reader
from sharing.pulls.spec import CHANGED, FieldSpec

MOST_ROWS: Final = 1_000_000
MOST_KEPT: Final = 20
"""Failing rows that are kept of each rule."""
_PATIENCE: Final = 5.0
_KEY: Final = "__key_{}"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule to apply: ``items`` are names of fields, ``params`` as the rule has them."""

    kind: str
    items: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read and to look for.

    ``fields``: only what rules look at or what names a row. ``mapped``: how many items have a
    column in the table; ``missing``: those that have none.
    """

    schema: str
    table: str
    fields: tuple[FieldSpec, ...]
    checks: tuple[Check, ...]
    mapped: int = 0
    missing: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    changed_column: str = ""
    max_age: timedelta | None = None
    regions: frozenset[str] = frozenset()
    mask_key: bytes = field(default=b"", repr=False)
    max_rows: int = MOST_ROWS
    batch_rows: int = 20_000
    timezone: str = "Asia/Shanghai"

    @property
    def key_aliases(self) -> list[str]:
        """Names of the key columns while they are read."""
        return [_KEY.format(number) for number in range(len(self.key))]

    @property
    def query(self) -> Query:
        """What is asked of the source."""
        columns = [ColumnRef(item.column, item.name) for item in self.fields]
        columns += [ColumnRef(name, _KEY.format(number)) for number, name in enumerate(self.key)]
        if self.changed_column:
            columns.append(ColumnRef(self.changed_column, CHANGED))
        return Query(self.schema, self.table, tuple(columns), batch_rows=self.batch_rows)


@dataclass(slots=True)
class Tally:
    """What one rule came to so far; ``rows`` are (number, masked values by field)."""

    checked: int = 0
    failed: int = 0
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found; ``is_partial`` when the table has more rows than were read."""

    rows: int
    is_partial: bool
    newest: datetime | None
    tallies: Sequence[tuple[Check, Tally]]


class Stopped(Exception):
    """``on_rows`` said that the work is no longer wanted."""


OnRows = Callable[[int], bool]
"""Told how many rows are read, also while waiting; False stops the work."""


def run(plan: Plan, connector: Connector, *, now: datetime, on_rows: OnRows) -> Outcome:
    """Read and check; raises ConnectorError and Stopped. ``now`` is the time of reading."""
    work = _Work(plan)
    with Reader(connector, plan.query) as reader:
        for batch in reader.batches(patience=_PATIENCE):
            if batch is not None:
                work.take(batch)
            if not on_rows(work.rows):
                raise Stopped
            if work.is_partial:
                break
    return work.outcome(now)


class _Work:
    """One reading."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rows = 0
        self.is_partial = False
        self._tallies = [(check, Tally()) for check in plan.checks]
        self._fields = {item.name: item for item in plan.fields}
        self._seen: list[pl.Series] = []
        self._newest: datetime | None = None

    def take(self, batch: pa.RecordBatch) -> None:
        """Check a batch, as far as rows are still wanted."""
        frame = pl.DataFrame(batch)
        room = self.plan.max_rows - self.rows
        if frame.height > room:
            frame, self.is_partial = frame.head(room), True
        if not frame.height:
            return
        for check, tally in self._tallies:
            judge = _JUDGES.get(check.kind)
            if judge is not None:
                self._count(tally, frame, judge(self, check, frame))
        if self.plan.changed_column:
            found = newest(representable(frame.select(CHANGED))[CHANGED], self.plan.timezone)
            if found and (self._newest is None or found > self._newest):
                self._newest = found
        self.rows += frame.height

    def _count(
        self, tally: Tally, frame: pl.DataFrame, judged: tuple[pl.Series, pl.Series] | None
    ) -> None:
        if judged is None:
            return
        looked_at, wrong = judged
        wrong = (wrong & looked_at).fill_null(value=False)
        failed = int(wrong.sum())
        tally.checked += int(looked_at.sum())
        tally.failed += failed
        if failed and len(tally.rows) < MOST_KEPT:
            self._keep(tally, frame, wrong)

    def _keep(self, tally: Tally, frame: pl.DataFrame, wrong: pl.Series) -> None:
        """Failing rows as their recipients would see them."""
        places = wrong.arg_true().head(MOST_KEPT - len(tally.rows))
        masks = {name: item.mask for name, item in self._fields.items()}
        chosen = representable(frame[places.to_list()].select(list(masks)))
        masked = mask_frame(chosen, masks, key=self.plan.mask_key)
        for place, row in zip(places, masked.iter_rows(named=True), strict=True):
            values = {
                name: "" if value is None else str(value)[:200] for name, value in row.items()
            }
            tally.rows.append((self.rows + int(place) + 1, values))

    # --- judges: which rows were looked at, and which of them are wrong -------------------------

    def by_value(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Rules on single values that pulls have too."""
        item = self._fields.get(check.items[0])
        if item is None:
            return None
        column = frame[item.name]
        expression = failing(item, column.dtype).get(check.kind)
        if check.kind == "date" and expression is None:
            expression = failing(item, column.dtype).get("type")
        if expression is None:
            return None
        looked_at = _all(frame) if check.kind == "not_empty" else present(column)
        return looked_at, _evaluated(frame, expression)

    def by_digits(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Check digits."""
        if check.items[0] not in self._fields:
            return None
        column = text_of(frame[check.items[0]])
        faults = id_number_faults if check.kind == "id_number" else credit_code_faults
        return column.is_not_null(), faults(column)

    def by_form(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """A pattern, or a list of values."""
        if check.items[0] not in self._fields:
            return None
        column = text_of(frame[check.items[0]])
        if check.kind == "code_set":
            return column.is_not_null(), ~column.is_in(list(check.params["values"]))
        return column.is_not_null(), ~column.str.contains(check.params["pattern"])

    def by_region(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Six, nine or twelve digits, of which the first six are a region."""
        if check.items[0] not in self._fields:
            return None
        column = text_of(frame[check.items[0]])
        known = column.str.slice(0, 6).is_in(sorted(self.plan.regions))
        return column.is_not_null(), ~(known & column.str.contains(r"^\d{6}(?:\d{3}|\d{6})?$"))

    def by_order(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Begin and end."""
        if not set(check.items) <= set(self._fields):
            return None
        begin, end = (_days(frame, name) for name in check.items)
        return begin.is_not_null() & end.is_not_null(), end < begin

    def by_birth(self, check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Identity number and birth date."""
        if not set(check.items) <= set(self._fields):
            return None
        number, birth = check.items
        written = text_of(frame[number]).str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        told = _days(frame, birth)
        return written.is_not_null() & told.is_not_null(), written != told

    def by_key(self, _check: Check, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series] | None:
        """Rows whose key an earlier row has."""
        if not self.plan.key:
            return None
        hashes = frame.select(self.plan.key_aliases).hash_rows()
        again = ~hashes.is_first_distinct()
        if self._seen:
            again |= hashes.is_in(pl.concat(self._seen).implode())
        self._seen.append(hashes)
        return _all(frame), again

    def outcome(self, now: datetime) -> Outcome:
        """Sum up; rules on the whole table are answered last."""
        for check, tally in self._tallies:
            if check.kind == "columns":
                tally.checked = self.plan.mapped + len(self.plan.missing)
                tally.failed = len(self.plan.missing)
            if check.kind == "fresh" and self.plan.max_age is not None and self.rows:
                late = self._newest is None or now - self._newest > self.plan.max_age
                tally.checked, tally.failed = 1, int(late)
        return Outcome(self.rows, self.is_partial, self._newest, self._tallies)


_Judge = Callable[[_Work, Check, pl.DataFrame], tuple[pl.Series, pl.Series] | None]
_JUDGES: Final[Mapping[str, _Judge]] = {
    **dict.fromkeys(("not_empty", "type", "length", "date"), _Work.by_value),
    **dict.fromkeys(("id_number", "uscc"), _Work.by_digits),
    **dict.fromkeys(("format", "code_set"), _Work.by_form),
    "region": _Work.by_region,
    "order": _Work.by_order,
    "birth": _Work.by_birth,
    "unique": _Work.by_key,
}


def _all(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)


def _evaluated(frame: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    found = frame.select(expression.alias("wrong"))["wrong"]
    return found.extend_constant(found[0], frame.height - 1) if found.len() == 1 else found


def present(column: pl.Series) -> pl.Series:
    """Whether there is a value; an empty text is none."""
    there = column.is_not_null()
    return there & (column != "").fill_null(value=False) if column.dtype == pl.String else there


def text_of(column: pl.Series) -> pl.Series:
    """The values as texts; an empty text is nothing."""
    text = column.cast(pl.String)
    return text.set(text == "", None)


def _days(frame: pl.DataFrame, name: str) -> pl.Series:
    """The column as days; what cannot be one is nothing."""
    column = temporal(representable(frame.select(name))[name])
    return column.cast(pl.Date, strict=False)
