"""Search in Chinese: tokens, index rows, queries, facets.

``find`` answers one page with counts; ``reindex`` is called by whatever changes an entry.
"""

from catalog.search.cursors import Cursor
from catalog.search.facets import Facet, Option
from catalog.search.filters import Filters
from catalog.search.finding import PAGE_SIZE, Hit, Page, find, parse_for, search_rows
from catalog.search.index import reindex, reindex_all
from catalog.search.query import Query, parse

__all__ = [
    "PAGE_SIZE",
    "Cursor",
    "Facet",
    "Filters",
    "Hit",
    "Option",
    "Page",
    "Query",
    "find",
    "parse",
    "parse_for",
    "reindex",
    "reindex_all",
    "search_rows",
]
