"""Assess the quality of entries now, without waiting for the worker."""

import json
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog import quality
from catalog.models import EntryQuality
from catalog.quality import worklist
from portal.translations import terminal_language


class Command(BaseCommand):
    """Named warnings and grades of the whole catalog."""

    help = (
        "Assess entries that changed (or all of them, with --all) and print how many have each "
        "grade and each kind of warning."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything anew, and machine-readable output."""
        parser.add_argument("--all", action="store_true", help="assess every entry anew")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Mark, assess, count."""
        with translation.override(terminal_language()):
            self._run(everything=options["all"], as_json=options["json"])

    def _run(self, *, everything: bool, as_json: bool) -> None:
        now, began = timezone.now(), monotonic()
        quality.look_again(timezone.localdate(now))
        if everything:
            EntryQuality.objects.filter(stale=False).update(stale=True)
        number = quality.assess_due(now)
        seconds = round(monotonic() - began, 1)
        rows = EntryQuality.objects.all()
        letters, kinds = worklist.letters(rows), worklist.kinds(rows)
        if as_json:
            found = {
                "assessed": number, "seconds": seconds, "grades": dict(letters),
                "warnings": {kind.warning.code: kind.count for kind in kinds},
            }  # fmt: skip
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(
            _("%(number)s entries assessed in %(seconds)s s.")
            % {"number": f"{number:,}", "seconds": seconds}
        )
        for letter, count in letters:
            self.stdout.write(f"  {letter} {count:>8,}")
        for kind in kinds:
            self.stdout.write(f"{kind.count:>10,}  {kind.warning.label}")
