"""What kind of file something is, judged by its content and its extension together.

A name can be chosen freely, so it never decides alone: a file is taken only when its extension is
on the list and its content begins, and where that is possible ends, as files of that kind do.
"""

import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault

NAME_LENGTH: Final = 200
TAIL: Final = 4096
TYPES: Final = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
"""Kinds of file that an application may have, with their media types."""
_SAME: Final = {"jpeg": "jpg"}
_PARTS: Final = {"ofd": "OFD.xml", "docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MOST_PARTS: Final = 10_000


def accept(file: IO[bytes], name: str) -> tuple[str, list[Fault]]:
    """The kind of ``file`` and what is wrong with it; the kind is "" when it is not accepted."""
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    kind = _SAME.get(extension, extension)
    if kind not in TYPES:
        return "", [_not_allowed(extension)]
    if not _CHECKS[kind](file):
        return "", [
            Fault(
                "file",
                _("The file is not what its name says: it ends in .%(extension)s.")
                % {"extension": extension},
                _("Open it in the program it was made with and save it again in that format."),
                "forged",
            )
        ]
    return kind, []


def clean_name(name: str) -> str:
    """The last part of a name, without control characters and no longer than is kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    if len(shown) <= NAME_LENGTH:
        return shown
    stem, dot, extension = shown.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(extension) - 1]}{dot}{extension}"[-NAME_LENGTH:]


def _not_allowed(extension: str) -> Fault:
    return Fault(
        "file",
        _("Files ending in .%(extension)s are not taken.") % {"extension": extension or "–"},
        _("Save it as one of: %(kinds)s.") % {"kinds": ", ".join(TYPES)},
        "kind_not_allowed",
    )


def _ends(file: IO[bytes]) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(TAIL)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - TAIL))
    return head, file.read(TAIL)


def _pdf(file: IO[bytes]) -> bool:
    head, tail = _ends(file)
    return head.startswith(b"%PDF-") and b"%%EOF" in tail


def _png(file: IO[bytes]) -> bool:
    head, tail = _ends(file)
    return head.startswith(_PNG) and head[12:16] == b"IHDR" and b"IEND" in tail


def _jpg(file: IO[bytes]) -> bool:
    head, tail = _ends(file)
    return head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in tail


def _package(part: str) -> Callable[[IO[bytes]], bool]:
    """A check for packages with ``part`` and without macros; nothing is unpacked."""

    def check(file: IO[bytes]) -> bool:
        file.seek(0)
        if file.read(4) != b"PK\x03\x04":
            return False
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, ValueError, EOFError, OSError):
            return False
        macros = any(name.lower().endswith(("vbaproject.bin", ".exe", ".js")) for name in names)
        return part in names and len(names) <= _MOST_PARTS and not macros

    return check


_CHECKS: Final[dict[str, Callable[[IO[bytes]], bool]]] = {
    "pdf": _pdf,
    "jpg": _jpg,
    "png": _png,
    **{kind: _package(part) for kind, part in _PARTS.items()},
}
