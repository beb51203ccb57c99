"""The three lists: produced from data, filtered by what the reader sees (R33)."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from catalog import actions
from catalog.actions.publishing import make_live
from catalog.demanding.terms import Command, Order
from catalog.models import Resource, ResourceVersion
from catalog.presenting import lists
from catalog.presenting.lists import LISTS, Choice, Rows, is_cited, write_list
from portal.errors import NotAllowed
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry, sign, submitted_item

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]


@pytest.fixture
def withheld(world: World) -> Resource:
    return publish_entry(world, "统计调查原始资料", ITEMS, sharing_type="non_shared")


def lines(world: World, kind: str, person: str = "clerk", **choice: str) -> list[lists.Line]:
    return list(LISTS[kind].rows(world.people[person], world.today, Choice.of(choice)))


def titles(world: World, kind: str, person: str = "clerk", **choice: str) -> list[str]:
    place = 2 if kind == "demand" else 1
    return [line.cells[place] for line in lines(world, kind, person, **choice)]


def ask(world: World, title: str):
    content = actions.DemandContent(title, "场景", "依据", ("死亡日期",), "query",
                                    responder=world.departments["police"])  # fmt: skip
    return actions.send_demand(
        by=world.people["county_clerk"], department=world.departments["county_civil"],
        content=content, now=world.now,
    )  # fmt: skip


def test_what_is_shared_and_what_is_not_stand_in_two_lists(world: World, withheld):
    assert titles(world, "responsibility") == ["常住人口基本信息", "标准地址信息"]
    assert titles(world, "negative") == ["统计调查原始资料"]
    hidden = publish_entry(world, "内部名册", ITEMS, sharing_type="conditional",
                           provider="suzhou_civil")  # fmt: skip
    actions.set_visibility(by=None, resource=hidden, visibility="limited", now=world.now)
    assert "内部名册" not in titles(world, "responsibility")
    assert titles(world, "responsibility", "stranger", region="320500") == ["内部名册"]


def test_a_list_is_for_the_whole_a_region_or_a_department(world: World):
    publish_entry(world, "苏州名册", ITEMS, sharing_type="conditional", provider="suzhou_civil")
    police = str(world.departments["police"].pk)
    assert len(titles(world, "responsibility")) == 3
    assert titles(world, "responsibility", region="320500") == ["苏州名册"]
    assert len(titles(world, "responsibility", region="320000")) == 3
    assert len(titles(world, "responsibility", department=police)) == 2
    assert titles(world, "responsibility", region="320500", department=police) == []
    assert titles(world, "responsibility", region="999999") == []


def test_an_entry_without_citation_is_flagged(world: World, withheld):
    (line,) = lines(world, "negative")
    assert line.flag
    for text, cited in (("《中华人民共和国统计法》第二十八条", True), ("《中华人民共和国统计法》", False),
                        ("《江苏省数据条例》第三条", False), ("", False)):  # fmt: skip
        assert is_cited(text) == cited
    cited = publish_entry(world, "企业调查资料", ITEMS, sharing_type="non_shared")
    draft = actions.revise(by=None, resource=cited, now=world.now)
    ResourceVersion.objects.filter(pk=draft.pk).update(
        sharing_citation="《中华人民共和国统计法》第二十八条"
    )
    draft.refresh_from_db()
    make_live(draft, by=None, now=world.now)
    assert [bool(line.flag) for line in lines(world, "negative")] in ([True, False], [False, True])


def test_the_demand_list_joins_desk_and_applications(world: World):
    demand = ask(world, "死亡人员名单")
    taken_back = ask(world, "不要了")
    actions.execute_demand(
        by=world.people["county_clerk"], demand_id=taken_back.pk, now=world.now,
        order=Order(Command.TAKE_BACK, seen=1),
    )  # fmt: skip
    sign(world, submitted_item(world), "office_head")
    assert titles(world, "demand", "county_clerk") == [demand.title]
    assert titles(world, "demand", "clerk") == ["常住人口基本信息"]
    assert titles(world, "demand", "stranger") == []
    seen = lines(world, "demand", "county_reviewer")
    assert [line.cells[2] for line in seen] == ["死亡人员名单", "常住人口基本信息"]
    assert seen[1].cells[3] == "公民身份号码、姓名、出生日期、居住地区划"
    civil = str(world.departments["county_civil"].pk)
    assert titles(world, "demand", "county_reviewer", department=civil) == ["死亡人员名单"]


def test_rows_of_several_sources_are_cut_as_one():
    def source(name: str, size: int):
        return lambda a, b: [lists.Line((f"{name}{n}",)) for n in range(a, b)], lambda: size

    sources = [source("a", 3), source("b", 0), source("c", 4)]
    rows = Rows([count for _f, count in sources], [fetch for fetch, _c in sources])
    every = [line.cells[0] for line in rows]
    assert every == ["a0", "a1", "a2", "c0", "c1", "c2", "c3"]
    for start in range(8):
        for stop in range(start, 9):
            assert [line.cells[0] for line in rows[start:stop]] == every[start:stop]


@pytest.mark.parametrize("kind", list(LISTS))
def test_pages_and_workbooks_say_the_same(world: World, withheld, kind):
    ask(world, "死亡人员名单")
    client = Client()
    client.force_login(reads_english(world.people["county_clerk"]))
    page = client.get(reverse("catalog:lists", args=[kind])).content.decode()
    answer = client.get(reverse("catalog:list_file", args=[kind]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    expected = titles(world, kind, "county_clerk")
    place = 2 if kind == "demand" else 1
    assert [row[place] for row in rows[1:]] == expected
    assert expected
    assert all(title in page for title in expected)
    assert client.get(reverse("catalog:lists_home")).status_code == 302
    assert client.get("/catalog/lists/other/").status_code == 404


def test_a_list_too_long_for_a_workbook_says_what_to_do():
    rows = Rows([lambda: lists.MOST_IN_A_BOOK + 1], [lambda _a, _b: []])
    with pytest.raises(NotAllowed, match="cannot hold"):
        write_list(LISTS["demand"], rows, io.BytesIO())
