"""Keeps a few programs running side by side in one terminal: one log, restarts, one end."""

import codecs
import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from portal.processes import die_with_parent

_TICK_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 30.0
_HEALTHY_SECONDS = 60.0
"""After this long a program counts as healthy: its next crash is restarted at once again."""
_COLOURS = (36, 32, 33, 35, 34, 31)
_STOP_STEPS = ((3.0, signal.SIGTERM), (2.0, signal.SIGQUIT), (1.0, signal.SIGKILL))
"""How long each signal gets to end the programs: six seconds in all."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run.

    `death_signal` is what the kernel sends it when we are killed. `delay` is how many seconds
    after the others it starts.
    """

    name: str
    command: Sequence[str]
    death_signal: signal.Signals = signal.SIGTERM
    delay: float = 0.0


@dataclass(slots=True)
class _Child:
    program: Program
    prefix: str
    process: subprocess.Popen[bytes] | None = None
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    line: str = ""
    started: float = 0.0
    crashes: int = 0
    restart_at: float = 0.0


class Supervisor:
    """Runs programs until it is asked to stop, by signal or by `stop`.

    Use it from the main thread: the children are bound to the thread that starts them.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        output: TextIO,
        colour: bool = False,
        directory: Path | None = None,
    ) -> None:
        """`output` receives every line of every program behind the program's name.

        `directory` is where the programs start; here, if it is None.
        """
        width = max((len(program.name) for program in programs), default=0)
        self._children = [
            _Child(program, self._prefix(program.name.ljust(width), index, colour=colour))
            for index, program in enumerate(programs)
        ]
        self._output = output
        self._directory = directory
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    @staticmethod
    def _prefix(name: str, index: int, *, colour: bool) -> str:
        code = _COLOURS[index % len(_COLOURS)]
        return f"\033[{code}m{name} |\033[0m " if colour else f"{name} | "

    def stop(self) -> None:
        """End `run` soon."""
        self._stopping = True

    def run(self, *, tick: Callable[[], None] = lambda: None) -> None:
        """Start the programs, restart what ends, and stop all of them at SIGINT or SIGTERM.

        `tick` is called a few times a second. Returns when no program is left, at most ten
        seconds after the request.
        """
        with self._signals(), self._selector:
            try:
                now = time.monotonic()
                for child in self._children:
                    child.restart_at = now + child.program.delay
                while not self._stopping:
                    for child in self._children:
                        self._look_after(child)
                    self._read(_TICK_SECONDS)
                    tick()
            finally:
                self._stop_all()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Turn signals into a readable byte, so that a wait ends at once."""
        reader, writer = socket.socketpair()
        reader.settimeout(0)
        writer.settimeout(0)
        self._selector.register(reader, selectors.EVENT_READ)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.getsignal(number) for number in numbers}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, lambda *_: self.stop())
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            reader.close()
            writer.close()

    def _start(self, child: _Child) -> None:
        child.started = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603
            child.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._directory,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # Ctrl-C reaches only us
            preexec_fn=die_with_parent(child.program.death_signal),  # noqa: PLW1509
        )
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, _Child):
                self._read_child(key.data, key.fd)
            elif isinstance(key.fileobj, socket.socket):
                key.fileobj.recv(4096)

    def _read_child(self, child: _Child, descriptor: int) -> None:
        data = os.read(descriptor, 65536)
        if not data:
            self._forget_output(child)
            return
        *lines, child.line = (child.line + child.decoder.decode(data)).split("\n")
        self._write(child, lines)

    def _forget_output(self, child: _Child) -> None:
        if child.process and child.process.stdout and not child.process.stdout.closed:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
        if child.line:
            self._write(child, [child.line])
            child.line = ""

    def _write(self, child: _Child, lines: Sequence[str]) -> None:
        if lines:
            self._output.write("".join(f"{child.prefix}{line.rstrip()}\n" for line in lines))
            self._output.flush()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        self._kill_group(child.process.pid)
        self._drain(child)
        child.process = None
        child.crashes = 1 if now - child.started > _HEALTHY_SECONDS else child.crashes + 1
        pause = min(2.0 ** (child.crashes - 2), _LONGEST_PAUSE_SECONDS) if child.crashes > 1 else 0
        child.restart_at = now + pause
        self._write(child, [f"ended with {_describe(code)}; starts again in {pause:.0f} s"])

    def _drain(self, child: _Child) -> None:
        """Read what a dead program has left in its pipe, as far as it is there."""
        output = child.process.stdout if child.process else None
        while output is not None and not output.closed:
            try:
                self._read_child(child, output.fileno())
            except BlockingIOError:  # a grandchild still holds the other end
                break
        self._forget_output(child)

    @staticmethod
    def _kill_group(group: int) -> None:
        """End what a dead program may have left behind in its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)

    def _stop_all(self) -> None:
        for seconds, number in _STOP_STEPS:
            self._signal_all(number)
            deadline = time.monotonic() + seconds
            while self._alive() and time.monotonic() < deadline:
                self._read(0.05)
        for child in self._children:
            if child.process:
                self._kill_group(child.process.pid)
                child.process.wait()
                self._drain(child)

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        processes = [child.process for child in self._children if child.process]
        return [process for process in processes if process.poll() is None]

    def _signal_all(self, number: signal.Signals) -> None:
        for process in self._alive():
            process.send_signal(number)


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def wants_colour(stream: TextIO) -> bool:
    """Tell whether `stream` is a terminal whose user did not ask for plain text."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def python(*arguments: str) -> tuple[str, ...]:
    """Return the command line of a Python program in this environment."""
    return (sys.executable, *arguments)
