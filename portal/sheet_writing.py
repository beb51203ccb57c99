"""Writing workbooks of any length at constant memory; every cell is text, none a formula.

Cells carry the text format, so that what a person types into them stays text too: codes keep
their leading zeros, and nothing turns into a date.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

LONGEST: Final = 32_767
"""Characters that a cell can hold."""
PLAIN, HEADING, MARKED, NEEDED = 0, 1, 2, 3
"""Styles of a cell: text, heading, marked as faulty, heading of a column that must be filled."""
_LITERAL = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FILLS = ("FF1F56A8", "FFF6C9C4", "FF9C4A00")
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
    '</font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font></fonts>'
    '<fills count="5"><fill><patternFill patternType="none"/></fill><fill><patternFill '
    'patternType="gray125"/></fill>'
    + "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{color}"/></patternFill></fill>'
        for color in _FILLS
    )
    + '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4">'
    + "".join(
        f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" '
        'applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">'
        f'<alignment vertical="top" wrapText="1"/></xf>'
        for font, fill in ((0, 0), (1, 2), (0, 3), (1, 4))
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)


class SheetWriter:
    """One sheet; rows go to a file on disk until the workbook is put together."""

    def __init__(self, name: str, widths: Sequence[int], *, frozen_rows: int = 1) -> None:
        self.name = re.sub(r"[\[\]:*?/\\']", " ", name)[:31]
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its owner
        self._row = 0
        self._lists: list[tuple[int, str]] = []
        pane = (
            f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{frozen_rows}" '
            f'topLeftCell="A{frozen_rows + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            if frozen_rows
            else ""
        )
        columns = "".join(
            f'<col min="{number}" max="{number}" width="{width}" style="0" customWidth="1"/>'
            for number, width in enumerate(widths, 1)
        )
        self._write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{pane}<cols>{columns}</cols><sheetData>')

    def _write(self, text: str) -> None:
        self._file.write(text.encode())

    def add(self, values: Iterable[str], *, style: int = PLAIN, styles: Sequence[int] = ()) -> None:
        """Add a row; ``styles`` overrides the style cell by cell."""
        self._row += 1
        parts = [f'<row r="{self._row}">']
        for number, value in enumerate(values):
            own = styles[number] if number < len(styles) else style
            if value:
                text = printable(value)
                parts.append(
                    f'<c r="{letters(number + 1)}{self._row}" s="{own}" t="inlineStr"><is>'
                    f'<t xml:space="preserve">{text}</t></is></c>'
                )
            elif own:
                parts.append(f'<c r="{letters(number + 1)}{self._row}" s="{own}"/>')
        parts.append("</row>")
        self._write("".join(parts))

    def choose(self, column: int, source: str) -> None:
        """Let cells of the column (from 1) be chosen from the range ``source``."""
        self._lists.append((column, source))

    def finish(self, archive: zipfile.ZipFile, number: int) -> None:
        """Put the sheet into the archive."""
        rules = "".join(
            '<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" '
            f'sqref="{letters(column)}2:{letters(column)}50001"><formula1>{escape(source)}</formula1>'
            "</dataValidation>"
            for column, source in self._lists
        )
        if rules:
            rules = f'<dataValidations count="{len(self._lists)}">{rules}</dataValidations>'
        self._write(f"</sheetData>{rules}</worksheet>")
        self._file.seek(0)
        info = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w", force_zip64=True) as target:
            shutil.copyfileobj(self._file, target)
        self.close()

    def close(self) -> None:
        """Throw the rows away; a finished sheet needs it no more."""
        self._file.close()


def printable(text: str) -> str:
    """The text as XML; what XML cannot hold is written as workbooks write it."""
    text = _LITERAL.sub("_x005F_", text[:LONGEST])
    return escape(_CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


def letters(column: int) -> str:
    """The letters of a column, from 1."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def save(sheets: Sequence[SheetWriter], target: Path | IO[bytes]) -> None:
    """Write the workbook; the sheets cannot be used after that."""
    names = list(enumerate((sheet.name for sheet in sheets), 1))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _frame(names).items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
        for number, sheet in enumerate(sheets, 1):
            sheet.finish(archive, number)


def _frame(names: list[tuple[int, str]]) -> dict[str, str]:
    """Everything but the sheets."""
    package = "application/vnd.openxmlformats-"
    kind = f"{package}officedocument.spreadsheetml."
    rel_types = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}worksheet+xml"/>'
        for number, _name in names
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in names
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_REL}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _name in names
    )
    return {
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{package}package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}styles+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'{_HEAD}<Relationships xmlns="{rel_types}"><Relationship Id="rId1" '
            f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{_HEAD}<Relationships xmlns="{rel_types}">{links}<Relationship Id="rId{len(names) + 1}" '
            f'Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
    }
