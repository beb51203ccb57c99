"""Running numbers of applications, grants and deliveries."""

from datetime import date

from django.db import connection, models


class CounterManager(models.Manager["Counter"]):
    """Hands out numbers."""

    def next(self, name: str) -> int:
        """The next number of the counter ``name``, from 1 on; a rolled-back one is given again.

        One statement: two at once wait for each other and never get the same number.
        """
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
