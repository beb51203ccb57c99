"""What a cell says in terms of the catalog, and how the catalog says it in a cell. Pure.

Reading what was written gives the same value, whatever the language it was written in; reading
never guesses: what is not understood is a fault that says what to write instead.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from catalog.exchange import values
from catalog.exchange.columns import COLUMNS, Column, Kind
from catalog.exchange.speaking import filled
from catalog.models import Classification, Grade, OpenType, SharingType
from portal.errors import Fault, Text
from portal.sheets import Cell, Odd

SEPARATOR = "；"
_PARTS = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^；;、,，\n]*))\s*(?:[；;、,，\n]|$)')
_QUOTED = re.compile(r'[；;、,，\n"]|^\s|\s$')
_NUMBER = re.compile(r"\d{1,9}")
_COUNT = re.compile(r"\d{1,15}")
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2}0*)?")
_CODE = re.compile(r"\s*(\d+)(?:\s.*)?", re.DOTALL)
_EPOCH = date(1899, 12, 30)
_SERIAL = re.compile(r"\d{5}")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?|(\d{4})(\d{2})(\d{2})")
_AROUND = (
    re.compile(r"^[0-9A-Za-z]+[\s.、:：\-]+"),
    re.compile(r"(?<![A-Za-z])[A-Za-z]$"),
    re.compile(r"\s*[(（][^)）]*[)）]\s*$"),
)
_YES = frozenset(["是", "有", "1", "y", "yes", "true", "√", "✓", "真", "t"])
_NO = frozenset(["否", "无", "0", "n", "no", "false", "×", "x", "假", "f"])

_OTHER_WORDS: dict[str, dict[Any, str]] = {
    "sharing_type": {
        SharingType.UNCONDITIONAL: "无条件 无条件共享 普遍共享 完全共享 01",
        SharingType.CONDITIONAL: "有条件 有条件共享 条件共享 部分共享 02",
        SharingType.NON_SHARED: "不予 不予共享 不共享 非共享 不与共享 03",
    },
    "open_type": {
        OpenType.OPEN: "是 1 开放 向社会开放 无条件开放",
        OpenType.ON_REQUEST: "有条件开放 依申请开放",
        OpenType.CLOSED: "否 0 不开放 不予开放",
    },
    "sharing_modes": {
        "file": "文件 文件下载 文件交换 file 电子文件",
        "table": "数据库 库表 库表交换 批量交换 数据库交换 table",
        "api": "接口 服务接口 接口服务 数据接口 api",
    },
    "format_class": {
        "1": "电子文件 文档", "2": "电子表格 表格", "3": "数据库 库表", "4": "图形图像 图像 图片",
        "5": "流媒体 音视频", "6": "自描述格式 自描述", "7": "服务接口 接口 api",
    },
    "grade": {
        Grade.GENERAL_1: "一般1级 1级 一级 第一级 l1", Grade.GENERAL_2: "一般2级 2级 二级 第二级 l2",
        Grade.GENERAL_3: "一般3级 3级 三级 第三级 l3", Grade.GENERAL_4: "一般4级 4级 四级 第四级 l4",
        Grade.IMPORTANT: "重要 重要数据", Grade.CORE: "核心 核心数据",
    },
    "data_type": {
        "C": "字符型 字符 字符串 文本 文本型 string varchar varchar2 char nvarchar str text",
        "N": "数值型 数值 数字 数字型 number numeric decimal",
        "Y": "货币型 货币 金额 currency money", "D": "日期型 日期 date",
        "T": "日期时间型 日期时间 时间 时间型 时间戳 datetime timestamp", "L": "逻辑型 逻辑 布尔 布尔型 boolean bool",
        "M": "备注型 备注 长文本 memo clob", "G": "通用型 通用 二进制 general blob",
        "B": "双精度型 双精度 double", "I": "整型 整数 整数型 int integer bigint", "F": "浮点型 浮点 float real",
    },
    "update_cycle": {},
}  # fmt: skip
_SHARING_NUMBERS = {"1": "unconditional", "2": "conditional", "3": "non_shared"}


class CellFault(Exception):
    """A cell that cannot be read: what is wrong, and what to do."""

    def __init__(self, message: Text, remedy: Text, code: str = "cell") -> None:
        super().__init__(message)
        self.message, self.remedy, self.code = message, remedy, code

    def at(self, column: Column) -> Fault:
        """The fault with its place."""
        return Fault(column.key, self.message, self.remedy, self.code)


def tidy(cell: Cell) -> str:
    """The text of a cell without blanks around it and with plain line breaks."""
    if isinstance(cell, Odd):
        return cell.text
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def read(column: Column, cell: Cell) -> Any:
    """The value of a cell; CellFault when it has none in this column."""
    if isinstance(cell, Odd):
        raise _odd(cell)
    text = tidy(cell)
    if not text:
        return _EMPTY[column.kind]() if column.kind in _EMPTY else ""
    value = _READERS[column.kind](column, text)
    _check_length(column, value)
    return value


def write(column: Column, value: Any) -> str:
    """The value as text for a cell, in the language in force."""
    if value is None or value == "":
        return ""
    return _WRITERS.get(column.kind, _as_text)(column, value)


def _odd(cell: Odd) -> CellFault:
    if cell.kind == "formula":
        return CellFault(
            _("The cell holds a formula."),
            _("Replace it by its value: copy the column, paste it as values."),
            "formula",
        )
    if cell.kind == "long":
        return CellFault(
            filled(
                _("The text has %(length)s characters, more than a catalog can hold."),
                length=f"{cell.length:,}",
            ),
            _("Shorten it."),
            "too_long",
        )
    if cell.kind == "broken":
        return CellFault(
            filled(_("The line cannot be read: %(why)s"), why=cell.text),
            _("Write one JSON object a line, in UTF-8."),
            "broken",
        )
    return CellFault(
        filled(_("The cell holds an error of the spreadsheet: %(text)s"), text=cell.text),
        _("Mend it in Excel, or empty the cell."),
        "error",
    )


def _check_length(column: Column, value: Any) -> None:
    longest = column.longest
    for part in value if isinstance(value, list) else [value]:
        if longest and isinstance(part, str) and len(part) > longest:
            raise CellFault(
                filled(
                    _("The text has %(length)s characters, at most %(longest)s are possible."),
                    length=f"{len(part):,}",
                    longest=longest,
                ),
                _("Shorten it."),
                "too_long",
            )


# --- reading --------------------------------------------------------------------------------


def _line(_column: Column, text: str) -> str:
    return " ".join(text.split())


def _text(_column: Column, text: str) -> str:
    return text


def _words(_column: Column, text: str) -> list[str]:
    found = []
    for match in _PARTS.finditer(text):
        quoted, bare = match.groups()
        part = quoted.replace('""', '"') if quoted is not None else bare.strip()
        if part:
            found.append(part)
    return found


def word(text: str) -> str:
    """A value of a list without spaces, brackets and width."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s,，。.、:：()（）·_-]+", "", text)


