"""Which ladder counts where: read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.worktime.calendar import Calendar
from sharing.models import Ladder as Row
from sharing.oversight.ladder import Ladder, place

DEFAULT: Final = Ladder()
"""Counts where the table has no row at all."""


@dataclass(frozen=True, slots=True)
class Ladders:
    """The table; ``for_region`` finds the row that counts."""

    rows: Mapping[tuple[str, str], Ladder]

    def for_region(self, region: str, clock: str) -> Ladder:
        """The ladder of the nearest region with one, the clock's own before that for all clocks."""
        for code in (*_at_and_above(region), ""):
            for name in (clock, ""):
                if (found := self.rows.get((code, name))) is not None:
                    return found
        return DEFAULT

    def longest_before(self) -> int:
        """So many working days before a due date the earliest reminder may come."""
        every = [DEFAULT, *self.rows.values()]
        return max((days for ladder in every for days in ladder.before), default=1)


def read() -> Ladders:
    """The table as it is now."""
    return Ladders({(row.region_id or "", row.clock): row.pure() for row in Row.objects.all()})


def is_for_register(
    ladders: Ladders, calendar: Calendar, *, region: str, clock: str, due: date, done: date
) -> bool:
    """Whether what was due on ``due`` and done on ``done`` (or not yet, today) is a case of the register."""
    return place(calendar, due, done) >= ladders.for_region(region, clock).register


def _at_and_above(code: str) -> tuple[str, ...]:
    """A region's code and those of the regions above it, as GB/T 2260 builds them."""
    full = code.ljust(6, "0")
    above = [code[:length] for length in (12, 9, 6) if len(code) >= length]
    above += [f"{full[:4]}00", f"{full[:2]}0000", "000000"]
    return tuple(dict.fromkeys(above))
