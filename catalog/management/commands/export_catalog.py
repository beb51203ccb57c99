"""Write the catalog into a file: ``manage.py export_catalog FILE``."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.exchange import exporting
from catalog.models import ResourceSearch
from portal.errors import PortalError
from portal.organisation.models import Department

ENDINGS = {".xlsx": "xlsx", ".zip": "csv", ".jsonl": "jsonl"}


class Command(BaseCommand):
    """Whoever runs it reads the database anyway: it exports every entry, drafts included."""

    help = "Export the catalog as a workbook (.xlsx), two CSV files (.zip) or JSON lines (.jsonl)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and how much."""
        parser.add_argument("file", type=Path, help="its ending says which kind: .xlsx .zip .jsonl")
        parser.add_argument("--department", default="", help="name or credit code of one provider")
        parser.add_argument("--language", default="zh-hans", help="of headings and values")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file beside its place and move it there once it is complete."""
        path: Path = options["file"]
        kind = ENDINGS.get(path.suffix.lower())
        if kind is None:
            raise CommandError(_("The file must end in .xlsx, .zip or .jsonl."))
        rows = ResourceSearch.objects.order_by("provider_id", "resource_id")
        if options["department"]:
            rows = rows.filter(resource__provider=department_named(options["department"]))
        started = time.monotonic()
        partial = path.with_name(f".{path.name}.partial")
        try:
            exporting.check_size(kind, rows.count())
            with translation.override(options["language"]):
                exported = exporting.entries(rows, None, timezone.localdate(), everything=True)
                count = exporting.export_to(partial, kind, exported)
            partial.replace(path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        except PortalError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        finally:
            partial.unlink(missing_ok=True)
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            self.stdout.write(json.dumps({"entries": count, "seconds": seconds}))
            return
        text = ngettext(
            "%(count)s entry written to %(path)s", "%(count)s entries written to %(path)s", count
        )
        self.stdout.write(text % {"count": f"{count:,}", "path": path})


def department_named(text: str) -> Department:
    """The department of that name or unified social credit code; CommandError without exactly one."""
    found = list(
        Department.objects.filter(name=text) or Department.objects.filter(uscc=text.upper())
    )
    if len(found) != 1:
        raise CommandError(
            _("There are %(count)s departments of the name or code %(text)s.")
            % {"count": len(found), "text": text}
        )
    only: Department = found[0]
    return only
