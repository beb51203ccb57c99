"""The list of the catalog: search, filters, results, one page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from catalog.search import Facet, Filters, Hit, Page, find, parse, search_rows, tokens
from catalog.search.facets import LABELS
from catalog.search.filters import NEWEST, RELEVANCE
from catalog.views.readers import reader_of
from catalog.views.uses import Use, uses
from portal.errors import Text
from portal.organisation.models import Official

LONGEST_QUERY = 200


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
class Suggestion:
    """Other words to search for, which do find something."""

    text: str
    url: str


@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """Entries the reader sees, found by words and filters; a part of the page for htmx."""
    official, on = reader_of(request), timezone.localdate()
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    filters = Filters.of(dict(request.GET.lists()))
    page = find(official, on, text, filters, request.GET.get("after", ""))
    context = _context(official, on, page, filters) | {"text": text.strip()}
    context["empty_suggestions"] = [] if page.total else _suggestions(official, on, text)
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
        "sorts": [(RELEVANCE, _("best match")), (NEWEST, _("newest first"))],
        "without_filters": _url(page.query.text, Filters(sort=filters.sort)),
    }


def _chosen(page: Page, filters: Filters) -> Iterable[Chosen]:
    labels = _labels(page.facets)
    for name, value in filters.chosen():
        label = labels.get((name, value), value)
        yield Chosen(LABELS[name], label, _url(page.query.text, filters.without(name, value)))


def _labels(facets: Iterable[Facet]) -> dict[tuple[str, str], Text]:
    return {
        (facet.name, option.value): option.label for facet in facets for option in facet.options
    }


def _url(text: str, filters: Filters) -> str:
    parameters = QueryDict(mutable=True)
    if text:
        parameters["q"] = text
    for name, value in filters.chosen():
        parameters.appendlist(name, value)
    if filters.sort != RELEVANCE:
        parameters["sort"] = filters.sort
    address = reverse("catalog:list")
    return f"{address}?{parameters.urlencode()}" if parameters else address


def _suggestions(official: Official, on: date, text: str) -> list[Suggestion]:
    """Parts of the query that find something: its words, cut finer where it is only one."""
    words = [word.text for word in parse(text).words]
    if len(words) == 1:
        words = [part for part in tokens.words_in(words[0]) if len(part) > 1 and part != words[0]]
    elif len(words) < 2:
        return []
    found = [word for word in dict.fromkeys(words[:4]) if _finds(official, on, word)]
    return [Suggestion(word, _url(word, Filters())) for word in found]


def _finds(official: Official, on: date, word: str) -> bool:
    return search_rows(official, on, parse(word)).exists()
