"""Build the search index of the catalog anew: ``manage.py reindex_catalog``."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import Progress

from catalog.models import Resource
from catalog.search import rebuild
from portal.errors import PortalError


class Command(BaseCommand):
    """Officials go on searching in the old index until the new one is whole."""

    help = "Build the search index anew, after a restore or a change of the search itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many processes."""
        parser.add_argument(
            "--processes", type=int, help="how many work at it; one for each processor unless told"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Show how far it is, and how long it took."""
        started, done = time.monotonic(), 0
        try:
            with Progress(console=Console(stderr=True)) as progress:
                task = progress.add_task("", total=Resource.objects.count())
                for done in rebuild(options["processes"]):
                    progress.update(task, completed=done)
        except PortalError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        seconds = time.monotonic() - started
        text = ngettext(
            "%(number)s entry indexed in %(seconds)s s.",
            "%(number)s entries indexed in %(seconds)s s.",
            done,
        )
        self.stdout.write(text % {"number": done, "seconds": f"{seconds:.1f}"})
