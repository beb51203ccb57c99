"""The exchange from the command line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import ResourceVersion
from tests.catalog.exchange.files import ENTRIES, entry, usual, workbook
from tests.world import World


def run(name: str, *arguments: str) -> dict:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("ending", ["xlsx", "zip", "jsonl"])
def test_what_is_exported_comes_in_unchanged(world: World, tmp_path: Path, ending: str):
    path = tmp_path / f"catalog.{ending}"
    assert run("export_catalog", str(path), "--department", "江苏省公安厅")["entries"] == 2
    counts = run("import_catalog", str(path), "--department", "江苏省公安厅")
    assert (counts["status"], counts["unchanged"]) == ("ready", 2)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_file_is_checked_first_and_written_when_confirmed(world: World, tmp_path: Path):
    path = tmp_path / "catalog.xlsx"
    path.write_bytes(usual("机动车登记信息"))
    code = world.departments["police"].uscc
    assert run("import_catalog", str(path), "--department", code)["new"] == 1
    assert not ResourceVersion.objects.filter(title="机动车登记信息").exists()
    counts = run("import_catalog", str(path), "--department", code, "--confirm")
    assert (counts["status"], counts["created"]) == ("done", 1)
    assert ResourceVersion.objects.get(title="机动车登记信息").status == "draft"


def test_the_faulty_rows_become_a_workbook(world: World, tmp_path: Path):
    path, report = tmp_path / "catalog.xlsx", tmp_path / "faults.xlsx"
    path.write_bytes(workbook(("目录", [ENTRIES, entry("坏的", cycle="看情况")])))
    arguments = ["--department", "江苏省公安厅", "--report", str(report)]
    assert run("import_catalog", str(path), *arguments)["faulty"] == 1
    assert report.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export_catalog", "x.doc"], "must end"),
        (["export_catalog", "/nowhere/x.jsonl"], "No such file"),
        (["export_catalog", "x.jsonl", "--department", "没有"], "There are 0 departments"),
        (["import_catalog", "/nowhere.xlsx", "--department", "江苏省公安厅"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_said(world: World, arguments: list[str], message: str):
    with pytest.raises(CommandError, match=message):
        call_command(*arguments)
