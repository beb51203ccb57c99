"""Look whether everything that must always hold does hold."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console

from portal.invariants import Violation, invariants, verify
from sharing import invariants as _own  # noqa: F401 - registers them

SHOWN = 20
"""Violations of one invariant that the table prints; --json has all."""


class Command(BaseCommand):
    """Exit 0 when every invariant holds, 1 when one does not, 2 for a wrong argument."""

    help = "Check the portal's invariants and list every violation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the choice of invariants and the output for programs."""
        parser.add_argument("numbers", nargs="*", type=int, help="only these invariants")
        parser.add_argument("--json", action="store_true", help="write the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, showing progress on the terminal."""
        known = {one.number: one for one in invariants()}
        wanted = options["numbers"] or list(known)
        if unknown := set(wanted) - set(known):
            raise CommandError(f"There is no invariant {sorted(unknown)}.", returncode=2)
        console = Console(file=sys.stderr if options["json"] else None, highlight=False)
        found: dict[int, list[Violation]] = {}
        for place, number in enumerate(wanted, start=1):
            with console.status(f"{place}/{len(wanted)}  {known[number].promise}"):
                found[number] = verify(number, timezone.now())
            if not options["json"]:
                _print(console, number, str(known[number].promise), found[number])
        broken = [number for number in found if found[number]]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
        else:
            console.print(_("%(count)d of %(all)d invariants are broken.")
                          % {"count": len(broken), "all": len(wanted)})  # fmt: skip
        if broken:
            sys.exit(1)


def _print(console: Console, number: int, promise: str, violations: list[Violation]) -> None:
    mark = "[red]✗[/red]" if violations else "[green]✓[/green]"
    console.print(f"{mark} {number:>2}  {promise}")
    for one in violations[:SHOWN]:
        console.print(f"      {one.obj}: {one.message}", markup=False)
    if len(violations) > SHOWN:
        console.print(f"      … {len(violations) - SHOWN}", markup=False)


def _as_json(found: dict[int, list[Violation]]) -> dict[str, Any]:
    promises = {one.number: str(one.promise) for one in invariants()}
    return {
        "holds": not any(found.values()),
        "invariants": [
            {
                "number": number,
                "promise": promises[number],
                "violations": [
                    {"object": one.obj, "message": str(one.message)} for one in violations
                ],
            }
            for number, violations in found.items()
        ],
    }
