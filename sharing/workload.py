"""How much waits in offices and how timely they decide; every figure can list its stages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Self

from django.db.models import Aggregate, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import TruncDate

from sharing.approval.clocks import BEIJING
from sharing.models import ItemStage

WAITING: Final = (ItemStage.Status.OPEN, ItemStage.Status.PAUSED)
DECIDED: Final = (ItemStage.Status.SIGNED, ItemStage.Status.REFUSED)
KINDS: Final = ("open", "late", "done", "on_time", "overrun")
"""What can be listed: the figures by name."""


class Median(Aggregate):
    """The middle value; nulls do not count."""

    function = "PERCENTILE_CONT"
    name = "median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in Beijing."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The month of a text such as 2026-11; None for anything else."""
        try:
            return cls.of(date.fromisoformat(f"{text}-01"))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def plus(self, months: int) -> "Month":
        """So many months later; stays within the years that dates can have."""
        number = min(max(self.year * 12 + self.number - 1 + months, 12), 9999 * 12 + 11)
        return Month(number // 12, number % 12 + 1)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first moment and that of the next month."""
        first, following = self.first, self.plus(1).first
        return (
            datetime.combine(first, time.min, BEIJING),
            datetime.combine(following, time.min, BEIJING),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Open and overdue now; decided within the month, of them in time, and their median days."""

    open: int = 0
    late: int = 0
    done: int = 0
    on_time: int = 0
    days: float | None = None

    @property
    def overrun(self) -> int:
        """Decided too late."""
        return self.done - self.on_time

    @property
    def rate(self) -> float | None:
        """Share decided in time, in percent; None where nothing was decided."""
        return round(100 * self.on_time / self.done, 1) if self.done else None


def listed(stages: QuerySet[ItemStage], kind: str, month: Month, on: date) -> QuerySet[ItemStage]:
    """The stages behind a figure; ``figures`` counts by the same conditions."""
    return stages.filter(_conditions(month, on)[kind])


def figures(stages: QuerySet[ItemStage], by: str, month: Month, on: date) -> dict[Any, Figures]:
    """The figures of ``stages`` for every value of the field ``by`` ("office" or "role")."""
    conditions = _conditions(month, on)
    waiting = _grouped(stages.filter(conditions["open"]), by).annotate(
        open=Count("pk"), late=Count("pk", filter=conditions["late"])
    )
    done = _grouped(stages.filter(conditions["done"]), by).annotate(
        done=Count("pk"),
        on_time=Count("pk", filter=conditions["on_time"]),
        days=Median(F("used_days")),
    )
    found: dict[Any, dict[str, Any]] = {}
    for row in (*waiting, *done):
        key = row.pop(by)
        found.setdefault(key, {}).update(row)
    return {key: Figures(**row) for key, row in found.items()}


def _grouped(stages: QuerySet[ItemStage], by: str) -> QuerySet[ItemStage, dict[str, Any]]:
    grouped: QuerySet[ItemStage, dict[str, Any]] = stages.order_by().values(by)
    return grouped


def _conditions(month: Month, on: date) -> Mapping[str, Q]:
    begin, end = month.bounds
    waiting = Q(status__in=WAITING)
    done = Q(status__in=DECIDED, decided_at__gte=begin, decided_at__lt=end)
    decided_on = TruncDate("decided_at", tzinfo=BEIJING)
    in_time = Q(due_on__isnull=True) | Q(due_on__gte=decided_on)
    return {
        "open": waiting,
        "late": Q(status=ItemStage.Status.OPEN, due_on__lt=on),
        "done": done,
        "on_time": done & in_time,
        "overrun": done & Q(due_on__lt=decided_on),
    }


def total(found: Iterable[Figures]) -> Figures:
    """The sum of several figures; a median of medians would mean nothing and is left out."""
    rows = list(found)
    names = ("open", "late", "done", "on_time")
    return Figures(*(sum(getattr(row, name) for row in rows) for name in names))
