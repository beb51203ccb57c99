"""Synonyms: what they find, in which order, how they show; who keeps them; marks and snippets."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from catalog import actions
from catalog.models import SynonymGroup
from catalog.search import Filters, find, parse
from catalog.search.marking import fits, snippet, spans
from catalog.search.synonyms import synonyms_for, variants
from catalog.templatetags.catalog import around, highlight
from portal.errors import Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEM = [("a", "甲", "N", 8, 1, False, "", "", False)]


def titles(world: World, query: str, **filters: object) -> list[str]:
    page = find(world.people["clerk"], world.today, query, Filters(**filters))
    assert page.total == len(page.rows)
    return [hit.version.title for hit in page.rows]


@pytest.fixture
def welfare(world: World) -> World:
    publish_entry(world, "最低生活保障家庭名单", ITEM, sharing_type="unconditional")
    publish_entry(world, "农村低保对象名册", ITEM, sharing_type="unconditional")
    money = [("a", "低保金额", "N", 8, 1, False, "", "", False)]
    publish_entry(world, "救助资金发放", money, sharing_type="unconditional")
    other = [("a", "最低生活保障金", "N", 8, 1, False, "", "", False)]
    publish_entry(world, "补贴台账", other, sharing_type="unconditional")
    return world


def test_exact_wording_comes_first_then_synonyms_place_by_place(welfare):
    """Titles before other places; in each the words as written before those of the same meaning."""
    expected = ["农村低保对象名册", "最低生活保障家庭名单", "救助资金发放", "补贴台账"]
    assert titles(welfare, "低保") == expected
    assert titles(welfare, "低保", literal=True) == ["农村低保对象名册", "救助资金发放"]
    assert set(titles(welfare, "最低生活保障")) == set(expected)
    assert titles(welfare, "低保家庭") == ["最低生活保障家庭名单"]


def test_a_group_that_works_one_way_does_not_work_the_other(world):
    SynonymGroup.objects.all().delete()
    SynonymGroup.objects.create(words=["社保", "失业保险", "工伤保险"], one_way=True)
    assert synonyms_for("社保") == {"社保": ("失业保险", "工伤保险")}
    assert synonyms_for("失业保险") == {}
    publish_entry(world, "失业保险金领取", ITEM, sharing_type="unconditional")
    publish_entry(world, "社保缴费", ITEM, sharing_type="unconditional")
    assert titles(world, "社保") == ["社保缴费", "失业保险金领取"]
    assert titles(world, "失业保险") == ["失业保险金领取"]


def test_a_change_holds_for_the_next_search(world):
    publish_entry(world, "甲午登记", ITEM, sharing_type="unconditional")
    assert titles(world, "乙未") == []
    group = SynonymGroup(words=["乙未", "甲午"])
    actions.save_synonyms(by=world.people["city_authority"], group=group, now=world.now)
    assert titles(world, "乙未") == ["甲午登记"]
    group.active = False
    actions.save_synonyms(by=world.people["city_authority"], group=group, now=world.now)
    assert titles(world, "乙未") == []


@pytest.mark.parametrize(
    ("word", "synonyms", "expected"),
    [
        ("低保家庭", {"低保": ("最低生活保障",)}, ("最低生活保障家庭",)),
        ("公积金", {"公积金": ("住房公积金",)}, ()),  # would find nothing more
        ("住房公积金", {"住房公积金": ("公积金",)}, ("公积金",)),
        ("身份证号", {"身份证号": ("甲",), "身份证": ("乙",)}, ("甲",)),  # the longest part
        ("gdp", {"gdp": ("地区生产总值",)}, ("地区生产总值",)),
        ("人口", {"低保": ("最低生活保障",)}, ()),
    ],
)
def test_variants_of_a_word(word, synonyms, expected):
    assert variants(word, synonyms) == expected


def test_latin_words_are_not_cut(world):
    SynonymGroup.objects.create(words=["id", "编号"])
    assert "id" not in synonyms_for("idle")
    assert synonyms_for("id")["id"] == ("编号",)


def test_the_start_set_knows_the_usual_pairs(world):
    pairs = [("低保", "最低生活保障"), ("身份证", "公民身份号码"), ("社保", "社会保险"),
             ("营业执照", "法人登记")]  # fmt: skip
    for one, other in pairs:
        assert other in synonyms_for(one)[one]
        assert one in synonyms_for(other)[other]
    assert SynonymGroup.objects.count() >= 40
    assert all(not actions.synonyms.synonym_faults(group.words) for group in
               SynonymGroup.objects.all())  # fmt: skip


# --- the page ------------------------------------------------------------------------------


def test_the_page_says_what_else_was_searched_and_offers_the_words_alone(client: Client, welfare):
    client.force_login(reads_english(welfare.people["clerk"]))
    address = reverse("catalog:list")
    page = client.get(address, {"q": "低保", "sharing": "unconditional"}).content.decode()
    assert "Also searched: <b>最低生活保障</b>" in page
    assert "<mark>最低生活保障</mark>家庭名单" in page
    literally = f"{address}?q=%E4%BD%8E%E4%BF%9D&amp;sharing=unconditional&amp;literal=1"
    assert literally in page
    page = client.get(address, {"q": "低保", "literal": "1"}).content.decode()
    assert "Also searched" not in page
    assert "最低生活保障家庭名单" not in page
    assert 'name="literal" value="1" form="find"' in page  # the next filter keeps it


# --- keeping them --------------------------------------------------------------------------


def test_faults_are_all_named(world):
    group = SynonymGroup(words=["两 个", "", "！", "字" * 61])
    with pytest.raises(Invalid) as caught:
        actions.save_synonyms(by=world.people["city_authority"], group=group, now=world.now)
    assert [fault.code for fault in caught.value.faults] == ["not_a_word", "not_a_word", "too_long"]
    with pytest.raises(Invalid):
        actions.save_synonyms(
            by=world.people["city_authority"],
            group=SynonymGroup(words=["低保", "低保 "]),
            now=world.now,
        )


@pytest.mark.parametrize(
    ("key", "opens", "keeps"),
    [
        ("city_reviewer", True, True), ("city_authority", True, True), ("steward", True, False),
        ("secadmin", True, False), ("sysadmin", False, False), ("auditadmin", False, False),
    ],
)  # fmt: skip
def test_the_authority_keeps_the_words(client: Client, world, key, opens, keeps):
    official = reads_english(world.people[key])
    client.force_login(official)
    pages = [reverse("admin:catalog_synonymgroup_changelist")]
    add = reverse("admin:catalog_synonymgroup_add")
    assert client.get(pages[0]).status_code == (200 if opens else 403)
    answer = client.post(add, {"words": " 门牌\n門牌号 \n门牌", "active": "on", "note": "地名办"})
    assert answer.status_code == (302 if keeps else 403)
    group = SynonymGroup.objects.filter(note="地名办").first()
    assert (group is not None) is keeps
    if group is None:
        return
    assert group.words == ["门牌", "門牌号"]
    change = reverse("admin:catalog_synonymgroup_change", args=[group.pk])
    page = client.post(change, {"words": "门牌", "active": "on"}).content.decode()
    assert "A group has from two to 12 different words." in page
    client.post(change, {"words": "门牌\n门牌号码", "one_way": "on", "active": "on"})
    group.refresh_from_db()
    assert str(group) == "门牌 → 门牌号码"
    client.post(reverse("admin:catalog_synonymgroup_delete", args=[group.pk]), {"post": "yes"})
    assert not SynonymGroup.objects.filter(pk=group.pk).exists()
    kinds = Entry.objects.filter(actor=official, kind__startswith="synonyms.").order_by("pk")
    assert [entry.kind for entry in kinds] == [
        "synonyms.added", "synonyms.changed", "synonyms.removed",
    ]  # fmt: skip


# --- marks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("常住人口信息", "renkou", "常住<mark>人口</mark>信息"),
        ("常住人口信息", "renk", "常住<mark>人口</mark>信息"),
        ("常住人口信息", "czrk", "<mark>常住人口</mark>信息"),
        ("重庆市火锅", "chongqing", "<mark>重庆</mark>市火锅"),
        ("常住人口", "enkou", "常住人口"),
        ("ＧＤＰ与人口", "gdp renkou", "<mark>ＧＤＰ</mark>与<mark>人口</mark>"),
        ("<b>人口</b>", "rk", "&lt;b&gt;<mark>人口</mark>&lt;/b&gt;"),
    ],
)
def test_pinyin_marks_the_characters_it_found(text, query, marked):
    assert highlight(text, parse(query)) == marked


def test_synonyms_are_marked_too():
    query = parse("低保家庭", {"低保": ("最低生活保障",)})
    assert highlight("最低生活保障家庭", query) == "<mark>最低生活保障家庭</mark>"
    assert fits("低保家庭", query)
    assert not fits("家庭", query)


def test_a_snippet_stands_around_its_first_match():
    text = "甲" * 300 + "人口" + "乙" * 300
    shown = around(text, parse("人口"))
    assert "人口" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) == 162
    assert around(text, parse("")) == "甲" * 160 + "…"
    assert around("人口" + text, parse("人口")).startswith("人口")
    assert around("短 人口", parse("人口")) == "短 人口"


@given(st.text(max_size=400), st.text(max_size=6), st.integers(40, 160))
def test_a_snippet_is_a_piece_of_the_text(text, words, length):
    query = parse(words)
    shown = snippet(text, query, length)
    assert shown.strip("…").strip() in text or len(text) <= length
    assert len(shown) <= max(length + 2, len(shown) if len(text) <= length else 0)


@given(st.text(max_size=60), st.text(max_size=8))
def test_spans_are_in_order_and_apart(text, words):
    found = spans(text, parse(words))
    edges = [edge for span in found for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < stop <= len(text) for start, stop in found)
