"""Differences between a table and the items it carries: every kind, and none where all is well."""

from dataclasses import replace

import pytest

from catalog.recognition.comparing import MappedItem, compare, length_for
from catalog.recognition.shapes import ColumnShape, TableShape

ID = ColumnShape("sfzh", "text", "character varying(18)", nullable=False, length=18)
NAME = ColumnShape("xm", "text", "character varying(30)", length=30, comment="姓名")
BORN = ColumnShape("csrq", "date", "date")
KNOWN = (ID, NAME, BORN)
ITEMS = [
    MappedItem("id_number", "身份号码", "sfzh", "C", 18, required=True),
    MappedItem("name", "姓名", "xm", "C", 60, required=False),
    MappedItem("birth_date", "出生日期", "csrq", "D", None, required=False),
]


def kinds(
    *columns: ColumnShape, items=ITEMS, known=KNOWN, others=("sfzh",)
) -> list[tuple[str, str]]:
    found = compare(items, others, known, TableShape("public", "t", columns))
    return [(one.kind.value, one.column) for one in found]


def test_no_difference():
    assert kinds(*KNOWN) == []
    assert kinds(BORN, ID, NAME) == []  # the order of columns says nothing


def test_a_table_that_is_not_there():
    found = compare(ITEMS, (), KNOWN, None)
    assert [(one.kind.value, one.column) for one in found] == [("table", "")]


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ((ID, NAME), [("missing", "csrq")]),
        ((*KNOWN, ColumnShape("bz", "text")), [("new", "bz")]),
        ((ID, NAME, replace(BORN, kind="text", source_type="text")), [("retyped", "csrq")]),
        ((ID, replace(NAME, length=50), BORN), [("length", "xm")]),
        ((replace(ID, nullable=True), NAME, BORN), [("nullable", "sfzh")]),
        # the same type at the same place, or the same comment: renamed
        ((ID, replace(NAME, name="name", comment=""), BORN), [("renamed", "xm")]),
        ((ID, BORN, replace(NAME, name="name")), [("renamed", "xm")]),
        # another type: two differences
        ((ID, ColumnShape("name", "text", "text"), BORN), [("missing", "xm"), ("new", "name")]),
    ],
)
def test_every_kind(columns, wanted):
    assert kinds(*columns) == wanted


def test_two_candidates_are_no_guess():
    twice = [replace(NAME, name="a"), replace(NAME, name="b")]
    assert kinds(ID, BORN, *twice) == [("missing", "xm"), ("new", "a"), ("new", "b")]


def test_a_key_column_that_carries_no_item_is_needed_too():
    assert kinds(*KNOWN, others=("row_no",)) == [("missing", "row_no")]


def test_what_was_never_noted_is_not_told_as_a_change():
    assert kinds(ID, NAME, BORN, ColumnShape("bz"), known=()) == []
    assert kinds(ID, replace(NAME, length=50), BORN, known=()) == []


def test_an_item_of_the_wrong_type_is_told_even_if_it_always_was():
    wrong = [*ITEMS[:2], replace(ITEMS[2], data_type="I")]
    assert kinds(*KNOWN, items=wrong) == [("retyped", "csrq")]


def test_bytes_and_characters_are_both_lengths():
    assert kinds(ID, replace(NAME, length=60), BORN) == []
    assert length_for(60, 30, 50) == 100
    assert length_for(18, 18, 20) == 20
    assert length_for(18, 18, None) is None


def test_what_may_be_empty_matters_only_where_the_item_says_never():
    items = [replace(ITEMS[0], required=False), *ITEMS[1:]]
    assert kinds(replace(ID, nullable=True), NAME, BORN, items=items) == []
