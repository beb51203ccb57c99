"""Pages, totals and filters of officials who see little, some and much."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from benchmarks.catalog.making import PROFILES
from benchmarks.catalog.table import Figure, in_turns

ON = date(2026, 11, 23)
FLOOR = """
SELECT row.*, office.name FROM catalog_resourcesearch AS row
JOIN organisation_department AS office ON office.id = row.provider_id
ORDER BY row.updated_at DESC, row.number DESC LIMIT 20
"""
PAGE = """
SELECT row.*, office.name FROM catalog_resourcesearch AS row
JOIN organisation_department AS office ON office.id = row.provider_id
WHERE row.number = ANY(%s) AND row.labels && %s::int[]
"""
"""The same columns as the floor, of the rows that the official is shown."""
PEER_COLUMNS = (
    "sharing_type", "open_type", "update_cycle", "format_class", "theme", "status", "grade",
    "region_id", "provider_id", "classification_code",
)  # fmt: skip


def make_officials(departments: list[Any]) -> dict[str, Any]:
    """One official for each profile."""
    from portal.organisation.models import Official, Post

    officials = {}
    for name, places in PROFILES.items():
        official = Official.objects.create_user(f"official-{name}", full_name=name)
        for place in places:
            department = departments[place % len(departments)]
            official.groups.add(department.group)
            Post.objects.create(
                official=official, department=department, role="clerk", valid_from=date(2020, 1, 1)
            )
        officials[name] = official
    return officials


def compare(officials: dict[str, Any]) -> Iterator[Figure]:
    """Every profile against guardian, GROUPING SETS and no permission at all."""
    from catalog.search import Cursor, Filters, Reader, parse
    from catalog.search.cursors import Order
    from catalog.search.finding import fetch, selection
    from catalog.search.memory import look

    started = time.perf_counter()
    look()
    yield Figure("rows into memory, once for a process", time.perf_counter() - started, "s")
    for name, official in officials.items():
        reader, nothing, every = Reader.of(official, ON), parse(""), Filters()

        def page(after: Any = None, reader: Any = reader) -> list[Any]:
            found = selection(reader, parse(""), Filters())
            return fetch(reader, found.page(Order.NEWEST, after, 21)[:20])

        chosen = selection(reader, nothing, every)
        total = chosen.counts().total
        everything = chosen.page(Order.NEWEST, None, total)
        half = everything[total // 2]
        used, updated, number = (-value for value in half.key)
        middle = Cursor(half.tier, used, updated, number)

        def plain(reader: Any = reader) -> list[Any]:
            places = selection(reader, parse(""), Filters()).page(Order.NEWEST, None, 21)[:20]
            return _run(PAGE, [[place.number for place in places], reader.sight.labels])

        floor, rows, first, deep = in_turns(
            no_permission, plain, page, lambda middle=middle: page(middle), rounds=31
        )
        seen = f"{name}: {total:,} seen"
        yield Figure(f"{seen}; first page in plain SQL / page without permission", rows / floor, "×",
                     3, most=True, note=f"{rows * 1000:.1f} ms, {floor * 1000:.1f} ms")  # fmt: skip
        yield Figure(f"{name}: first page as objects / in plain SQL", first / rows, "×", 3.5,
                     most=True, note=f"{first * 1000:.1f} ms")  # fmt: skip
        yield Figure(f"{name}: page {total // 40:,} / first page", deep / first, "×", 2, most=True,
                     note=f"{deep * 1000:.1f} ms")  # fmt: skip

        def whole(reader: Any = reader) -> tuple[int, int]:
            found = selection(reader, parse(""), Filters())
            return found.total(), len(fetch(reader, found.page(Order.NEWEST, None, 20)))

        slow, fast = in_turns(guardian_page(official), whole)
        yield Figure(f"guardian's shortcut with Paginator / {name}: page and total", slow / fast, "×",
                     50, note=f"{fast * 1000:.1f} ms, guardian {slow * 1000:.0f} ms")  # fmt: skip
        sql = grouping_sets(reader.sight.labels)
        slow, fast = in_turns(sql, lambda reader=reader: selection(
            reader, parse(""), Filters()).counts())  # fmt: skip
        yield Figure(f"{name}: all filter counts", fast * 1000, "ms", 30, most=True)
        yield Figure(f"GROUPING SETS / {name}: all filter counts", slow / fast, "×", 10,
                     note=f"GROUPING SETS {slow * 1000:.0f} ms")  # fmt: skip


def no_permission() -> None:
    """The page that PostgreSQL would give to anybody."""
    _run(FLOOR)


def guardian_page(official: Any) -> Callable[[], Any]:
    """The first page and the total by guardian's shortcut."""
    from django.core.paginator import Paginator
    from guardian.shortcuts import get_objects_for_user  # noqa: TID251 - the peer

    from catalog.models import Resource

    def by_guardian() -> int:
        granted = get_objects_for_user(
            official, "catalog.view_resource", Resource, accept_global_perms=False
        )
        found = granted.select_related("live", "provider").order_by("-updated_at", "-id")
        page = Paginator(found, 20).page(1)
        list(page)
        return page.paginator.count

    return by_guardian


def grouping_sets(labels: list[int]) -> Callable[[], Any]:
    """The counts by one statement of SQL over the same labels."""
    sets = ", ".join(f"({column})" for column in (*PEER_COLUMNS, "mode"))
    sql = (
        f"SELECT {', '.join(PEER_COLUMNS)}, mode, count(*) FROM catalog_resourcesearch"  # noqa: S608
        " LEFT JOIN LATERAL unnest(sharing_modes) AS mode ON true WHERE labels && %s::int[]"
        f" GROUP BY GROUPING SETS ({sets})"
    )
    return lambda: _run(sql, [labels])


def give(department: Any, number: int) -> Iterator[Figure]:
    """One department gets the right to see very many entries; somebody reads meanwhile."""
    from catalog import access
    from catalog.models import Resource
    from catalog.search.memory import look

    chosen = Resource.objects.filter(live_id__in=Resource.objects.order_by("live_id").values(
        "live_id")[:number])  # fmt: skip
    started = time.perf_counter()
    given = access.give_many("view_resource", department=department, resources=chosen)
    seconds = time.perf_counter() - started
    yield Figure("right to see given to one department", seconds, "s", 10, most=True,
                 note=f"{given:,} entries, {given / seconds:,.0f} a second", always=True)  # fmt: skip
    started = time.perf_counter()
    look()
    yield Figure("the next answer of a process", time.perf_counter() - started, "s")


def _run(sql: str, params: list[Any] | None = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
    return rows
