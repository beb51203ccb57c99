"""Counts of the facets in plain SQL, row by row: slow, and what the counts in memory must equal."""

from collections import Counter

from catalog.models import ResourceSearch
from catalog.search.filters import COLUMNS, POSSIBLE, USABLE, Filters, Freshness, Reader
from catalog.search.finding import rows_seen
from catalog.search.query import Query


def counted(reader: Reader, query: Query, filters: Filters) -> tuple[int, dict[str, Counter[str]]]:
    """The total, and for each facet the number of rows by value under all other filters."""
    total = rows_seen(reader, query, filters).count()
    return total, {name: _facet(reader, query, filters, name) for name in POSSIBLE}


def _facet(reader: Reader, query: Query, filters: Filters, name: str) -> Counter[str]:
    rows = rows_seen(reader, query)
    for other, condition in filters.conditions(reader).items():
        if other != name:
            rows = rows.filter(condition)
    usable = set(rows.filter(reader.sight.usable()).values_list("pk", flat=True))
    found: Counter[str] = Counter()
    for row in rows:
        found.update(_values(row, name, reader, usable))
    return found


def _values(row: ResourceSearch, name: str, reader: Reader, usable: set[object]) -> list[str]:
    if name == "usable":
        return [USABLE] if row.pk in usable else []
    if name == "grade":
        return [] if row.status == "imported" else [str(row.grade)]
    if name == "freshness":
        if row.fresh_until is None:
            return []
        return [Freshness.OVERDUE if row.fresh_until < reader.on else Freshness.FRESH]
    value = getattr(row, COLUMNS[name])
    return list(value) if name == "mode" else [str(value)]
