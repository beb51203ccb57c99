"""The real processes beside a test: web server, Celery worker, relay, on the test's database."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError

from django.conf import settings
from django.db import connection

from portal.processes import die_with_parent

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60


class Stack:
    """Processes of one portal; ``url`` is where its web server answers."""

    def __init__(self, log: Path, source_hosts: list[str]) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log.open("ab")
        self._env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": _test_database_url(),
            "SOURCE_HOSTS": ",".join(source_hosts),
            "PYTHONWARNINGS": "ignore",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start ``web``, ``worker`` or ``relay``."""
        arguments = {
            "web": ["gunicorn", "portal.wsgi", "-b", f"127.0.0.1:{self.port}", "--threads", "4"],
            "worker": [
                *("celery", "-A", "portal", "worker", "-c", "1", "-l", "WARNING"),
                *("-Q", settings.CELERY_TASK_DEFAULT_QUEUE, "--without-mingle", "--without-gossip"),
            ],
            "relay": ["manage", "relay"],
        }[name]
        command = [sys.executable, "-m", *arguments]
        if name == "relay":
            command = [sys.executable, str(ROOT / "manage.py"), "relay"]
        self.processes[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one C call
        )

    def wait_until_ready(self) -> None:
        """Wait until the web server answers."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310
                    return
            except (URLError, OSError):
                time.sleep(0.1)
        message = f"the web server did not start; see {self._log.name}"
        raise TimeoutError(message)

    def stop(self) -> None:
        """Stop every process, the hard way after some seconds."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._log.close()


@contextmanager
def running(log: Path, source_hosts: list[str]) -> Iterator[Stack]:
    """A started stack; nothing of it is left afterwards."""
    stack = Stack(log, source_hosts)
    try:
        for name in ("web", "worker", "relay"):
            stack.start(name)
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _test_database_url() -> str:
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}"
