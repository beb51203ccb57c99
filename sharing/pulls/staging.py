"""Where results lie: unfinished ones in staging folders, finished ones in folders of their own.

The folder's name holds pull and token, so that a worker that lost its lease and still writes never
touches what its successor makes. A folder is moved into place by one rename on one file system.
"""

import errno
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sharing.pulls.errors import StorageFull

_PART: Final = ".part"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def folder_name(pull_id: str, token: int) -> str:
    """Name of the folder of one attempt; refuses ids that could lead elsewhere."""
    if not pull_id or not all(
        char.isascii() and (char.isalnum() or char == "-") for char in pull_id
    ):
        message = "A pull's id holds letters, digits and hyphens only."
        raise ValueError(message)
    return f"{pull_id}-{int(token)}"


def staging_path(root: Path, pull_id: str, token: int) -> Path:
    """Where an attempt writes."""
    return root / "staging" / f"{folder_name(pull_id, token)}{_PART}"


def final_path(root: Path, pull_id: str, token: int) -> Path:
    """Where its result is served from once the delivery is committed."""
    return root / "published" / folder_name(pull_id, token)


@contextmanager
def full_disk_is_a_fault() -> Iterator[None]:
    """Turn a full disk, quota or file size limit into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from None
        raise


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, content: bytes) -> None:
    """Write a small new file and force it to disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fresh_folder(folder: Path) -> None:
    """Make an empty folder that only this account can enter."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def publish_files(staging: Path, final: Path) -> None:
    """Move a finished folder into place; doing it again changes nothing.

    Raises FileNotFoundError if there is nothing to publish, FileExistsError if something else is
    in place (never by the same attempt).
    """
    if not staging.exists():
        if final.is_dir():
            return
        raise FileNotFoundError(staging)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if final.exists():
        raise FileExistsError(final)
    staging.rename(final)
    sync_folder(final.parent)
    sync_folder(staging.parent)


def discard(folder: Path) -> None:
    """Remove a folder if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def orphans(
    root: Path, *, keep: Collection[str], now: datetime, min_age: timedelta = timedelta(hours=1)
) -> list[Path]:
    """Folders that belong to nobody: neither a running attempt nor a committed delivery.

    ``keep`` holds names as ``folder_name`` makes them. Young folders are left alone: their
    transaction may not be visible yet.
    """
    found = []
    for place in (root / "staging", root / "published"):
        for folder in sorted(place.iterdir()) if place.is_dir() else ():
            age = now.timestamp() - folder.stat().st_mtime
            if folder.name.removesuffix(_PART) not in keep and age >= min_age.total_seconds():
                found.append(folder)
    return found


def sweep_orphans(
    root: Path, *, keep: Collection[str], now: datetime, min_age: timedelta = timedelta(hours=1)
) -> list[str]:
    """Remove orphans, return their names."""
    removed = orphans(root, keep=keep, now=now, min_age=min_age)
    for folder in removed:
        discard(folder)
    return [folder.name for folder in removed]
