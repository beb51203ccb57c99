"""Whole attempts, mostly against a real PostgreSQL."""

import csv
import errno
import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sharing.connectors.base import ConnectorContext, Kind, RegionPrefix
from sharing.connectors.errors import FetchCancelled, SourceUnreachable
from sharing.connectors.postgresql import PostgresqlConnector
from sharing.protection.manifest import FACTS
from sharing.protection.masks import MASKS
from sharing.protection.signing import Signer
from sharing.protection.verification import verify_delivery
from sharing.pulls import pipeline, staging
from sharing.pulls.errors import OutsideScope, PullFailed, PullStopped, StorageFull, TooManyRows
from sharing.pulls.machine import PullStatus
from sharing.pulls.pipeline import run_pull
from sharing.pulls.spec import FieldSpec, PullSpec
from tests.sharing.connectors import memory
from tests.sharing.connectors.conformance import until_no_session
from tests.sharing.connectors.sources import source_database

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SIGNER = Signer.from_seed("s" * 40)
KEY = b"k" * 32
ROWS = 5000
PEOPLE = f"""
    CREATE TABLE people AS
    SELECT i AS id, '32010219900307' || lpad(i::text, 4, '0') AS id_number,
           CASE WHEN i % 10 = 0 THEN NULL ELSE '张' || i END AS name,
           '138' || lpad(i::text, 8, '0') AS phone,
           CASE WHEN i = 7 THEN '=1+1' ELSE '备注' || i END AS remark,
           (i / 3.0)::numeric(12, 4) AS amount, date '1990-01-01' + i AS born,
           CASE WHEN i % 2 = 0 THEN '320102' ELSE '320583' END AS region_code,
           timestamptz '2026-11-01 00:00+00' + i * interval '1 minute' AS updated_at
      FROM generate_series(1, {ROWS}) i"""  # noqa: S608 - a number of ours
FIELDS = (
    FieldSpec("person_name", "姓名", "name", length=20, required=True, mask="name"),
    FieldSpec("id_number", "身份证号", "id_number", check="id_number", mask="id_number"),
    FieldSpec("code", "人员代码", "id_number", mask="pseudonym"),
    FieldSpec("phone", "手机", "phone", mask="phone"),
    FieldSpec("remark", "备注", "remark"),
    FieldSpec("amount", "金额", "amount", "Y", kind=Kind.DECIMAL),
    FieldSpec("born", "出生日期", "born", "D", kind=Kind.DATE),
)
SPEC = PullSpec(
    pull_id="0a1b2c3d",
    token=2,
    schema="public",
    table="people",
    fields=FIELDS,
    facts={name: {} for name in FACTS} | {"grant": {"number": "SQ-2026-1"}, "purpose": "核验"},
    key=("id",),
    region=RegionPrefix("region_code", ("3205",)),
    changed_column="updated_at",
    pseudonym_key=KEY,
    batch_rows=500,
)


@pytest.fixture(scope="module")
def database():
    with source_database() as database:
        database.run(PEOPLE)
        yield database


@pytest.fixture
def connector(database):
    with PostgresqlConnector(database.context()) as connector:
        yield connector
    until_no_session_of(database)


def until_no_session_of(database):
    until_no_session(database)


def pull(connector, tmp_path, *, spec=SPEC, on_batch=lambda _: None):
    return run_pull(spec, connector, tmp_path, on_batch, lambda: NOW, SIGNER)


def left_over(tmp_path):
    return sorted(path.name for path in (tmp_path / "staging").iterdir())


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


class TestStopping:
    @pytest.mark.parametrize(
        "phase", [PullStatus.EXTRACTING, PullStatus.CHECKING, PullStatus.PACKAGING]
    )
    def test_stopped_at_any_phase_nothing_is_left(self, connector, database, tmp_path, phase):
        def stop(progress):
            if progress.phase is phase and (progress.rows or phase is PullStatus.EXTRACTING):
                raise PullStopped("grant_suspended")

        with pytest.raises(PullStopped, match="grant_suspended"):
            pull(connector, tmp_path, on_batch=stop)
        assert left_over(tmp_path) == []
        until_no_session_of(database)

    def test_stopped_while_the_source_is_silent(self, connector, database, tmp_path, monkeypatch):
        monkeypatch.setattr(pipeline, "PATIENCE", 0.1)
        database.run(
            "CREATE OR REPLACE VIEW silent AS SELECT p.*, pg_sleep(60)::text FROM people p"
        )

        def stop(progress):
            if progress.waiting:
                raise PullStopped("grant_suspended")

        started = time.monotonic()
        with pytest.raises(PullStopped):
            pull(connector, tmp_path, spec=replace(SPEC, table="silent"), on_batch=stop)
        until_no_session_of(database)
        assert time.monotonic() - started < 5
        assert left_over(tmp_path) == []

    def test_a_fault_in_the_shell_cleans_up_too(self, connector, database, tmp_path):
        def fail(progress):
            if progress.rows:
                raise RuntimeError

        with pytest.raises(RuntimeError):
            pull(connector, tmp_path, on_batch=fail)
        assert left_over(tmp_path) == []
        until_no_session_of(database)


