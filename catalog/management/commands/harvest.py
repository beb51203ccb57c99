"""Harvest another catalog now, without a worker: ``manage.py harvest NAME``."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from catalog.harvest import runs
from catalog.harvest.checking import PENDING
from catalog.harvest.problems import problem_texts
from catalog.harvest.working import work
from catalog.models import HarvestRecord, HarvestRun, HarvestSource
from portal.errors import PortalError


class Command(BaseCommand):
    """Whoever runs it has the database anyway; the ledger says that no official did it."""

    help = (
        "Harvest a source by its name: read, compare, and take over what may be taken over by "
        "itself or is named by --accept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The source, and what is accepted."""
        parser.add_argument("name", help="name of the source")
        parser.add_argument(
            "--accept",
            default="",
            help=f"take these changes over: {','.join(PENDING)} (a comma between)",
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it to its end; CommandError with what to do when it cannot be."""
        source = HarvestSource.objects.filter(name=options["name"]).first()
        if source is None:
            raise CommandError(_("There is no source called %(name)s.") % {"name": options["name"]})
        kinds = [kind.strip() for kind in options["accept"].split(",") if kind.strip()]
        if unknown := sorted(set(kinds) - {str(kind) for kind in PENDING}):
            raise CommandError(_("Not known: %(names)s.") % {"names": ", ".join(unknown)})
        try:
            run = runs.start(by=None, source=source, now=timezone.now())
            if work(run.pk, clock=timezone.now) == HarvestRun.Status.READY and kinds:
                runs.accept(by=None, run=run, kinds=kinds, now=timezone.now())
                work(run.pk, clock=timezone.now)
        except PortalError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        run.refresh_from_db()
        if run.status == HarvestRun.Status.FAILED:
            raise CommandError(" ".join(problem_texts(run.problem)))
        self._show(run, as_json=options["json"])

    def _show(self, run: HarvestRun, *, as_json: bool) -> None:
        if as_json:
            content = {
                "run": str(run.pk), "status": run.status, "complete": run.complete,
                "told": run.told, "seen": run.seen, "counts": run.counts,
            }  # fmt: skip
            self.stdout.write(json.dumps(content))
            return
        table = Table(title=str(run.get_status_display()), title_justify="left")
        table.add_column(_("what"))
        table.add_column(_("how many"), justify="right")
        table.add_row(_("According to the source"), "–" if run.told is None else f"{run.told:,}")
        table.add_row(_("Records read"), f"{run.seen:,}")
        for state in HarvestRecord.State:
            if number := run.counts.get(state):
                table.add_row(str(state.label), f"{number:,}")
        Console().print(table)
        if run.status == HarvestRun.Status.READY:
            self.stdout.write(str(run.get_held_display()))
