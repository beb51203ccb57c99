"""Finding entries: one page of what an official sees, with counts beside it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from catalog.access import visible_labels
from catalog.models import DataItem, Resource, ResourceSearch, ResourceVersion
from catalog.search import tokens
from catalog.search.cursors import Cursor
from catalog.search.facets import Facet, count, facets
from catalog.search.filters import NEWEST, Filters
from catalog.search.query import Query, condition, parse, tier, title_block
from portal.organisation.models import Official

PAGE_SIZE = 20
MOST_ITEMS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """One found entry, the version to show, and the names of its items that fit the query."""

    resource: Resource
    version: ResourceVersion
    items: tuple[str, ...] = ()


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

    All words of ``query`` must occur, in Chinese, Latin letters, pinyin or initials of pinyin.
    Order: the title that is the query, titles that hold it, the others; newest first among
    equals. Raises Invalid for a damaged cursor.
    """
    wanted, chosen = parse(query), filters or Filters()
    found = search_rows(official, on, wanted)
    counts = count(found, chosen)
    rows, next_cursor = _page(found, wanted, chosen, cursor)
    return Page(_hits(rows, wanted), facets(counts, chosen), counts.total, next_cursor, wanted)


def search_rows(official: Official | None, on: date, query: Query) -> QuerySet[ResourceSearch]:
    """Search rows of the entries that the official sees and the query finds."""
    labels = visible_labels(official, on)
    if not query:
        return ResourceSearch.objects.filter(labels__overlap=labels)
    return ResourceSearch.objects.filter(condition(query), words__labels__overlap=labels)


def _page(
    found: QuerySet[ResourceSearch], query: Query, filters: Filters, cursor: str
) -> tuple[Sequence[ResourceSearch], str]:
    ranked = bool(query) and filters.sort != NEWEST
    rows = found
    for restriction in filters.conditions().values():
        rows = rows.filter(restriction)
    order = ["-updated_at", "-resource_id"]  # "-resource" would sort as resources do
    if ranked:
        rows = rows.annotate(title_block=title_block()).annotate(tier=tier(query))
        order = ["tier", *order]
    if cursor:
        rows = rows.filter(Cursor.decode(cursor).after(ranked=ranked))
    rows = rows.select_related("resource__provider__region", "version")
    page = list(rows.order_by(*order)[: PAGE_SIZE + 1])
    if len(page) <= PAGE_SIZE:
        return page, ""
    last = page[PAGE_SIZE - 1]
    ended = Cursor(getattr(last, "tier", 0), last.updated_at, last.resource_id)
    return page[:PAGE_SIZE], ended.encode()


def _hits(rows: Sequence[ResourceSearch], query: Query) -> tuple[Hit, ...]:
    names = _item_names(rows, query) if query else {}
    for row in rows:
        if row.resource.live_id == row.version_id:
            row.resource.live = row.version  # loaded already: asking for it costs no query
    return tuple(
        Hit(row.resource, row.version, tuple(names.get(row.version_id, ())[:MOST_ITEMS_SHOWN]))
        for row in rows
    )


def _item_names(rows: Sequence[ResourceSearch], query: Query) -> dict[int, list[str]]:
    """Names of the data items that hold a word of the query, by version."""
    words = [word.text for word in query.words]
    fitting: dict[int, list[str]] = defaultdict(list)
    items = DataItem.objects.filter(version__in=[row.version_id for row in rows])
    for version_id, name in items.order_by("position").values_list("version_id", "name"):
        normal = tokens.normalise(name)
        if any(word in normal for word in words):
            fitting[version_id].append(name)
    return fitting
