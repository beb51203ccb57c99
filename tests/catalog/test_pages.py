"""Pages of the catalog: what they show, to whom, and how many queries they take."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import actions
from catalog.models import Attachment, DataSource
from catalog.search.memory import look
from portal.organisation.models import Official
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry


@pytest.fixture
def sign_in(client: Client, world: World):
    def as_(key: str) -> Client:
        client.force_login(reads_english(world.people[key]))
        return client

    return as_


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_list_shows_found_entries_with_marks(sign_in, world):
    page = text_of(sign_in("clerk").get(reverse("catalog:list"), {"q": "人口"}))
    assert "常住<mark>人口</mark>基本信息" in page
    assert "标准地址信息" not in page
    assert "“人口”: 1 entry" in page


def test_list_answers_htmx_with_the_part_only(sign_in):
    client = sign_in("clerk")
    part = text_of(client.get(reverse("catalog:list"), headers={"hx-request": "true"}))
    assert part.lstrip().startswith('<div class="stack--half" id="found">')
    restored = client.get(
        reverse("catalog:list"),
        headers={"hx-request": "true", "hx-history-restore-request": "true"},
    )
    assert "<html" in text_of(restored)
    assert "HX-Request" in restored["Vary"]


def test_chosen_filters_can_be_taken_out(sign_in):
    page = text_of(sign_in("clerk").get(reverse("catalog:list"), {"sharing": "conditional"}))
    assert 'value="conditional" checked' in page
    assert "take out" in page
    assert "标准地址信息" not in page


def test_nothing_found_offers_words_that_do_find(sign_in):
    page = text_of(sign_in("clerk").get(reverse("catalog:list"), {"q": "常住殡葬补贴"}))
    assert "No matching data" in page
    page = text_of(sign_in("clerk").get(reverse("catalog:list"), {"q": "常住 殡葬"}))
    assert "Search for “常住”" in page
    assert "Search for “殡葬”" not in page


def test_titles_are_escaped(sign_in, world):
    publish_entry(world, "<script>人口</script>", [_item()], sharing_type="unconditional")
    page = text_of(sign_in("clerk").get(reverse("catalog:list"), {"q": "人口"}))
    assert "<script>人口" not in page
    assert "&lt;script&gt;<mark>人口</mark>&lt;/script&gt;" in page


def test_damaged_page_address_is_refused(sign_in):
    response = sign_in("clerk").get(reverse("catalog:list"), {"after": "xyz"})
    assert response.status_code == 422


def test_entry_page_in_chinese_and_english(sign_in, world):
    address = reverse("catalog:entry", args=[world.resource.pk])
    client = sign_in("clerk")
    page = text_of(client.get(address))
    for expected in [
        "公民身份号码",
        "江苏省公安厅",
        "conditional sharing",
        "限社会救助核对使用",
        "赵静",
    ]:
        assert expected in page
    Official.objects.filter(username="clerk").update(language="zh-hans")
    page = text_of(client.get(address))
    assert '<html lang="zh-Hans"' in page


def test_entry_page_tells_that_data_is_attached_but_not_where(sign_in, world):
    source = DataSource.objects.create(
        name="人口库",
        department=world.departments["police"],
        options={"host": "db.inside.example", "dbname": "people_live"},
    )
    Attachment.objects.create(
        resource=world.resource,
        source=source,
        table="t_people",
        key_columns=["id"],
        approximate_rows=85_260_000,
    )
    page = text_of(sign_in("clerk").get(reverse("catalog:entry", args=[world.resource.pk])))
    assert "85,260,000" in page
    for secret in ["db.inside.example", "people_live", "t_people", "人口库"]:
        assert secret not in page


def test_draft_page_lists_what_is_missing_to_its_steward_only(sign_in, world):
    draft = actions.create_draft(
        by=world.people["steward"],
        provider=world.departments["police"],
        content={"title": "户籍迁移信息"},
        items=[],
        now=world.now,
    )
    address = reverse("catalog:entry", args=[draft.resource_id])
    page = text_of(sign_in("steward").get(address))
    assert "things are missing for publication" in page
    assert "The update cycle is missing." in page
    assert sign_in("clerk").get(address).status_code == 404


def test_own_department_is_said_on_the_page(sign_in, world):
    page = text_of(sign_in("steward").get(reverse("catalog:entry", args=[world.resource.pk])))
    assert "provided by your department" in page


@pytest.mark.parametrize("query", ["", "信息"])
def test_list_takes_the_same_few_queries_however_many_entries(sign_in, world, query):
    client = sign_in("clerk")
    look()  # the first one of a process reads everything
    counts = []
    for number in range(25):
        publish_entry(world, f"信息{number}", [_item()], sharing_type="unconditional")
        if number in {1, 24}:
            with CaptureQueriesContext(connection) as queries:
                page = text_of(
                    client.get(
                        reverse("catalog:list"), {"q": query}, headers={"hx-request": "true"}
                    )
                )
            counts.append(len(queries))
    assert page.count('class="result"') == 20
    assert counts[0] == counts[1]
    assert counts[1] <= 32  # the frame of the page is left out


def _item() -> tuple:
    return ("name", "姓名", "C", 60, 3, True, "", "", True)
