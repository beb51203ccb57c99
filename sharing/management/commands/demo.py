"""Load the demonstration province."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.env import EMBEDDED_SERVICES, env
from portal.translations import terminal_language
from sharing.demo import sign_ins
from sharing.demo.loading import SEED, Report, is_empty, load


class Command(BaseCommand):
    """Invented regions, departments, officials, entries, sources and applications."""

    help = (
        "Load a made-up province into an empty database: departments, officials, about three "
        "thousand catalog entries, a second database with the data of providers, applications in "
        "every state. The same for the same seed and day. Never into a database with data, and not "
        "into one named by DATABASE_URL unless --force or DEMO=on says so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add size, seed and the safety catches."""
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when the database holds data"
        )
        parser.add_argument(
            "--seed", type=int, default=SEED, help="another number, another province"
        )
        parser.add_argument(
            "--small", action="store_true", help="two cities and few people, in some seconds"
        )
        parser.add_argument(
            "--force", action="store_true", help="also into a database named by DATABASE_URL"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, or say why not; exit code 1 when it was refused."""
        with translation.override(terminal_language()):
            self._run(options)

    def _run(self, options: dict[str, Any]) -> None:
        if (reason := _hindrance(force=options["force"])) is not None:
            if options["if_empty"]:
                return
            raise CommandError(reason)
        if not is_empty():
            if options["if_empty"]:
                return
            message = _("The database is not empty; the demonstration goes into an empty one only.")
            raise CommandError(message)
        say = (lambda _text: None) if options["json"] else self.stdout.write
        if not options["json"]:
            self.stdout.write(_("Making up the demonstration province …"))
        report = load(now=timezone.now(), seed=options["seed"], small=options["small"], say=say)
        self._show(report, as_json=options["json"])

    def _show(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            found = {
                "counts": report.counts, "seconds": report.seconds, "source": report.source,
                "sign_ins": [row.username for row in sign_ins() if row.username],
            }  # fmt: skip
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(
            _(
                "%(departments)d departments, %(officials)d officials, %(entries)d entries, "
                "%(applications)d applications, %(deliveries)d deliveries."
            )
            % report.counts
        )
        for row in sign_ins():
            self.stdout.write(f"  {row.username:<20} {row.who}")


def _hindrance(*, force: bool) -> str | None:
    """Why invented people may not be loaded here: it could be an installation at work."""
    if force or env.bool("DEMO", default="postgres" in EMBEDDED_SERVICES):
        return None
    return _(
        "The demonstration is for trying the portal out. To load it into this database, say --force."
    )
