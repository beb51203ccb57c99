"""Data items proposed for the columns of a table: name, type, length, grade, mask, sharing."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pypinyin import lazy_pinyin

from catalog.recognition.recognise import readable, recognise
from catalog.recognition.shapes import ColumnShape, Kind, TableShape
from catalog.recognition.terms import Basis, Finding, Meaning, Proposal, Sample
from catalog.recognition.words import CHANGED, PARTS, TECHNICAL, WHOLE

LONGEST_NAME, LONGEST_KEY = 100, 60
LONG_TEXT: Final = 500
"""Texts without a limit that are longer than this, in bytes, are memos."""
LENGTHS: Final = (1, 2, 4, 6, 8, 10, 20, 30, 50, 60, 100, 200, 500, 1000, 2000, 4000)
"""Lengths proposed where the source names none: the next one above what was seen."""
PEOPLE_GRADE: Final = 2
"""Grade of what is said about a person whose row names them."""
TRACE_GRADE: Final = 3


class Care(NamedTuple):
    """How values of a kind are treated: GB/T 43697 grade, personal information, mask rule."""

    grade: int
    mask: str = ""
    code_set: str = ""
    length: int | None = None
    personal: bool = False


CARE: Final = {
    Meaning.ID_NUMBER: Care(3, "id_number", "GB 11643", 18, personal=True),
    Meaning.USCC: Care(1, "", "GB 32100", 18),
    Meaning.MOBILE: Care(3, "phone", "", 20, personal=True),
    Meaning.LANDLINE: Care(2, "landline", "", 20, personal=True),
    Meaning.EMAIL: Care(3, "email", "", 100, personal=True),
    Meaning.BANK_CARD: Care(
        4, "bank", "", 20, personal=True
    ),  # PIPL article 28: financial accounts
    Meaning.PLATE: Care(3, "plate", "GA 36", 15, personal=True),
    Meaning.NAME: Care(3, "name", "", 60, personal=True),
    Meaning.ADDRESS: Care(3, "address", personal=True),
    Meaning.COORDINATES: Care(2, "coordinates"),
    Meaning.REGION_CODE: Care(1, "", "GB/T 2260", 12),
    Meaning.POSTCODE: Care(1, "", "", 6),
    Meaning.BIRTH_DATE: Care(3, "birth", personal=True),
    Meaning.MONEY: Care(2),
}
_PLAIN: Final = Care(1)
_TYPE_OF_KIND: Final = {
    Kind.TEXT: "C", Kind.INTEGER: "I", Kind.DECIMAL: "N", Kind.FLOAT: "B", Kind.BOOLEAN: "L",
    Kind.DATE: "D", Kind.DATETIME: "T", Kind.BINARY: "G",
}  # fmt: skip
_TYPE_OF_MEANING: Final = {
    Meaning.BIRTH_DATE: "D", Meaning.DATE: "D", Meaning.DATETIME: "T", Meaning.MONEY: "Y",
    Meaning.BOOLEAN: "L", Meaning.INTEGER: "I", Meaning.NUMBER: "N",
}  # fmt: skip
"""Of a file, where everything is written as text; what is not here is text."""
NAMES: Final = {
    Meaning.ID_NUMBER: "公民身份号码", Meaning.USCC: "统一社会信用代码", Meaning.MOBILE: "手机号码",
    Meaning.LANDLINE: "联系电话", Meaning.EMAIL: "电子邮箱", Meaning.BANK_CARD: "银行卡号",
    Meaning.PLATE: "号牌号码", Meaning.NAME: "姓名", Meaning.ADDRESS: "地址",
    Meaning.COORDINATES: "坐标", Meaning.REGION_CODE: "行政区划代码", Meaning.POSTCODE: "邮政编码",
    Meaning.BIRTH_DATE: "出生日期", Meaning.DATE: "日期", Meaning.DATETIME: "时间",
    Meaning.MONEY: "金额",
}  # fmt: skip
"""What items are called where neither comment nor column name says anything."""
_CUT: Final = re.compile(r"[\n\r:：;；,，(（\[【]")


def propose(samples: Sequence[Sample]) -> list[Proposal]:
    """A data item for every column; keys and names differ within the table."""
    findings = [recognise(sample) for sample in samples]
    people = any(finding.meaning is Meaning.ID_NUMBER for finding in findings)
    keys: set[str] = set()
    names: set[str] = set()
    made = []
    for sample, finding in zip(samples, findings, strict=True):
        column = sample.column
        of_person = people and _is_of_person(column, finding)
        care = _care(finding, of_person=of_person)
        item: dict[str, Any] = {
            "key": _unique(_key(column.name), keys),
            "name": _numbered(_name(column, finding), names),
            "data_type": _data_type(sample, finding),
            "length": None,
            "grade": care.grade,
            "personal": care.personal,
            "mask": care.mask,
            "code_set": care.code_set,
            "sharing_type": "conditional" if care.personal or care.grade >= 3 else "unconditional",
            "required": not column.nullable,
        }
        item["length"] = _length(sample, care, item["data_type"])
        made.append(Proposal(column, finding, item, of_person and not _own_care(finding).personal))
    return made


def _own_care(finding: Finding) -> Care:
    return CARE.get(finding.meaning, _PLAIN)


def _care(finding: Finding, *, of_person: bool) -> Care:
    care = _own_care(finding)
    if of_person and not care.personal:
        # delivered as it is: without a mask rule, personal items are hidden whole
        mask = care.mask or "none"
        care = care._replace(personal=True, grade=max(care.grade, PEOPLE_GRADE), mask=mask)
    if any(warn.code == "contains" for warn in finding.warnings):
        # no mask: it would fit some of the values only, and the grade hides all of them
        care = care._replace(personal=True, grade=max(care.grade, TRACE_GRADE), mask="")
    return care


def _is_of_person(column: ColumnShape, finding: Finding) -> bool:
    """Whether the column says something of the person in the row (PIPL article 4)."""
    administrative = {Meaning.REGION_CODE, Meaning.POSTCODE, Meaning.USCC}
    technical = TECHNICAL.search(column.name) or TECHNICAL.search(column.comment)
    return finding.meaning not in administrative and not technical


def _name(column: ColumnShape, finding: Finding) -> str:
    """The comment first, then the column's name through the dictionary, then what it holds."""
    comment = _CUT.split(unicodedata.normalize("NFC", column.comment).strip(), maxsplit=1)[
        0
    ].strip()
    if comment:
        return comment[:LONGEST_NAME]
    spoken = spoken_name(column.name)
    if spoken:
        return spoken[:LONGEST_NAME]
    if finding.basis is not Basis.NAME and finding.meaning in NAMES:
        return NAMES[finding.meaning]
    return column.name[:LONGEST_NAME]


