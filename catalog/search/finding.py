"""Finding entries: one page of what an official sees, with counts beside it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from catalog.models import DataItem, Resource, ResourceSearch, ResourceVersion
from catalog.search.cursors import Cursor, Order
from catalog.search.facets import Facet, count, facets
from catalog.search.filters import Filters, Reader
from catalog.search.marking import fits
from catalog.search.query import Query, condition, parse, tier, title_block, words_of
from catalog.search.synonyms import synonyms_for
from portal.organisation.models import Official

PAGE_SIZE = 20
MOST_ITEMS_SHOWN = 5


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
    found = rows_seen(reader, wanted)
    counts = count(found, chosen, reader)
    rows, next_cursor = _page(found, wanted, chosen, reader, cursor)
    return Page(_hits(rows, wanted), facets(counts, chosen), counts.total, next_cursor, wanted)


def search_rows(official: Official | None, on: date, query: Query) -> QuerySet[ResourceSearch]:
    """Search rows of the entries that the official sees and the query finds."""
    return rows_seen(Reader.of(official, on), query)


def rows_seen(
    reader: Reader, query: Query, filters: Filters | None = None
) -> QuerySet[ResourceSearch]:
    """Search rows that the reader sees, the query finds and the filters let pass."""
    labels = reader.sight.labels
    rows = ResourceSearch.objects.filter(labels__overlap=labels)
    if query:
        rows = ResourceSearch.objects.filter(condition(query), words__labels__overlap=labels)
    for restriction in filters.conditions(reader).values() if filters else ():
        rows = rows.filter(restriction)
    return rows


def _page(
    found: QuerySet[ResourceSearch], query: Query, filters: Filters, reader: Reader, cursor: str
) -> tuple[Sequence[ResourceSearch], str]:
    rows = found
    for restriction in filters.conditions(reader).values():
        rows = rows.filter(restriction)
    order = order_of(query, filters)
    if order is Order.RELEVANCE:
        rows = ranked(rows, query)
    if cursor:
        rows = rows.filter(Cursor.decode(cursor).after(order))
    rows = rows.select_related("resource__provider__region", "version")
    page = list(rows.order_by(*order.columns)[: PAGE_SIZE + 1])
    if len(page) <= PAGE_SIZE:
        return page, ""
    last = page[PAGE_SIZE - 1]
    ended = Cursor(getattr(last, "tier", 0), last.used, last.updated_at, last.resource_id)
    return page[:PAGE_SIZE], ended.encode()


def order_of(query: Query, filters: Filters) -> Order:
    """The order asked for; without words there is no relevance, and the newest come first."""
    if filters.sort in {Order.NEWEST, Order.MOST_USED}:
        return Order(filters.sort)
    return Order.RELEVANCE if query else Order.NEWEST


def ranked(rows: QuerySet[ResourceSearch], query: Query) -> QuerySet[ResourceSearch]:
    """The rows with the ``tier`` that the order by relevance begins with."""
    return rows.annotate(title_block=title_block()).annotate(tier=tier(query))


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
