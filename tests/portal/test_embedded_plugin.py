"""The services of a test run vanish with it, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded import addresses
from portal.env import BASE_DIR
from tests.portal.test_embedded import wait_until

pytestmark = pytest.mark.services
PROBE = """
import os, sys, time
import psycopg, redis

def test_services():
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
    sys.__stdout__.write("up\\n")
    sys.__stdout__.flush()
    time.sleep(float(os.environ["PROBE_SECONDS"]))
"""


@pytest.fixture
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="govshare-plugin-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def start(scratch: Path, *, seconds: float) -> subprocess.Popen[str]:
    (scratch / "test_probe.py").write_text(PROBE, encoding="utf-8")
    inherited = ("DATABASE_URL", "REDIS_URL", "GOVSHARE_", "PYTEST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    arguments = ["-p", "tests.plugins.embedded", "-p", "no:django", "-p", "no:cacheprovider", "-s"]
    arguments += ["-c", os.devnull, "--rootdir", str(scratch), str(scratch / "test_probe.py")]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=BASE_DIR,
        env={**kept, "TMPDIR": str(scratch), "PROBE_SECONDS": str(seconds)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(scratch: Path, number: signal.Signals | None) -> None:
    with start(scratch, seconds=1 if number is None else 60) as process:
        lines = []
        while "up" not in (lines or [""])[-1]:
            line = process.stdout.readline()
            assert line, lines
            lines.append(line)
        (folder,) = scratch.glob("govshare-test-*")
        sockets = addresses(folder / "var").socket_dir
        if number is not None:
            assert sockets.exists()
            process.send_signal(number)
        process.stdout.read()
    if number is None:
        assert process.returncode == 0
        assert not folder.exists(), "a run that ends by itself waits for the end of its services"
    wait_until(lambda: not folder.exists() and not sockets.exists())