@cache
def known_words(field: str) -> Mapping[str, str]:
    """Value by every spelling of it: the value itself, its labels in all languages, other words."""
    column = COLUMNS.get(field) or COLUMNS[f"item.{field}"]
    found: dict[str, str] = {}
    for value in column.choices.values:
        found[word(str(value))] = value
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for value, label in column.choices.choices:
                found.setdefault(word(str(label)), value)
    for value, words in _OTHER_WORDS.get(field, {}).items():
        for one in words.split():
            found.setdefault(word(one), column.choices(value).value)
    if field == "update_cycle":
        found = {**values.CYCLES, **found}
    if field == "sharing_type":
        found.update(_SHARING_NUMBERS)
    return found


def _choice(column: Column, text: str) -> Any:
    """Also with a code before or behind ("1 无条件共享", "字符型C"), or a size ("varchar(20)")."""
    known = known_words(column.field)
    for candidate in (text, *(pattern.sub("", text) for pattern in _AROUND)):
        if (found := known.get(word(candidate))) is not None:
            return found
    raise _unknown(column, text)


def _choices(column: Column, text: str) -> list[Any]:
    return list(dict.fromkeys(_choice(column, part) for part in _words(column, text)))


def _unknown(column: Column, text: str) -> CellFault:
    return CellFault(
        filled(_("“%(value)s” is not in the list."), value=text[:60]),
        filled(_("Write one of: %(values)s"), values=_Labels(column)),
        "unknown",
    )


class _Labels:
    """The labels of a column's values, in the language of whoever reads them."""

    def __init__(self, column: Column) -> None:
        self._column = column

    def __str__(self) -> str:
        return "、".join(str(label) for _value, label in self._column.choices.choices)


