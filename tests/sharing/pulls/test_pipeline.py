"""Whole attempts, mostly against a real PostgreSQL."""

import csv
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sharing.connectors.base import RegionPrefix
from sharing.protection.masks import MASKS
from sharing.protection.verification import verify_delivery
from sharing.pulls import pipeline, staging
from sharing.pulls.machine import PullStatus
from tests.sharing.pulls.attempts import FIELDS, KEY, NOW, ROWS, SIGNER, SPEC, left_over, pull


class TestResult:
    def test_rows_equal_the_source_masked(self, connector, database, tmp_path):
        result = pull(connector, tmp_path)
        source = database.run(
            "SELECT name, id_number, id_number, phone, remark, amount, born FROM people"
            " WHERE region_code LIKE '3205%' ORDER BY id"
        )
        expected = [
            {
                item.name: MASKS[item.mask].value(value, key=KEY)
                for item, value in zip(FIELDS, row, strict=True)
            }
            for row in source
        ]
        assert result.rows == len(expected) == ROWS // 2
        assert pq.read_table(result.staging / "data.parquet").to_pylist() == expected
        with (result.staging / "data.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == [item.title for item in FIELDS]
        written = [["" if v is None else str(v) for v in row.values()] for row in expected]
        written[3][4] = "'=1+1"
        assert rows[1:] == written

    def test_only_granted_columns_leave(self, connector, tmp_path):
        result = pull(connector, tmp_path)
        names = pq.read_schema(result.staging / "data.parquet").names
        assert names == [item.name for item in FIELDS]
        everything = b"".join(path.read_bytes() for path in result.staging.iterdir())
        assert b"__key" not in everything
        assert b"region_code" not in b"".join(
            (result.staging / name).read_bytes() for name in ("data.csv", "data.parquet")
        )

    def test_manifest_verifies_and_tells_all(self, connector, tmp_path):
        result = pull(connector, tmp_path)
        verdict = verify_delivery(result.staging, SIGNER.public_key)
        assert verdict.sound
        manifest = verdict.manifest
        assert manifest["rows"] == ROWS // 2
        assert manifest["grant"] == {"number": "SQ-2026-1"}
        assert manifest["scope"] == {"region": ["3205"]}
        assert manifest["snapshot_at"] == NOW.isoformat()
        assert manifest["pull"] == {"id": "0a1b2c3d", "token": 2}
        assert [field["mask"] for field in manifest["fields"]] == [item.mask for item in FIELDS]
        assert manifest["files"][0]["formula_escaped"] == 1
        assert manifest["quality"] == json.loads(json.dumps(result.quality.as_json()))
        assert KEY.hex() not in result.manifest.content.decode()
        assert (result.staging / "manifest.json").read_bytes() == result.manifest.content

    def test_quality(self, connector, tmp_path):
        quality = pull(connector, tmp_path).quality
        results = {(item.rule, item.field): item for item in quality.results}
        assert results["unique", "id"].failed == 0
        assert results["region", "region_code"].checked == ROWS // 2
        assert results["id_number", "id_number"].failed > 0  # made-up check digits
        assert quality.scores["uniqueness"] == 100

    def test_same_pull_same_files(self, connector, tmp_path):
        digests = [
            [
                file.sha256
                for file in pull(connector, tmp_path, spec=replace(SPEC, token=token)).files
            ]
            for token in (1, 2)
        ]
        assert digests[0] == digests[1]

    def test_a_second_run_of_the_same_attempt_starts_anew(self, connector, tmp_path):
        (tmp_path / "staging" / "0a1b2c3d-2.part").mkdir(parents=True)
        (tmp_path / "staging" / "0a1b2c3d-2.part" / "data.csv").write_text("half")
        result = pull(connector, tmp_path)
        assert verify_delivery(result.staging, SIGNER.public_key).sound

    @pytest.mark.parametrize("formats", [("csv",), ("parquet",)])
    def test_one_format(self, connector, tmp_path, formats):
        result = pull(connector, tmp_path, spec=replace(SPEC, formats=formats))
        assert [file.format for file in result.files] == list(formats)
        assert verify_delivery(result.staging, SIGNER.public_key).files == 1

    def test_no_rows(self, connector, tmp_path):
        spec = replace(SPEC, region=RegionPrefix("region_code", ("99",)))
        result = pull(connector, tmp_path, spec=spec)
        assert result.rows == 0
        assert pq.read_table(result.staging / "data.parquet").num_rows == 0
        assert result.quality.letter == ""

    def test_two_grants_cannot_be_joined(self, connector, tmp_path):
        codes = []
        for token, key in ((1, KEY), (2, b"o" * 32)):
            result = pull(connector, tmp_path, spec=replace(SPEC, token=token, pseudonym_key=key))
            codes.append(set(pq.read_table(result.staging / "data.parquet")["code"].to_pylist()))
        assert len(codes[0]) == len(codes[1]) == ROWS // 2
        assert not codes[0] & codes[1]

    def test_publishing(self, connector, tmp_path):
        result = pull(connector, tmp_path)
        final = staging.final_path(tmp_path, SPEC.pull_id, SPEC.token)
        staging.publish_files(result.staging, final)
        assert verify_delivery(final, SIGNER.public_key).sound
        assert left_over(tmp_path) == []


class TestProgress:
    def test_phases_rows_and_bytes(self, connector, tmp_path):
        seen = []
        pull(connector, tmp_path, on_batch=seen.append)
        phases = list(dict.fromkeys(progress.phase for progress in seen))
        assert phases == [PullStatus.EXTRACTING, PullStatus.CHECKING, PullStatus.PACKAGING]
        assert [p.rows for p in seen] == sorted(p.rows for p in seen)
        assert [p.bytes for p in seen] == sorted(p.bytes for p in seen)
        assert len(seen) >= 5
        assert seen[-1].rows == ROWS // 2
        assert seen[-1].bytes > 0

    def test_called_in_the_callers_thread(self, connector, tmp_path):
        threads = set()
        pull(connector, tmp_path, on_batch=lambda _: threads.add(threading.get_ident()))
        assert threads == {threading.get_ident()}

    def test_signs_of_life_while_the_source_keeps_us_waiting(
        self, connector, database, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(pipeline, "PATIENCE", 0.1)
        database.run(
            "CREATE OR REPLACE VIEW slow AS SELECT p.*, pg_sleep(0.4)::text FROM people p WHERE id = 5"
        )
        waiting = []
        pull(
            connector,
            tmp_path,
            spec=replace(SPEC, table="slow"),
            on_batch=lambda progress: waiting.append(progress.waiting),
        )
        assert waiting.count(True) >= 2


MEASURE = """
import resource, sys, threading, time
from pathlib import Path
from sharing.connectors.base import ConnectorContext
from sharing.connectors.postgresql import PostgresqlConnector
from sharing.protection.manifest import FACTS
from sharing.protection.signing import Signer
from sharing.pulls.pipeline import run_pull
from sharing.pulls.spec import FieldSpec, PullSpec
from datetime import datetime, UTC
import json

options, folder = json.loads(sys.argv[1]), Path(sys.argv[2])

def peak(table):
    resident = []
    def look(_):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        resident.append(pages * resource.getpagesize() // 2**20)
    spec = PullSpec(
        "m", 1, "public", table,
        (FieldSpec("a", "甲", "a", mask="id_number"), FieldSpec("b", "乙", "b", required=True)),
        {name: {} for name in FACTS}, batch_rows=20000,
    )
    context = ConnectorContext(**options)
    with PostgresqlConnector(context) as connector:
        result = run_pull(spec, connector, folder, look,
            lambda: datetime.fromtimestamp(time.time(), UTC), Signer.from_seed("s" * 40))
    return max(resident), result.rows

warm = peak("little")
print(json.dumps([warm, peak("much")]))
"""


def test_memory_does_not_grow_with_the_rows(database, tmp_path):
    """300,000 rows of about 550 bytes after a warm-up with 120,000: keeping them takes 100 MB more."""
    make = (
        "CREATE VIEW {0} AS SELECT i AS id, '32010219900307' || lpad((i % 10000)::text, 4, '0')"
        " AS a, repeat(md5(i::text), 16) AS b FROM generate_series(1, {1}) i"
    )
    database.run(
        make.format("little", 120_000), make.format("much", 300_000),
    )  # fmt: skip
    context = database.context()
    options = {
        "options": dict(context.options),
        "secrets": dict(context.secrets),
        "allowed_hosts": list(context.allowed_hosts),
    }
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, json.dumps(options), str(tmp_path)],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"},
        timeout=120,
    )
    (little, few), (much, many) = json.loads(done.stdout)
    assert (few, many) == (120_000, 300_000)
    assert much - little < 65, f"{little} MB for 120,000 rows, {much} MB for 300,000"
    assert much < 512


FORKED = """
import os, time
from sharing.pulls import pipeline
from sharing.protection.masks import mask_frame
import polars as pl

child = os.fork()
if child == 0:
    frame = pl.DataFrame({"a": ["张三"] * 100_000}).with_columns(b=pl.col("a"))
    os._exit(mask_frame(frame, {"a": "name", "b": "redact"})["a"].n_unique() + 6)
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        raise SystemExit(os.waitstatus_to_exitcode(status))
    time.sleep(0.05)
os.kill(child, 9)
"""


def test_works_in_a_forked_worker():
    """Celery imports first and forks afterwards: importing must start no thread pool."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], check=False, cwd=Path(__file__).parents[3], timeout=60
    )
    assert done.returncode == 7
