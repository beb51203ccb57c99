"""Reading a catalog file line by line: plain or gzip, JSON objects, one a line."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is reported and skipped without being held in memory."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, and either its content or why it cannot be read."""

    number: int
    content: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import, with what is known of it before the first line is read."""

    path: Path
    digest: str
    lines: int

    @classmethod
    def of(cls, path: Path) -> "SourceFile":
        """Look at the whole file once; OSError if it cannot be read."""
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        count = sum(1 for _line in _raw_lines(path))
        return cls(path, digest.hexdigest(), count)


def read(path: Path) -> Iterator[Line]:
    """Every line that is not blank; a broken one says what is wrong instead of ending the file."""
    for number, raw in _raw_lines(path):
        if raw is None:
            yield Line(number, {}, f"longer than {LONGEST_LINE:,} bytes")
        elif isinstance(raw, Exception):
            yield Line(number, {}, f"the file ends in the middle: {raw}")
        elif raw.strip():
            yield _parsed(number, raw)


def _parsed(number: int, raw: bytes) -> Line:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Line(number, {}, f"not UTF-8 at byte {error.start}")
    except (json.JSONDecodeError, RecursionError) as error:
        return Line(number, {}, f"not JSON: {error}"[:200])
    if not isinstance(content, dict):
        return Line(number, {}, "not a JSON object")
    return Line(number, content)


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes | Exception | None]]:
    with _open(path) as stream:
        number = 0
        while True:
            number += 1
            try:
                raw = stream.readline(LONGEST_LINE + 1)
                too_long = len(raw) > LONGEST_LINE and not raw.endswith(b"\n")
                if too_long:
                    _skip_rest(stream)
            except (EOFError, OSError, zlib.error) as error:
                yield number, error
                return
            if not raw:
                return
            yield number, None if too_long else raw


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _skip_rest(stream: BinaryIO) -> None:
    while (part := stream.readline(LONGEST_LINE)) and not part.endswith(b"\n"):
        pass
