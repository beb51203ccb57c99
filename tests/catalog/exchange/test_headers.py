"""What departments write above their columns, and what is made of it."""

import pytest

from catalog.exchange.columns import COLUMNS, ENTRY_COLUMNS, ITEM_COLUMNS, ITEM_REFERENCES
from catalog.exchange.headers import match_headings, match_sheet, plain
from catalog.exchange.keys import unique_key

ENTRY = {
    "信息资源名称": "title", "资源标题": "title", "数据集名称": "title", "*目录名称（必填）": "title",
    "资源名称:": "title", "resourceName": "title", "Resource title": "title",
    "信息资源提供方名称：": "provider", "数源单位": "provider", "提供单位": "provider", "来源部门": "provider",
    "目录摘要": "abstract", "内容简介": "abstract", "资源描述": "abstract", "Abstract *": "abstract",
    "更新频度": "update_cycle", "更新 周期": "update_cycle", "数据更新的周期": "update_cycle",
    "资源更新频率": "update_cycle", "dataUpdatePeriod": "update_cycle",
    "共享属性": "sharing_type", "【共享类型】": "sharing_type", "共享类型（1无条件 2有条件 3不予）": "sharing_type",
    "不予共享依据": "sharing_citation", "共享条件": "sharing_condition", "共享方式": "sharing_modes",
    "是否向社会开放": "open_type", "开放条件：": "open_condition", "首次发布时间": "source_published_on",
    "资源发布/更新时间": "source_updated_on", "信息资源分类": "classification", "主题分类": "theme",
    "关键词": "keywords", "资源格式": "format_types", "信息资源代码": "code", "序号": "number",
    "数据分级": "grade",
}  # fmt: skip
NOTHING = ["备用列", "联系电话", "审核人", "下载次数", "邮箱地址", "数据容量", "详情页网址"]


def test_real_headings_of_entries_are_understood():
    found = {heading: match_headings("目录", [heading])[0].key for heading in ENTRY}
    assert found == ENTRY


@pytest.mark.parametrize("heading", NOTHING)
def test_what_means_nothing_is_left_alone(heading: str):
    match = match_headings("目录", ["信息资源名称", heading])[1]
    assert (match.key, match.how) == ("", "none")


def test_similar_headings_are_said_to_be_only_similar():
    matches = match_headings("目录", ["信息资源名称", "信息资源的摘要", "共享的类型"])
    assert [(one.key, one.how) for one in matches] == [
        ("title", "exact"), ("abstract", "similar"), ("sharing_type", "similar"),
    ]  # fmt: skip


def test_a_column_is_given_away_once_to_the_best():
    matches = match_headings("目录", ["资源名称", "信息资源名称", "摘要"])
    assert [one.key for one in matches] == ["title", "", "abstract"]


def test_a_sheet_of_items_reads_common_words_as_items_mean_them():
    headings = [
        "序号",
        "信息资源名称",
        "信息项名称",
        "英文字段名",
        "数据类型",
        "长度",
        "共享类型",
        "数据分级",
        "备注",
        "名称",
    ]
    assert [one.key for one in match_headings("Sheet2", headings)] == [
        "", "title", "item.name", "item.key", "item.data_type", "item.length", "item.sharing_type", "item.grade",
        "item.meaning", "",
    ]  # fmt: skip


def test_one_sheet_for_all_reads_common_words_as_of_the_entry():
    headings = [
        "信息资源名称",
        "摘要",
        "更新周期",
        "共享类型",
        "信息项名称",
        "数据类型",
        "数据长度",
    ]
    sheet = match_sheet("目录", [(1, headings), (2, ["a"] * 7)])
    assert [one.key for one in sheet.columns] == [
        "title", "abstract", "update_cycle", "sharing_type", "item.name", "item.data_type", "item.length",
    ]  # fmt: skip
    assert sheet.role == "both"


def test_the_heading_row_is_found_below_a_banner():
    rows = [
        (1, ["某市目录"] * 3),
        (3, ["信息资源名称", "摘要", "其他"]),
        (4, ["人口", "说明", "x"]),
    ]
    sheet = match_sheet("目录", rows)
    assert (sheet.row, sheet.role) == (3, "entries")
    assert [one.samples for one in sheet.columns] == [["人口"], ["说明"], ["x"]]
    assert match_sheet("说明", [(1, ["请仔细阅读"])]).row == -1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_our_own_headings_mean_themselves(language: str):
    from django.utils import translation

    with translation.override(language):
        for columns in (ENTRY_COLUMNS, (*ITEM_REFERENCES, *ITEM_COLUMNS)):
            headings = [str(column.heading) for column in columns]
            matches = match_headings("", headings)
            assert [one.key for one in matches] == [column.key for column in columns]
            assert {one.how for one in matches} == {"exact"}


def test_headings_are_compared_without_their_trimmings():
    assert plain(" *信息资源\n名称（必填） ") == plain("信息资源名称：") == "信息资源名称"
    assert plain("ＡＢＣ") == "abc"
    assert plain("(必填)") == "必填"


def test_keys_are_spelled_and_unique():
    taken: set[str] = set()
    keys = []
    for name in ["出生日期", "出生日期", "ID号", "（）", "（）"]:
        keys.append(unique_key(name, taken))
        taken.add(keys[-1])
    assert keys == ["chu_sheng_ri_qi", "chu_sheng_ri_qi_2", "id_hao", "item", "item_2"]


def test_every_column_is_named_in_both_languages():
    from django.utils import translation

    for column in COLUMNS.values():
        with translation.override("en"):
            english = str(column.heading)
        with translation.override("zh-hans"):
            assert str(column.heading) != english, column.key
