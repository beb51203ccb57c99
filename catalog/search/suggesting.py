"""Suggestions while somebody types: of what this reader sees, and of nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from catalog.models import DataItem, ResourceSearch
from catalog.search.cursors import Order
from catalog.search.filters import Reader
from catalog.search.finding import parse_for, ranked, rows_seen
from catalog.search.marking import fits
from catalog.search.query import Query
from portal.organisation.models import Department
from portal.organisation.naming import earlier_names, heirs

MOST = 8
MOST_DEPARTMENTS = 2
MOST_ITEMS = 3
SHORTEST_LATIN = 2
"""A single letter begins nearly everything."""
IN_TITLE = 3
"""The last tier of titles that hold the query (``query.tier``)."""
_LOOKED_AT = 300
"""Rows whose names are compared here, where pinyin keeps the database from doing it."""


class Kind(StrEnum):
    """What a suggestion leads to."""

    ENTRY = "entry"
    ITEM = "item"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line below the search box.

    ``entry`` and ``department`` are set by kind; an item is searched for by its name. ``count`` is
    the number of entries behind a department or an item, ``note`` the provider of an entry.
    """

    kind: Kind
    text: str
    count: int = 1
    note: str = ""
    entry: UUID | None = None
    department: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At most eight, with the query they fit."""

    query: Query
    found: tuple[Suggestion, ...]


def suggest(reader: Reader, text: str) -> Suggestions:
    """Entries by title or code, departments and data items that fit what is typed so far."""
    query = parse_for(text)
    if not query or (query.text.isascii() and len(query.text) < SHORTEST_LATIN):
        return Suggestions(query, ())
    found = rows_seen(reader, query)
    departments = _departments(reader, query, found)
    items = _items(query, found)
    room = MOST - len(departments) - len(items)
    entries = _by_code(query, found)
    known = {one.entry for one in entries}
    entries += [one for one in _by_title(query, found) if one.entry not in known]
    return Suggestions(query, (*entries[:room], *departments, *items))


def _by_code(query: Query, found: QuerySet[ResourceSearch]) -> list[Suggestion]:
    if not any(character.isdigit() for character in query.text):
        return []
    rows = found.filter(resource__code__istartswith=query.text).order_by("resource__code")
    return [
        Suggestion(Kind.ENTRY, row.title, note=row.resource.code or "", entry=row.pk)
        for row in rows.select_related("resource")[:MOST]
    ]


def _by_title(query: Query, found: QuerySet[ResourceSearch]) -> list[Suggestion]:
    rows = ranked(found, query).order_by(*Order.RELEVANCE.columns)
    return [
        Suggestion(Kind.ENTRY, row.title, note=row.resource.provider.name, entry=row.pk)
        for row in rows.select_related("resource__provider")[:MOST]
        if getattr(row, "tier", IN_TITLE) <= IN_TITLE
    ]


def _departments(reader: Reader, query: Query, found: QuerySet[ResourceSearch]) -> list[Suggestion]:
    """Departments whose name fits, with the number of entries of theirs that the reader sees.

    A department is also found by a name it had, and by those of departments it took over from.
    """
    fitting = _by_name(query, found)
    if not fitting:
        return []
    seen = rows_seen(reader, Query("", ())).filter(provider_id__in=fitting)
    numbers = seen.order_by().values_list("provider_id").annotate(number=Count("pk"))
    return [
        Suggestion(Kind.DEPARTMENT, fitting[pk], number, department=pk)
        for pk, number in numbers.order_by("-number", "provider_id")[:MOST_DEPARTMENTS]
    ]


def _by_name(query: Query, found: QuerySet[ResourceSearch]) -> dict[int, str]:
    """What to call each department whose name, or an earlier one, fits."""
    if _by_sound(query):
        ids = found.order_by().values_list("provider_id", flat=True).distinct()
        candidates = Department.objects.filter(pk__in=list(ids[:_LOOKED_AT]))
    else:
        former = _named(query, "former_names__name")
        candidates = Department.objects.filter(_named(query, "name") | former).distinct()
    rows = list(candidates.order_by().values_list("pk", "name", "valid_until")[:_LOOKED_AT])
    fitting = {pk: name for pk, name, _until in rows if fits(name, query)}
    gone = {pk for pk, _name, until in rows if until is not None}
    rest = {pk for pk, _name, _until in rows} - set(fitting)
    rest = rest.union(*heirs(gone).values()) if gone else rest
    return fitting | _by_earlier_name(query, rest)


def _by_earlier_name(query: Query, ids: set[int]) -> dict[int, str]:
    """Today's name with the earlier one that fits."""
    earlier = earlier_names(ids) if ids else {}
    names = (
        dict(Department.objects.filter(pk__in=earlier).values_list("pk", "name")) if earlier else {}
    )
    found = {}
    for pk, name in names.items():
        old = next((one for one in earlier[pk] if fits(one, query)), None)
        if old is not None:
            found[pk] = _("%(now)s (formerly %(then)s)") % {"now": name, "then": old}
    return found


def _items(query: Query, found: QuerySet[ResourceSearch]) -> list[Suggestion]:
    """Names of data items that fit, with the number of found entries that have one."""
    versions = found.order_by().values_list("version_id", flat=True)
    if _by_sound(query):
        items = DataItem.objects.filter(version__in=list(versions[:_LOOKED_AT]))
    else:
        items = DataItem.objects.filter(_named(query, "name"), version__in=versions)
    counted = items.order_by().values_list("name").annotate(number=Count("version", distinct=True))
    rows = counted.order_by("-number", "name")[: MOST_ITEMS if not _by_sound(query) else None]
    fitting = [(name, number) for name, number in rows if fits(name, query)]
    return [Suggestion(Kind.ITEM, name, number) for name, number in fitting[:MOST_ITEMS]]


def _by_sound(query: Query) -> bool:
    return any(word.spellings for word in query.words)


def _named(query: Query, field: str) -> Q:
    texts: Iterable[str] = (text for word in query.words for text in (word.text, *word.synonyms))
    return reduce(or_, (Q(**{f"{field}__icontains": text}) for text in texts))
