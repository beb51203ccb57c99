"""Importing a messy catalog: what is mapped, what is reported, what a second run does."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from catalog import actions
from catalog.exchange import importing
from catalog.exchange.defects import Defect
from catalog.exchange.importing import import_catalog
from catalog.exchange.reader import LONGEST_LINE, SourceFile
from catalog.hooks import reasons_against_applying
from catalog.models import ImportRun, Resource, ResourceVersion
from catalog.search import find
from portal.errors import NotAllowed
from portal.ledger.models import Entry
from portal.organisation.models import Department, Region
from tests.world import World

PLACE = {"province": "jiangsu", "city": "nantong"}
LINES: list[object] = [
    PLACE | {
        "title": "企业用工登记", "department": "市公安局", "description": "企业用工登记信息",
        "update_frequency": "每月", "publish_time": "2021-03-04", "update_time": "2022/05/06",
        "is_open": "无条件开放", "data_formats": ["xlsx", "json"], "category": "社保就业",
        "tags": "用工,就业", "url": "http://data.example/1",
    },
    PLACE | {
        "title": " 养老 机构\r\n名单 ", "department": "如东县民政局", "description": "养老 机构 名单",
        "update_frequency": "每半月", "publish_time": "2022年5月6日", "update_time": "20220401",
        "is_open": "依申请开放", "data_formats": "xls,csv，pdf", "category": "默认主题",
        "url": "http://data.example/2",
    },
    PLACE | {
        "title": "养老机构名单", "department": "如东县民政局", "update_frequency": "看情况",
        "publish_time": "昨天", "update_time": "2999-01-01", "is_open": "请补充", "data_formats": ["wordstar"],
        "url": "http://data.example/3",
    },
    "{ this is not JSON",
    ["not", "an", "object"],
    PLACE | {"title": "  ", "department": "市公安局"},
    PLACE | {"title": "没有部门的数据", "url": "http://data.example/4"},
    PLACE | {"title": "企业用工登记", "department": "市公安局", "url": "http://data.example/5"},
    {"province": "jiangsu", "city": "jiangsu", "title": "省级数据", "department": "市工信局"},
    {"province": "atlantis", "city": "poseidonis", "title": "海底数据", "department": "渔业局"},
    PLACE | {"title": "综合管理平台", "department": "海门市大数据中心", "update_frequency": "实时"},
]  # fmt: skip


def write(path: Path, lines: list[object], *, packed: bool = False) -> Path:
    text = "\n".join(
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    content = text.encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    return write(tmp_path / "messy.jsonl", LINES)


def run(path: Path, **options: object) -> importing.Result:
    return import_catalog(SourceFile.of(path), now=timezone.now(), **options)


def entry(title: str) -> ResourceVersion:
    return ResourceVersion.objects.get(title=title)


def test_what_can_be_read_is_imported_and_mapped(world: World, messy: Path):
    result = run(messy)
    assert (result.lines, result.created, result.broken) == (11, 8, 3)
    version = ResourceVersion.objects.get(title="企业用工登记", abstract="企业用工登记信息")
    assert version.status == version.resource.status == "imported"
    assert version.resource.live == version
    assert version.resource.code is None
    assert (version.update_cycle, version.open_type) == ("monthly", "open")
    assert (version.format_class, version.format_types) == ("2", ["xlsx", "json"])
    assert version.source_published_on == date(2021, 3, 4)
    assert version.source_updated_on == date(2022, 5, 6)
    assert (version.theme, version.keywords) == ("社保就业", ["用工", "就业"])
    assert version.classification.code == "307001"
    homes = entry("养老 机构 名单")
    assert homes.format_types == ["xls", "csv", "pdf"]
    assert (homes.update_cycle, homes.open_type, homes.theme) == ("monthly", "on_request", "")


def test_departments_are_found_in_the_tree_or_added_unverified(world: World, messy: Path):
    police = Department.objects.create(
        name="南通市公安局", region=world.regions["nantong"], verified=False, valid_from=date(2020, 1, 1),
        group=type(world.departments["police"].group).objects.create(name="nt police"),
    )  # fmt: skip
    result = run(messy)
    for title in ("企业用工登记",):
        providers = set(
            ResourceVersion.objects.filter(title=title).values_list("resource__provider", flat=True)
        )
        assert providers == {police.pk}
    added = {
        title: entry(title).resource.provider
        for title in ("养老机构名单", "没有部门的数据", "省级数据", "海底数据", "综合管理平台")
    }
    assert {title: (one.name, one.region_id) for title, one in added.items()} == {
        "养老机构名单": ("如东县民政局", "320623"),
        "没有部门的数据": ("南通市提供部门不明", "320600"),
        "省级数据": ("市工信局", "320000"),
        "海底数据": ("全国渔业局", "000000"),
        "综合管理平台": ("海门区大数据中心", "320614"),
    }
    assert not any(one.verified for one in added.values())
    assert all(one.uscc is None for one in added.values())
    assert Region.objects.get(pk="320623").parent_id == "320600"
    assert sorted(result.departments_added) == sorted(one.name for one in added.values())


def test_every_defect_is_reported_with_its_line(world: World, messy: Path):
    found = {(finding.line, finding.defect) for finding in run(messy).report.findings}
    assert found >= {
        (2, Defect.UNTIDY_TITLE), (2, Defect.DESCRIPTION_IS_TITLE), (2, Defect.ROUNDED_CYCLE),
        (2, Defect.UPDATED_BEFORE_PUBLISHED), (2, Defect.MISSING_THEME),
        (3, Defect.MISSING_DESCRIPTION), (3, Defect.UNKNOWN_CYCLE), (3, Defect.BAD_DATE),
        (3, Defect.UNKNOWN_OPENNESS), (3, Defect.UNKNOWN_FORMAT),
        (4, Defect.BROKEN_LINE), (5, Defect.BROKEN_LINE), (6, Defect.BROKEN_LINE),
        (7, Defect.MISSING_DEPARTMENT), (7, Defect.MISSING_CYCLE), (7, Defect.MISSING_FORMAT),
        (7, Defect.MISSING_OPENNESS), (7, Defect.MISSING_DATE),
        (8, Defect.DUPLICATE_TITLE),
        (9, Defect.AMBIGUOUS_DEPARTMENT),
        (10, Defect.UNKNOWN_PLACE),
        (11, Defect.SYSTEM_AS_TITLE),
    }  # fmt: skip
    assert not [line for line, defect in found if line == 1]


def test_imported_entries_are_found_by_everybody_but_cannot_be_applied_for(world: World, messy):
    run(messy)
    clerk = world.people["clerk"]
    page = find(clerk, world.today, "企业用工")
    assert page.total == 2
    reasons = reasons_against_applying(clerk, world.today, [hit.resource for hit in page.rows])
    assert {reason.code for reason in reasons.values()} == {"incomplete"}


def snapshot() -> dict[str, object]:
    tables = [
        "catalog_resource", "catalog_resourceversion", "catalog_resourcesearch", "catalog_resourcewords",
        "catalog_importrun",
        "organisation_department", "organisation_region", "ledger_entry", "auth_group",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        contents = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
            )
            contents[table] = cursor.fetchone()
    return contents


def test_a_second_run_changes_nothing_at_all(world: World, messy: Path):
    run(messy)
    before = snapshot()
    again = run(messy)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 8)
    assert snapshot() == before


def test_the_same_file_packed_is_the_same_catalog(world: World, messy: Path, tmp_path: Path):
    run(messy)
    packed = run(write(tmp_path / "messy.jsonl.gz", LINES, packed=True))
    assert (packed.created, packed.changed, packed.unchanged) == (0, 0, 8)


def test_a_change_at_the_source_makes_a_new_version(world: World, messy: Path, tmp_path: Path):
    run(messy)
    changed = [dict(LINES[0], description="新的描述"), *LINES[1:]]  # type: ignore[call-overload]
    result = run(write(tmp_path / "later.jsonl", changed))
    assert (result.created, result.changed, result.unchanged) == (0, 1, 7)
    resource = entry("省级数据").resource.__class__.objects.get(live__abstract="新的描述")
    states = resource.versions.order_by("number").values_list("number", "status")
    assert list(states) == [(1, "superseded"), (2, "imported")]
    assert find(world.people["clerk"], world.today, "新的描述").total == 1


def test_what_its_provider_has_taken_over_is_never_overwritten(world: World, messy, tmp_path):
    run(messy)
    resource = Resource.objects.get(live__abstract="企业用工登记信息")
    draft = actions.revise(by=None, resource=resource, now=world.now)
    actions.save_draft(by=None, version=draft, content={"abstract": "本局改写"}, now=world.now)
    changed = [dict(LINES[0], description="新的描述"), *LINES[1:]]  # type: ignore[call-overload]
    result = run(write(tmp_path / "later.jsonl", changed))
    assert (result.changed, result.left_alone) == (0, 1)
    assert result.report.counts()[Defect.CHANGED_AFTER_EDITING] == 1
    draft.refresh_from_db()
    assert draft.abstract == "本局改写"


def test_repeated_lines_are_imported_once(world: World, tmp_path: Path):
    twice = [LINES[0], LINES[0], dict(LINES[0], description="别的")]  # type: ignore[call-overload]
    path = write(tmp_path / "twice.jsonl", twice)
    result = run(path)
    assert (result.created, result.repeated) == (2, 1)
    again = run(path)
    assert (again.created, again.changed, again.unchanged, again.repeated) == (0, 0, 2, 1)


def test_the_ledger_has_one_entry_for_each_batch(world: World, messy: Path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 4)
    run(messy)
    entries = Entry.objects.filter(kind="catalog.imported").order_by("id")
    assert [one.data["lines"] for one in entries] == [[1, 4], [5, 8], [9, 11]]
    assert len({one.data["sha256"] for one in entries}) == 3
    run_row = ImportRun.objects.get()
    assert run_row.counts["created"] == 8
    assert run_row.defects["broken_line"] == 3


def test_a_batch_that_fails_leaves_nothing_and_the_next_run_goes_on(world, messy, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 4)
    whole, calls = importing.reindex, []

    def failing(ids):
        calls.append(ids)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return whole(ids)

    monkeypatch.setattr(importing, "reindex", failing)
    with pytest.raises(RuntimeError, match="power cut"):
        run(messy)
    assert Resource.objects.filter(external_key__isnull=False).count() == 3
    assert not Department.objects.filter(name="南通市提供部门不明").exists()
    monkeypatch.setattr(importing, "reindex", whole)
    result = run(messy)
    assert (result.created, result.unchanged) == (5, 3)


BROKEN_FILES = {
    "long line": (b'{"title": "' + b"x" * (LONGEST_LINE + 10) + b'"}\n', 2),
    "other encoding": ('{"title": "数据"}\n'.encode("gb18030"), 2),
    "deep": (b"[" * 200_000 + b"\n", 2),
}


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_a_hopeless_line_does_not_stop_the_next(name, world: World, tmp_path: Path):
    content, lines = BROKEN_FILES[name]
    good = json.dumps(PLACE | {"title": "好数据", "department": "市公安局"}).encode()
    path = tmp_path / "broken.jsonl"
    path.write_bytes(content + good + b"\n")
    result = run(path)
    assert (result.lines, result.created, result.broken) == (lines, 1, 1)


def test_a_truncated_archive_is_read_as_far_as_it_goes(world: World, tmp_path: Path):
    many = [
        PLACE | {"title": f"数据{n}", "department": "市公安局", "url": str(n)} for n in range(1200)
    ]
    path = write(tmp_path / "cut.jsonl.gz", many, packed=True)
    path.write_bytes(path.read_bytes()[:-1500])
    result = run(path)
    assert 0 < result.created < 1200
    (last,) = [f for f in result.report.findings if f.defect == Defect.BROKEN_LINE]
    assert "ends in the middle" in last.value


def test_two_imports_at_once_are_refused(world: World, messy: Path):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [importing._LOCK])
        with pytest.raises(NotAllowed, match="Another import"):
            run(messy)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [importing._LOCK])
    finally:
        other.close()
    assert run(messy).created == 8


def test_the_command_prints_counts_and_writes_the_report(world, messy, tmp_path, capsys):
    report = tmp_path / "out" / "defects.json"
    out = StringIO()
    call_command("import_catalog", str(messy), "--json", "--report", str(report), stdout=out)
    summary = json.loads(out.getvalue())
    assert summary["counts"]["created"] == 8
    assert summary["defects"]["broken_line"] == 3
    written = json.loads(report.read_text(encoding="utf-8"))
    broken = [one["line"] for one in written["findings"] if one["defect"] == "broken_line"]
    assert broken == [4, 5, 6]
    assert capsys.readouterr().err.strip()  # progress goes to standard error


def test_the_report_for_people_runs_no_formulas(world, tmp_path, capsys):
    lines = [PLACE | {"title": "=1+1", "department": "@市公安局"}]
    report = tmp_path / "defects.csv"
    call_command("import_catalog", str(write(tmp_path / "f.jsonl", lines)), "--report", str(report))
    text = report.read_text(encoding="utf-8-sig")
    assert "'=1+1" in text
    assert ",=1+1" not in text
    assert str(report) in capsys.readouterr().out


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_said(name, db, tmp_path):
    with pytest.raises(CommandError, match=r"No such file|Is a directory"):
        call_command("import_catalog", str(tmp_path / name))


KILLED = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.utils import timezone
settings.DATABASES["default"]["NAME"] = sys.argv[2]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from catalog.exchange import importing
from catalog.exchange.reader import SourceFile
importing.BATCH = 20
def show(done, _all):
    print(done, flush=True)
importing.import_catalog(SourceFile.of(Path(sys.argv[1])), now=timezone.now(), progress=show)
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_half_way_is_resumed(world: World, tmp_path: Path):
    many = [
        PLACE | {"title": f"数据{n}", "department": f"第{n % 7}局", "url": str(n)}
        for n in range(600)
    ]
    path = write(tmp_path / "many.jsonl", many)
    name = connection.settings_dict["NAME"]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), name],
        stdout=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    ) as process:
        for line in process.stdout:
            if int(line) >= 100:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = Resource.objects.filter(external_key__isnull=False).count()
    assert 100 <= done < 600
    assert done % 20 == 0
    for _ in range(50):  # the server notices the death of the process
        try:
            result = run(path)
            break
        except NotAllowed:
            time.sleep(0.1)
    assert (result.created, result.unchanged) == (600 - done, done)
    assert Resource.objects.filter(external_key__isnull=False).count() == 600
    assert Resource.objects.filter(search__isnull=True).count() == 0
