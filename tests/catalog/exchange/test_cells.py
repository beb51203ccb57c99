"""One cell: what it says in terms of the catalog, or what to write instead."""

from datetime import date

import pytest
from django.utils import translation

from catalog.exchange.cells import CellFault, join_words, read, write
from catalog.exchange.columns import COLUMNS, Kind
from catalog.exchange.tables import _unguarded, guarded
from portal.sheets import Odd

GOOD = [
    ("sharing_type", "无条件共享", "unconditional"), ("sharing_type", "1 无条件", "unconditional"),
    ("sharing_type", "有条件 共享（部门）", "conditional"), ("sharing_type", "Not shared", "non_shared"),
    ("open_type", "是", "open"), ("open_type", "有条件开放", "on_request"), ("open_type", "0", "closed"),
    ("update_cycle", "每季", "quarterly"), ("update_cycle", "every day", "daily"), ("update_cycle", "不定期", "irregular"),
    ("sharing_modes", "接口、库表", ["api", "table"]),
    ("format_class", "3", "3"), ("format_class", "电子表格", "2"), ("grade", "第三级", 3), ("grade", "重要数据", 5),
    ("item.data_type", "字符型C", "C"), ("item.data_type", "varchar(20)", "C"), ("item.data_type", "d", "D"),
    ("item.length", "１８", 18), ("item.length", "1,000", 1000), ("item.personal", "√", True),
    ("item.required", "否", False), ("source_published_on", "45000", date(2023, 3, 15)),
    ("source_published_on", "2024年5月6日", date(2024, 5, 6)), ("source_published_on", "20240506", date(2024, 5, 6)),
    ("keywords", '人口；"a；b"、c', ["人口", "a；b", "c"]), ("title", " 机动车\n登记 ", "机动车 登记"),
    ("abstract", "一\r\n二 ", "一\n二"),
]  # fmt: skip
BAD = [
    ("sharing_type", "看情况"), ("grade", "一般数据"), ("item.length", "18字节"), ("item.length", "-1"),
    ("item.length", "99999999999"), ("item.personal", "可能"), ("source_published_on", "2024-13-01"),
    ("source_published_on", "去年"), ("title", "长" * 201), ("keywords", "词" * 61), ("abstract", "长" * 4001),
    ("sharing_modes", "接口；传真"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "value"), GOOD)
def test_what_departments_write_is_understood(key, text, value):
    assert read(COLUMNS[key], text) == value


@pytest.mark.parametrize(("key", "text"), BAD)
def test_what_is_not_understood_says_what_to_write(key, text):
    with pytest.raises(CellFault) as caught:
        read(COLUMNS[key], text)
    assert str(caught.value.message)
    assert str(caught.value.remedy)


@pytest.mark.parametrize("kind", ["formula", "error", "long", "broken"])
def test_odd_cells_are_faults(kind: str):
    with pytest.raises(CellFault) as caught:
        read(COLUMNS["abstract"], Odd(kind, "x", 9))
    assert str(caught.value.remedy)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_value_of_every_list_reads_what_it_wrote(language: str):
    with translation.override(language):
        for column in COLUMNS.values():
            if column.kind == Kind.CHOICE:
                for value in column.choices.values:
                    assert read(column, write(column, value)) == value
            if column.kind == Kind.CHOICES:
                assert read(column, write(column, column.choices.values)) == column.choices.values
            if column.kind == Kind.FLAG:
                assert [read(column, write(column, flag)) for flag in (True, False)] == [
                    True,
                    False,
                ]


def test_faults_speak_the_language_of_their_reader():
    with pytest.raises(CellFault) as caught:
        read(COLUMNS["sharing_type"], "看情况")
    with translation.override("en"):
        english = f"{caught.value.message} {caught.value.remedy}"
    with translation.override("zh-hans"):
        chinese = f"{caught.value.message} {caught.value.remedy}"
    assert "unconditional sharing" in english
    assert "无条件共享" in chinese


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''=1", "'", "''", "'x", "x", "", "@", "\t", "-", "+1", "=", "'\r"]
)
def test_a_guarded_text_is_no_formula_and_comes_back(text: str):
    assert guarded(text)[:1] not in list("=+-@\t\r")
    assert _unguarded(guarded(text)) == text


def test_words_with_separators_come_back():
    words = ["a；b", 'c"d', " e ", "f,g", "h"]
    assert read(COLUMNS["keywords"], join_words(words)) == words
