"""Writing a delivery's files: one batch after the other, digest on the way, safe on disk at the end."""

import csv
import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sharing.pulls.checks import is_temporal
from sharing.pulls.spec import FieldSpec, PulledFile

_BOM: Final = b"\xef\xbb\xbf"
_FORMULA: Final = "^[=+\\-@＝＋－＠\t\r\n]"
_PLAIN_NUMBER: Final = r"^[-+]?[0-9]+(\.[0-9]+)?$"
_GROUP_ROWS: Final = 131_072
_GROUP_BYTES: Final = 24 * 1024 * 1024
_FEW_VALUES: Final = 0.5
"""A dictionary pays if less than this share of the first rows' values differ."""


class HashingFile:
    """A new file that knows its SHA-256 and size. Every write is complete or raises OSError."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._digest = hashlib.sha256()
        self._abandoned = False
        self.size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Write all of ``data``, however often the system has to be asked."""
        if self._abandoned:
            return memoryview(data).nbytes
        if self.closed:  # the number of the descriptor may already be another file's
            message = "The file is closed."
            raise ValueError(message)
        # A view that an exception keeps alive can crash the interpreter's garbage collector
        # (Python before 3.11.9 and 3.12.3), so none outlives this block.
        with memoryview(data) as whole, whole.cast("B") as view:
            self._digest.update(view)
            written = 0
            while written < len(view):
                with view[written:] as rest:
                    written += os.write(self._descriptor, rest)
        self.size += written
        return written

    def tell(self) -> int:
        """How much was written."""
        return self.size

    def flush(self) -> None:
        """Nothing is held back."""

    def sync(self) -> str:
        """Force the content to disk, close, return the digest."""
        os.fsync(self._descriptor)
        self.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Close; whatever is still written goes nowhere."""
        self._abandoned = True
        self.close()

    def close(self) -> None:
        """Close; what was written stays."""
        if not self.closed:
            self.closed = True
            os.close(self._descriptor)


class Writer(Protocol):
    """Writes one format."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""

    def finish(self) -> PulledFile:
        """Complete the file."""

    def close(self) -> None:
        """Release everything; a file that was not finished stays incomplete."""

    @property
    def size(self) -> int:
        """Bytes written so far."""


class CsvWriter:
    """CSV for people and spreadsheets: UTF-8 with BOM, Chinese headings, CR LF (RFC 4180).

    A text that a spreadsheet would take for a formula gets an apostrophe in front (plain numbers do
    not); the manifest says how many did. Parquet holds the exact value.
    """

    def __init__(self, path: Path, fields: tuple[FieldSpec, ...], *, timezone: str) -> None:
        self._path = path
        self._timezone = timezone
        self._escaped = 0
        self._file = HashingFile(path)
        heading = io.StringIO()
        titles = pl.DataFrame({"a": [item.title for item in fields]})
        safe = titles.select(_formula_safe("a"))["a"]
        csv.writer(heading, lineterminator="\r\n").writerow(safe)
        self._file.write(_BOM + heading.getvalue().encode())

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.size

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""
        if frame.is_empty():
            return
        texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
        if texts:
            risky = frame.select(_is_formula(name).sum() for name in texts)
            found = [name for name, count in risky.row(0, named=True).items() if count]
            self._escaped += sum(count or 0 for count in risky.row(0))
            frame = frame.with_columns(_formula_safe(name) for name in found)
        frame = frame.with_columns(
            _written_time(name, dtype, self._timezone)
            for name, dtype in frame.schema.items()
            if is_temporal(dtype)
        )
        block = io.BytesIO()
        frame.write_csv(block, include_header=False, line_terminator="\r\n")
        with block.getbuffer() as written:
            self._file.write(written)

    def finish(self) -> PulledFile:
        """Complete the file."""
        digest = self._file.sync()
        notes = {"encoding": "utf-8-bom", "formula_escape": "'", "formula_escaped": self._escaped}
        return PulledFile("csv", self._path.name, self._file.size, digest, MappingProxyType(notes))

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def _is_formula(name: str) -> pl.Expr:
    text = pl.col(name)
    return text.str.contains(_FORMULA) & ~text.str.contains(_PLAIN_NUMBER)


def _formula_safe(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(_is_formula(name)).then(pl.lit("'") + text).otherwise(text).alias(name)


def _written_time(name: str, dtype: pl.DataType, timezone: str) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return column.dt.convert_time_zone(timezone).dt.strftime("%Y-%m-%d %H:%M:%S%.f%:z")
    return column.dt.strftime("%Y-%m-%d %H:%M:%S%.f")


class ParquetWriter:
    """Parquet with zstd: exact values under machine names, titles and facts as metadata."""

    def __init__(
        self, path: Path, fields: tuple[FieldSpec, ...], *, metadata: Mapping[str, str]
    ) -> None:
        self._path = path
        self._fields = fields
        self._metadata = metadata
        self._file = HashingFile(path)
        self._writer: Any = None
        self._schema: pa.Schema = None
        self._waiting: list[pl.DataFrame] = []
        self._waiting_bytes = 0

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.size

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows; small batches are gathered into row groups."""
        self._waiting.append(frame)
        self._waiting_bytes += int(frame.estimated_size())
        rows = sum(waiting.height for waiting in self._waiting)
        if rows >= _GROUP_ROWS or self._waiting_bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        frame = pl.concat(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._schema = self._described(table.schema)
            self._writer = pq.ParquetWriter(
                self._file,
                self._schema,
                compression="zstd",
                use_dictionary=_repetitive(frame),
            )
        self._writer.write_table(table.cast(self._schema), row_group_size=max(frame.height, 1))

    def _described(self, schema: pa.Schema) -> pa.Schema:
        described = [
            pa.field(
                column.name,
                pa.string() if pa.types.is_large_string(column.type) else column.type,
                metadata={"title": item.title, "mask": item.mask},
            )
            for column, item in zip(schema, self._fields, strict=True)
        ]
        return pa.schema(described, metadata=dict(self._metadata))

    def finish(self) -> PulledFile:
        """Complete the file."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
        digest = self._file.sync()
        return PulledFile("parquet", self._path.name, self._file.size, digest)

    def close(self) -> None:
        """Release the file. Parquet insists on ending what it began, so it ends it nowhere."""
        if self._file.closed:
            return
        self._file.abandon()
        if self._writer is not None:
            self._writer.close()


def _repetitive(frame: pl.DataFrame) -> list[str]:
    """Columns whose first values repeat themselves."""
    head = frame.head(20_000)
    limit = max(head.height * _FEW_VALUES, 1)
    return [name for name in head.columns if head[name].n_unique() <= limit]
