"""Quality on pages and over REST: who sees what, and that every number opens what is behind it."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from catalog import actions, quality
from catalog.models import EntryQuality, QualityMeasure, QualitySnapshot, ResourceStatus
from catalog.quality.showing import points_of
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEMS = [("name", "名称", "C", 60, 1, False, "", "", True)]


@pytest.fixture
def assessed(world: World) -> World:
    quality.assess_due(world.now)
    return world


def enter(world: World, client: Client, person: str) -> Client:
    client.force_login(reads_english(world.people[person]))
    return client


def page_of(world: World) -> str:
    return reverse("catalog:quality", args=[world.resource.pk])


def test_everybody_who_sees_the_entry_sees_why(assessed: World, client: Client):
    text = enter(assessed, client, "stranger").get(page_of(assessed)).content.decode()

    for words in ("Published, but no data attached", "Attach the table that carries the entry.",
                  "How this is computed", "A from 95", "completeness: weight 3"):  # fmt: skip
        assert words in text
    assert "Mend it" not in text


def test_whoever_may_mend_it_is_led_there(assessed: World, client: Client):
    text = enter(assessed, client, "steward").get(page_of(assessed)).content.decode()

    assert reverse("admin:catalog_resource_change", args=[assessed.resource.pk]) in text
    assert reverse("admin:catalog_attachment_add") in text


def test_what_is_not_seen_does_not_exist(assessed: World, client: Client):
    actions.set_visibility(
        by=None, resource=assessed.resource, visibility="limited", now=assessed.now
    )
    stranger = enter(assessed, client, "stranger")

    assert stranger.get(page_of(assessed)).status_code == 404
    assert stranger.get(f"/api/v1/entries/{assessed.resource.pk}/quality/").status_code == 404


def test_the_entry_page_has_the_panel(assessed: World, client: Client):
    url = reverse("catalog:entry", args=[assessed.resource.pk])
    text = enter(assessed, client, "clerk").get(url).content.decode()
    row = EntryQuality.objects.get(pk=assessed.resource.pk)

    assert f"grade {row.letter}" in text
    for name, score in row.scores.items():
        assert re.search(rf'{page_of(assessed)}#{name}">{score}<', text), name
    assert "style=" not in text.split('aria-labelledby="quality"')[1].split("</section>")[0]


def test_the_trend_says_what_it_shows(assessed: World, client: Client):
    QualitySnapshot.objects.create(
        resource=assessed.resource, on=assessed.today - timedelta(days=40), letter="E",
        overall=41, scores={},
    )  # fmt: skip
    text = enter(assessed, client, "clerk").get(page_of(assessed)).content.decode()

    assert 'aria-label="From E 41.0 on' in text
    assert "<polyline" in text


def test_the_line_holds_each_score_until_the_next(world: World):
    steps = [(world.today, "E", 0), (world.today + timedelta(days=10), "A", 100)]

    assert points_of(steps) == "4.0,56.0 296.0,56.0 296.0,4.0"


class TestWorklist:
    """What there is to mend."""

    def test_it_counts_what_it_opens(self, assessed: World, client: Client):
        steward = enter(assessed, client, "steward")
        page = steward.get(reverse("catalog:quality_list"))

        assert page.context["kinds"]
        for kind, url in page.context["kinds"]:
            opened = steward.get(url).context["page_obj"].paginator
            assert opened.count == kind.count, kind
        for letter, number, _tone, url in page.context["letters"]:
            assert steward.get(url).context["page_obj"].paginator.count == number, letter

    def test_only_of_what_one_looks_after(self, assessed: World, client: Client):
        publish_entry(
            assessed, "低保对象", ITEMS, sharing_type="unconditional", provider="civil_affairs"
        )
        quality.assess_due(assessed.now)
        text = enter(assessed, client, "steward").get("/catalog/quality/").content.decode()
        assert "标准地址信息" in text
        assert "低保对象" not in text

        clerk = enter(assessed, client, "clerk").get("/catalog/quality/").content.decode()
        assert "You look after no entries" in clerk

    def test_withdrawn_entries_are_over(self, assessed: World, client: Client):
        type(assessed.address).objects.filter(pk=assessed.address.pk).update(
            status=ResourceStatus.WITHDRAWN
        )
        page = enter(assessed, client, "steward").get("/catalog/quality/")
        assert [row.pk for row, _tone in page.context["rows"]] == [assessed.resource.pk]

    def test_nonsense_in_the_address_is_dropped(self, assessed: World, client: Client):
        url = "/catalog/quality/?code=x%00&letter=Z&page=99"
        assert enter(assessed, client, "steward").get(url).status_code == 200

    def test_the_workbook_has_a_line_for_each_warning(self, assessed: World, client: Client):
        steward = enter(assessed, client, "steward")
        book = steward.get(reverse("catalog:quality_export"))
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
        lines = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]

        kept = EntryQuality.objects.values_list("codes", flat=True)
        assert len(lines) == 1 + sum(len(codes) for codes in kept)
        assert lines[0][:4] == ["Resource code", "Title", "Quality", "Score"]
        assert any("no data attached" in line[5] for line in lines)
        assert all(line[8] for line in lines)

        few = steward.get(reverse("catalog:quality_export") + "?code=items_unmapped")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(few.streaming_content))).active
        assert sheet.max_row == 1

    def test_the_number_of_queries_does_not_grow(
        self, assessed: World, client: Client, django_assert_max_num_queries
    ):
        for number in "甲乙丙丁戊己庚辛":
            publish_entry(assessed, f"{number}类设施", ITEMS, sharing_type="unconditional")
        quality.assess_due(assessed.now)
        enter(assessed, client, "steward").get("/")
        with django_assert_max_num_queries(32):
            client.get(reverse("catalog:quality_list"))


class TestRest:
    """The same over REST."""

    def test_quality_of_an_entry(self, assessed: World, client: Client):
        enter(assessed, client, "clerk")
        answer = client.get(f"/api/v1/entries/{assessed.resource.pk}/quality/").json()
        row = EntryQuality.objects.get(pk=assessed.resource.pk)

        assert (answer["letter"], answer["overall"]) == (row.letter, float(row.overall))
        assert {one["code"] for one in answer["warnings"]} == set(row.codes)
        assert answer["history"] == [
            {"on": str(assessed.today), "letter": row.letter, "overall": float(row.overall)}
        ]
        assert client.get(f"/api/v1/entries/{row.pk}/quality/?x=1").status_code == 422

    def test_the_grade_stands_in_lists_and_entries(self, assessed: World, client: Client):
        enter(assessed, client, "clerk")
        letter = EntryQuality.objects.get(pk=assessed.resource.pk).letter

        found = client.get("/api/v1/entries/", {"quality": letter}).json()
        assert {one["quality"] for one in found["results"]} == {letter}
        assert client.get(f"/api/v1/entries/{assessed.resource.pk}/").json()["quality"] == letter


class TestAdmin:
    """The scale is the authority's."""

    def url(self, code: str) -> str:
        measure = QualityMeasure.objects.get(code=code)
        return reverse("admin:catalog_qualitymeasure_change", args=[measure.pk])

    def test_the_authority_sets_a_weight(self, assessed: World, client: Client):
        enter(assessed, client, "province_reviewer")
        listed = client.get(reverse("admin:catalog_qualitymeasure_changelist")).content.decode()
        assert "published, but no data attached" in listed

        assert client.post(self.url("never_attached"), {"value": "5"}).status_code == 302
        assert QualityMeasure.objects.get(code="never_attached").value == 5
        assert EntryQuality.objects.filter(stale=True).count() == 2

    def test_impossible_limits_are_said_at_the_form(self, assessed: World, client: Client):
        enter(assessed, client, "province_reviewer")
        answer = client.post(self.url("A"), {"value": "10"})
        assert "Each grade needs a higher score" in answer.content.decode()

    def test_a_steward_only_looks(self, assessed: World, client: Client):
        enter(assessed, client, "steward")
        assert client.get(self.url("A")).status_code == 200
        assert client.post(self.url("A"), {"value": "95"}).status_code == 403
