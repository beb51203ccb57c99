"""What the catalog already has of data that somebody asks for or plans to collect (R31).

All of it goes through the search: its words, synonyms, pinyin, and what the reader sees.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from catalog.models import SHOWN_STATUSES, DataItem, Resource, ResourceSearch, SharingType
from catalog.search import Query, Reader, parse_for, rows_seen
from catalog.search.cursors import Order
from catalog.search.finding import ranked
from catalog.search.marking import fits
from portal.organisation.models import Official

MOST_NAMES = 200
"""Names looked for at once."""
_LOOKED_THROUGH = 60
"""Entries whose items are compared, the best of each search."""
_MOST_ANSWERS = 8


@dataclass(slots=True)
class Answer:
    """An entry that may answer a demand, with the names that it has items for."""

    resource: Resource
    title: bool = False
    items: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """An item that says what a field asks; ``exact`` when it is called the same."""

    resource: Resource
    item: DataItem
    exact: bool


def possible_answers(
    official: Official, on: date, title: str, names: Sequence[str]
) -> list[Answer]:
    """Entries the official sees that may hold what is asked for, the best first."""
    reader = Reader.of(official, on)
    answers: dict[UUID, Answer] = {}
    for row in _rows(reader, title):
        answers.setdefault(row.resource_id, Answer(row.resource)).title = True
    for name, matches in _found(reader, names, ()).items():
        for match in matches:
            answer = answers.setdefault(match.resource.pk, Answer(match.resource))
            if name not in answer.items:
                answer.items.append(name)
    order = sorted(
        answers.values(),
        key=lambda one: (-(len(one.items) + 2 * one.title), str(one.resource.code)),
    )
    return order[:_MOST_ANSWERS]


def fields_found(
    official: Official, on: date, names: Sequence[str], *, without: Collection[int]
) -> dict[str, list[Found]]:
    """For each name the items of visible entries that say it, exact ones first.

    Entries of the departments ``without`` are left out: what one has collected oneself is no
    second collection. So is what is not shared: it cannot be had by sharing (article 19).
    """
    found = _found(Reader.of(official, on), names, without)
    return {name: [one for one in matches if _is_shared(one)] for name, matches in found.items()}


def _is_shared(found: Found) -> bool:
    live = found.resource.live
    kinds = {found.item.sharing_type, live.sharing_type if live else ""}
    return SharingType.NON_SHARED not in kinds


def _found(
    reader: Reader, names: Sequence[str], without: Collection[int]
) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for name in list(dict.fromkeys(names))[:MOST_NAMES]:
        query = parse_for(name)
        rows = {row.version_id: row for row in _rows(reader, name, query, without)}
        items = DataItem.objects.filter(version__in=rows).order_by("version_id", "position")
        by_version: dict[int, list[DataItem]] = defaultdict(list)
        for item in items:
            if _says(item, name, query):
                by_version[item.version_id].append(item)
        found[name] = sorted(
            (
                Found(row.resource, item, exact=_plain(item.name) == _plain(name))
                for version, row in rows.items()
                for item in by_version[version][:1]
            ),
            key=lambda one: (not one.exact, _is_conditional(one.resource)),
        )
    return found


def _is_conditional(entry: Resource) -> bool:
    return entry.live is None or entry.live.sharing_type != SharingType.UNCONDITIONAL


def _says(item: DataItem, name: str, query: Query) -> bool:
    """Whether the item is called so, or its name holds the whole of what was asked."""
    return _plain(item.name) == _plain(name) or (len(_plain(name)) > 1 and fits(item.name, query))


def _plain(name: str) -> str:
    return "".join(name.split()).casefold().removesuffix("代码")


def _rows(
    reader: Reader, text: str, query: Query | None = None, without: Collection[int] = ()
) -> list[ResourceSearch]:
    wanted = query or parse_for(text)
    if not wanted:
        return []
    rows = rows_seen(reader, wanted).filter(status__in=SHOWN_STATUSES)
    rows = rows.exclude(provider_id__in=list(without)).select_related("resource__provider")
    best: QuerySet[ResourceSearch] = ranked(rows, wanted)
    best = best.order_by(*Order.RELEVANCE.columns)
    return list(best.select_related("resource__live", "resource__provider")[:_LOOKED_THROUGH])
