"""The catalog's read path against guardian's own shortcuts, and its search against LIKE.

Entries are made up from a word list; half of them only named departments may see, by guardian's
rows. Every figure is the median of rounds that alternate, and ratios compare within one run.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PLACES = [
    "全市",
    "全省",
    "市区",
    "城区",
    "乡镇",
    "街道",
    "开发区",
    "园区",
    "2021年",
    "2022年",
    "2023年",
    "上半年",
]
SUBJECTS = [
    "人口",
    "企业",
    "学校",
    "医院",
    "医疗机构",
    "低保",
    "公积金",
    "道路",
    "桥梁",
    "水质",
    "空气",
    "食品",
    "药品",
    "社保",
    "就业",
    "养老",
    "残疾人",
    "环境",
    "土地",
    "房屋",
    "车辆",
    "船舶",
    "税务",
    "信用",
    "许可",
    "处罚",
    "补贴",
    "统计",
    "图书",
    "景区",
    "公园",
    "排水",
    "供电",
    "燃气",
    "消防",
    "安全",
]
KINDS = [
    "基本信息",
    "名录",
    "登记信息",
    "统计表",
    "检查结果",
    "变更记录",
    "公示信息",
    "明细",
    "目录",
    "分布情况",
]
QUERIES = ["人口", "学校", "低保", "医疗", "信息", "补贴"]
PROFILES = {"in 1 department": 1, "in 4 departments": 4, "in 60 departments": 60}
FACETS = (
    "status", "provider", "provider__region", "live__sharing_type", "live__update_cycle",
    "live__format_class", "live__theme", "live__open_type", "live__grade",
    "live__classification__code", "live__sharing_modes",
)  # fmt: skip
"""What the portal counts, as far as guardian's side has columns for it."""
GROUPS = 300
ROUNDS = 5
FASTER_THAN_GUARDIAN = 3.0
FASTER_THAN_LIKE = 1.5
DOCUMENTS_A_SECOND = 450


@dataclass(frozen=True, slots=True)
class Measured:
    """One comparison: what was slow, what is fast, in seconds."""

    name: str
    slow: float
    fast: float
    goal: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.slow / self.fast


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalog", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000, help="to compare rights over")
    parser.add_argument("--documents", type=int, default=10_000, help="to compare search over")
    options, _rest = parser.parse_known_args(arguments)
    with services():
        departments = make_departments()
        seconds = fill_documents(options.documents, departments)
        searched = list(compare_search())
        fill_rights(options.entries, departments)
        rights = list(compare_rights(departments))
    rate = options.documents / seconds
    show(rights, f"what an official may see of {options.entries:,} entries")
    show(searched, f"words in {options.documents:,} entries, indexed at {rate:,.0f} a second")
    missed = [one.name for one in [*rights, *searched] if one.ratio < one.goal]
    if rate < DOCUMENTS_A_SECOND:
        missed.append("indexing")
    if missed:
        print(f"missed: {', '.join(missed)}")
    return int(bool(missed))


@contextmanager
def services() -> Iterator[None]:
    """A throw-away database with the portal's tables, and Django set up for it."""
    from portal.embedded import hold

    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        base.chmod(0o711)
        var = base / "var"
        stack.enter_context(hold(var, label="benchmark", needs=["postgres"]))
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "GOVSHARE_VAR": str(var),
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        yield
        connections.close_all()


def make_departments() -> list[Any]:
    """Departments with their permission groups."""
    from django.contrib.auth.models import Group

    from portal.organisation.models import Department, Region

    nation = Region.objects.get_or_create(
        code="000000", defaults={"name": "全国", "level": "nation"}
    )[0]
    groups = Group.objects.bulk_create(Group(name=f"department {n}") for n in range(GROUPS))
    return Department.objects.bulk_create(
        Department(
            name=f"第{n}局", region=nation, group=group, verified=False, valid_from=date(2020, 1, 1)
        )
        for n, group in enumerate(groups)
    )


