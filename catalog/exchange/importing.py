"""Importing a catalog file: batch by batch, each complete in itself, so that it can be resumed."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.exchange.defects import Defect, Finding, Report
from catalog.exchange.entries import Entry, Origin, map_line
from catalog.exchange.providers import Providers
from catalog.exchange.reader import Line, SourceFile, read
from catalog.exchange.writing import Writer, Written
from catalog.models import ImportRun
from catalog.search import reindex
from portal.errors import NotAllowed
from portal.ledger.records import record

BATCH = 500
_LOCK = 5_309_301
Progress = Callable[[int, int], None]
"""Called with the lines done and the lines in all."""


@dataclass(slots=True)
class Result:
    """What an import did."""

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    left_alone: int = 0
    broken: int = 0
    repeated: int = 0
    departments_added: list[str] = field(default_factory=list)
    regions_added: list[str] = field(default_factory=list)
    regions_moved: dict[str, str] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {
            "lines": self.lines,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "left_alone": self.left_alone,
            "broken": self.broken,
            "repeated": self.repeated,
            "departments_added": len(self.departments_added),
            "regions_added": len(self.regions_added),
            "regions_moved": len(self.regions_moved),
        }


def import_catalog(
    source: SourceFile,
    *,
    now: datetime,
    province: str = "",
    city: str = "",
    progress: Progress | None = None,
) -> Result:
    """Import every line of the file that can be read; what is wrong is in the result's report.

    Entries are known again by their key, so that a second run changes nothing and an interrupted
    one goes on where it stopped. NotAllowed while another import runs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise NotAllowed(
                _("Another import is running."),
                remedy=_("Wait until it has finished."),
                code="import_running",
            )
    try:
        origin = Origin(timezone.localdate(now), province, city)
        return _Import(source, origin, now).run(progress or (lambda _done, _all: None))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


class _Import:
    """One run over one file."""

    def __init__(self, source: SourceFile, origin: Origin, now: datetime) -> None:
        self.source, self.origin, self.now = source, origin, now
        self.result = Result()
        self.providers = Providers(now=now)
        self.writer = Writer(self.providers)
        self.record_of_run: ImportRun | None = None
        self._digests: dict[str, set[str]] = {}
        self._titles: dict[tuple[int, str], int] = {}

    def run(self, progress: Progress) -> Result:
        lines = iter(read(self.source.path))
        while batch := list(islice(lines, BATCH)):
            self._do(batch)
            self.result.lines += len(batch)
            progress(batch[-1].number, self.source.lines)
        self.result.departments_added = self.providers.added
        self.result.regions_added = self.providers.regions_added
        self.result.regions_moved = self.providers.regions_moved
        self._finish()
        return self.result

    def _do(self, batch: list[Line]) -> None:
        entries = list(self._entries(batch))
        with transaction.atomic():
            written = self.writer.write(entries)
            self._find_duplicate_titles(entries)
            touched = [*written.created, *written.changed]
            if touched:
                reindex(touched)
                self._note(batch, entries, written)
        self._count(entries, written)

    def _entries(self, batch: Iterable[Line]) -> Iterator[Entry]:
        for line in batch:
            entry = None if line.problem else map_line(line.number, line.content, self.origin)
            if entry is None:
                problem = line.problem or "no title"
                self.result.broken += 1
                self.result.report.add(Finding(line.number, Defect.BROKEN_LINE, value=problem))
            elif self._is_repeated(entry):
                self.result.repeated += 1
                self.result.report.add(_finding(entry, Defect.REPEATED_LINE, ""))
            else:
                yield entry

    def _is_repeated(self, entry: Entry) -> bool:
        """Whether the line came before; other content under the same key gets a key of its own."""
        before = self._digests.setdefault(entry.key, set())
        if entry.digest in before:
            return True
        before.add(entry.digest)
        if len(before) > 1:
            entry.key = f"{entry.key}#{len(before)}"
        return False

    def _find_duplicate_titles(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            first = self._titles.setdefault(
                (self.writer.provider_of(entry), entry.title), entry.line
            )
            if first != entry.line:
                entry.defects.append((Defect.DUPLICATE_TITLE, f"line {first}"))

    def _note(self, batch: list[Line], entries: list[Entry], written: Written) -> None:
        """One ledger entry for the batch, with a digest of everything it wrote."""
        if self.record_of_run is None:
            self.record_of_run = ImportRun.objects.create(
                file_name=self.source.path.name[:255],
                file_digest=self.source.digest,
                started_at=self.now,
            )
        digest = hashlib.sha256()
        for entry in entries:
            digest.update(f"{entry.key} {entry.digest}\n".encode())
        data: dict[str, Any] = {
            "file_sha256": self.source.digest,
            "lines": [batch[0].number, batch[-1].number],
            "created": len(written.created),
            "changed": len(written.changed),
            "sha256": digest.hexdigest(),
        }
        record(
            "catalog.imported",
            by=None,
            obj=self.record_of_run,
            now=self.now,
            data=data,
            departments={self.writer.provider_of(entry) for entry in entries},
        )

    def _count(self, entries: list[Entry], written: Written) -> None:
        self.result.created += len(written.created)
        self.result.changed += len(written.changed)
        self.result.unchanged += written.unchanged
        self.result.left_alone += written.left_alone
        for entry in entries:
            for defect, value in entry.defects:
                self.result.report.add(_finding(entry, defect, value))

    def _finish(self) -> None:
        if self.record_of_run is None:
            return
        self.record_of_run.finished_at = timezone.now()
        self.record_of_run.counts = self.result.counts()
        self.record_of_run.defects = dict(Counter(self.result.report.counts()))
        self.record_of_run.save(update_fields=["finished_at", "counts", "defects"])


def _finding(entry: Entry, defect: Defect, value: str) -> Finding:
    return Finding(entry.line, defect, entry.title, entry.department, value)
