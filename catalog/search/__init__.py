"""Search in Chinese: tokens, index rows, queries, facets.

``find`` answers one page with counts; ``reindex`` is called by whatever changes an entry.
"""

from catalog.search.corrections import Correction, corrections
from catalog.search.cursors import Cursor
from catalog.search.facets import Facet, Option
from catalog.search.filters import Filters, Reader
from catalog.search.finding import PAGE_SIZE, Hit, Page, find, parse_for, rows_seen, search_rows
from catalog.search.index import reindex
from catalog.search.query import Query, parse
from catalog.search.rebuilding import rebuild, reindex_all
from catalog.search.suggesting import Suggestion, Suggestions, suggest

__all__ = [
    "PAGE_SIZE",
    "Correction",
    "Cursor",
    "Facet",
    "Filters",
    "Hit",
    "Option",
    "Page",
    "Query",
    "Reader",
    "Suggestion",
    "Suggestions",
    "corrections",
    "find",
    "parse",
    "parse_for",
    "rebuild",
    "reindex",
    "reindex_all",
    "rows_seen",
    "search_rows",
    "suggest",
]
