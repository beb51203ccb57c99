"""Search: it finds what a substring search finds, in order, page by page; pinyin; filters."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Resource, ResourceSearch, ResourceVersion, ResourceWords
from catalog.search import Filters, find, reindex, reindex_all, tokens
from catalog.search.cursors import Cursor
from catalog.search.documents import Document, indexed
from catalog.search.query import parse
from catalog.templatetags.catalog import highlight
from portal.errors import Invalid
from tests.world import World, publish_entry

PLACES = ["全市", "崇川区", "如东县", "省级", "2022年", "通州"]
SUBJECTS = [
    "常住人口", "户籍人口", "人口死亡", "医疗机构", "医疗卫生机构", "公办学校", "学校食堂", "低保对象",
    "低保家庭", "住房公积金", "企业名录", "名录企业", "GDP", "人均GDP", "A级景区", "水利工程", "重庆火锅店",
    "车辆（危货）", "COVID-19疫苗", "PM2.5监测",
]  # fmt: skip
KINDS = ["基本信息", "名录", "统计表", "登记", "变更 记录", "明细"]


@pytest.fixture(scope="module")
def titles() -> list[str]:
    chance = random.Random(20261123)  # noqa: S311 - the same titles each time
    made = [place + subject + kind for place in PLACES for subject in SUBJECTS for kind in KINDS]
    return chance.sample(made, 200)


@pytest.fixture
def corpus(world: World, titles: list[str]) -> World:
    """200 published entries without items; their departments and abstracts hold no title words."""
    provider = world.departments["county_civil"]
    provider.name = "Ω"  # nothing that a query below asks for
    provider.save(update_fields=["name"])
    ResourceSearch.objects.all().delete()
    resources = Resource.objects.bulk_create(
        Resource(provider=provider, external_key=f"x{n}") for n in range(len(titles))
    )
    versions = ResourceVersion.objects.bulk_create(
        ResourceVersion(
            resource=resource, number=1, title=title, status="imported",
            source_updated_on=world.today - timedelta(days=n % 40),
        )
        for n, (resource, title) in enumerate(zip(resources, titles, strict=True))
    )  # fmt: skip
    for resource, version in zip(resources, versions, strict=True):
        resource.live, resource.status = version, "imported"
    Resource.objects.bulk_update(resources, ["live", "status"])
    reindex(resources)
    return world


def all_titles(world: World, query: str, filters: Filters | None = None) -> list[str]:
    found, cursor = [], ""
    while True:
        page = find(world.people["clerk"], world.today, query, filters, cursor)
        found += [hit.version.title for hit in page.rows]
        cursor = page.next_cursor
        if not cursor:
            assert page.total == len(found)
            return found


QUERIES = [
    "人口", "医疗机构", "学校", "低保", "公积金", "企业名录", "名录", "gdp", "GDP", "人均", "a级", "水", "区",
    "2022", "22年", "0", "（危货）", "危货", "covid-19", "PM2.5", "2.5", "变更 记录", "统计 人口", "人口 全市",
    "县", "食堂 如东", "录企", "口死", "信息", "人口口",
]  # fmt: skip


def test_search_finds_exactly_what_a_substring_search_finds(corpus, titles):
    for query in QUERIES:
        words = tokens.normalise(query).split()
        truth = {
            title for title in titles if all(word in tokens.normalise(title) for word in words)
        }
        found = all_titles(corpus, query)
        assert set(found) == truth, query
        assert len(found) == len(truth), query


def test_random_parts_of_titles_are_found_and_nothing_else(corpus, titles):
    chance = random.Random(7)  # noqa: S311 - the same parts each time
    for _ in range(40):
        title = chance.choice(titles)
        start = chance.randrange(len(title) - 1)
        part = title[start : start + chance.randint(1, 6)].strip()
        words = tokens.normalise(part).split()
        if all(word.isascii() and word.isalpha() for word in words):
            continue  # Latin words are read as pinyin too
        truth = {
            title for title in titles if all(word in tokens.normalise(title) for word in words)
        }
        assert set(all_titles(corpus, part)) == truth, part


PINYIN = [
    ("renkou", "人口"), ("rk", "人口"), ("changzhurenkou", "常住人口"), ("gongjijin", "公积金"),
    ("gjj", "公积金"), ("yiliaojigou", "医疗机构"), ("chongqing", "重庆"), ("cq", "重庆"),
    ("renk", "人口"), ("zhufanggongji", "住房公积"), ("RenKou", "人口"),
]  # fmt: skip


def test_pinyin_and_initials_find_the_chinese_title(corpus, titles):
    for query, chinese in PINYIN:
        truth = {title for title in titles if chinese in title}
        assert truth
        assert truth <= set(all_titles(corpus, query)), query


def test_a_syllable_is_not_found_inside_another(corpus):
    assert not [title for title in all_titles(corpus, "ren kou shen") if "身" not in title]
    assert all_titles(corpus, "renko") == all_titles(corpus, "renkou")
    assert all_titles(corpus, "enkou") == []


def test_the_title_itself_comes_first_then_titles_that_hold_it_then_the_others(world):
    items = [("population", "人口数", "N", 8, 1, False, "", "", False)]
    publish_entry(world, "企业用工", items, sharing_type="unconditional")
    publish_entry(world, "人口数", items[:0] or [("a", "甲", "N", 8, 1, False, "", "", False)],
                  sharing_type="unconditional")  # fmt: skip
    publish_entry(world, "老年人口数统计", [("a", "甲", "N", 8, 1, False, "", "", False)],
                  sharing_type="unconditional")  # fmt: skip
    page = find(world.people["clerk"], world.today, "人口数")
    assert [hit.version.title for hit in page.rows] == ["人口数", "老年人口数统计", "企业用工"]
    assert page.rows[2].items == ("人口数",)


def test_newest_first_without_a_query(corpus):
    days = [
        hit.version.source_updated_on for hit in find(corpus.people["clerk"], corpus.today).rows
    ]
    assert days == sorted(days, reverse=True)
    found = all_titles(corpus, "", Filters(sort="newest"))
    assert len(found) == len(set(found)) == 200


def test_every_page_of_a_ranked_search_follows_the_last(corpus, titles):
    found = all_titles(corpus, "人口")
    assert len(found) > 20
    assert len(found) == len(set(found)) == sum("人口" in title for title in titles)


@pytest.mark.parametrize("text", ["x", "W10", "====", "é", "WzAsICIyMDI2IiwgImEiXQ", "A" * 500])
def test_a_damaged_cursor_is_refused(text, world):
    with pytest.raises(Invalid):
        find(world.people["clerk"], world.today, "", None, text)


def test_cursors_survive_their_way_through_an_address(world):
    row = ResourceSearch.objects.earliest("updated_at")
    cursor = Cursor(2, 7, -3, row.number)
    assert Cursor.decode(cursor.encode()) == cursor


STRANGE = [
    "", "   ", "!!!", "，。", "%", "_", "\\", "'", "' OR 1=1 --", "\x00", "~ren", "^rk", "a" * 3000,
    "人" * 500, "1 2 3 4 5 6 7 8 9 10", "& | !", ":*", "<mark>", "🙂", "\x1e", "\n\r",
]  # fmt: skip


def test_no_query_breaks_the_search(corpus):
    for text in STRANGE:
        page = find(corpus.people["clerk"], corpus.today, text)
        if not parse(text):
            assert page.total == 200, text
        if text in {"%", "_", "\\", "'", "<mark>", "🙂"}:
            assert page.total == 0, text  # these characters stand for themselves


def test_filters_of_one_facet_are_alternatives_and_facets_add_up(world):
    clerk = world.people["clerk"]
    both = find(clerk, world.today, "", Filters(sharing=("conditional", "unconditional")))
    assert both.total == 2
    one = find(clerk, world.today, "", Filters(sharing=("conditional",)))
    assert one.total == 1
    sharing = next(facet for facet in one.facets if facet.name == "sharing")
    assert {option.value: option.count for option in sharing.options} == {
        "unconditional": 1, "conditional": 1,
    }  # fmt: skip
    cycle = next(facet for facet in one.facets if facet.name == "cycle")
    assert [option.count for option in cycle.options] == [1]


def test_a_region_stands_for_everything_below_it(world):
    publish_entry(
        world, "崇川低保", [("a", "甲", "N", 8, 1, False, "", "", False)],
        sharing_type="unconditional", provider="county_civil",
    )  # fmt: skip
    clerk = world.people["clerk"]
    expected = {"000000": 3, "320000": 3, "320600": 1, "320613": 1, "320500": 0}
    for code, total in expected.items():
        page = find(clerk, world.today, "", Filters(region=(code,)))
        assert page.total == total, code
    page = find(clerk, world.today, "", Filters(region=("320600",)))
    region = next(facet for facet in page.facets if facet.name == "region")
    shown = {option.value: (option.count, option.chosen, option.depth) for option in region.options}
    assert shown == {"320000": (3, False, 0), "320600": (1, True, 1), "320613": (1, False, 2)}


def test_values_that_cannot_occur_are_dropped():
    filters = Filters.of(
        {"sharing": ["conditional", "x' OR 1=1"], "provider": ["7", "七", "1e9"], "region": ["3206"],
         "sort": ["random"], "theme": [""]}
    )  # fmt: skip
    assert filters == Filters(sharing=("conditional",), provider=("7",))
    assert filters.without("sharing", "conditional") == Filters(provider=("7",))


def all_rows():
    """Everything the search has written, without the numbers that rows are given anew."""
    given = {"number", "changed_in"}
    return [
        [{name: row[name] for name in row if name not in given} for row in rows]
        for rows in (
            ResourceSearch.objects.order_by("pk").values(),
            ResourceWords.objects.order_by("pk").values(),
        )
    ]


def test_the_index_can_be_built_anew(world):
    before = all_rows()
    ResourceSearch.objects.all().delete()
    assert reindex_all() == len(before[0]) == 2
    assert all_rows() == before


@given(st.text(max_size=40), st.text(max_size=12))
def test_a_text_has_the_grams_of_every_word_it_holds(text, word):
    text, word = tokens.normalise(text), tokens.normalise(word)
    if word and " " not in word and word in text:
        assert set(tokens.grams_asked(word)) <= set(tokens.grams(text))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_a_vector_without_quotes_inside_its_tokens(title, abstract):
    document = Document(title=title, names=(title,), words=(abstract,), abstract=abstract)
    made = indexed(document)
    assert all(part.count("'") == 2 for part in made.vector.split())
    assert "\x00" not in made.text


@given(st.text(max_size=40), st.text(max_size=8))
def test_highlighting_changes_nothing_but_the_marks(text, words):
    marked = str(highlight(text, parse(words)))
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert plain == str(highlight(text, None))


def test_highlighting_marks_what_was_asked_for_in_its_own_spelling():
    assert highlight("常住人口ＧＤＰ", parse("gdp 人口")) == "常住<mark>人口ＧＤＰ</mark>"
    assert highlight("<b>人口</b>", parse("人口")) == "&lt;b&gt;<mark>人口</mark>&lt;/b&gt;"
