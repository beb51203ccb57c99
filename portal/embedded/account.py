"""As whom the servers run. PostgreSQL refuses to run as root, so root needs somebody else."""

import os
import pwd
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from portal.processes import die_with_parent

_PROBE_SECONDS = 20


class AccountError(Exception):
    """No account was found under which the servers can run."""


@dataclass(frozen=True, slots=True)
class Account:
    """Owner of the servers' processes and files.

    `switch_to` is an account that root changes to; `namespace_uid` is what root calls itself in
    a user namespace of its own; an ordinary user has neither.
    """

    switch_to: pwd.struct_passwd | None = None
    namespace_uid: int | None = None

    @property
    def owner(self) -> tuple[int, int]:
        """Return (uid, gid) that the servers' files belong to."""
        if self.switch_to is not None:
            return self.switch_to.pw_uid, self.switch_to.pw_gid
        return os.geteuid(), os.getegid()

    def own(self, path: Path) -> None:
        """Make `path`, with all below it, belong to this account if it does not."""
        if os.geteuid() != 0 or path.stat().st_uid == self.owner[0]:
            return
        for folder, _, files in os.walk(path):
            for name in (folder, *(str(Path(folder) / file) for file in files)):
                os.chown(name, *self.owner, follow_symlinks=False)

    def start(
        self,
        command: list[str],
        *,
        death_signal: signal.Signals,
        output: IO[bytes] | int,
        keep_open: tuple[int, ...] = (),
        extra_environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `command` as this account, in a session of its own, bound to our life.

        The environment is nearly empty: neither the caller's locale, which may not exist on this
        machine, nor its PG* variables may reach the servers.
        """
        uid, gid = self.owner if self.switch_to else (None, None)
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **(extra_environment or {})},
            user=uid,
            group=gid,
            extra_groups=[] if self.switch_to else None,
            start_new_session=True,
            pass_fds=keep_open,
            preexec_fn=die_with_parent(death_signal, namespace_uid=self.namespace_uid),  # noqa: PLW1509
        )

    def runs(self, command: list[str]) -> bool:
        """Tell whether `command` can be executed as this account."""
        try:
            process = self.start(command, death_signal=signal.SIGKILL, output=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError):
            return False
        try:
            return process.wait(_PROBE_SECONDS) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False


def choose_account(data_dir: Path, probe: list[str]) -> Account:
    """Return the account for servers with data under `data_dir`; `probe` is a harmless command.

    An ordinary user runs them as itself. Root runs them as `nobody` where that account can reach
    program and data, otherwise as itself under another number in a user namespace, which works
    inside directories closed to everyone else. No permission of an existing directory is changed.
    Raises AccountError when neither works.
    """
    if os.geteuid() != 0:
        return Account()
    if _open_to_all(data_dir.parent) and (nobody := _find_account("nobody")):
        account = Account(switch_to=nobody)
        if account.runs(probe):
            return account
    for entry in pwd.getpwall():
        if entry.pw_uid not in {0, 65534}:  # 65534 also stands for every account without a number
            account = Account(namespace_uid=entry.pw_uid)
            if account.runs(probe):
                return account
            break
    message = (
        f"PostgreSQL does not run as root, and neither the account `nobody` (which needs access to"
        f" {data_dir.parent} and to the Python environment) nor a user namespace is available here."
        f" Run this as an ordinary user."
    )
    raise AccountError(message)


def _find_account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))
