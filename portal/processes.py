"""Child processes that never outlive their parent, whatever kills it (Linux)."""

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a child must not load libraries
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def die_with_parent(
    number: signal.Signals, *, namespace_uid: int | None = None
) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel sends `number` to the child when its parent dies.

    The parent is the *thread* that starts the child, so start children from a thread that lives
    as long as the process. With `namespace_uid` the child enters a user namespace of its own, in
    which the caller's account (root) appears as that id.
    """
    parent = os.getpid()

    def prepare() -> None:
        if namespace_uid is not None:
            _enter_user_namespace(namespace_uid)
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the kernel was told
            os._exit(1)

    return prepare


def _enter_user_namespace(uid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if _LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "cannot create a user namespace")
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    (own / "gid_map").write_text(f"{uid} {outer_gid} 1", encoding="ascii")