def fill_documents(documents: int, departments: list[Any]) -> float:
    """Entries with words, through the code of the portal; return how long indexing took."""
    from catalog.models import Resource, ResourceVersion
    from catalog.search import reindex_all

    chance = random.Random(1)  # noqa: S311 - the same entries each time
    resources = Resource.objects.bulk_create(
        Resource(provider=chance.choice(departments), external_key=f"document/{n}")
        for n in range(documents)
    )
    versions = ResourceVersion.objects.bulk_create(
        ResourceVersion(
            resource=one, number=1, title=title(chance), abstract=title(chance) * 3,
            status="imported",
        )
        for one in resources
    )  # fmt: skip
    for one, version in zip(resources, versions, strict=True):
        one.live, one.status = version, "imported"
    Resource.objects.bulk_update(resources, ["live", "status"], batch_size=2000)
    started = time.perf_counter()
    reindex_all()
    seconds = time.perf_counter() - started
    vacuum()
    return seconds


RIGHTS = """
DELETE FROM catalog_resourcewords; DELETE FROM catalog_resourcesearch;
UPDATE catalog_resource SET status = 'withdrawn';
CREATE TEMP TABLE office AS
  SELECT id, group_id, row_number() OVER (ORDER BY id) AS place FROM organisation_department;
CREATE TEMP TABLE made AS
  SELECT gen_random_uuid() AS id, n, n + 10000000 AS version, random() < 0.5 AS limited,
    1 + floor(random() * {groups})::int AS place, now() - n * interval '1 minute' AS at
  FROM generate_series(1, {entries}) n;
INSERT INTO catalog_resource (id, provider_id, status, visibility, live_id, external_key,
    external_digest, created_at, updated_at)
  SELECT made.id, office.id, 'imported', CASE WHEN limited THEN 'limited' ELSE 'listed' END,
    version, 'right/' || n, '', at, at FROM made JOIN office USING (place);
INSERT INTO catalog_resourceversion (id, resource_id, number, status, title, title_en, abstract,
    theme, keywords, format_class, format_types, update_cycle, sharing_type, sharing_condition,
    sharing_citation, sharing_modes, open_type, open_condition, grade, splittable,
    secrecy_reviewed, privacy_assessed, head_approved, created_at)
  SELECT version, id, 1, 'imported', '数据' || n, '', '', '', '{{}}', '', '{{}}', '', '', '', '',
    '{{}}', 'closed', '', 1, false, false, false, false, at FROM made;
INSERT INTO catalog_resourcegroupobjectpermission (permission_id, group_id, content_object_id)
  SELECT (SELECT id FROM auth_permission WHERE codename = 'view_resource'), group_id, made.id
  FROM made CROSS JOIN (VALUES (7), (31), (113)) AS apart (steps)
  JOIN office ON office.place = 1 + (made.place + steps + n) % {groups} WHERE limited;
"""
"""Half of the entries only their provider and three departments may see."""


def fill_rights(entries: int, departments: list[Any]) -> None:
    """Very many entries without words, with guardian's rows; their labels by the portal's code."""
    from django.db import connection

    from catalog.models import Resource, ResourceSearch

    with connection.cursor() as cursor:
        cursor.execute(RIGHTS.format(entries=entries, groups=len(departments)))
        cursor.execute("ANALYZE")
    write_rows(Resource.objects.filter(status="imported").select_related("live"), ResourceSearch)
    vacuum()


def write_rows(entries: Any, table: Any) -> None:
    """Search rows with nothing but rights in them."""
    from catalog.access import labels_for

    batch: list[Any] = []
    for entry in entries.iterator(5000):
        batch.append(entry)
        if len(batch) == 5000:
            write_batch(batch, labels_for(batch), table)
            batch.clear()
    write_batch(batch, labels_for(batch), table)


def write_batch(batch: list[Any], labels: dict[Any, list[int]], table: Any) -> None:
    table.objects.bulk_create(
        table(
            resource=one, version_id=one.live_id, labels=labels[one.pk], status=one.status,
            provider_id=one.provider_id, region_id="000000", grade=1, title="数据",
            updated_at=one.updated_at,
        )
        for one in batch
    )  # fmt: skip


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def title(chance: random.Random) -> str:
    return (
        chance.choice(PLACES)
        + chance.choice(SUBJECTS)
        + chance.choice(SUBJECTS)
        + chance.choice(KINDS)
    )


