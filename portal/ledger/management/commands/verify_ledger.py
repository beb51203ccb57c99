"""Check the whole ledger and name what is wrong."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from portal.ledger.checkpoints import Keys, Signed, read
from portal.ledger.findings import Report
from portal.ledger.models import Seal
from portal.ledger.verification import verify


class Command(BaseCommand):
    """Exit code 0: intact. 1: damaged, every finding is named. 2: the check could not be made."""

    help = (
        "Check every ledger entry, the chain over them and all signed checkpoints. Names each "
        "entry that was changed, removed, added, reordered or never sealed, and exits with 1 if "
        "there is one. With a file of checkpoints that was kept elsewhere (export_checkpoints) it "
        "also finds a ledger that was cut off or written anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what to compare with."""
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--checkpoints", type=Path, metavar="FILE",
            help="checkpoints kept elsewhere, one JSON object a line",
        )  # fmt: skip
        parser.add_argument(
            "--public-key", type=Path, metavar="FILE", action="append",
            help="PEM file of a key that signed checkpoints; may be given several times "
            "(default: the portal's present key)",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check and report."""
        try:
            kept = (
                list(read(_text(options["checkpoints"]).splitlines()))
                if options["checkpoints"]
                else []
            )
            texts = [_text(path) for path in options["public_key"] or []]
            keys = Keys.from_pem(texts) if texts else Keys.own()
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        report = self._verify(kept, keys)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
        else:
            self._print(report)
        if not report.intact:
            sys.exit(1)

    def _verify(self, kept: list[Signed], keys: Keys) -> Report:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.completed} / {task.total}"),
            TimeElapsedColumn(),
        )
        console = Console(stderr=True)
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("", total=Seal.objects.count())
            return verify(
                now=timezone.now(),
                kept=kept,
                keys=keys,
                progress=lambda count: bar.update(task, completed=count),
            )

    def _print(self, report: Report) -> None:
        for finding in report.findings:
            self.stdout.write(self.style.ERROR(str(finding)))
        facts = f"{report.entries} entries, {report.checkpoints} checkpoints, head {report.head}"
        if report.intact:
            self.stdout.write(self.style.SUCCESS(f"The ledger is intact: {facts}"))
        else:
            self.stdout.write(f"{len(report.findings)} findings; {facts}")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
