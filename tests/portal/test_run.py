"""`manage.py run` as a stranger uses it: the real processes, ended in every way."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from manage import needs_services
from portal.embedded import addresses
from portal.env import BASE_DIR
from portal.management.commands import run
from tests.portal.test_embedded import everything_has_gone, postmaster, wait_until

pytestmark = pytest.mark.services
SERVICES = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "GOVSHARE_TEST_SCRATCH")
READY = "The portal is ready: "


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="govshare-run-"))
    base.chmod(0o755)
    yield base / "var"
    shutil.rmtree(base)
    shutil.rmtree(addresses(base / "var").socket_dir, ignore_errors=True)


def environment(var: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SERVICES}
    return {**kept, "GOVSHARE_VAR": str(var), "LC_ALL": "C.UTF-8"}


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=environment(var),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Portal:
    """A running portal; its output goes to a file, so that no pipe can fill up."""

    def __init__(self, var: Path) -> None:
        self.var = var
        var.parent.mkdir(exist_ok=True)
        self.log = var.parent / f"run-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run", "--no-demo", f"--port={free_port()}"],
                cwd=BASE_DIR,
                env=environment(var),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.output()[-3000:]
            assert time.monotonic() < deadline, self.output()[-3000:]
            time.sleep(0.1)

    def wait_until_ready(self) -> str:
        self.wait_for(lambda: READY in self.output(), 180)
        return re.search(rf"{READY}(\S+)", self.output())[1]

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in path.read_text().split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status(address: str) -> int:
    """Return the HTTP status of a page, without following redirects; 0 if nobody answers."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def test_a_whole_life(var: Path) -> None:
    """Start on nothing, be used, lose the services, and end by Ctrl-C."""
    with Portal(var) as portal:
        address = portal.wait_until_ready()
        assert "Bringing the database up to date" in portal.output()
        assert status(address) in {200, 302}
        check_second_start(var, portal, address)
        check_command(var)
        check_lost_services(var, portal)
        check_interrupt(var, portal)


def check_second_start(var: Path, portal: Portal, address: str) -> None:
    second = manage(var, "run")
    assert second.returncode == 1
    assert f"already running: {address} (process {portal.process.pid})" in second.stderr


def check_command(var: Path) -> None:
    server = postmaster(var)
    result = manage(var, "migrate", "--check")
    assert result.returncode == 0, result.stderr[-3000:]
    assert postmaster(var) == server, "the command has to use the running services"


def check_lost_services(var: Path, portal: Portal) -> None:
    keeper = next(
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"portal.embedded.keeper" in path.read_bytes() and str(var).encode() in path.read_bytes()
    )
    os.kill(keeper, signal.SIGKILL)
    portal.wait_for(lambda: "starting them again" in portal.output(), 20)
    wait_until(lambda: manage(var, "migrate", "--check").returncode == 0)


def check_interrupt(var: Path, portal: Portal) -> None:
    children = portal.children()
    assert len(children) >= 4
    asked = time.monotonic()
    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(30) == 0, portal.output()[-3000:]
    assert time.monotonic() - asked < 12  # ten seconds, and a busy test machine
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
    assert everything_has_gone(var)


def test_next_start_does_nothing_again_and_kill_9_leaves_nothing(var: Path) -> None:
    with Portal(var) as portal:
        portal.wait_until_ready()
        assert "Bringing the database" not in portal.output()
        assert "Collecting static files" not in portal.output()
        children = portal.children()
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), 30)
    wait_until(lambda: everything_has_gone(var), 30)


def test_external_services_are_left_to_their_own_supervisors(var: Path) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=BASE_DIR,
        env={
            **environment(var),
            "DATABASE_URL": "postgres://somewhere/portal",
            "REDIS_URL": "redis://somewhere",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    for command in run.SEPARATE.splitlines():
        assert command in result.stderr


def test_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < run.free_port(port) < port + 100


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["migrate"], True),
        (["shell", "-c", "1"], True),
        (["runserver"], True),
        (["migrate", "--help"], False),
        (["--version"], False),
        ([], False),
        (["run"], False),
        (["collectstatic"], False),
    ],
)
def test_which_commands_need_services(arguments: list[str], needed: bool) -> None:  # noqa: FBT001
    assert needs_services(arguments) is needed


def test_doctor_names_faults_with_their_remedies(tmp_path: Path) -> None:
    result = manage(tmp_path / "var", "doctor", "--json")
    assert result.returncode == 1
    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert findings["PostgreSQL"]["state"] == findings["Valkey"]["state"] == "ok"
    assert findings["Migrations"]["state"] == "fault"
    assert findings["Migrations"]["remedy"] == "manage.py migrate"
    assert all(f["remedy"] for f in findings.values() if f["state"] != "ok")
