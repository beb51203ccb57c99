"""Write signed checkpoints to keep them outside the portal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from portal.ledger.checkpoints import stored
from portal.signing import public_key_pem


class Command(BaseCommand):
    """What auditors run (or have run) and keep where the portal's administrators cannot write."""

    help = (
        "Write all signed checkpoints, one JSON object a line, for verify_ledger --checkpoints. "
        "Keep them outside the portal: they show later whether the ledger was cut off or rewritten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to write."""
        parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
        parser.add_argument(
            "--public-key", type=Path, metavar="FILE", help="write the public key (PEM) here too"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write."""
        text = "".join(f"{signed.as_json()}\n" for signed in stored())
        if options["output"]:
            options["output"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")
        if options["public_key"]:
            options["public_key"].write_text(public_key_pem(), encoding="ascii")
