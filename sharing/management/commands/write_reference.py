"""Write the reference pages that are made from the code, or see that they are up to date."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.env import BASE_DIR
from sharing.management.reference import pages, stale


class Command(BaseCommand):
    """Needs no database."""

    help = "Write docs/reference from the code; with --check only say what is out of date."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the check."""
        parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write every page whose text has changed."""
        changed = stale()
        for path in changed:
            if not options["check"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(pages()[path](), encoding="utf-8")
            self.stdout.write(str(path.relative_to(BASE_DIR)))
        if changed and options["check"]:
            sys.exit(1)
