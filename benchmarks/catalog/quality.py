"""Recall and precision of the search on real titles, against a search for substrings."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.catalog.table import Figure

QUERIES = 2_000


def compare(folder: Path) -> Iterator[Figure]:
    """Parts of two and more characters of real titles, searched for in all real entries."""
    from catalog.models import Resource, ResourceVersion
    from catalog.search import reindex
    from portal.organisation.models import Department

    titles = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            entries = map(json.loads, lines)
            titles += [(one.get("title") or "", one.get("description") or "") for one in entries]
    provider = Department.objects.order_by("pk")[0]
    resources = Resource.objects.bulk_create(
        (Resource(provider=provider, external_key=f"real/{n}") for n in range(len(titles))),
        batch_size=5_000,
    )
    versions = ResourceVersion.objects.bulk_create(
        (
            ResourceVersion(
                resource=one, number=1, status="imported", title=title[:200], abstract=abstract
            )
            for one, (title, abstract) in zip(resources, titles, strict=True)
        ),
        batch_size=5_000,
    )
    for one, version in zip(resources, versions, strict=True):
        one.live, one.status = version, "imported"
    Resource.objects.bulk_update(resources, ["live", "status"], batch_size=2_000)
    reindex(resources)
    yield from _judge(
        {one.pk for one in resources}, [title for title, _abstract in titles if title]
    )


def _judge(ours: set[object], titles: list[str]) -> Iterator[Figure]:
    from catalog.models import ResourceWords
    from catalog.search import parse
    from catalog.search.query import matches
    from catalog.search.tokens import normalise

    rows = ResourceWords.objects.filter(pk__any=list(ours))
    texts = dict(rows.values_list("number", "text"))
    chance = random.Random(9)  # noqa: S311 - the same queries each time
    asked: set[str] = set()
    while len(asked) < QUERIES:
        title, size = chance.choice(titles), chance.choice((2, 2, 3, 4, 6))
        at = chance.randrange(max(1, len(title) - size + 1))
        if len(part := normalise(title[at : at + size])) >= 2 and " " not in part:
            asked.add(part)
    found = right = truth = 0
    for part in asked:
        hits = texts.keys() & set(matches(parse(part))[0].tolist())
        real = {number for number, text in texts.items() if part in text}
        found, right, truth = found + len(hits), right + len(hits & real), truth + len(real)
    note = f"{len(asked):,} parts of {len(titles):,} real titles, {truth:,} places"
    yield Figure("recall on real titles", 100 * right / truth, "%", 99, note=note, always=True)
    yield Figure("precision on real titles", 100 * right / found, "%", 98, always=True)
