"""Files of a delivery."""

import csv
import errno
import gc
import hashlib
import io
import os
import resource
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest

from sharing.pulls.spec import FieldSpec
from sharing.pulls.writers import CsvWriter, HashingFile, ParquetWriter

FIELDS = (FieldSpec("a", "甲", "a"), FieldSpec("b", "乙", "b"))


def csv_bytes(tmp_path, frame, fields=FIELDS):
    writer = CsvWriter(tmp_path / "data.csv", fields, timezone="Asia/Shanghai")
    writer.write(frame)
    file = writer.finish()
    content = (tmp_path / "data.csv").read_bytes()
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (tmp_path / "data.csv").stat().st_mode & 0o777 == 0o600
    return content, file


def cells(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


class TestCsv:
    def test_bom_titles_and_line_ends(self, tmp_path):
        content, _ = csv_bytes(tmp_path, pl.DataFrame({"a": ["一"], "b": [1]}))
        assert content == "\ufeff甲,乙\r\n一,1\r\n".encode()

    def test_no_rows(self, tmp_path):
        content, _ = csv_bytes(tmp_path, pl.DataFrame({"a": [], "b": []}))
        assert content == "\ufeff甲,乙\r\n".encode()

    def test_awkward_texts_survive(self, tmp_path):
        texts = ['"', ",", "a\nb", "a\r\nb", " a ", "\U00020000", "", "'x"]
        frame = pl.DataFrame({"a": texts, "b": texts})
        content, file = csv_bytes(tmp_path, frame)
        assert [row[0] for row in cells(content)[1:]] == texts
        assert file.notes["formula_escaped"] == 0

    def test_nothing_and_empty_differ(self, tmp_path):
        content, _ = csv_bytes(tmp_path, pl.DataFrame({"a": [None, ""], "b": [1, 2]}))
        assert content.endswith(b'\r\n,1\r\n"",2\r\n')

    @pytest.mark.parametrize(
        "formula",
        [
            "=1+1", "=cmd|'/c calc'!A0", "+cmd", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1",
            "＝1+1", "＋1x", "－x", "＠x", "-", "+86 138", "=", '=HYPERLINK("x")',
        ],
    )  # fmt: skip
    def test_formulas_become_text(self, tmp_path, formula):
        content, file = csv_bytes(tmp_path, pl.DataFrame({"a": [formula], "b": ["ok"]}))
        assert cells(content)[1][0] == f"'{formula}"
        assert file.notes == {
            "encoding": "utf-8-bom", "formula_escape": "'", "formula_escaped": 1,
        }  # fmt: skip

    @pytest.mark.parametrize(
        "harmless", ["-1", "+1", "-12.50", "a=1", "'=1", "1+1", "－"[:0] + "a-b"]
    )
    def test_others_stay_as_they_are(self, tmp_path, harmless):
        content, file = csv_bytes(tmp_path, pl.DataFrame({"a": [harmless], "b": [-1]}))
        assert cells(content)[1] == [harmless, "-1"]
        assert file.notes["formula_escaped"] == 0

    def test_titles_are_escaped_too(self, tmp_path):
        fields = (FieldSpec("a", "=evil()", "a"), FieldSpec("b", 'b"c,', "b"))
        content, _ = csv_bytes(tmp_path, pl.DataFrame({"a": [], "b": []}), fields)
        assert cells(content)[0] == ["'=evil()", 'b"c,']

    def test_dates_and_times(self, tmp_path):
        fields = tuple(FieldSpec(name, name, name) for name in "abcd")
        moment = datetime(2026, 11, 23, 1, 2, 3, 500000, tzinfo=UTC)
        frame = pl.DataFrame(
            {
                "a": [date(9999, 12, 31), None],
                "b": [moment.replace(tzinfo=None), None],
                "c": [moment, None],
                "d": [Decimal("1.50"), None],
            }
        )
        content, _ = csv_bytes(tmp_path, frame, fields)
        assert cells(content)[1:] == [
            ["9999-12-31", "2026-11-23 01:02:03.500", "2026-11-23 09:02:03.500+08:00", "1.50"],
            [""] * 4,
        ]

    def test_an_existing_file_is_never_overwritten(self, tmp_path):
        (tmp_path / "data.csv").write_text("mine")
        with pytest.raises(FileExistsError):
            CsvWriter(tmp_path / "data.csv", FIELDS, timezone="Asia/Shanghai")
        assert (tmp_path / "data.csv").read_text() == "mine"


class TestParquet:
    def write(self, tmp_path, *frames):
        writer = ParquetWriter(tmp_path / "d.parquet", FIELDS, metadata={"grant": "SQ-1"})
        for frame in frames:
            writer.write(frame)
        file = writer.finish()
        content = (tmp_path / "d.parquet").read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        return pq.ParquetFile(tmp_path / "d.parquet")

    def test_exact_values_names_titles_and_facts(self, tmp_path):
        values = {"a": ["=1+1", None, ""], "b": [Decimal("1.10"), None, Decimal("-2.00")]}
        file = self.write(tmp_path, pl.DataFrame(values))
        table = file.read()
        assert table.to_pydict() == values
        assert [str(field.type) for field in table.schema] == ["string", "decimal128(38, 2)"]
        assert table.schema.field("a").metadata == {b"title": "甲".encode(), b"mask": b"none"}
        assert table.schema.metadata[b"grant"] == b"SQ-1"
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"

    def test_no_rows_still_have_columns(self, tmp_path):
        frame = pl.DataFrame({"a": [], "b": []}, schema={"a": pl.String, "b": pl.Date})
        table = self.write(tmp_path, frame).read()
        assert (table.num_rows, table.column_names) == (0, ["a", "b"])

    def test_small_batches_become_large_row_groups(self, tmp_path):
        frame = pl.DataFrame({"a": ["x"] * 10_000, "b": range(10_000)})
        file = self.write(tmp_path, *[frame] * 30)
        assert file.metadata.num_rows == 300_000
        assert file.metadata.num_row_groups <= 4

    def test_dictionaries_only_where_values_repeat(self, tmp_path):
        frame = pl.DataFrame({"a": ["x", "y"] * 5000, "b": range(10_000)})
        group = self.write(tmp_path, frame).metadata.row_group(0)
        assert [group.column(i).has_dictionary_page for i in range(2)] == [True, False]

    def test_same_rows_same_bytes(self, tmp_path):
        frame = pl.DataFrame({"a": ["x", "y"] * 5000, "b": range(10_000)})
        for name in ("1", "2"):
            (tmp_path / name).mkdir()
            self.write(tmp_path / name, frame)
        assert (tmp_path / "1/d.parquet").read_bytes() == (tmp_path / "2/d.parquet").read_bytes()

    def test_an_abandoned_file_touches_nobody_else(self, tmp_path):
        """Parquet ends its file when forgotten; the descriptor may be another file's by then."""
        writer = ParquetWriter(tmp_path / "d.parquet", FIELDS, metadata={})
        writer.write(pl.DataFrame({"a": ["x"] * 200_000, "b": range(200_000)}))
        writer.close()
        with (tmp_path / "other").open("wb"):
            del writer
            gc.collect()
        assert (tmp_path / "other").read_bytes() == b""


class TestHashingFile:
    def test_a_closed_file_refuses(self, tmp_path):
        file = HashingFile(tmp_path / "f")
        file.close()
        file.close()
        with pytest.raises(ValueError, match="closed"):
            file.write(b"x")

    def test_a_limit_in_the_middle_of_a_write_is_an_error(self, tmp_path):
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        file = HashingFile(tmp_path / "f")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            with pytest.raises(OSError, match=os.strerror(errno.EFBIG)) as caught:
                file.write(b"x" * 1500)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            file.close()
        assert caught.value.errno == errno.EFBIG
