"""What is proposed for a column: name, key, type, length, grade, mask, sharing."""

from random import Random

import pytest

from catalog.models import DataItem, DataType, Grade, SharingType
from catalog.recognition.propose import (
    CARE,
    change_column,
    propose,
    region_column,
    spoken_name,
    title_of,
)
from catalog.recognition.shapes import ColumnShape, TableShape
from catalog.recognition.terms import Meaning, Sample
from sharing.protection.masks import MASKS
from tests.catalog.recognition import columns


def column(name: str, make=None, number: int = 60, **shape) -> Sample:
    chance = Random(5)  # noqa: S311 - invented data
    values = tuple(make(chance) for _ in range(number)) if make else ()
    return Sample(ColumnShape(name, **shape), values)


def item_of(sample: Sample) -> dict:
    return dict(propose([sample])[0].item)


def test_identity_numbers_are_personal_graded_and_masked_whatever_the_column_is_called():
    item = item_of(column("a1", columns.id_number, kind="text", length=18, nullable=False))
    assert item == {
        "key": "a1", "name": "公民身份号码", "data_type": "C", "length": 18, "grade": 3,
        "personal": True, "mask": "id_number", "code_set": "GB 11643",
        "sharing_type": "conditional", "required": True,
    }  # fmt: skip


def test_a_misleading_name_does_not_grade():
    item = item_of(column("sfzh", columns.thing, kind="text", length=50, comment="身份证号"))
    assert (item["grade"], item["personal"], item["mask"]) == (1, False, "")
    assert item["name"] == "身份证号"  # the comment is what the source calls it


def test_in_a_table_about_people_what_is_said_of_them_is_personal_too():
    proposals = propose(
        [
            column("sfzh", columns.id_number),
            column("jylx", lambda c: c.choice("123")),
            column("gxsj", lambda c: f"2024-05-{c.randrange(1, 29):02d} 10:00:00"),
            column("xzqh", lambda c: c.choice(columns.COUNTIES).code),
        ]
    )
    found = [(one.item["grade"], one.item["personal"], one.of_person) for one in proposals]
    assert found == [(3, True, False), (2, True, True), (1, False, False), (1, False, False)]
    assert proposals[1].item["mask"] == "none"  # not hidden whole for want of a rule
    alone = item_of(column("jylx", lambda c: c.choice("123")))
    assert (alone["grade"], alone["personal"]) == (1, False)


def test_texts_that_contain_personal_data_are_graded_and_left_to_the_grade_to_hide():
    item = item_of(column("bz", lambda c: f"联系电话13{c.randrange(10**9):09d}，请回复"))
    assert (item["grade"], item["personal"], item["mask"]) == (3, True, "")


@pytest.mark.parametrize(
    ("shape", "make", "wanted"),
    [
        ({"kind": "integer"}, lambda c: str(c.randrange(10**6)), ("I", None)),
        ({"kind": "decimal", "length": 12, "comment": "发放金额"}, lambda c: f"{c.random() * 9:.2f}", ("Y", 12)),
        ({"kind": "decimal", "length": 10}, lambda c: f"{c.random() * 9:.2f}", ("N", 10)),
        ({"kind": "float"}, lambda c: str(c.random()), ("B", None)),
        ({"kind": "boolean"}, lambda _c: "true", ("L", None)),
        ({"kind": "date"}, lambda _c: "2024-05-01", ("D", None)),
        ({"kind": "datetime"}, lambda _c: "2024-05-01T08:00:00", ("T", None)),
        ({"kind": "binary"}, None, ("G", None)),
        ({"kind": "text", "length": 30}, columns.organisation, ("C", 60)),  # two bytes each
        ({"kind": "text", "length": 30}, lambda c: f"A{c.randrange(9)}{c.random()}", ("C", 30)),
        ({"kind": "text"}, lambda _c: "很长的说明" * 100, ("M", None)),
        ({}, lambda c: f"{2000 + c.randrange(20)}-05-01", ("D", None)),  # of a file
        ({}, lambda c: str(c.randrange(10**7)), ("I", None)),
        ({}, columns.thing, ("C", 20)),
    ],
)  # fmt: skip
def test_type_and_length_follow_the_source_or_the_values_of_a_file(shape, make, wanted):
    item = item_of(column("x9", make, **shape))
    assert (item["data_type"], item["length"]) == wanted


def test_names_come_from_the_comment_then_the_dictionary_then_the_meaning():
    made = propose(
        [
            column("c1", comment="户主姓名：与户口簿一致"),
            column("djrq"),
            column("licence_type"),
            column("zz9", lambda c: f"u{c.randrange(99)}@js.gov.cn"),
            column("姓名"),
            column("qqq"),
        ]
    )
    names = ["户主姓名", "登记日期", "许可证类型", "电子邮箱", "姓名", "qqq"]
    assert [one.item["name"] for one in made] == names
    assert [one.item["key"] for one in made] == ["c1", "djrq", "licence_type", "zz9", "name", "qqq"]


def test_keys_and_names_differ_and_fit_the_model():
    made = propose(
        [column("联系电话"), column("联系电话 2"), column("Licence-No"), column("?"), column("!")]
    )
    keys = [one.item["key"] for one in made]
    assert len(set(keys)) == len(keys)
    assert keys[2:] == ["licence_no", "item", "item_2"]
    for one in made:
        DataItem(position=0, **one.item).full_clean(exclude=["version"], validate_constraints=False)


def test_what_is_proposed_exists():
    for care in CARE.values():
        assert not care.mask or MASKS[care.mask].max_grade >= care.grade
        assert care.grade in Grade.values
    assert set(CARE) <= set(Meaning)
    for kind in (
        "text",
        "integer",
        "decimal",
        "float",
        "boolean",
        "date",
        "datetime",
        "binary",
        "",
    ):
        item = item_of(column("x", kind=kind))
        assert item["data_type"] in DataType.values
        assert item["sharing_type"] in SharingType.values


def test_region_and_change_columns_are_found():
    made = propose(
        [
            column("xzqh", lambda c: c.choice(columns.COUNTIES).code, length=6, kind="text"),
            column(
                "village",
                lambda c: c.choice(columns.COUNTIES).code + "001002",
                length=12,
                kind="text",
            ),
            column("djsj", kind="datetime"),
            column("gxsj", kind="datetime"),
        ]
    )
    assert (region_column(made), change_column(made)) == ("village", "gxsj")
    assert (region_column(made[2:]), change_column(made[:2])) == ("", "")


def test_titles():
    assert title_of(TableShape("public", "zzdj", (), comment="居住登记（2024）")) == "居住登记信息"
    assert title_of(TableShape("", "户籍信息", ())) == "户籍信息"
    assert spoken_name("xm_unknown") == ""
