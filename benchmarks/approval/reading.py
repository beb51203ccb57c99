"""Lists and figures against plain SQL that fetches the same rows."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from benchmarks.approval.making import STEWARD, Made
from benchmarks.catalog.table import Figure, in_turns
from tests.world import SIGNERS

PAGE = 20
ROUNDS = 11


def compare(made: Made) -> Iterator[Figure]:
    """The list of things to do, its numbers, a deep page, the search, the figures of offices."""
    from portal.worktime.access import calendar
    from sharing import access, filters, workload
    from sharing.models import ItemStage
    from sharing.workload import Month

    world = made.world
    today = world.today
    official = world.people[SIGNERS[STEWARD]]
    office = world.departments["police"].pk
    mine, parts = access.inbox(official, today), access.inbox_parts(official, today)
    loaded = ItemStage.objects.select_related(
        "office", "item__version", "item__application__department", "item__application__applicant"
    )
    total = mine.count()
    middle = filters.Place.of(mine[total // 2])
    yield from _pair(
        f"first page of {total:,} to do",
        lambda: filters.page(parts, None, PAGE, loaded),
        _sql(_INBOX, office=office, after="0001-01-01", limit=PAGE + 1),
    )
    yield from _pair(
        "a page in the middle",
        lambda: filters.page(parts, middle, PAGE, loaded),
        _sql(_INBOX, office=office, after=middle.due_on, limit=PAGE + 1),
    )
    yield from _pair(
        "numbers above the list",
        lambda: filters.counts(parts, today, calendar()),
        _sql(_COUNTS, office=office, today=today, limit=filters.COUNTED),
    )
    for words in ("第7局", "SQ-123"):
        yield from _pair(
            f"search of applications for {words}",
            lambda words=words: filters.search(official, words, today, PAGE),
            _sql(_SEARCH, words=f"%{words}%", office=office, limit=PAGE),
        )
    month, stages = Month.of(today), ItemStage.objects.all()
    begin, end = month.bounds
    yield from _pair(
        "figures of all offices",
        lambda: workload.figures(stages, "office", month, today),
        _sql(_FIGURES, begin=begin, end=end, today=today),
    )


def _pair(name: str, ours: Callable[[], Any], floor: Callable[[], Any]) -> Iterator[Figure]:
    slow, fast = in_turns(ours, floor, rounds=ROUNDS)
    yield Figure(f"{name} / plain SQL", slow / fast, "×", 3, most=True,
                 note=f"{slow * 1000:.1f} ms, {fast * 1000:.1f} ms")  # fmt: skip


def _sql(statement: str, **params: Any) -> Callable[[], Any]:
    def run() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())

    return run


_INBOX = """
SELECT s.*, i.*, v.*, a.*, d.*, p.*, o.* FROM sharing_itemstage s
JOIN sharing_applicationitem i ON i.id = s.item_id
JOIN catalog_resourceversion v ON v.id = i.version_id
JOIN sharing_application a ON a.id = i.application_id
JOIN organisation_department d ON d.id = a.department_id
JOIN organisation_official p ON p.id = a.applicant_id
JOIN organisation_department o ON o.id = s.office_id
WHERE s.office_id = %(office)s AND s.role = 'steward' AND s.status = 'open' AND s.due_on >= %(after)s
ORDER BY s.due_on, s.opened_at, s.id LIMIT %(limit)s
"""
_COUNTS = """
SELECT count(*), count(*) FILTER (WHERE due_on < %(today)s),
  count(*) FILTER (WHERE due_on BETWEEN %(today)s AND %(today)s::date + 2)
FROM (SELECT due_on FROM sharing_itemstage
  WHERE office_id = %(office)s AND role = 'steward' AND status = 'open'
  ORDER BY due_on, opened_at, id LIMIT %(limit)s) AS first
"""
_SEARCH = """
SELECT i.*, a.*, v.*, d.* FROM sharing_applicationitem i
JOIN sharing_application a ON a.id = i.application_id
JOIN catalog_resourceversion v ON v.id = i.version_id
JOIN organisation_department d ON d.id = i.demander_id
WHERE (a.number LIKE %(words)s OR v.title LIKE %(words)s OR d.name LIKE %(words)s)
  AND EXISTS (SELECT 1 FROM sharing_itemstage s WHERE s.item_id = i.id AND s.office_id = %(office)s)
ORDER BY a.created_at DESC LIMIT %(limit)s
"""
_FIGURES = """
SELECT office_id, count(*), count(*) FILTER (WHERE status = 'open' AND due_on < %(today)s), 0, 0
FROM sharing_itemstage WHERE status IN ('open', 'paused') GROUP BY office_id
UNION ALL
SELECT office_id, 0, 0, count(*) FILTER (
    WHERE due_on IS NULL OR due_on >= (decided_at AT TIME ZONE 'Asia/Shanghai')::date),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY used_days)
FROM sharing_itemstage
WHERE status IN ('signed', 'refused') AND decided_at >= %(begin)s AND decided_at < %(end)s
GROUP BY office_id
"""
