"""Start the whole portal on this machine: services, web server, workers."""

import contextlib
import hashlib
import os
import select
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from portal.embedded import AlreadyRunningError, EmbeddedError, Lease, hold
from portal.env import BASE_DIR, EMBEDDED_SERVICES, VAR_DIR
from portal.supervisor import Program, Supervisor, python, wants_colour
from portal.translations import compile_stale, terminal_language

HOST = "127.0.0.1"
WEB_FIRST = 3.0
"""Seconds that the web server has the processor for itself: somebody waits for it."""
SIGN_INS = "sharing.demo.sign_ins"
SEPARATE = """\
gunicorn portal.wsgi
celery -A portal worker
celery -A portal beat
python manage.py relay"""


class Command(BaseCommand):
    """Everything in one terminal; Ctrl-C stops all of it."""

    help = (
        "Start the portal on this machine with its own PostgreSQL and Valkey: migrate, load the "
        "demonstration data when empty, then run web server, worker, scheduler and relay until "
        "Ctrl-C. A service whose URL is set (DATABASE_URL, REDIS_URL) is used instead of an own "
        "one. With both set this is an installation on several hosts, where each process is "
        "started and supervised separately, and this command refuses."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the port and the choice to start empty."""
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("PORT", "8000")),
            help="port of the web server; the next free one if it is taken (default: PORT or 8000)",
        )
        parser.add_argument("--no-demo", action="store_true", help="load no demonstration data")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until interrupted."""
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        with translation.override(terminal_language()):
            self._run(wanted_port=options["port"], demo=not options["no_demo"])

    def _run(self, *, wanted_port: int, demo: bool) -> None:
        if not EMBEDDED_SERVICES:
            message = _("DATABASE_URL and REDIS_URL are set. Start each process by itself:")
            raise CommandError(f"{message}\n\n{SEPARATE}")
        port = free_port(wanted_port)
        session = Session(self._say, port=port)
        with session:
            if port != wanted_port:
                self._say(
                    _("Port %(wanted)s is taken; using %(port)s.")
                    % {"wanted": wanted_port, "port": port}
                )
            prepare(self._say, demo=demo)
            os.environ["GOVSHARE_VAR"] = str(VAR_DIR.resolve())  # the programs start elsewhere
            supervisor = Supervisor(
                programs(port),
                output=sys.stdout,
                colour=wants_colour(sys.stdout),
                directory=BASE_DIR,
            )
            self._say(_("Starting web server, worker, scheduler and relay …"))
            supervisor.run(tick=session.tick)
            self._say(_("Stopping the services …"))
        self._say(_("Stopped."))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class Session:
    """The services held for this run, and the welcome once the web server answers."""

    def __init__(self, say: Callable[[str], None], *, port: int) -> None:
        """`port` is that of this run's web server."""
        self._say = say
        self._probe = Probe(port)
        self._address = f"http://{HOST}:{port}/"
        self._welcomed = False
        self._lease: Lease | None = None

    def __enter__(self) -> "Session":
        """Hold the services; raise CommandError when this portal runs already."""
        self._hold()
        return self

    def __exit__(self, *_error: object) -> None:
        """Let the services stop."""
        connections.close_all()
        if self._lease:
            self._lease.close()

    def _hold(self) -> None:
        try:
            self._lease = hold(
                VAR_DIR,
                label="manage.py run",
                needs=EMBEDDED_SERVICES,
                exclusive=True,
                note=self._address,
            )
        except AlreadyRunningError as error:
            message = _("The portal is already running: %(address)s (process %(process)s).")
            values = {"address": error.note, "process": error.process}
            raise CommandError(message % values) from error
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def tick(self) -> None:
        """Welcome the user when the web server answers; start lost services again."""
        if self._lease and self._lease.is_lost():
            self._say(_("The services have gone; starting them again …"))
            self._lease.close()
            self._hold()
        if not self._welcomed and self._probe.is_answered():
            self._welcomed = True
            welcome(self._address)


class Probe:
    """Asks the web server for one page and tells when the answer comes, without waiting for it."""

    def __init__(self, port: int) -> None:
        """Nothing is asked before the first `is_answered`."""
        self._port = port
        self._connection: socket.socket | None = None

    def is_answered(self) -> bool:
        """Tell whether the answer is there; ask first, or again if the connection broke."""
        if self._connection is None:
            with contextlib.suppress(OSError):
                self._connection = socket.create_connection((HOST, self._port), timeout=1)
                self._connection.sendall(
                    f"HEAD / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
                )
            return False
        if not select.select([self._connection], [], [], 0)[0]:
            return False
        with self._connection as connection, contextlib.suppress(OSError):
            self._connection = None
            return connection.recv(16).startswith(b"HTTP/")
        return False


def programs(port: int) -> list[Program]:
    """Return the programs that make up a portal."""
    processes = os.environ.get("WORKER_PROCESSES", "2")
    web = ["-m", "gunicorn", "portal.wsgi:application", "--bind", f"{HOST}:{port}", "--preload"]
    web += ["--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "2"]
    web += ["--no-control-socket"]
    if "WEB_CONCURRENCY" not in os.environ:
        web += ["--workers", "2"]
    celery = ["-m", "celery", "-A", "portal", "--quiet"]
    worker = [*celery, "worker", "-l", "INFO", "-c", processes, "--without-gossip"]
    beat = [*celery, "beat", "-l", "INFO", "--pidfile="]
    return [
        Program("web", python(*web)),
        # A task may go on for hours; its lease makes another worker take it up again.
        Program(
            "worker",
            python(*worker, "--without-mingle"),
            death_signal=signal.SIGKILL,
            delay=WEB_FIRST,
        ),
        Program("beat", python(*beat), delay=WEB_FIRST),
        Program("relay", python("manage.py", "relay"), delay=WEB_FIRST),
    ]


def prepare(say: Callable[[str], None], *, demo: bool) -> None:
    """Bring database, translations and static files up to date; load the demo when empty."""
    for path in (path for folder in settings.LOCALE_PATHS for path in compile_stale(folder)):
        say(_("Compiled %(path)s") % {"path": path.relative_to(BASE_DIR)})
    if pending_migrations():
        say(_("Bringing the database up to date …"))
        call_command("migrate", interactive=False, verbosity=0)
    collect_static(say)
    if demo and "postgres" in EMBEDDED_SERVICES:
        call_command("demo", if_empty=True)


def pending_migrations() -> list[str]:
    """Return the names of migrations that the database does not have yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def collect_static(say: Callable[[str], None]) -> None:
    """Collect and compress the static files, if any has changed since the last time."""
    mark = Path(settings.STATIC_ROOT).with_suffix(".fingerprint")
    fingerprint = static_fingerprint()
    if mark.exists() and mark.read_text(encoding="ascii") == fingerprint:
        return
    say(_("Collecting static files …"))
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(fingerprint, encoding="ascii")


def static_fingerprint() -> str:
    """Return a digest over name, size and time of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def free_port(wanted: int) -> int:
    """Return `wanted`, or the next port that is free."""
    for port in range(wanted, min(wanted + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    message = _("No port from %(port)s on is free.") % {"port": wanted}
    raise CommandError(message)


def welcome(address: str) -> None:
    """Print the address, and who may sign in to the demonstration."""
    console = Console(file=sys.stdout, no_color=not wants_colour(sys.stdout))
    console.print()
    console.rule()
    console.print(_("The portal is ready: %(address)s") % {"address": address}, style="bold")
    console.print(_("Ctrl-C stops it. Its data stay in %(path)s.") % {"path": VAR_DIR})
    try:
        rows = import_string(SIGN_INS)()
    except ImportError:
        rows = []
    if rows:
        table = Table(_("Sign-in"), _("Who"), _("What to try"), box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        console.print(table)
    console.rule()
    console.print()
