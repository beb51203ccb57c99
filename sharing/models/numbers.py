"""Running numbers of applications, grants and deliveries."""

from datetime import date
from itertools import count

from django.db import connection, models

from portal import gathering


class CounterManager(models.Manager["Counter"]):
    """Hands out numbers."""

    def next(self, name: str) -> int:
        """The next number of the counter ``name``, from 1 on; a rolled-back one is given again.

        One statement: two at once wait for each other and never get the same number. Within a
        gathering only the first number is asked for: its row stays locked until the end.
        """
        run = gathering.remember("sharing.counters", name, lambda: _Run(self._take(name)))
        number = next(run.numbers)
        if number > run.first:
            gathering.at_the_end(_keep, [(name, number)])
        return number

    def _take(self, name: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sharing_counter (name, value) VALUES (%s, 1)"
                " ON CONFLICT (name) DO UPDATE SET value = sharing_counter.value + 1"
                " RETURNING value",
                [name],
            )
            return int(cursor.fetchone()[0])

    def number(self, kind: str, region_code: str, day: date) -> str:
        """A number for people, such as SQ-320613100-20261123-007."""
        prefix = f"{kind}-{region_code}-{day:%Y%m%d}"
        return f"{prefix}-{self.next(prefix):03d}"


class Counter(models.Model):
    """The last number given under a name."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveIntegerField()

    objects = CounterManager()

    class Meta:
        verbose_name = "counter"
        verbose_name_plural = "counters"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class _Run:
    """Numbers from ``first`` on, given while the counter's row is locked."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.numbers = count(first)


def _keep(given: list[tuple[str, int]]) -> None:
    for name, last in dict(given).items():  # the last one of each name counts
        Counter.objects.filter(name=name).update(value=last)
