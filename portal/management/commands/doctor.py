"""Look for what keeps a portal from working, and say how to mend it."""

import contextlib
import json
import os
import shutil
import stat
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import redis
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.console import Console

from portal.embedded import EmbeddedError, hold
from portal.env import BASE_DIR, EMBEDDED_SERVICES, VAR_DIR
from portal.management.commands.run import pending_migrations
from portal.supervisor import wants_colour
from portal.translations import stale_catalogues, terminal_language

GIB = 1024**3
LEAST_FREE = 1 * GIB
LITTLE_FREE = 5 * GIB
LEAST_PYTHON = (3, 11)
CLOCK_SECONDS = 2.0
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""No correct clock shows an earlier time."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARKS = {"ok": "green", "warning": "yellow", "fault": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; everything but `ok` comes with its remedy."""

    name: str
    state: Literal["ok", "warning", "fault"]
    detail: str
    remedy: str = ""


class Command(BaseCommand):
    """Exit code 1 when anything is at fault; warnings alone leave it 0."""

    help = "Check this installation and name a remedy for each fault."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the output for programs."""
        parser.add_argument("--json", action="store_true", help="write the findings as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look at everything and report."""
        with translation.override(terminal_language()):
            findings = list(examine())
            if options["json"]:
                rows = [asdict(finding) for finding in findings]
                self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            else:
                show(findings)
        if any(finding.state == "fault" for finding in findings):
            sys.exit(1)


def show(findings: list[Finding]) -> None:
    """Print the findings, each remedy below its fault."""
    console = Console(file=sys.stdout, no_color=not wants_colour(sys.stdout), soft_wrap=True)
    words = {"ok": _("ok"), "warning": _("warning"), "fault": _("fault")}
    for finding in findings:
        word = f"[{MARKS[finding.state]}]{words[finding.state]}[/]"
        console.print(f"{word}  {finding.name}: ", end="")
        console.print(finding.detail, markup=False, highlight=False)
        if finding.remedy:
            console.print(f"    → {finding.remedy}", markup=False, highlight=False)


def examine() -> Iterator[Finding]:
    """Yield all findings; the embedded services run while they are looked at."""
    yield python_version()
    yield disk_space(VAR_DIR)
    yield from secret_files(VAR_DIR / "secrets")
    yield from services()
    yield static_files()
    yield translations()
    yield browser()


def services() -> Iterator[Finding]:
    """Look at database and broker, with embedded ones started if they do not run."""
    with contextlib.ExitStack() as stack:
        if EMBEDDED_SERVICES:
            try:
                stack.enter_context(
                    hold(VAR_DIR, label="manage.py doctor", needs=EMBEDDED_SERVICES)
                )
            except EmbeddedError as error:
                remedy = _("Read %(path)s.") % {"path": VAR_DIR / "keeper.log"}
                yield Finding(_("Embedded services"), "fault", str(error), remedy)
                return
        stack.callback(connection.close)
        yield from (check() for check in SERVICE_CHECKS)


def python_version() -> Finding:
    """Look at the interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < LEAST_PYTHON:
        return Finding("Python", "fault", version, _("Install Python 3.11 or newer."))
    return Finding("Python", "ok", version)


def disk_space(folder: Path) -> Finding:
    """Look at the room for databases and deliveries."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    detail = _("%(free).1f GiB free at %(path)s") % {"free": free / GIB, "path": folder}
    remedy = _("Free space, or set GOVSHARE_VAR to a directory on a larger disk.")
    if free >= LITTLE_FREE:
        return Finding(_("Disk space"), "ok", detail)
    return Finding(_("Disk space"), "fault" if free < LEAST_FREE else "warning", detail, remedy)


def secret_files(folder: Path) -> Iterator[Finding]:
    """Look at who may read the generated secrets."""
    name = _("Secrets")
    if not folder.exists():
        yield Finding(name, "ok", _("none generated on this machine"))
        return
    open_ones = [
        path for path in (folder, *folder.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_ones:
        mode = oct(stat.S_IMODE(path.stat().st_mode))
        detail = _("%(path)s is open to others (%(mode)s)") % {"path": path, "mode": mode}
        yield Finding(name, "fault", detail, f"chmod go= {path}")
    if not open_ones:
        yield Finding(name, "ok", _("only their owner can read them"))


def database() -> Finding:
    """Look whether PostgreSQL answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (version,) = cursor.fetchone()
    except DatabaseError as error:
        remedy = _("Check DATABASE_URL and that PostgreSQL runs and lets this host in.")
        return Finding("PostgreSQL", "fault", str(error).strip(), remedy)
    return Finding("PostgreSQL", "ok", version)


def message_broker() -> Finding:
    """Look whether Valkey or Redis answers."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        remedy = _("Check REDIS_URL and that Valkey or Redis runs and lets this host in.")
        return Finding("Valkey", "fault", str(error), remedy)
    return Finding("Valkey", "ok", _("answers"))


def migrations() -> Finding:
    """Look whether the database has all migrations."""
    name = _("Migrations")
    try:
        pending = pending_migrations()
    except DatabaseError as error:
        return Finding(name, "fault", str(error).strip(), _("Mend the database first."))
    if pending:
        detail = _("%(count)s not applied") % {"count": len(pending)}
        return Finding(name, "fault", detail, "manage.py migrate")
    return Finding(name, "ok", _("all applied"))


def clock() -> Finding:
    """Compare this host's clock with the database's; deadlines and leases rest on them."""
    name, now = _("Clock"), timezone.now()
    remedy = _("Synchronise the clocks of all hosts (NTP).")
    if now < RELEASED:
        return Finding(name, "fault", now.isoformat(), remedy)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (there,) = cursor.fetchone()
    except DatabaseError as error:
        return Finding(name, "warning", str(error).strip(), _("Mend the database first."))
    apart = abs((there - timezone.now()).total_seconds())
    detail = _("%(seconds).1f s apart from the database") % {"seconds": apart}
    return (
        Finding(name, "fault", detail, remedy)
        if apart > CLOCK_SECONDS
        else Finding(name, "ok", detail)
    )


def static_files() -> Finding:
    """Look whether the static files were collected."""
    name = _("Static files")
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return Finding(name, "ok", str(settings.STATIC_ROOT))
    remedy = "manage.py collectstatic"
    return Finding(name, "warning", _("not collected yet"), remedy)


def translations() -> Finding:
    """Look whether the message catalogues are compiled."""
    name = _("Translations")
    stale = [path for folder in settings.LOCALE_PATHS for path in stale_catalogues(Path(folder))]
    if stale:
        detail = ", ".join(str(path.relative_to(BASE_DIR)) for path in stale)
        return Finding(name, "warning", detail, "manage.py compilemessages")
    return Finding(name, "ok", _("compiled"))


def find_chromium() -> str | None:
    """Return the browser that CHROMIUM names, or the first one installed, or None."""
    names = [wanted] if (wanted := os.environ.get("CHROMIUM")) else BROWSERS
    return next((path for name in names if (path := shutil.which(name))), None)


def browser() -> Finding:
    """Look for the browser of the tests; the portal itself needs none."""
    name = _("Chromium for the tests")
    if found := find_chromium():
        return Finding(name, "ok", found)
    remedy = _("Install Chromium to run the browser tests; the portal itself needs none.")
    return Finding(name, "warning", _("not found"), remedy)


SERVICE_CHECKS: tuple[Callable[[], Finding], ...] = (database, message_broker, migrations, clock)
