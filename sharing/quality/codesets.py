"""National code sets short enough to keep here, and region codes. Others are entered as values."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from portal.organisation.divisions import divisions

NATIONAL: Final[Mapping[str, frozenset[str]]] = {
    "2261.1": frozenset(["0", "1", "2", "9"]),
    "2261.2": frozenset(["10", "20", "21", "22", "23", "30", "40", "90"]),
    "3304": frozenset([*(f"{number:02d}" for number in range(1, 57)), "97", "98"]),
}
"""Sex, marital status, ethnic group (GB/T), by the number of the standard."""


def values_of(code_set: str) -> frozenset[str] | None:
    """The values of a code set by the name an item gives it; None if it is not known here."""
    wanted = code_set.replace(" ", "").upper()
    return next(
        (
            values
            for number, values in NATIONAL.items()
            if wanted.removeprefix("GB/T").removeprefix("GB").split("-")[0] == number
        ),
        None,
    )


@lru_cache(maxsize=1)
def counties() -> frozenset[str]:
    """Codes of all provinces, cities and counties of today (GB/T 2260)."""
    return frozenset(division.code for division in divisions())