def spoken_name(name: str) -> str:
    """What a column or table is called in Chinese, or "" when the dictionary does not know it."""
    if re.search(r"[\u3400-\u9fff]", name):
        return name.strip()
    lower = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_ ")
    if lower in WHOLE:
        return WHOLE[lower]
    parts = [PARTS.get(part, "") for part in re.split(r"[_\s-]+", lower) if part]
    if not parts or not all(parts):
        return ""
    joined = [part for place, part in enumerate(parts) if place == 0 or part != parts[place - 1]]
    return "".join(joined)


def _key(name: str) -> str:
    half = unicodedata.normalize("NFKC", name)
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", half)
    return re.sub(r"[^A-Za-z0-9]+", "_", _latin(snake)).strip("_").lower()[:LONGEST_KEY] or "item"


def _latin(name: str) -> str:
    """Chinese headings as the usual Latin name, if there is one, else as pinyin."""
    if name.isascii():
        return name
    known = {chinese: latin for latin, chinese in WHOLE.items()}
    if name.strip() in known:
        return known[name.strip()]
    return "_".join(lazy_pinyin(name))


def _unique(key: str, taken: set[str]) -> str:
    found, number = key, 1
    while found in taken:
        number += 1
        found = f"{key[: LONGEST_KEY - 4]}_{number}"
    taken.add(found)
    return found


def _numbered(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name[: LONGEST_NAME - 4]}{number}"
    taken.add(found)
    return found


def _data_type(sample: Sample, finding: Finding) -> str:
    kind, column = sample.column.kind, sample.column
    if not kind:
        letter = _TYPE_OF_MEANING.get(finding.meaning, "C")
        return "M" if letter == "C" and _longest(sample) > LONG_TEXT else letter
    if kind == Kind.DECIMAL and finding.meaning is Meaning.MONEY:
        return "Y"
    if kind == Kind.TEXT and column.length is None and _longest(sample) > LONG_TEXT:
        return "M"
    return _TYPE_OF_KIND[Kind(kind)]


def _length(sample: Sample, care: Care, letter: str) -> int | None:
    """In bytes of GB 18030, as the 2017 Guide counts: two for a Chinese character."""
    declared = sample.column.length
    if letter in "NY":
        return declared
    if letter != "C":
        return None
    if declared is not None:
        wide = any(not value.isascii() for value in readable(sample.values))
        return declared * 2 if wide else declared
    longest = _longest(sample)
    if care.length is not None and care.length >= longest:
        return care.length
    return next((length for length in LENGTHS if length >= longest), None)


def _longest(sample: Sample) -> int:
    texts = (value for value in sample.values if value)
    return max((len(text.encode("gb18030", "replace")) for text in texts), default=1)


def region_column(proposals: Sequence[Proposal]) -> str:
    """The column with the region of each row: the finest codes first."""
    found = [one for one in proposals if one.finding.meaning is Meaning.REGION_CODE]
    found.sort(key=lambda one: -(one.item["length"] or 0))
    return found[0].column.name if found else ""


def change_column(proposals: Sequence[Proposal]) -> str:
    """The column that says when a row changed."""
    for one in proposals:
        text = f"{one.column.name} {one.column.comment}"
        if one.finding.meaning is Meaning.DATETIME and CHANGED.search(text):
            return one.column.name
    return ""


def title_of(table: TableShape) -> str:
    """What an entry of the table would be called."""
    comment = _CUT.split(table.comment.strip(), maxsplit=1)[0].strip()
    title = comment or spoken_name(table.name) or table.name
    return title if title.endswith(("信息", "数据", "表", "目录")) else f"{title}信息"
