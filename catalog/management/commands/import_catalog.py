"""Import the catalog of another portal: ``manage.py import_catalog FILE``."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from catalog.exchange import reports
from catalog.exchange.faults import texts_of
from catalog.exchange.faulty import write_faulty
from catalog.exchange.importing import Progress, Result, import_catalog
from catalog.exchange.reader import SourceFile
from catalog.exchange.whole import bring_in, figures
from catalog.management.commands.export_catalog import department_named
from portal.errors import PortalError

_SECONDS_BETWEEN_LINES = 5.0


class Command(BaseCommand):
    """Reads JSON lines, plain or gzip; see docs/guides/import-a-catalog.md."""

    help = "Import a catalog (JSON lines, also gzip); ends with a report of its defects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what its lines may leave out."""
        parser.add_argument("file", type=Path, help="JSON lines, one entry a line; may be gzip")
        parser.add_argument("--report", type=Path, help="where to write the defects: .csv or .json")
        parser.add_argument("--province", default="", help="for lines without one, such as 江苏")
        parser.add_argument("--city", default="", help="for lines without one, such as nantong")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")
        parser.add_argument(
            "--department", default="", help="bring a file in as drafts of this provider instead"
        )
        parser.add_argument(
            "--confirm", action="store_true", help="with --department: write, do not only check"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, then show and write the report; CommandError for what keeps it from starting."""
        now = timezone.now()
        path: Path = options["file"]
        if options["department"]:
            self._bring_in(path, options)
            return
        started = time.monotonic()
        try:
            source = SourceFile.of(path)
            with _progress() as progress:
                result = import_catalog(
                    source,
                    now=now,
                    province=options["province"],
                    city=options["city"],
                    progress=progress,
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        except PortalError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        seconds = time.monotonic() - started
        report = options["report"] or _default_report(path)
        reports.write(result, report)
        if options["json"]:
            content = reports.summary(result) | {
                "seconds": round(seconds, 1),
                "report": str(report),
            }
            self.stdout.write(json.dumps(content, ensure_ascii=False))
        else:
            _show(result, report, seconds)

    def _bring_in(self, path: Path, options: dict[str, Any]) -> None:
        """The file of a department, by the way its steward takes on the page."""
        try:
            intake = bring_in(
                path,
                department_named(options["department"]),
                confirmed=options["confirm"],
                clock=timezone.now,
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        except PortalError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        if intake.problem:
            raise CommandError(" ".join(texts_of(intake.problem)))
        if options["report"]:
            with options["report"].open("wb") as target:
                write_faulty(intake, target)
        if options["json"]:
            content = {"intake": str(intake.pk), "status": intake.status, **intake.counts}
            self.stdout.write(json.dumps(content))
            return
        table = Table(title=str(intake.get_status_display()), title_justify="left")
        table.add_column(_("what"))
        table.add_column(_("how many"), justify="right")
        for label, number in figures(intake):
            table.add_row(label, f"{number:,}")
        Console().print(table)


def _default_report(path: Path) -> Path:
    return Path(settings.VAR_DIR) / "reports" / f"{path.name.split('.')[0]}-defects.csv"


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, a line every few seconds anywhere else; both on standard error."""
    if not sys.stderr.isatty():
        yield _plain_lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(_("Importing"), total=None)

        def show(done: int, lines: int) -> None:
            bar.update(task, completed=done, total=lines)

        yield show


def _plain_lines() -> Progress:
    last = [0.0]

    def show(done: int, lines: int) -> None:
        if done >= lines or time.monotonic() - last[0] > _SECONDS_BETWEEN_LINES:
            last[0] = time.monotonic()
            text = _("%(done)d of %(lines)d lines") % {"done": done, "lines": lines}
            sys.stderr.write(f"{text}\n")

    return show


def _show(result: Result, report: Path, seconds: float) -> None:
    console = Console()
    counts = Table(title=_("Import"), title_justify="left")
    counts.add_column(_("what"))
    counts.add_column(_("how many"), justify="right")
    for name, number in _named_counts(result):
        counts.add_row(name, f"{number:,}")
    defects = Table(title=_("Defects"), title_justify="left")
    defects.add_column(_("defect"))
    defects.add_column(_("how many"), justify="right")
    defects.add_column(_("for example"), overflow="fold")
    for kind, number in result.report.counts().items():
        defects.add_row(str(kind.label), f"{number:,}", _examples(result, kind))
    console.print(counts, defects, sep="\n")
    console.print(_("Every defect with its line: %(path)s") % {"path": report}, soft_wrap=True)
    console.print(_("%(seconds).1f seconds") % {"seconds": seconds})


def _named_counts(result: Result) -> list[tuple[str, int]]:
    return [
        (_("lines read"), result.lines),
        (_("entries created"), result.created),
        (_("entries with a new version"), result.changed),
        (_("entries unchanged"), result.unchanged),
        (_("entries taken over by their provider, left alone"), result.left_alone),
        (_("lines skipped as broken"), result.broken),
        (_("lines skipped as repeated"), result.repeated),
        (_("departments added, unverified"), len(result.departments_added)),
        (_("regions added"), len(result.regions_added)),
        (_("abolished regions, replaced by their successors"), len(result.regions_moved)),
    ]


def _examples(result: Result, kind: Any) -> str:
    shown = []
    for finding in result.report.examples(kind):
        detail = finding.value or finding.title
        shown.append(f"{finding.line}: {detail[:40]}")
    return "\n".join(shown)
