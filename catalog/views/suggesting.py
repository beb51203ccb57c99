"""Suggestions below the search box, as the part of a page that htmx puts there."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.search import Filters, Reader, Suggestion, parse_for, rows_seen, suggest
from catalog.search.query import LONGEST_QUERY
from catalog.views.listing import list_url
from catalog.views.readers import reader_of

MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A suggestion with the address it leads to."""

    one: Suggestion
    url: str


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """At most eight options for what is typed so far; an empty answer when there are none."""
    reader = Reader.of(reader_of(request), timezone.localdate())
    found = suggest(reader, request.GET.get("q", "")[:LONGEST_QUERY])
    lines = [Line(one, url_of(one)) for one in found.found]
    return render(request, "catalog/_suggestions.html", {"lines": lines, "query": found.query})


@require_safe
def code_options(request: HttpRequest) -> JsonResponse:
    """Entries with a code that fit what is typed, as the choosers of forms ask for them."""
    text = request.GET.get("term", "").strip()[:LONGEST_QUERY]
    reader = Reader.of(reader_of(request), timezone.localdate())
    rows = rows_seen(reader, parse_for(text)).filter(resource__code__isnull=False)
    if not rows.exists():
        rows = rows_seen(reader, parse_for("")).filter(resource__code__startswith=text)
    found = rows.order_by("-used", "title").values_list(
        "resource__code", "title", "resource__provider__name"
    )
    options = [
        {"id": code, "text": f"{title} · {provider} · {code}"}
        for code, title, provider in found[:MOST_OPTIONS]
    ]
    return JsonResponse({"results": options, "pagination": {"more": False}})


def url_of(one: Suggestion) -> str:
    """Where a suggestion leads: the entry, a department's entries, or a search for the item."""
    if one.entry is not None:
        return reverse("catalog:entry", args=[one.entry])
    if one.department is not None:
        return list_url("", Filters(provider=(str(one.department),)))
    return list_url(one.text, Filters())
