"""Finding entries: one page of what an official sees, with counts beside it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from catalog.models import DataItem, Resource, ResourceSearch, ResourceVersion
from catalog.search.counting import Place, Selection, select
from catalog.search.cursors import Cursor, Order
from catalog.search.facets import Facet, facets
from catalog.search.filters import Filters, Reader
from catalog.search.marking import fits
from catalog.search.memory import look
from catalog.search.query import Query, condition, parse, tier, words_of
from catalog.search.synonyms import synonyms_for
from portal.organisation.models import Official

PAGE_SIZE = 20
MOST_ITEMS_SHOWN = 5
_OF_RESOURCE = ("code", "status", "visibility", "updated_at", "live")
_OF_VERSION = (
    "title", "title_en", "abstract", "sharing_type", "sharing_citation", "grade", "update_cycle",
    "published_at", "source_updated_on",
)  # fmt: skip
"""What lists show of an entry; another field is loaded for one entry when it is asked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One found entry, the version to show, and the names of its items that fit the query."""

    resource: Resource
    version: ResourceVersion
    items: tuple[str, ...] = ()
    quality: str = ""
    """The grade, A to E, as of the last assessment."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits; ``total`` and ``facets`` count all of them, exactly."""

    rows: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    total: int
    next_cursor: str
    query: Query


def find(
    official: Official | None,
    on: date,
    query: str = "",
    filters: Filters | None = None,
    cursor: str = "",
) -> Page:
    """One page of the entries the official sees on the day ``on``.

    All words of ``query`` must occur, in Chinese, Latin letters, pinyin or initials of pinyin, or
    one of their synonyms must.
    Order: the title that is the query, titles that hold it, the others; among equals the most
    used, then the newest. Raises Invalid for a damaged cursor.
    """
    chosen = filters or Filters()
    wanted = parse_for(query, literally=chosen.literal)
    reader = Reader.of(official, on)
    selected = selection(reader, wanted, chosen)
    counts = selected.counts()
    after = Cursor.decode(cursor) if cursor else None
    places = selected.page(order_of(wanted, chosen), after, PAGE_SIZE + 1)
    rows = fetch(reader, places[:PAGE_SIZE])
    next_cursor = _cursor(places[PAGE_SIZE - 1]) if len(places) > PAGE_SIZE else ""
    return Page(_hits(rows, wanted), facets(counts, chosen), counts.total, next_cursor, wanted)


def selection(reader: Reader, query: Query, filters: Filters) -> Selection:
    """What the reader sees, the query finds and the filters let pass."""
    return select(look(), reader, query, filters, cache(lambda: _pullable(reader)))


def _pullable(reader: Reader) -> NDArray[Any]:
    if not reader.sight.groups:
        return np.zeros(0, dtype=np.int32)
    rows = ResourceSearch.objects.filter(pk__in=reader.sight.pullable())
    return np.array(rows.values_list("number", flat=True), dtype=np.int32)


_SHOWN = (
    "number", "quality", *(f"version__{name}" for name in _OF_VERSION),
    *(f"resource__{name}" for name in _OF_RESOURCE),
    *(f"resource__provider__{name}" for name in ("name", "name_en", "uscc", "region__name")),
)  # fmt: skip


def fetch(reader: Reader, places: Sequence[Place]) -> list[ResourceSearch]:
    # the labels once more: whatever memory says, nobody is shown what the database would not
    numbers = [place.number for place in places]
    shown = ResourceSearch.objects.filter(number__any=numbers, labels__overlap=reader.sight.labels)
    related = shown.select_related("resource__provider__region", "version").only(*_SHOWN)
    found = {row.number: row for row in related}
    return [found[number] for number in numbers if number in found]


def _cursor(place: Place) -> str:
    used, updated, number = (-value for value in place.key)
    return Cursor(place.tier, used, updated, number).encode()


def search_rows(official: Official | None, on: date, query: Query) -> QuerySet[ResourceSearch]:
    """Search rows of the entries that the official sees and the query finds."""
    return rows_seen(Reader.of(official, on), query)


def rows_seen(
    reader: Reader, query: Query, filters: Filters | None = None
) -> QuerySet[ResourceSearch]:
    """Search rows that the reader sees, the query finds and the filters let pass."""
    rows = ResourceSearch.objects.filter(labels__overlap=reader.sight.labels)
    if query:
        rows = rows.filter(condition(query))
    for restriction in filters.conditions(reader).values() if filters else ():
        rows = rows.filter(restriction)
    return rows


def order_of(query: Query, filters: Filters) -> Order:
    """The order asked for; without words there is no relevance, and the newest come first."""
    if filters.sort in {Order.NEWEST, Order.MOST_USED}:
        return Order(filters.sort)
    return Order.RELEVANCE if query else Order.NEWEST


def ranked(rows: QuerySet[ResourceSearch], query: Query) -> QuerySet[ResourceSearch]:
    """The rows with the ``tier`` that the order by relevance begins with."""
    return rows.annotate(tier=tier(query))


def _hits(rows: Sequence[ResourceSearch], query: Query) -> tuple[Hit, ...]:
    names = _item_names(rows, query) if query else {}
    for row in rows:
        if row.resource.live_id == row.version_id:
            row.resource.live = row.version  # loaded already: asking for it costs no query
    return tuple(
        Hit(
            row.resource,
            row.version,
            tuple(names.get(row.version_id, ())[:MOST_ITEMS_SHOWN]),
            row.quality,
        )
        for row in rows
    )


def _item_names(rows: Sequence[ResourceSearch], query: Query) -> dict[int, list[str]]:
    """Names of the data items that hold a word of the query, by version."""
    fitting: dict[int, list[str]] = defaultdict(list)
    items = DataItem.objects.filter(version__in=[row.version_id for row in rows])
    for version_id, name in items.order_by("position").values_list("version_id", "name"):
        if fits(name, query):
            fitting[version_id].append(name)
    return fitting


def parse_for(text: str, *, literally: bool = False) -> Query:
    """The query as the search understands it today: with synonyms, unless taken ``literally``."""
    return parse(text, None if literally else synonyms_for(" ".join(words_of(text))))
