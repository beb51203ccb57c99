"""Check a delivery offline: signature, manifest and every file."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sharing.protection.manifest import MANIFEST
from sharing.protection.signing import Signer, read_public_key
from sharing.protection.verification import Verdict, verify_delivery

PROBLEMS: dict[str, Promise] = {
    "missing": gettext_lazy("the file is missing, or there twice"),
    "not_listed": gettext_lazy("the file is not in the manifest"),
    "not_a_file": gettext_lazy("not an ordinary file"),
    "not_a_delivery": gettext_lazy("neither a folder nor a zip file"),
    "not_canonical": gettext_lazy("not written as the portal writes it"),
    "too_large": gettext_lazy("the file is too large"),
    "unknown_signature": gettext_lazy("the signature is of an unknown kind"),
    "other_key": gettext_lazy("signed with another key than the one given"),
    "bad_signature": gettext_lazy("the signature does not fit: the manifest was changed"),
    "unknown_format": gettext_lazy("a manifest of an unknown format"),
    "wrong_size": gettext_lazy("the size differs from the manifest"),
    "wrong_digest": gettext_lazy("the content was changed"),
    "unreadable": gettext_lazy("the file cannot be read"),
}


class Command(BaseCommand):
    """Needs no database: recipients may run it with the portal's public key alone."""

    help = gettext_lazy("Check signature, manifest and files of a delivery.")  # type: ignore[assignment]  # the stub knows no lazy text
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("path", type=Path, nargs="?", help=_("folder or zip file"))
        parser.add_argument(
            "--public-key", type=Path, help=_("file of the portal's public key; else its own")
        )
        parser.add_argument("--json", action="store_true", help=_("machine-readable result"))
        parser.add_argument(
            "--show-key", action="store_true", help=_("print this portal's public key and end")
        )

    def handle(self, **options: Any) -> None:
        """Exit 0 if the delivery is sound, 1 if not, 2 if it could not be checked."""
        if options["show_key"]:
            self.stdout.write(_signer().public_pem.decode(), ending="")
            return
        path: Path | None = options["path"]
        if path is None or not path.exists():
            raise CommandError(_("Name the folder or zip file to check."), returncode=2)
        verdict = verify_delivery(path, _public_key(options["public_key"]))
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(verdict), ensure_ascii=False))
        else:
            self._report(verdict)
        if not verdict.sound:
            raise CommandError(_("The delivery is not sound."), returncode=1)

    def _report(self, verdict: Verdict) -> None:
        for problem in verdict.problems:
            line = f"{problem.file}: {PROBLEMS[problem.code]} ({problem.code})"
            self.stdout.write(self.style.ERROR(line))
        if verdict.sound:
            self.stdout.write(
                self.style.SUCCESS(
                    _("Sound: %(files)s files, %(rows)s rows, grant %(grant)s, as of %(at)s.")
                    % _summary(verdict)
                )
            )


def _signer() -> Signer:
    return Signer.from_seed(settings.SIGNING_KEY)


def _public_key(path: Path | None) -> bytes:
    if path is None:
        return _signer().public_key
    try:
        return read_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        message = _("%(file)s does not hold an Ed25519 public key.") % {"file": path}
        raise CommandError(message, returncode=2) from error


def _summary(verdict: Verdict) -> dict[str, Any]:
    manifest = verdict.manifest
    return {
        "files": verdict.files,
        "rows": manifest.get("rows"),
        "grant": manifest.get("grant", {}).get("number", ""),
        "at": manifest.get("snapshot_at", ""),
    }


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "sound": verdict.sound,
        "manifest": MANIFEST,
        **_summary(verdict),
        "problems": [
            {"code": problem.code, "file": problem.file, "message": str(PROBLEMS[problem.code])}
            for problem in verdict.problems
        ],
    }