def _flag(_column: Column, text: str) -> bool:
    plain = word(text)
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise CellFault(
        filled(_("“%(value)s” is neither yes nor no."), value=text[:60]),
        _("Write 是 or 否 (yes or no)."),
        "unknown",
    )


def _number(_column: Column, text: str) -> int:
    plain = _digits(text).removesuffix(".0")
    if not _NUMBER.fullmatch(plain) or int(plain) > 2_147_483_647:
        raise _no_number(text)
    return int(plain)


def _count(_column: Column, text: str) -> int:
    plain = _digits(text).removesuffix(".0")
    if not _COUNT.fullmatch(plain):
        raise _no_number(text)
    return int(plain)


def _amount(_column: Column, text: str) -> Decimal:
    plain = _digits(text)
    if not _AMOUNT.fullmatch(plain):
        raise _no_number(text)
    return Decimal(plain)


def _digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(",", "")


def _no_number(text: str) -> CellFault:
    return CellFault(
        filled(_("“%(value)s” is not a number."), value=text[:60]),
        _("Write digits only, without a unit."),
        "number",
    )


def _day(_column: Column, text: str) -> date:
    plain = unicodedata.normalize("NFKC", text)
    try:
        if _SERIAL.fullmatch(plain):  # how Excel counts days
            return _EPOCH + timedelta(days=int(plain))
        if match := _DAY.fullmatch(plain):
            parts = [int(part) for part in match.groups() if part]
            return date(*parts)
    except (ValueError, OverflowError):
        pass
    raise CellFault(
        filled(_("“%(value)s” is not a date."), value=text[:60]),
        _("Write it like 2026-05-06."),
        "date",
    )


@cache
def _classes() -> dict[str, Classification]:
    return {node.code: node for node in Classification.objects.all()}


def forget_classes() -> None:
    """Read the classification tree anew; called when a file is begun."""
    _classes.cache_clear()


def _classification(_column: Column, text: str) -> Classification:
    match = _CODE.fullmatch(text)
    node = _classes().get(match[1]) if match else None
    if node is None and not match:
        named = [one for one in _classes().values() if text in {one.name, one.name_en}]
        node = named[0] if len(named) == 1 else None
    if node is None:
        raise CellFault(
            filled(_("There is no classification “%(value)s”."), value=text[:60]),
            _("Choose one from the sheet of value lists, or write its code."),
            "unknown",
        )
    return node


_READERS: Mapping[Kind, Callable[[Column, str], Any]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.WORDS: _words,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.AMOUNT: _amount,
    Kind.DAY: _day,
    Kind.CLASSIFICATION: _classification,
}
_EMPTY: Mapping[Kind, Callable[[], Any]] = {
    Kind.WORDS: list,
    Kind.CHOICES: list,
    Kind.FLAG: bool,
    Kind.NUMBER: lambda: None,
    Kind.COUNT: int,
    Kind.AMOUNT: Decimal,
    Kind.DAY: lambda: None,
    Kind.CLASSIFICATION: lambda: None,
}


# --- writing --------------------------------------------------------------------------------


def _as_text(_column: Column, value: Any) -> str:
    return str(value)


def _label(column: Column, value: Any) -> str:
    return str(column.choices(value).label)


def plain_amount(value: Decimal) -> str:
    """Without noughts at the end: 1.50 is 1.5, 100.00 is 100."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def join_words(parts: list[str]) -> str:
    """Several texts in one cell; one that holds a separator stands in quotation marks."""
    quoted = (
        '"' + part.replace('"', '""') + '"' if _QUOTED.search(part) else part for part in parts
    )
    return SEPARATOR.join(quoted)


_WRITERS: Mapping[Kind, Callable[[Column, Any], str]] = {
    Kind.WORDS: lambda _column, value: join_words(value),
    Kind.CHOICE: _label,
    Kind.CHOICES: lambda column, value: SEPARATOR.join(_label(column, one) for one in value),
    Kind.FLAG: lambda _column, value: str(_("yes") if value else _("no")),
    Kind.AMOUNT: lambda _column, value: plain_amount(value),
    Kind.DAY: lambda _column, value: value.isoformat(),
    Kind.CLASSIFICATION: lambda _column, value: f"{value.code} {value.name}",
}
