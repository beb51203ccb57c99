"""Holding the embedded services: the side of the commands that need them."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portal.embedded.addresses import Addresses, addresses

_keepers: list[subprocess.Popen[bytes]] = []
"""Keepers this process started; they may outlive it, when others hold them."""
_ANSWER_SECONDS = 180
_SHUTDOWN_SECONDS = 30
_LAUNCH = """
import sys, types
portal = types.ModuleType("portal")  # the real one would import Celery into the keeper
portal.__path__ = [sys.argv[1]]
sys.modules["portal"] = portal
from portal.embedded.keeper import main
main(sys.argv[2:])
"""


class EmbeddedError(Exception):
    """The embedded services could not be started; the text tells why and what to do."""


class AlreadyRunningError(EmbeddedError):
    """Another exclusive holder uses this data directory."""

    def __init__(self, *, process: int, label: str, note: str) -> None:
        """`process` is the other holder's id, `label` and `note` are what it said of itself."""
        super().__init__(f"{label} is already running here (process {process}). {note}".strip())
        self.process = process
        self.label = label
        self.note = note


class Lease:
    """One holder's claim on the services; they run until the last lease is closed."""

    def __init__(self, place: Addresses, connection: socket.socket) -> None:
        """Made by `hold`."""
        self.place = place
        self._connection: socket.socket | None = connection

    def close(self) -> None:
        """Let go. Returns when the services have stopped, if nobody else holds them."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with connection, contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(_SHUTDOWN_SECONDS)
            while connection.recv(4096):
                pass
        _reap()

    def is_lost(self) -> bool:
        """Tell whether the keeper has gone although this lease was not closed."""
        if self._connection is None:
            return False
        try:
            return not self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def __enter__(self) -> Self:
        """Return the lease itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self.close()


def hold(
    var_dir: Path,
    *,
    label: str,
    needs: Sequence[str] = ("postgres", "valkey"),
    exclusive: bool = False,
    note: str = "",
    discard: Path | None = None,
) -> Lease:
    """Return a lease on the services of `var_dir`, started if nobody runs them yet.

    `label` names the holder to others; at most one holder may be `exclusive`, a second one gets
    AlreadyRunningError with the first one's `note`. `discard` makes the data throw-away (no
    fsync) and is removed when the services have stopped. Raises EmbeddedError.
    """
    if sys.platform != "linux":
        message = "The embedded services need Linux: set DATABASE_URL and REDIS_URL."
        raise EmbeddedError(message)
    place = addresses(var_dir)
    request = {
        "label": label,
        "process": os.getpid(),
        "needs": list(needs),
        "exclusive": exclusive,
        "note": note,
    }
    connection = _connect(place, request, var_dir=var_dir.resolve(), discard=discard)
    return Lease(place, connection)


def _connect(
    place: Addresses, request: dict[str, Any], *, var_dir: Path, discard: Path | None
) -> socket.socket:
    deadline = time.monotonic() + _ANSWER_SECONDS
    keeper: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        if connection := _request(place, request, deadline):
            return connection
        if keeper is None or keeper.poll() is not None:
            if keeper is not None and keeper.returncode != 0:
                raise EmbeddedError(_log_tail(place))
            keeper = _launch(place, var_dir=var_dir, discard=discard)
        time.sleep(0.02)
    message = (
        f"{place.data_dir} has been in use for {_ANSWER_SECONDS} s by processes that do not answer"
        f" on {place.socket_dir}. See {place.data_dir / 'keeper.log'}."
    )
    raise EmbeddedError(message)


def _request(place: Addresses, request: dict[str, Any], deadline: float) -> socket.socket | None:
    """Ask the keeper; return the held connection, or None when no keeper answers."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.ExitStack() as stack:
        stack.callback(connection.close)
        try:
            connection.connect(str(place.keeper_socket))
            connection.settimeout(max(deadline - time.monotonic(), 1))
            connection.sendall(json.dumps(request).encode() + b"\n")
            line = connection.makefile("rb").readline()
        except TimeoutError:
            return None
        except OSError:  # no keeper yet, or one that is on its way out
            return None
        if not line:
            return None
        _check(json.loads(line))
        connection.settimeout(None)
        stack.pop_all()
        return connection


def _check(answer: dict[str, Any]) -> None:
    if busy := answer.get("busy"):
        raise AlreadyRunningError(process=busy["process"], label=busy["label"], note=busy["note"])
    if error := answer.get("error"):
        raise EmbeddedError(error)


def _launch(
    place: Addresses, *, var_dir: Path, discard: Path | None
) -> subprocess.Popen[bytes] | None:
    """Start a keeper if the data directory is free; it inherits the lock."""
    try:
        place.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(place.data_dir.parent / "services.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"{place.data_dir} cannot be used: {error.strerror}. Whose is it?"
        raise EmbeddedError(message) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None  # a keeper or a server is still on its way up or down
        command = [sys.executable, "-P", "-c", _LAUNCH, str(Path(__file__).parent.parent)]
        command += [str(var_dir), f"--lock={lock}"]
        if discard is not None:
            command.append(f"--discard={discard}")
        with (place.data_dir.parent / "keeper.log").open("ab") as log:
            keeper = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=(lock,),
                start_new_session=True,
            )
        _keepers.append(keeper)
        return keeper
    finally:
        os.close(lock)


def _reap() -> None:
    for keeper in list(_keepers):
        with contextlib.suppress(subprocess.TimeoutExpired):
            keeper.wait(1)
            _keepers.remove(keeper)


def _log_tail(place: Addresses) -> str:
    log = place.data_dir.parent / "keeper.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else f"The keeper of {place.data_dir} ended without a word."
