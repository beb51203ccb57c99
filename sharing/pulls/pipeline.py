"""One attempt of a pull: fetch, check, mask, write, sign. It publishes nothing.

Memory does not grow with the rows (except for eight bytes of key hash each). The shell around it
gives ``on_batch``: called in the caller's thread with every batch, and every few seconds while the
source keeps us waiting, it renews the lease, looks whether the grant still stands, and raises
PullStopped to end the attempt.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from sharing.connectors.base import Connector
from sharing.connectors.errors import ConnectorError
from sharing.protection.manifest import MANIFEST, SIGNATURE, SignedManifest, compose, sign
from sharing.protection.masks import mask_frame
from sharing.protection.signing import Signer
from sharing.pulls.checks import Checker
from sharing.pulls.errors import PullFailed, TooManyRows
from sharing.pulls.machine import PullStatus
from sharing.pulls.quality import QualityReport
from sharing.pulls.reader import Reader
from sharing.pulls.spec import Progress, PulledFile, PullResult, PullSpec
from sharing.pulls.staging import (
    discard,
    fresh_folder,
    full_disk_is_a_fault,
    staging_path,
    sync_folder,
    write_synced,
)
from sharing.pulls.writers import CsvWriter, ParquetWriter, Writer

PATIENCE: Final = 2.0
"""Seconds without a batch after which ``on_batch`` is called all the same."""


def run_pull(
    spec: PullSpec,
    connector: Connector,
    workspace: Path,
    on_batch: Callable[[Progress], None],
    clock: Callable[[], datetime],
    signer: Signer,
) -> PullResult:
    """Run one attempt; return the complete delivery, still in its staging folder.

    ``workspace`` is the root of deliveries (see staging.py), ``clock`` gives the aware time.
    Raises PullFailed (with code, remedy and whether to retry) or what ``on_batch`` raises; in
    both cases the staging folder and the session at the source are gone.
    """
    staging = staging_path(workspace, spec.pull_id, spec.token)
    try:
        with full_disk_is_a_fault():
            fresh_folder(staging)
            return _run(_Attempt(spec, staging, on_batch), connector, clock, signer)
    except BaseException as error:
        discard(staging)
        if isinstance(error, ConnectorError):
            raise PullFailed.from_connector(error) from None
        raise


class _Attempt:
    """Counts, tells how far it has come, and holds the open files."""

    def __init__(self, spec: PullSpec, staging: Path, on_batch: Callable[[Progress], None]) -> None:
        self.spec = spec
        self.staging = staging
        self.rows = 0
        self._on_batch = on_batch
        self._writers: list[Writer] = []
        self._pool: ThreadPoolExecutor

    def open(self, stack: ExitStack) -> None:
        """Create the files."""
        spec = self.spec
        self._pool = stack.enter_context(ThreadPoolExecutor(1, "pull-writer"))
        for name in spec.formats:
            path = self.staging / f"data.{name}"
            writer: Writer
            if name == "csv":
                writer = CsvWriter(path, spec.fields, timezone=spec.timezone)
            else:
                grant = spec.facts.get("grant", {})
                metadata = {"grant": str(grant.get("number", "")), "pull": spec.pull_id}
                writer = ParquetWriter(path, spec.fields, metadata=metadata)
            stack.callback(writer.close)
            self._writers.append(writer)

    def tell(self, phase: PullStatus, *, waiting: bool = False) -> None:
        """Report progress; the caller may stop us here."""
        written = sum(writer.size for writer in self._writers)
        self._on_batch(Progress(phase, self.rows, written, waiting))

    def write(self, frame: pl.DataFrame) -> None:
        """Append to all files at once."""
        *others, last = self._writers
        running = [self._pool.submit(writer.write, frame) for writer in others]
        try:
            last.write(frame)
        finally:
            for future in running:
                future.result()

    def finish(self) -> tuple[PulledFile, ...]:
        """Complete all files; forcing them to disk may take longer than a lease."""
        running = [self._pool.submit(writer.finish) for writer in self._writers]
        while wait(running, timeout=PATIENCE).not_done:
            self.tell(PullStatus.PACKAGING, waiting=True)
        return tuple(future.result() for future in running)


def _run(
    attempt: _Attempt, connector: Connector, clock: Callable[[], datetime], signer: Signer
) -> PullResult:
    spec = attempt.spec
    snapshot_at = clock().astimezone(UTC)
    checker = Checker(spec)
    masks = {item.name: item.mask for item in spec.fields}
    attempt.tell(PullStatus.EXTRACTING)
    with ExitStack() as stack:
        attempt.open(stack)
        reader = stack.enter_context(Reader(connector, spec.query))
        for batch in reader.batches(patience=PATIENCE):
            if batch is not None:
                frame = checker.check(_frame(batch))
                attempt.rows = checker.rows
                if spec.max_rows is not None and checker.rows > spec.max_rows:
                    raise TooManyRows(limit=spec.max_rows)
                attempt.write(mask_frame(frame, masks, key=spec.pseudonym_key))
            attempt.tell(PullStatus.EXTRACTING, waiting=batch is None)
        attempt.tell(PullStatus.CHECKING)
        quality = checker.report(now=snapshot_at)
        attempt.tell(PullStatus.PACKAGING)
        files = attempt.finish()
    delivered = _delivered(spec, files, quality, snapshot_at)
    manifest = sign(compose(spec.facts, delivered), signer)
    _store(attempt.staging, manifest)
    attempt.tell(PullStatus.PACKAGING)
    return PullResult(attempt.staging, checker.rows, files, quality, manifest, snapshot_at)


def _frame(batch: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a record batch is never a single column
    return frame


def _delivered(
    spec: PullSpec, files: tuple[PulledFile, ...], quality: QualityReport, snapshot_at: datetime
) -> Mapping[str, Any]:
    return {
        "pull": {"id": spec.pull_id, "token": spec.token},
        "fields": [
            {"name": item.name, "title": item.title, "type": item.data_type, "mask": item.mask}
            for item in spec.fields
        ],
        "scope": {"region": list(spec.region.prefixes) if spec.region else None},
        "snapshot_at": snapshot_at.isoformat(),
        "rows": quality.rows,
        "files": [
            {
                "format": file.format,
                "name": file.name,
                "bytes": file.size,
                "sha256": file.sha256,
                **file.notes,
            }
            for file in files
        ],
        "quality": quality.as_json(),
    }


def _store(staging: Path, manifest: SignedManifest) -> None:
    write_synced(staging / MANIFEST, manifest.content)
    write_synced(staging / SIGNATURE, manifest.signature_file)
    sync_folder(staging)
    sync_folder(staging.parent)
