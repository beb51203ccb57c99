"""Where the embedded services of a data directory listen. Pure: starts and writes nothing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET_ROOT = Path("/tmp")  # noqa: S108 - socket names must stay short; the directory itself is 0700
ROLE = "portal"
DATABASE = "portal"
PORT = 5432  # part of the socket's name; nothing listens on TCP


@dataclass(frozen=True, slots=True)
class Addresses:
    """Unix socket addresses; the same for every process that names the same data directory."""

    data_dir: Path
    socket_dir: Path
    database_url: str
    redis_url: str
    broker_url: str

    @property
    def postgres_socket(self) -> Path:
        """Socket of PostgreSQL."""
        return self.socket_dir / f".s.PGSQL.{PORT}"

    @property
    def valkey_socket(self) -> Path:
        """Socket of Valkey."""
        return self.socket_dir / "valkey.sock"

    @property
    def keeper_socket(self) -> Path:
        """Socket on which the keeper process receives its holders."""
        return self.socket_dir / "keeper.sock"


def addresses(var_dir: Path) -> Addresses:
    """Return the addresses of the services that keep their data under `var_dir`.

    The socket directory depends on the resolved path only, not on TMPDIR, XDG_RUNTIME_DIR or the
    account, so that a command in another session finds the running services; and it is short,
    because a socket's path may have no more than 107 bytes while a checkout's may be long.
    """
    resolved = var_dir.resolve()
    digest = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    sockets = SOCKET_ROOT / f"govshare-{digest}"
    valkey = sockets / "valkey.sock"
    return Addresses(
        data_dir=resolved / "services",
        socket_dir=sockets,
        database_url=f"postgres://{ROLE}@{quote(str(sockets), safe='')}:{PORT}/{DATABASE}",
        redis_url=f"unix://{valkey}?db=0",
        broker_url=f"redis+socket://{valkey}?virtual_host=0",
    )
