"""The list of the catalog: search, filters, results, one page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog.search import (
    Facet,
    Filters,
    Hit,
    Page,
    Reader,
    corrections,
    find,
    parse,
    parse_for,
    rows_seen,
    tokens,
)
from catalog.search.cursors import Order
from catalog.search.facets import LABELS
from catalog.search.query import LONGEST_QUERY
from catalog.views.readers import reader_of
from catalog.views.uses import Use, uses
from portal.errors import Text
from portal.organisation.models import Official


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the list."""

    hit: Hit
    use: Use


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on, with the address of the list without it."""

    facet: Text
    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Help:
    """Other words to search for, with the number of entries they find for this reader."""

    text: str
    url: str
    count: int


@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """Entries the reader sees, found by words and filters; a part of the page for htmx."""
    official, on = reader_of(request), timezone.localdate()
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    filters = Filters.of(dict(request.GET.lists()))
    page = find(official, on, text, filters, request.GET.get("after", ""))
    context = _context(official, on, page, filters) | {"text": text.strip()}
    if page.query and not page.total:
        context |= _help(official, on, text, filters)
    is_part = request.headers.get("HX-Request") == "true" and not request.headers.get(
        "HX-History-Restore-Request"
    )
    response = render(request, "catalog/_found.html" if is_part else "catalog/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(official: Official, on: date, page: Page, filters: Filters) -> dict[str, Any]:
    can = uses(official, on, [hit.resource for hit in page.rows])
    return {
        "page_of_hits": page,
        "results": [Result(hit, can[hit.resource.pk]) for hit in page.rows],
        "filters": filters,
        "chosen": list(_chosen(page, filters)),
        "sorts": _sorts(page, filters),
        "without_filters": list_url(
            page.query.text, Filters(sort=filters.sort, literal=filters.literal)
        ),
        "save_url": _save_url(page, filters),
        "exports": _exports(page, filters),
        "also": [one for word in page.query.words for one in word.synonyms],
        "literally": list_url(page.query.text, replace(filters, literal=True)),
        "with_synonyms": list_url(page.query.text, replace(filters, literal=False)),
    }


def _sorts(page: Page, filters: Filters) -> list[tuple[str, Text, bool]]:
    """The orders to choose from, and which one it is.

    Without words there is no relevance: the first choice stands for the newest then, so that who
    types words next gets the best matches and not what the form happened to say.
    """
    newest = (Order.NEWEST, _("newest first"))
    first = (Order.RELEVANCE, _("best match") if page.query else newest[1])
    offered = [first, (Order.MOST_USED, _("most used first")), *([newest] if page.query else [])]
    values = {order.value for order, _label in offered}
    now = filters.sort if filters.sort in values else Order.RELEVANCE.value
    return [(order.value, label, order.value == now) for order, label in offered]


def _exports(page: Page, filters: Filters) -> list[tuple[str, str]]:
    """What was found as files: name of the format and address."""
    if not page.total:
        return []
    _path, _mark, query = list_url(page.query.text, filters).partition("?")
    names = {"xlsx": "XLSX", "csv": "CSV", "jsonl": "JSON"}
    return [
        (name, f"{reverse('catalog:export', args=[kind])}?{query}".rstrip("?"))
        for kind, name in names.items()
    ]


def _chosen(page: Page, filters: Filters) -> Iterable[Chosen]:
    labels = _labels(page.facets)
    for name, value in filters.chosen():
        label = labels.get((name, value), value)
        yield Chosen(LABELS[name], label, list_url(page.query.text, filters.without(name, value)))


def _labels(facets: Iterable[Facet]) -> dict[tuple[str, str], Text]:
    return {
        (facet.name, option.value): option.label for facet in facets for option in facet.options
    }


def list_url(text: str, filters: Filters) -> str:
    """The address of the list that this search gives."""
    parameters = QueryDict(mutable=True)
    if text:
        parameters["q"] = text
    for name, values in filters.as_lists().items():
        parameters.setlist(name, list(values))
    address = reverse("catalog:list")
    return f"{address}?{parameters.urlencode()}" if parameters else address


def _save_url(page: Page, filters: Filters) -> str:
    parameters = list_url(page.query.text, filters).partition("?")[2]
    return f"{reverse('catalog:save_search')}?{parameters}" if parameters else ""


def _help(official: Official, on: date, text: str, filters: Filters) -> dict[str, list[Help]]:
    """What to search for instead of a text that finds nothing, not even without filters."""
    reader = Reader.of(official, on)
    if filters.chosen() and _count(reader, text):
        return {}
    near = [Help(one.text, _of(one.text), one.count) for one in corrections(reader, text)]
    return {"meant": near, "parts": _parts(reader, text)}


def _of(text: str) -> str:
    return list_url(text, Filters())


def _parts(reader: Reader, text: str) -> list[Help]:
    """Parts of the query that find something: its words, cut finer where it is only one."""
    words = [word.text for word in parse(text).words]
    if len(words) == 1:
        words = [part for part in tokens.words_in(words[0]) if len(part) > 1 and part != words[0]]
    elif len(words) < 2:
        return []
    found = [(word, _count(reader, word)) for word in dict.fromkeys(words[:4])]
    return [Help(word, _of(word), number) for word, number in found if number]


def _count(reader: Reader, text: str) -> int:
    return rows_seen(reader, parse_for(text)).count()
