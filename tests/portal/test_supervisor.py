"""Several programs in one terminal: prefixes, restarts, and an end that leaves nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.env import BASE_DIR

pytestmark = pytest.mark.services
SUPERVISE = """
import signal, sys
from pathlib import Path
from portal.supervisor import Program, Supervisor, python
programs = [Program(*line.split("=", 1)) for line in sys.argv[1:]]
programs = [Program(p.name, python("-c", p.command)) for p in programs]
Supervisor(programs, output=sys.stdout, colour=False).run()
print("all stopped", flush=True)
"""
WAITS = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
DEAF = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "signal.signal(signal.SIGQUIT, signal.SIG_IGN);"
    "print('pid', os.getpid(), flush=True); time.sleep(60)"
)
CRASHES = "import sys; print('up'); sys.exit(3)"
FORKS = (
    "import subprocess, sys; child = subprocess.Popen(['sleep', '60']);"
    "print('pid', child.pid, flush=True); sys.exit(1)"
)


class Running:
    """A supervisor in a process of its own, as in a terminal."""

    def __init__(self, *programs: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, *programs],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, pattern: str) -> re.Match[str]:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if match := re.search(pattern, line):
                return match
        pytest.fail(f"{pattern} never came: {self.lines}")

    def finish(self) -> list[str]:
        output, _ = self.process.communicate(timeout=20)
        self.lines += output.splitlines()
        return self.lines


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(process: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(process):
        assert time.monotonic() < deadline, f"process {process} is still there"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_all_programs(number: signal.Signals) -> None:
    running = Running(f"web={WAITS}", f"worker={WAITS}")
    children = [int(running.read_until(r"pid (\d+)")[1]) for _ in range(2)]
    running.process.send_signal(number)
    assert running.finish()[-1] == "all stopped"
    assert running.process.returncode == 0
    assert [child for child in children if is_alive(child)] == []


def test_deaf_program_is_stopped_within_ten_seconds() -> None:
    running = Running(f"deaf={DEAF}")
    child = int(running.read_until(r"pid (\d+)")[1])
    asked = time.monotonic()
    running.process.terminate()
    running.finish()
    assert time.monotonic() - asked < 10
    assert not is_alive(child)


def test_killed_supervisor_takes_its_programs_along() -> None:
    running = Running(f"web={WAITS}")
    child = int(running.read_until(r"pid (\d+)")[1])
    running.process.kill()
    running.finish()
    wait_until_gone(child)


def test_each_line_carries_the_name_of_its_program() -> None:
    running = Running("web=print('one\\ntwo', end='')", f"longer={WAITS}")
    running.read_until("starts again")
    running.process.terminate()
    lines = running.finish()
    assert "web    | one" in lines
    assert "web    | two" in lines


def test_crashed_program_starts_again_at_growing_intervals() -> None:
    running = Running(f"beat={CRASHES}")
    pauses = [int(running.read_until(r"exit code 3; starts again in (\d+) s")[1]) for _ in range(3)]
    running.process.terminate()
    assert running.finish().count("beat | up") >= 3
    assert pauses == [0, 1, 2]


def test_what_a_crashed_program_leaves_behind_is_ended() -> None:
    running = Running(f"worker={FORKS}")
    grandchild = int(running.read_until(r"pid (\d+)")[1])
    running.read_until("exit code 1")
    wait_until_gone(grandchild)
    running.process.terminate()
    running.finish()


def test_terminal_signals_reach_only_the_supervisor() -> None:
    """Ctrl-C goes to the whole foreground group; the programs are not in it."""
    running = Running(f"web={WAITS}")
    child = int(running.read_until(r"pid (\d+)")[1])
    assert os.getsid(child) == child
    running.process.terminate()
    running.finish()
