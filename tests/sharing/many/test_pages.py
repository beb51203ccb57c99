"""The list of things to do: narrowing, paging, picking, signing together, the report."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from sharing import access, filters
from sharing.filters import Place, page
from sharing.models import ApplicationItem, ItemStage, SignOff
from tests.sharing.many.twins import entries, submitted
from tests.world import ITEMS, World

INBOX = reverse("sharing:inbox")
TOGETHER = reverse("sharing:together")


@pytest.fixture
def waiting(world: World) -> list[ApplicationItem]:
    """Three applications that can be signed together and one with important data."""
    items = [("secret", "重要数据项", "C", 20, 5, False, "", "", False), *ITEMS]
    plain = [submitted(world, entry) for entry in entries(world, 3)]
    important = submitted(world, entries(world, 1, items=items)[0], fields=["secret"])
    return [*plain, important]


def picked(items: list[ApplicationItem]) -> list[str]:
    fresh = ApplicationItem.objects.filter(pk__in=[item.pk for item in items])
    return [f"{item.pk}:{item.event_count}" for item in fresh]


def test_rows_say_what_can_be_signed_together(enter, waiting):
    text = enter("office_head").get(INBOX).content.decode()
    assert "3 on this page can be signed together." in text
    assert "1 is reviewed alone" in text
    assert "It holds important or core data." in text
    assert text.count(" disabled") == 1


def test_all_of_the_page_can_be_ticked_without_script(enter, waiting):
    client = enter("office_head")
    assert client.get(INBOX).content.count(b" checked") == 0
    assert client.get(f"{INBOX}?pick=page").content.count(b" checked") == 3


def test_signing_from_the_list_to_the_report(enter, world, waiting):
    client = enter("office_head")
    check = client.post(TOGETHER, {"pick": picked(waiting)})
    assert check.status_code == 200
    assert b"3 applications can be signed" in check.content
    assert not SignOff.objects.exists()
    given = {
        "pick": check.context["picks"], "key": str(check.context["key"]), "comment": "同意",
        "confirmed": "1",
    }  # fmt: skip
    answer = client.post(TOGETHER, given, follow=True)
    assert b"3 of 3 applications signed" in answer.content
    client.post(TOGETHER, given)  # a double click
    report = SignOff.objects.get()
    assert (report.signed, report.comment) == (3, "同意")
    stages = ItemStage.objects.filter(item__in=waiting[:3], position=1)
    assert set(stages.values_list("status", "comment")) == {("signed", "同意")}
    assert not access.inbox(world.people["office_head"], world.today).exclude(
        item=waiting[3]
    ).exists()  # fmt: skip
    assert reverse("sharing:sign_off", args=[report.pk]) in client.get(
        reverse("sharing:sign_offs")
    ).content.decode()  # fmt: skip


def test_the_report_can_be_saved_and_belongs_to_who_signed(enter, waiting):
    client = enter("office_head", "zh-hans")
    everything = picked(waiting)
    client.post(TOGETHER, {"pick": everything, "confirmed": "1", "key": str(uuid.uuid4())})
    report = SignOff.objects.get()
    line = report.lines.first()
    line.title, line.code, line.message = "=1+1", "stale", "told in another language"
    line.save()
    address = reverse("sharing:sign_off_file", args=[report.pk])
    answer = client.get(address)
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(text.splitlines()) == 5
    assert "'=1+1" in text
    assert "told in another language" not in text
    for other in (address, reverse("sharing:sign_off", args=[report.pk])):
        assert enter("colleague").get(other).status_code == 404


@pytest.mark.parametrize("pick", [[], ["nonsense", "1:2", f"{uuid.uuid4()}:x"]])
def test_nothing_picked_says_what_to_do(enter, waiting, pick):
    answer = enter("office_head").post(TOGETHER, {"pick": pick}, follow=True)
    assert answer.status_code == 200
    assert b"Tick at least one application." in answer.content
    assert not SignOff.objects.exists()


def test_filters(enter, world, waiting):
    client = enter("office_head")
    first = waiting[0]
    ItemStage.objects.filter(item=first, position=1).update(due_on=world.today - timedelta(days=9))

    def shown(query: str) -> int:
        return client.get(f"{INBOX}?{query}").content.count(b'name="pick"')

    assert shown("") == 4
    assert shown("due=late") == 1
    assert shown("kind=conditional") == 4
    assert shown("kind=reflux") == shown("kind=unconditional") == shown("kind=emergency") == 0
    assert shown("department=公安") == 4
    assert shown("department=nowhere") == 0
    assert shown("kind=nonsense&due=%00&show=7&after=~~&after=x~y~z") == 4
    counts = client.get(INBOX).context["counts"]
    assert (counts.total, counts.late) == (4, 1)


def test_pages_show_every_stage_once_and_in_order(world, waiting):
    stages = list(ItemStage.objects.filter(item__in=waiting, position=1).order_by("pk"))
    for stage, days in zip(stages, (3, None, 3, None), strict=True):
        stage.due_on = None if days is None else world.today + timedelta(days=days)
        stage.save(update_fields=["due_on"])
    mine = access.inbox(world.people["office_head"], world.today)
    # a stage that waits for somebody on two grounds is one stage
    parts = 2 * access.inbox_parts(world.people["office_head"], world.today)
    assert filters.total(parts) == 4
    seen, after = [], None
    for _ in range(9):
        rows, following = page(parts, after, 1, ItemStage.objects.all())
        seen += rows
        if following is None:
            break
        after = Place.parse(str(following))
        assert after == following
    assert seen == list(mine) == [stages[0], stages[2], stages[1], stages[3]]


def test_lists_take_the_same_few_queries_however_long(
    enter, world, waiting, django_assert_max_num_queries
):
    client = enter("office_head")
    client.get(INBOX)
    with django_assert_max_num_queries(40) as few:
        client.get(INBOX)
    for entry in entries(world, 5):
        submitted(world, entry)
    with django_assert_max_num_queries(len(few) + 2):  # the calendar is read anew at times
        client.get(INBOX)


def test_applications_are_found_by_number_title_and_department(enter, waiting):
    address = reverse("sharing:applications")
    number = waiting[0].application.number

    def found(person: str, words: str) -> int:
        return len(enter(person).get(address, {"q": words}).context["rows"])

    assert found("clerk", number) == 1
    assert found("clerk", "常住人口") == found("clerk", "公安厅") == 4
    assert found("office_head", "虹桥街道") == 4
    assert found("clerk", "nothing like it") == found("clerk", "%") == 0
    assert found("county_reviewer", number) == found("stranger", number) == 0