class TestFaults:
    def failure(self, connector, tmp_path, **change):
        with pytest.raises(PullFailed) as caught:
            pull(connector, tmp_path, spec=replace(SPEC, **change))
        assert left_over(tmp_path) == []
        assert caught.value.__cause__ is None
        return caught.value

    def test_missing_column_is_named(self, connector, database, tmp_path):
        database.run("CREATE OR REPLACE VIEW drifted AS SELECT id, name, region_code FROM people")
        error = self.failure(connector, tmp_path, table="drifted")
        assert (error.code, error.retryable) == ("schema_drift", False)
        assert error.params["missing"] == "id_number, phone, remark, amount, born, updated_at"
        assert "id_number" in str(error)
        assert error.remedy

    def test_retyped_column_is_named(self, connector, database, tmp_path):
        database.run(
            "CREATE OR REPLACE VIEW retyped AS SELECT id, name, id_number, phone, remark,"
            " amount::text AS amount, born::text AS born, region_code, updated_at FROM people"
        )
        error = self.failure(connector, tmp_path, table="retyped")
        assert (error.code, error.params["retyped"]) == ("schema_drift", "amount, born")

    def test_unreachable_source(self, database, tmp_path):
        context = database.context()
        context = replace(context, options={**context.options, "port": "9"})
        with PostgresqlConnector(context) as connector:
            error = self.failure(connector, tmp_path)
        assert (error.code, error.retryable) == ("source_unreachable", True)

    def test_source_lost_on_the_way(self, connector, database, tmp_path):
        database.run(
            "CREATE OR REPLACE VIEW endless AS SELECT p.* FROM people p, generate_series(1, 2000)"
        )

        def cut(progress):
            if progress.rows:
                database.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'govshare'"
                )

        spec = replace(SPEC, table="endless", key=())
        with pytest.raises(PullFailed) as caught:
            pull(connector, tmp_path, spec=spec, on_batch=cut)
        assert (caught.value.code, caught.value.retryable) == ("source_unreachable", True)
        assert left_over(tmp_path) == []

    def test_rows_outside_the_region_publish_nothing(self, tmp_path):
        """A connector that forgets the filter is caught by the check of every row."""
        rows = {"a": ["x", "y"], "region_code": ["320501", "330101"]}
        memory.TABLES["t"] = pa.table(rows)
        connector = memory.MemoryConnector(ConnectorContext(options={}))
        spec = replace(
            SPEC, table="t", fields=(FieldSpec("a", "甲", "a"),), key=(), changed_column=""
        )
        honest = connector.fetch
        connector.fetch = lambda query: honest(replace(query, row_filter=None))
        try:
            with pytest.raises(OutsideScope):
                pull(connector, tmp_path, spec=spec)
        finally:
            memory.TABLES.clear()
        assert left_over(tmp_path) == []

    def test_too_many_rows(self, connector, tmp_path):
        with pytest.raises(TooManyRows):
            pull(connector, tmp_path, spec=replace(SPEC, max_rows=ROWS // 2 - 1))
        assert left_over(tmp_path) == []
        assert pull(connector, tmp_path, spec=replace(SPEC, max_rows=ROWS // 2)).rows

    def test_a_pseudonym_without_key_never_starts(self, connector, tmp_path):
        with pytest.raises(ValueError, match="32 bytes"):
            pull(connector, tmp_path, spec=replace(SPEC, pseudonym_key=b""))
        assert left_over(tmp_path) == []

    def test_every_fault_of_a_source_keeps_code_and_remedy(self):
        for error in (SourceUnreachable(host="db"), FetchCancelled()):
            failure = PullFailed.from_connector(error)
            assert (failure.code, failure.retryable) == (error.code, error.retryable)
            assert (str(failure), failure.remedy) == (str(error), error.remedy)
        assert PullFailed.code == "pull_failed"


@contextmanager
def small_disk(folder, size):
    """A file system with little room (root), or a limit on the size of files."""
    if os.geteuid() == 0:
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False
        )
        if done.returncode == 0:
            try:
                yield
            finally:
                subprocess.run(["umount", folder], check=True)
            return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


class TestDiskFull:
    @pytest.mark.parametrize("formats", [("csv",), ("parquet",), ("csv", "parquet")])
    @pytest.mark.parametrize("size", [8192, 32768, 65536])
    def test_leaves_nothing_and_says_so(self, connector, database, tmp_path, formats, size):
        place = tmp_path / "disk"
        with small_disk(place, size):
            with pytest.raises(StorageFull) as caught:
                pull(connector, place, spec=replace(SPEC, formats=formats))
            assert left_over(place) == []
        assert (caught.value.code, caught.value.retryable) == ("storage_full", True)
        until_no_session_of(database)

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_found_when_forced_to_disk(self, connector, tmp_path, monkeypatch, number):
        def fsync(_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(StorageFull):
            pull(connector, tmp_path)
        assert left_over(tmp_path) == []

    def test_other_faults_of_the_disk_are_not_hidden(self, connector, tmp_path, monkeypatch):
        def fsync(_):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            pull(connector, tmp_path)
        assert left_over(tmp_path) == []


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
    """300,000 rows of about 550 bytes after a warm-up with 60,000: keeping them took 130 MB more."""
    make = (
        "CREATE VIEW {0} AS SELECT i AS id, '32010219900307' || lpad((i % 10000)::text, 4, '0')"
        " AS a, repeat(md5(i::text), 16) AS b FROM generate_series(1, {1}) i"
    )
    database.run(
        make.format("little", 60_000), make.format("much", 300_000),
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
        timeout=120,
    )
    (little, few), (much, many) = json.loads(done.stdout)
    assert (few, many) == (60_000, 300_000)
    assert much - little < 80, f"{little} MB for 60,000 rows, {much} MB for 300,000"
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
