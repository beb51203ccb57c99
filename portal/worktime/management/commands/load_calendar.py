"""Bring the calendar up to what the installed package of public holidays knows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.worktime.actions import load_calendar
from portal.worktime.models import CalendarYear


class Command(BaseCommand):
    """Run it after updating the package, when the State Council has published the next year."""

    help = (
        "Load public holidays and make-up days from the package `holidays` and recompute due "
        "dates. Years that people entered and marked as published are left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the years."""
        parser.add_argument(
            "years", nargs="*", type=int, metavar="YEAR",
            help="default: last year to the year after next",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load and say what changed."""
        now = timezone.now()
        this_year = timezone.localdate(now).year
        years = options["years"] or range(this_year - 1, this_year + 3)
        changed = {year.pk for year in load_calendar(years, now=now)}
        for year in CalendarYear.objects.filter(pk__in=years).order_by("year"):
            state = "published" if year.published else "provisional: statutory days only"
            mark = "changed" if year.pk in changed else "unchanged"
            self.stdout.write(f"{year.year}  {mark}  {state}  ({year.source})")
