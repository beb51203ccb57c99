"""Checking a delivery without the portal: a folder or a zip, and the portal's public key."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

from sharing.protection.manifest import MANIFEST, SIGNATURE, TamperError, verify

_BLOCK: Final = 1024 * 1024
_LARGEST_MANIFEST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit. Codes: see docs of ``verify_delivery``."""

    code: str
    file: str


@dataclass(slots=True)
class Verdict:
    """What a check found; a delivery is sound if there are no problems."""

    manifest: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything fits."""
        return not self.problems


class _Package(Protocol):
    """A folder or a zip."""

    def names(self) -> list[str]: ...

    def open(self, name: str) -> IO[bytes]: ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        return sorted(
            str(item.relative_to(self._path)) for item in self._path.rglob("*") if not item.is_dir()
        )

    def open(self, name: str) -> IO[bytes]:
        path = self._path / name
        if path.is_symlink() or not path.is_file():
            raise TamperError("not_a_file", name)
        return path.open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> list[str]:
        return sorted(info.filename for info in self._archive.infolist() if not info.is_dir())

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)


@contextmanager
def _opened(path: Path) -> Iterator[_Package]:
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile):
        raise TamperError("not_a_delivery", path.name) from None
    with archive:
        yield _Zip(archive)


def _content(package: _Package, name: str) -> bytes:
    if package.names().count(name) != 1:
        raise TamperError("missing", name)
    with package.open(name) as stream:
        content = stream.read(_LARGEST_MANIFEST + 1)
    if len(content) > _LARGEST_MANIFEST:
        raise TamperError("too_large", name)
    return content


def _check_file(package: _Package, name: str, size: object, sha256: object) -> None:
    if package.names().count(name) != 1:
        raise TamperError("missing", name)
    seen, digest = 0, hashlib.sha256()
    with package.open(name) as stream:
        while block := stream.read(_BLOCK):
            seen += len(block)
            if isinstance(size, int) and seen > size:  # also ends the reading of a zip bomb
                raise TamperError("wrong_size", name)
            digest.update(block)
    if seen != size:
        raise TamperError("wrong_size", name)
    if digest.hexdigest() != sha256:
        raise TamperError("wrong_digest", name)


def _check_files(package: _Package, verdict: Verdict) -> None:
    listed = verdict.manifest.get("files", [])
    for entry in listed:
        try:
            _check_file(package, str(entry["name"]), entry["bytes"], entry["sha256"])
            verdict.files += 1
        except TamperError as error:
            verdict.problems.append(Problem(error.code, error.file))
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            verdict.problems.append(Problem("unreadable", str(entry["name"])))
    expected = {MANIFEST, SIGNATURE, *(str(entry["name"]) for entry in listed)}
    verdict.problems += [
        Problem("not_listed", name) for name in package.names() if name not in expected
    ]


def verify_delivery(path: Path, public_key: bytes) -> Verdict:
    """Check signature, manifest and every file of the delivery at ``path``; never raises."""
    verdict = Verdict()
    try:
        with _opened(path) as package:
            signature = _content(package, SIGNATURE)
            verdict.manifest = verify(_content(package, MANIFEST), signature, public_key)
            _check_files(package, verdict)
    except TamperError as error:
        verdict.problems.append(Problem(error.code, error.file))
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        verdict.problems.append(Problem("unreadable", path.name))
    return verdict
