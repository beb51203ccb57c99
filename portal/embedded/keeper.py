"""The process that runs the embedded servers for as long as somebody holds them.

Each holder keeps a connection to the keeper's socket open; its end, clean or by kill -9, ends the
connection. When the last one has gone the keeper stops the servers and itself. When the keeper is
killed, the kernel stops the servers (`die_with_parent`). One lock file, inherited by every server
process, guarantees that no two keepers and no left-over server ever share a data directory.

Protocol, one JSON object a line: the holder sends {"label", "process", "needs", "exclusive",
"note"}; the keeper answers {"ready": true} or {"error": "..."} or {"busy": {...}}.
"""

import argparse
import contextlib
import json
import selectors
import shutil
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.embedded.account import Account, AccountError, choose_account
from portal.embedded.addresses import Addresses, addresses
from portal.embedded.servers import SERVERS, Server, ServerError, postgres_program

_FIRST_HOLDER_SECONDS = 30
_LOOK_SECONDS = 0.5


@dataclass
class Holder:
    """One connection; `request` is None until its first line has arrived."""

    connection: socket.socket
    buffer: bytes = b""
    request: dict[str, Any] | None = None


@dataclass
class Keeper:
    """Runs the servers of one data directory."""

    place: Addresses
    lock: int
    throwaway: bool
    account: Account
    servers: dict[str, Server] = field(default_factory=dict)
    holders: dict[int, Holder] = field(default_factory=dict)
    leaving: list[socket.socket] = field(default_factory=list)

    def serve(self) -> None:
        """Serve until the last holder has gone, then stop everything.

        The connections of the last holders close only after the servers have stopped, so that a
        holder can wait for that.
        """
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop_servers)
            with (
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
                selectors.DefaultSelector() as selector,
            ):
                listener.bind(str(self.place.keeper_socket))
                listener.listen(64)
                selector.register(listener, selectors.EVENT_READ)
                self._loop(listener, selector)

    def _loop(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        had_holder = False
        deadline = time.monotonic() + _FIRST_HOLDER_SECONDS
        while self.holders or (not had_holder and time.monotonic() < deadline):
            for key, _ in selector.select(_LOOK_SECONDS):
                if key.fileobj is listener:
                    self._accept(listener, selector)
                else:
                    self._receive(self.holders[key.fd], selector)
                had_holder = had_holder or any(h.request for h in self.holders.values())
            for server in self.servers.values():
                if server.revive():
                    _log(f"{server.kind} had stopped by itself and was started again")

    def _accept(self, listener: socket.socket, selector: selectors.BaseSelector) -> None:
        connection, _ = listener.accept()
        connection.settimeout(5)
        self.holders[connection.fileno()] = Holder(connection)
        selector.register(connection, selectors.EVENT_READ)

    def _receive(self, holder: Holder, selector: selectors.BaseSelector) -> None:
        try:
            data = holder.connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            selector.unregister(holder.connection)
            del self.holders[holder.connection.fileno()]
            self.leaving.append(holder.connection)
            if self.holders:
                self._part()
            return
        holder.buffer += data
        if holder.request is None and b"\n" in holder.buffer:
            self._answer(holder)

    def _part(self) -> None:
        for connection in self.leaving:
            connection.close()
        self.leaving.clear()

    def _answer(self, holder: Holder) -> None:
        request: dict[str, Any] = json.loads(holder.buffer.split(b"\n", 1)[0])
        answer = self._busy(request) or self._supply(request["needs"])
        holder.request = request
        with contextlib.suppress(OSError):
            holder.connection.sendall(json.dumps(answer).encode() + b"\n")

    def _busy(self, request: dict[str, Any]) -> dict[str, Any] | None:
        if not request["exclusive"]:
            return None
        for other in self.holders.values():
            if other.request and other.request["exclusive"]:
                return {"busy": other.request}
        return None

    def _supply(self, needs: list[str]) -> dict[str, Any]:
        for kind in needs:
            if kind in self.servers:
                continue
            server = SERVERS[kind](
                addresses=self.place,
                account=self.account,
                lock=self.lock,
                throwaway=self.throwaway,
            )
            try:
                server.start()
            except (ServerError, OSError) as error:
                server.stop()
                _log(f"{kind}: {error}")
                return {"error": str(error)}
            self.servers[kind] = server
        return {"ready": True}

    def _stop_servers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for server in reversed(self.servers.values()):
            server.stop()
        shutil.rmtree(self.place.socket_dir, ignore_errors=True)


def open_socket_dir(place: Addresses, account: Account) -> None:
    """Make the private directory of the sockets anew; raise ServerError when the name is taken.

    What a killed keeper left is removed. In a shared directory somebody else may have been first
    with this name; only root could remove that.
    """
    shutil.rmtree(place.socket_dir, ignore_errors=True)
    try:
        place.socket_dir.mkdir(mode=0o700)
    except FileExistsError as error:
        message = (
            f"{place.socket_dir} belongs to somebody else:"
            " remove it, or set GOVSHARE_VAR to another directory."
        )
        raise ServerError(message) from error
    account.own(place.socket_dir)


def _log(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _stop(*_: object) -> None:
    raise SystemExit(0)


def main(arguments: list[str]) -> None:
    """Run the keeper; its parent has opened and locked the lock file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("var_dir", type=Path)
    parser.add_argument("--lock", type=int, required=True)
    parser.add_argument("--discard", type=Path, help="throw-away data: remove this at the end")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    place = addresses(options.var_dir)
    try:
        account = choose_account(place.data_dir, [postgres_program("postgres"), "--version"])
        account.own(place.data_dir)
        open_socket_dir(place, account)
        keeper = Keeper(place, options.lock, options.discard is not None, account)
        keeper.serve()  # the last holders wait until `keeper` goes, with this process
    except (AccountError, ServerError, OSError) as error:
        _log(str(error))
        raise SystemExit(1) from error
    finally:
        if options.discard is not None:
            shutil.rmtree(options.discard, ignore_errors=True)