def compare_rights(departments: list[Any]) -> Iterator[Measured]:
    """What a list shows: the first page, how many there are, counts for the filters."""
    from django.core.paginator import Paginator
    from django.db.models import Count
    from guardian.shortcuts import get_objects_for_user  # noqa: TID251 - the peer

    from catalog.models import Resource
    from catalog.search import find
    from portal.organisation.models import Official, Post

    on = date(2026, 11, 23)
    for name, size in PROFILES.items():
        official = Official.objects.create_user(name, full_name=name)
        for department in departments[:size]:
            official.groups.add(department.group)
            Post.objects.create(
                official=official, department=department, role="clerk", valid_from=date(2020, 1, 1)
            )

        def by_guardian(official: Official = official) -> int:
            granted = get_objects_for_user(
                official, "catalog.view_resource", Resource, accept_global_perms=False
            )
            own = official.posts.values("department")
            shown = Resource.objects.filter(status="imported")
            seen = shown.filter(visibility="listed") | shown.filter(provider__in=own)
            seen |= shown.filter(pk__in=granted.values("pk"))
            page = Paginator(seen.select_related("live").order_by("-updated_at", "-id"), 20).page(1)
            list(page)
            for column in FACETS:
                list(seen.order_by().values(column).annotate(Count("pk")))
            return page.paginator.count

        def by_labels(official: Official = official) -> int:
            return find(official, on).total

        if by_guardian() != by_labels():
            sys.exit(f"{name}: guardian shows {by_guardian()}, the labels {by_labels()}")
        slow, fast = alternate(by_guardian, by_labels)
        note = f"{by_labels():,} visible"
        yield Measured(f"page, total and facets, {name}", slow, fast, FASTER_THAN_GUARDIAN, note)


def compare_search() -> Iterator[Measured]:
    """Two-character Chinese words: a scan with LIKE, the index; recall of PostgreSQL's own parser."""
    from django.db import connection

    from catalog.models import ResourceSearch
    from catalog.search.query import condition, parse

    for word in QUERIES:
        query = parse(word)

        def by_like(word: str = word) -> int:
            return ResourceSearch.objects.filter(words__text__contains=word).count()

        def by_index(query: Any = query) -> int:
            return ResourceSearch.objects.filter(condition(query)).count()

        truth, found = by_like(), by_index()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM catalog_resourcewords"
                " WHERE to_tsvector('simple', text) @@ plainto_tsquery('simple', %s)",
                [word],
            )
            parser = cursor.fetchone()[0]
        slow, fast = alternate(by_like, by_index)
        note = f"{found:,} of {truth:,} found; to_tsvector('simple'): {parser:,}"
        rare = truth < 0.2 * ResourceSearch.objects.count()
        goal = FASTER_THAN_LIKE if rare else 0.0
        yield Measured(f"count of {word}", slow, fast, goal if found == truth else 1e9, note)


def alternate(slow: Callable[[], Any], fast: Callable[[], Any]) -> tuple[float, float]:
    """Median seconds of both, run in turns after a warm-up."""
    slow(), fast()
    times: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        for call, kept in zip((slow, fast), times, strict=True):
            started = time.perf_counter()
            call()
            kept.append(time.perf_counter() - started)
    return statistics.median(times[0]), statistics.median(times[1])


def show(measured: list[Measured], title_text: str) -> None:
    """The table of one run."""
    table = Table(title=title_text, title_justify="left")
    table.add_column("what")
    for column in ("peer ms", "ours ms", "faster", "goal"):
        table.add_column(column, justify="right")
    table.add_column("note")
    for one in measured:
        table.add_row(
            one.name, f"{one.slow * 1000:.1f}", f"{one.fast * 1000:.1f}", f"{one.ratio:.1f}×",
            f"{one.goal:.1f}×" if 0 < one.goal < 1e9 else "–", one.note,
        )  # fmt: skip
    Console(width=140).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
