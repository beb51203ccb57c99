"""Suggestions while typing and help with mistakes: what they offer, and that they tell no secret."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Resource, Visibility
from catalog.search import Reader, corrections, find, reindex, suggest
from catalog.search.nearness import one_apart, pieces
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry


def item(name: str, key: str = "a") -> tuple:
    return (key, name, "N", 8, 1, False, "", "", False)


@pytest.fixture
def full(world: World) -> World:
    publish_entry(world, "失业保险金领取", [item("失业登记号")], sharing_type="unconditional")
    publish_entry(world, "失业人员登记", [item("失业登记号"), item("失业原因", "b")],
                  sharing_type="unconditional")  # fmt: skip
    publish_entry(world, "死亡人口登记", [item("死亡日期")], sharing_type="unconditional",
                  provider="civil_affairs")  # fmt: skip
    return world


@pytest.fixture
def secret(full: World) -> Resource:
    """An entry of the police that only the police sees, full of words of its own."""
    entry = publish_entry(full, "卧底线人花名册", [item("接头暗号")], sharing_type="conditional")
    entry.visibility = Visibility.LIMITED
    entry.save(update_fields=["visibility"])
    reindex([entry])
    return entry


def offered(world: World, text: str, key: str = "clerk") -> list[tuple[str, str, int]]:
    reader = Reader.of(world.people[key], world.today)
    return [(one.kind.value, one.text, one.count) for one in suggest(reader, text).found]


def meant(world: World, text: str, key: str = "clerk") -> list[tuple[str, int]]:
    reader = Reader.of(world.people[key], world.today)
    return [(one.text, one.count) for one in corrections(reader, text)]


# --- while typing --------------------------------------------------------------------------


def test_titles_items_and_departments_are_offered(full):
    found = offered(full, "失业")
    assert set(found[:2]) == {("entry", "失业人员登记", 1), ("entry", "失业保险金领取", 1)}
    assert found[2:] == [("item", "失业登记号", 2), ("item", "失业原因", 1)]
    assert ("department", "江苏省民政厅", 1) in offered(full, "民政")
    assert ("department", "江苏省公安厅", 4) in offered(full, "gongan")
    assert offered(full, "sydjh") == [("item", "失业登记号", 2)]
    assert offered(full, "changzhu")[0] == ("entry", "常住人口基本信息", 1)


def test_a_department_without_entries_that_one_sees_is_not_offered(full):
    assert not [one for one in offered(full, "苏州") if one[0] == "department"]


def test_codes_are_offered_by_their_beginning(full):
    code = full.resource.code
    assert offered(full, code[:-1])[0][1] == "常住人口基本信息"
    assert not [one for one in offered(full, code[1:]) if one[0] == "entry"]


@pytest.mark.parametrize("text", ["", " ", "x", "!!", "\x00", "%", "'", "~a", "🙂" * 99])
def test_nothing_to_offer_is_no_error(full, text):
    assert offered(full, text) == []


def test_at_most_eight(world):
    for number in range(12):
        publish_entry(
            world, f"企业{number}", [item(f"企业项{number}")], sharing_type="unconditional"
        )
    found = offered(world, "企业")
    assert len(found) == 8
    assert [one[0] for one in found].count("item") == 3


def test_a_page_part_and_rest_answer_alike(client: Client, full):
    client.force_login(reads_english(full.people["clerk"]))
    part = client.get(reverse("catalog:suggest"), {"q": "失业"}).content.decode()
    assert "<html" not in part
    assert part.count('role="option"') == 4
    assert "<mark>失业</mark>登记号" in part
    assert "2 entries" in part
    rest = client.get("/api/v1/catalog/suggestions/", {"q": "失业"}).json()
    assert [one["text"] for one in rest] == [one[1] for one in offered(full, "失业")]
    assert rest[0]["entry"]
    assert client.get("/api/v1/catalog/suggestions/", {"query": "x"}).status_code == 422
    client.logout()
    assert client.get(reverse("catalog:suggest")).status_code == 302
    assert client.get("/api/v1/catalog/suggestions/").status_code == 401


def test_every_search_box_has_its_list(client: Client, full):
    client.force_login(full.people["clerk"])
    for name, boxes in (("home", ["q", "global-search"]), ("catalog:list", ["catalog-q"])):
        page = client.get(reverse(name)).content.decode()
        for box in boxes:
            assert f'data-suggest="{box}-suggestions"' in page
            assert f'<ul class="suggest" id="{box}-suggestions" role="listbox"' in page


def test_suggestions_take_few_queries(full, client):
    client.force_login(full.people["clerk"])
    with CaptureQueriesContext(connection) as queries:
        offered(full, "失业1")
    assert len(queries) <= 10


# --- mistakes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("常驻人口", "常住人口"),  # sounds alike
        ("失业保验", "失业保险"),  # one other character
        ("失业险保", "失业保险"),  # swapped
        ("失保险", "失业保险"),  # one left out
        ("失业的保险", "失业保险"),  # one too many
        ("shiyebaoxain", "失业保险"),  # letters swapped
        ("siwangrenkou", "死亡人口"),  # right pinyin finds by itself
    ],
)
def test_mistakes_are_mended(full, typed, right):
    if find(full.people["clerk"], full.today, typed).total:
        assert typed == "siwangrenkou"
        return
    assert (right, 1) in meant(full, typed)


def test_only_the_wrong_word_of_several_is_mended(full):
    assert meant(full, "人口 死王") == [("人口 死亡", 1)]
    assert meant(full, "人口 卧底线人") == []


def test_the_page_offers_the_link_with_its_count(client: Client, full):
    client.force_login(reads_english(full.people["clerk"]))
    page = client.get(reverse("catalog:list"), {"q": "常驻人口"}).content.decode()
    assert "Did you mean:" in page
    assert "?q=%E5%B8%B8%E4%BD%8F%E4%BA%BA%E5%8F%A3" in page
    assert "常住人口</a>" in page
    page = client.get(reverse("catalog:list"), {"q": "常住人口"}).content.decode()
    assert "Did you mean:" not in page
    filtered = {"q": "常住人口", "sharing": "non_shared"}
    page = client.get(reverse("catalog:list"), filtered).content.decode()
    assert "Search without filters" in page
    assert "Did you mean:" not in page


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("常住", "常驻", True), ("常住", "住常", True), ("常住", "常", True), ("常", "常住", True),
        ("常住", "常住", False), ("abc", "bca", False), ("abcd", "abdc", True), ("", "a", True),
        ("ab", "ba", True), ("abc", "cba", False), ("aab", "ab", True),
    ],
)  # fmt: skip
def test_one_apart(one, other, apart):
    assert one_apart(one, other) is apart
    assert one_apart(other, one) is apart


def test_pieces_are_words_that_can_be_meant():
    assert set(pieces("population of nantong", "populaton")) == {"population"}
    assert list(pieces("人口死亡登记", "人口死往")) == ["人口死亡"]
    assert list(pieces("人口数", "人口")) == []
    assert list(pieces("口人", "人口")) == ["口人"]


# --- no secret -----------------------------------------------------------------------------

TYPED = [
    "卧底", "线人", "woxianren", "wodi", "wd", "接头暗号", "jietou", "卧底线人花名", "暗号",
    "卧抵", "卧底线仁", "线人花名策", "接头暗浩", "jietouanhoa", "花名册",
]  # fmt: skip


@pytest.mark.parametrize("outsider", ["clerk", "county_authority", "sysadmin"])
def test_nothing_of_a_hidden_entry_reaches_an_outsider(client: Client, full, secret, outsider):
    client.force_login(full.people[outsider])
    for text in [*TYPED, secret.code]:
        assert offered(full, text, outsider) == [], text
        assert meant(full, text, outsider) == [], text
        page = find(full.people[outsider], full.today, text)
        assert (page.total, page.facets) == (0, ()), text
    for text in ("卧底", "接头暗浩"):
        for address in (reverse("catalog:suggest"), "/api/v1/catalog/suggestions/",
                        reverse("catalog:list")):  # fmt: skip
            answer = client.get(address, {"q": text}, headers={"hx-request": "true"})
            body = answer.content.decode().replace(text, "")
            for word in ("卧底线人花名册", "接头暗号", str(secret.pk)):
                assert word not in body, (address, text)


def test_those_who_see_it_are_offered_it(full, secret):
    """The check above can fail: with the right to see the entry the same words find it."""
    assert ("entry", "卧底线人花名册", 1) in offered(full, "卧底", "steward")
    assert ("item", "接头暗号", 1) in offered(full, "jietou", "steward")
    assert meant(full, "接头暗浩", "steward") == [("接头暗号", 1)]
    assert ("卧底", 1) in meant(full, "卧抵", "steward")
