"""A department's whole catalog in from a workbook, and out again: seconds and peak memory.

Every measurement is a process of its own, so that its peak is its own; the small catalog tells
whether the memory of the large one is constant.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.catalog import services, title

ITEMS = 10
"""Data items of each entry."""
GOAL_SECONDS = 300
"""From the upload to the last draft, for 10,000 entries."""
GOAL_MEMORY = 1.3
"""Peak memory as a multiple of the small catalog's."""
NAMES = [
    "姓名",
    "性别",
    "出生日期",
    "证件号码",
    "联系电话",
    "居住地址",
    "行政区划",
    "登记日期",
    "登记机关",
    "状态",
    "金额",
    "备注",
]


def make_file(path: Path, entries: int) -> None:
    """A workbook as departments send them: entries on one sheet, items on another."""
    from portal.sheet_writing import SheetWriter, save

    chance = random.Random(1)  # noqa: S311 - the same entries each time
    book = (SheetWriter("目录", [20] * 10), SheetWriter("信息项", [20] * 6))
    book[0].add(
        ["序号", "信息资源名称", "摘要", "信息资源分类", "资源格式", "更新周期", "共享类型", "共享条件", "共享方式", "开放属性"]
    )  # fmt: skip
    book[1].add(["信息资源名称", "信息项名称", "数据类型", "数据长度", "数据分级", "说明"])
    for number in range(entries):
        name = f"{title(chance)}{number}"
        book[0].add([
            str(number + 1), name, f"{name}，由各单位在办理业务时采集，按规定更新。" * 3, "307001", "MySQL",
            chance.choice(["每日", "每月", "每年"]), "有条件共享", "限本市行政管理使用", "接口；库表", "不予开放",
        ])  # fmt: skip
        for item in range(ITEMS):
            book[1].add([
                name, NAMES[(number + item) % len(NAMES)] + str(item), "字符型", "60", "一般2级",
                f"{name}的第{item}项",
            ])  # fmt: skip
    save(book, path)


def bring_in(path: Path) -> dict[str, Any]:
    """The whole way of a file, in this process."""
    from django.core.files import File
    from django.utils import timezone

    from catalog.exchange import intake as intakes
    from catalog.exchange.working import work
    from portal.organisation.models import Department

    department = Department.objects.get(name=os.environ["BENCHMARK_DEPARTMENT"])
    began = time.perf_counter()
    with path.open("rb") as stream:
        intake = intakes.receive(
            by=None, department=department, file=File(stream), name=path.name, now=timezone.now()
        )
    intakes.confirm_matching(intake=intake, chosen=None, now=timezone.now())
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    checked = time.perf_counter()
    intakes.confirm(by=None, intake=intake, now=timezone.now())
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    if intake.status != "done" or intake.counts.get("faulty"):
        sys.exit(f"The file did not come in: {intake.status} {intake.counts} {intake.problem}")
    done = time.perf_counter()
    return {"checking": checked - began, "writing": done - checked, "counts": intake.counts}


def take_out(path: Path, kind: str) -> dict[str, Any]:
    """An export of everything the department has, in this process."""
    from catalog.exchange import exporting
    from catalog.models import ResourceSearch

    department = os.environ["BENCHMARK_DEPARTMENT"]
    rows = ResourceSearch.objects.filter(resource__provider__name=department).order_by(
        "resource_id"
    )
    from django.utils import timezone

    exported = exporting.entries(rows, None, timezone.localdate())
    return {"counts": {"entries": exporting.export_to(path, kind, exported)}}


def child(step: str, path: Path) -> None:
    """One measurement; prints seconds and the peak of this process in MB."""
    import django

    django.setup()
    from catalog.models import Classification

    Classification.objects.count()  # connected, and the portal loaded
    began = time.perf_counter()
    result = bring_in(path) if step == "in" else take_out(path.with_suffix(f".{step}"), step)
    result["seconds"] = time.perf_counter() - began
    result["memory"] = peak()
    result["cpu"] = time.process_time()
    print(json.dumps(result))


def peak() -> float:
    """The most memory this process has held, in MB (ru_maxrss would count its parent's, too)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    sys.exit("This needs Linux.")


def measured(step: str, path: Path, department: str) -> dict[str, Any]:
    """What a child process measured."""
    environment = {**os.environ, "BENCHMARK_DEPARTMENT": department}
    command = [sys.executable, "-m", "benchmarks.exchange", "--child", step, str(path)]
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    print(f"{path.stem} {step}: {found['seconds']:.1f} s", file=sys.stderr, flush=True)
    return found


STEPS: dict[str, Callable[[dict[str, Any]], str]] = {
    "in": lambda found: f"read and checked {found['checking']:.1f}, written {found['writing']:.1f}",
    "in again": lambda found: f"unchanged {found['counts'].get('unchanged', 0):,}",
    "xlsx": lambda found: f"{found['counts']['entries']:,} entries",
    "csv": lambda found: f"{found['counts']['entries']:,} entries",
    "jsonl": lambda found: f"{found['counts']['entries']:,} entries",
}


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange", description=__doc__)
    parser.add_argument("--catalog", type=int, default=10_000, help="entries of the large catalog")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options, _rest = parser.parse_known_args(arguments)
    if options.child:
        child(options.child[0], Path(options.child[1]))
        return 0
    sizes = [options.catalog // 5, options.catalog]
    found: dict[int, dict[str, dict[str, Any]]] = {}
    with services():
        from benchmarks.catalog import make_departments

        names = [department.name for department in make_departments()[:2]]
        folder = Path(os.environ["GOVSHARE_VAR"])
        for size, name in zip(sizes, names, strict=True):
            path = folder / f"catalog-{size}.xlsx"
            make_file(path, size)
            found[size] = {step: measured(step.split()[0], path, name) for step in STEPS}
    show(found, options.catalog)
    return int(bool(missed(found, options.catalog)))


def show(found: dict[int, dict[str, dict[str, Any]]], large: int) -> None:
    """Print every step of both catalogs side by side."""
    small = large // 5
    table = Table(title=f"{large:,} entries with {large * ITEMS:,} data items")
    for heading in ("step", "s", "CPU s", "peak MB", f"peak MB of {small:,}", "×", "of it"):
        table.add_column(heading, justify="left" if heading in {"step", "of it"} else "right")
    for step, note in STEPS.items():
        one, other = found[large][step], found[small][step]
        table.add_row(
            step, f"{one['seconds']:.1f}", f"{one['cpu']:.1f}", f"{one['memory']:.0f}", f"{other['memory']:.0f}",
            f"{one['memory'] / other['memory']:.2f}", note(one),
        )  # fmt: skip
    Console(width=110).print(table)
    for fault in missed(found, large):
        print(f"missed: {fault}")


def missed(found: dict[int, dict[str, dict[str, Any]]], large: int) -> list[str]:
    """Goals that were not met."""
    faults = []
    seconds, limit = found[large]["in"]["seconds"], GOAL_SECONDS * large / 10_000
    if seconds > limit:
        faults.append(f"in: {seconds:.0f} s, goal {limit:.0f}")
    if found[large]["in again"]["counts"].get("unchanged") != large:
        faults.append("in again: entries changed")
    for step in STEPS:
        ratio = found[large][step]["memory"] / found[large // 5][step]["memory"]
        if ratio > GOAL_MEMORY:
            faults.append(f"{step}: {ratio:.2f} × the memory of the small catalog")
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
