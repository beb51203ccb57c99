"""The rules, one by one: what each warns of, and what it leaves alone."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Classification, DataItem, Dimension, ResourceVersion
from catalog.quality.facts import DataFacts, Facts
from catalog.quality.rules import WARNINGS, WEIGHTS, Assessment, assess
from catalog.quality.scale import DIMENSIONS, GRADES, Applied, Scale
from catalog.quality.titles import is_untidy, title_key

TODAY = date(2026, 11, 23)
SCALE = Scale(WEIGHTS, DIMENSIONS, GRADES)
GROUP = Classification(code="307001", name="公安", level="group")


def item(name: str = "更新时间", **changes: Any) -> DataItem:
    content = {
        "key": f"k{abs(hash(name))}", "name": name, "data_type": "C", "length": 20,
        "meaning": "说明文字", "grade": 1,
    } | changes  # fmt: skip
    return DataItem(**content)


def version(**changes: Any) -> ResourceVersion:
    content: dict[str, Any] = {
        "title": "常住人口基本信息", "abstract": "全省常住人口的基本情况，由公安机关在户籍管理中采集。",
        "classification": GROUP, "theme": "人口", "format_class": "3", "format_types": ["Dm"],
        "update_cycle": "daily", "sharing_type": "unconditional", "sharing_modes": ["file"],
        "grade": 1,
    }  # fmt: skip
    return ResourceVersion(**(content | changes))


def facts(*, items: list[DataItem] | None = None, **changes: Any) -> Facts:
    own = {name: changes.pop(name) for name in list(changes) if name in VERSION_FIELDS}
    mine = [item()] if items is None else items
    content: dict[str, Any] = {
        "version": version(**own), "items": mine, "published": True,
        "mapped": frozenset(one.key for one in mine),
        "updated_on": TODAY, "fresh_until": TODAY, "data": DataFacts(TODAY, TODAY, []),
    }  # fmt: skip
    return Facts(**(content | changes))


VERSION_FIELDS = {field.name for field in ResourceVersion._meta.concrete_fields}


def assessed(found: Facts, on: date = TODAY) -> Assessment:
    return assess(found, on, SCALE)


def result(rule: str, failed: int, **more: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "checked": 100,
        "failed": failed,
        "names": ["姓名"],
        "allowed": 0.0,
        **more,
    }


def test_a_careful_entry_has_nothing_against_it():
    found = assessed(facts())

    assert found.findings == ()
    assert (found.letter, found.overall) == ("A", Decimal("100.0"))
    assert set(found.scores) == set(Dimension.values)


BAD: list[tuple[str, dict[str, Any]]] = [
    ("abstract_missing", {"abstract": " \n"}),
    ("abstract_is_title", {"abstract": "常住人口基本信息。"}),
    ("abstract_short", {"abstract": "人口情况"}),
    ("title_system", {"title": "人口管理系统"}),
    ("title_system", {"title": "人口管理系统2"}),
    ("title_untidy", {"title": "人口  信息"}),
    ("title_untidy", {"title": "人口信息，"}),
    ("title_untidy", {"title": "人口\n信息"}),
    ("title_twin", {"twins": ["常住人口基本信息2"]}),
    ("classification_missing", {"classification": None}),
    ("code_odd", {"classification": Classification(code="30700", name="")}),
    ("code_odd", {"code_fits": False}),
    ("theme_missing", {"theme": "", "keywords": []}),
    ("format_missing", {"format_types": []}),
    ("format_type", {"format_types": ["xlsx", "Dm"]}),
    ("format_mode", {"format_class": "2", "format_types": ["xlsx"], "sharing_modes": ["api"]}),
    ("sharing_missing", {"sharing_type": ""}),
    ("modes_missing", {"sharing_modes": []}),
    ("condition_vague", {"sharing_type": "conditional", "sharing_condition": "有"}),
    ("basis_missing", {"sharing_type": "non_shared", "sharing_citation": "江苏省数据条例第三条"}),
    ("article_missing", {"sharing_type": "non_shared", "sharing_citation": "《统计法》"}),
    ("cycle_missing", {"update_cycle": ""}),
    ("update_unknown", {"updated_on": None, "fresh_until": None}),
    ("overdue", {"fresh_until": TODAY - timedelta(days=1)}),
    ("provider_code", {"provider_code_fits": False}),
    ("contact_missing", {"has_contact": False}),
    ("never_attached", {"mapped": None}),
    ("attached_without_items", {"items": []}),
    ("items_unmapped", {"mapped": frozenset()}),
    ("data_unchecked", {"data": None}),
    ("items_missing", {"items": []}),
    ("items_unexplained", {"items": [item(meaning="更新时间")]}),
    ("items_without_length", {"items": [item(length=None)]}),
    ("numbers_as_text", {"items": [item("家庭年收入（万元）")]}),
    ("personal_unmasked", {"items": [item("姓名", personal=True, grade=2)]}),
    ("personal_unmasked", {"items": [item("姓名", personal=True, grade=3, mask="none")]}),
    ("personal_unmarked", {"items": [item("公民身份号码")]}),
    ("item_grade_low", {"items": [item("姓名", personal=True, mask="name")]}),
    ("entry_grade_low", {"items": [item(grade=3)]}),
    *(
        (f"data_{rule}", {"data": DataFacts(TODAY, TODAY, [result(rule, 3)])})
        for rule in (
            "not_empty", "type", "length", "format", "code_set", "id_number", "uscc", "date",
            "region", "order", "birth", "columns", "unique",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes"), BAD)
def test_each_rule_warns_and_costs_points(code: str, changes: dict[str, Any]):
    found = assessed(facts(**changes))

    assert code in found.codes
    finding = next(one for one in found.findings if one.warning.code == code)
    assert finding.lost > 0
    assert found.scores[finding.warning.dimension] < 100


def test_every_kind_of_warning_is_tried_here():
    tried = {code for code, _changes in BAD}

    assert set(WARNINGS) - tried == {"data_fresh"}  # told by "overdue", by the day of reading
    assert all(str(one.label) and str(one.remedy) for one in WARNINGS.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"update_cycle": "irregular", "updated_on": None, "fresh_until": None},
        {"published": False, "mapped": None, "data": None},
        {"sharing_type": "non_shared", "sharing_citation": "《统计法》第九条", "sharing_modes": [],
         "mapped": None, "data": None},
        {"title": "《江苏年鉴》（2020）"},
        {"items": [item("企业名称"), item("单位负责人姓名代码", personal=True, mask="name", grade=2)],
         "grade": 2},
        {"items": [item("性别代码", personal=True, mask="none", grade=2)], "grade": 2},
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(changes: dict[str, Any]):
    assert assessed(facts(**changes)).findings == ()


def test_overdue_is_told_by_the_day_of_reading():
    found = facts(fresh_until=TODAY)

    assert "overdue" not in assessed(found).codes
    assert assessed(found).turns_on == TODAY + timedelta(days=1)
    late = assessed(found, TODAY + timedelta(days=1))
    assert late.codes == ["overdue"]
    assert late.turns_on is None


def test_a_share_that_fails_costs_that_share():
    few = assessed(facts(data=DataFacts(TODAY, TODAY, [result("id_number", 1)])))
    many = assessed(facts(data=DataFacts(TODAY, TODAY, [result("id_number", 90)])))

    assert 0 < few.findings[0].lost < many.findings[0].lost
    assert few.findings[0].names == ("姓名",)


@pytest.mark.parametrize(("failed", "codes"), [(5, []), (6, ["data_id_number"])])
def test_up_to_what_is_allowed_nobody_is_warned(failed: int, codes: list[str]):
    found = assessed(
        facts(data=DataFacts(TODAY, TODAY, [result("id_number", failed, allowed=5.0)]))
    )

    assert found.codes == codes
    assert found.scores["accuracy"] < 100


def test_scores_are_weighted_and_rounded_down():
    scale = Scale({"a": Decimal(2), "b": Decimal(1), "off": Decimal(0)}, DIMENSIONS, GRADES)
    applied = [
        Applied("a", "accuracy", 3, 1),
        Applied("b", "accuracy", 1, 0),
        Applied("off", "uniqueness", 1, 1),
    ]

    assert scale.scores(applied) == {"accuracy": Decimal("77.7")}
    both = {"accuracy": Decimal(50), "completeness": Decimal(100)}
    assert scale.overall(both) == Decimal("80.0")
    assert scale.overall({}) is None


def test_without_any_weight_an_empty_dimension_has_no_score():
    nothing = Scale(dict.fromkeys(WEIGHTS, Decimal(0)), DIMENSIONS, GRADES)
    found = assess(facts(abstract=""), TODAY, nothing)

    assert (found.letter, found.overall, found.scores) == ("", None, {})
    assert found.codes == ["abstract_missing"]


@pytest.mark.parametrize(
    ("score", "letter"),
    [("100", "A"), ("95", "A"), ("94.9", "B"), ("84.9", "C"), ("60", "D"), ("59.9", "E")],
)
def test_grades(score: str, letter: str):
    assert SCALE.letter(Decimal(score)) == letter
    assert SCALE.letter(None) == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("企业登记信息", "企业登记信息 2", True),
        ("企业登记信息", "企业登记信息（一）", True),
        ("企业登记信息", "2019年企业登记信息", True),
        ("企业登记信息", "企业-登记-信息", True),
        ("企业登记信息", "企业登记信息表", False),
        ("12345热线", "12333热线", False),
        ("星期一", "星期二", False),
        ("１２３", "456", False),
    ],
)
def test_titles_that_mean_the_same(one: str, other: str, same: bool):  # noqa: FBT001
    assert (title_key(one) == title_key(other)) is same
    assert title_key(one)


@pytest.mark.parametrize(
    "title", ["人口信息", "《年鉴》", "“一网通办”事项", "A级景区（5A）", "PM2.5数据"]
)
def test_ordinary_titles_are_tidy(title: str):
    assert not is_untidy(title)
