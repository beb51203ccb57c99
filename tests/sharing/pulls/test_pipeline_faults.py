"""Attempts that end without a delivery: stopped, failed, or out of room."""

import errno
import os
import resource
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace

import pyarrow as pa
import pytest

from sharing.connectors.base import ConnectorContext
from sharing.connectors.errors import FetchCancelled, SourceUnreachable
from sharing.connectors.postgresql import PostgresqlConnector
from sharing.pulls import pipeline
from sharing.pulls.errors import OutsideScope, PullFailed, PullStopped, StorageFull, TooManyRows
from sharing.pulls.machine import PullStatus
from sharing.pulls.spec import FieldSpec
from tests.sharing.connectors import memory
from tests.sharing.connectors.conformance import until_no_session
from tests.sharing.pulls.attempts import ROWS, SPEC, left_over, pull


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
        until_no_session(database)

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
        until_no_session(database)
        assert time.monotonic() - started < 5
        assert left_over(tmp_path) == []

    def test_a_fault_in_the_shell_cleans_up_too(self, connector, database, tmp_path):
        def fail(progress):
            if progress.rows:
                raise RuntimeError

        with pytest.raises(RuntimeError):
            pull(connector, tmp_path, on_batch=fail)
        assert left_over(tmp_path) == []
        until_no_session(database)


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
        until_no_session(database)

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
