"""Indexing, and two characters searched for with the permissions of an official."""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.catalog.rights import ON
from benchmarks.catalog.table import Figure

KINDS = 20
"""So many queries of common, of middling and of rare pairs of characters."""


def indexing(entries: int) -> Iterator[Figure]:
    """The whole index built anew."""
    from django.db import connection

    from catalog.search import reindex_all

    started = time.perf_counter()
    reindex_all(os.cpu_count() or 1)
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yield Figure("whole index built anew", seconds, "s", 300, most=True,
                 note=f"{entries / seconds:,.0f} entries a second")  # fmt: skip


def queries() -> dict[str, list[str]]:
    """Pairs of characters of the made-up titles, by how common they are."""
    from collections import Counter

    from catalog.models import ResourceSearch

    titles = ResourceSearch.objects.order_by("number").values_list("title", flat=True)[:20_000]
    pairs: Counter[str] = Counter()
    for title in titles:
        pairs.update({title[at : at + 2] for at in range(len(title) - 1)})
    ranked = [pair for pair, _number in pairs.most_common() if not set(pair) & set("0123456789年")]
    chance = random.Random(5)  # noqa: S311 - the same queries each time
    return {
        "common": ranked[:KINDS],
        "middling": chance.sample(ranked[50:500], KINDS),
        "rare": chance.sample(ranked[500:3000], KINDS),
    }


def compare(officials: dict[str, Any]) -> Iterator[Figure]:
    """The first page in the order of relevance, with total and counts, for each official."""
    from catalog.models import ResourceWords
    from catalog.search import Filters, Reader, parse
    from catalog.search.cursors import Order
    from catalog.search.finding import fetch, selection

    asked = queries()
    for name, official in officials.items():
        reader = Reader.of(official, ON)
        first, again, counted = [], [], []
        for word in [word for words in asked.values() for word in words]:
            query = parse(word)

            def ranked(query: Any = query, reader: Any = reader) -> Any:
                found = selection(reader, query, Filters())
                fetch(reader, found.page(Order.RELEVANCE, None, 21)[:20])
                return found

            first.append(1000 * statistics.median(_new(ranked) for _ in range(3)))
            again.append(1000 * statistics.median(_timed(ranked) for _ in range(3)))
            counted.append(1000 * _timed(lambda ranked=ranked: ranked().counts()))
        for kind, times, judged in (("asked first", first, True), ("asked again", again, False)):
            p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            yield Figure(f"{name}: two characters, ranked, {kind}, half of the queries", p50, "ms",
                         20 if judged else None, most=True)  # fmt: skip
            yield Figure(f"{name}: two characters, ranked, {kind}, 19 of 20", p95, "ms",
                         250 if judged else None, most=True)  # fmt: skip
        yield Figure(f"{name}: page and all counts, asked again, half of the queries",
                     statistics.median(counted), "ms")  # fmt: skip
    for kind, words in asked.items():
        by_like, by_index, found, lost = [], [], 0, 0
        for word in words[:5]:
            started = time.perf_counter()
            truth = ResourceWords.objects.filter(text__contains=word).count()
            by_like.append(time.perf_counter() - started)
            started = time.perf_counter()
            found += _number(word)
            by_index.append(time.perf_counter() - started)
            lost += truth
        ratio = statistics.median(by_like) / statistics.median(by_index)
        yield Figure(f"numbers of all {kind} hits / LIKE", ratio, "×",
                     note=f"{found:,} of {lost:,} found; to_tsvector('simple') finds {_simple(words[:5])}")  # fmt: skip


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _new(work: Callable[[], Any]) -> float:
    """Seconds of the work when nobody has asked for the same words before."""
    from catalog.search.memory import forget_words

    forget_words()
    return _timed(work)


def _number(word: str) -> int:
    from catalog.search import parse
    from catalog.search.query import matches

    return len(matches(parse(word))[0])


def _simple(words: list[str]) -> str:
    """How much PostgreSQL's own parser finds of the same words in the first entries, by a scan."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE to_tsvector('simple', text)"
            "   @@ plainto_tsquery('simple', word)), count(*)"
            " FROM catalog_resourcewords CROSS JOIN unnest(%s::text[]) AS word"
            " WHERE number <= 20000 AND text LIKE '%%' || word || '%%'",
            [words],
        )
        found, truth = cursor.fetchone()
    return f"{100 * found / truth:.0f} %" if truth else "none"
