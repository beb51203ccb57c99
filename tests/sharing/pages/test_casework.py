"""The pages of what happens within a stage: forms without script, reasons, kept text, keys."""

from django.urls import reverse

from portal.organisation.models import Role
from sharing.models import ApplicationItem
from tests.sharing.pages.conftest import Enter
from tests.world import World, hire, submitted_item


def path(item: ApplicationItem, name: str) -> str:
    return reverse("sharing:casework", args=[item.pk, name])


def test_handing_on_from_the_page(world: World, enter: Enter):
    chief = hire(world, "chief", "subdistrict", Role.DEPARTMENT_HEAD, "黄卫东")
    item = submitted_item(world)
    head = enter("office_head")
    page = head.get(reverse("sharing:review", args=[item.pk])).text
    assert f'action="{path(item, "transfer")}"' in page
    assert 'accesskey="1"' in page
    assert "Nobody has asked for more time." not in page
    assert "The limit for the reply runs only once the provider has the application." in page
    empty = head.post(path(item, "transfer"), {"seen": item.event_count, "text": "更熟悉情况"})
    assert (empty.status_code, "更熟悉情况" in empty.text) == (422, True)
    assert "Choose an official." in empty.text
    data = {"seen": item.event_count, "to": chief.pk, "text": "更熟悉情况"}
    assert head.post(path(item, "transfer"), data).status_code == 302
    again = head.post(path(item, "transfer"), data)  # the double click
    assert (again.status_code, "更熟悉情况" in again.text) == (422, True)
    assert "Another official of your office has this application." in again.text
    review = enter("chief").get(reverse("sharing:review", args=[item.pk])).text
    assert "In the hands of 黄卫东" in review
    assert (
        "王建国 handed it on to 黄卫东"
        in enter("clerk").get(reverse("sharing:application", args=[item.application_id])).text
    )


def test_what_cannot_be_done_says_why_and_an_unknown_step_does_not_exist(
    world: World, enter: Enter
):
    item = submitted_item(world)
    clerk = enter("clerk")
    assert "Nobody decides their own application." in clerk.get(path(item, "claim")).text
    assert clerk.get(path(item, "sign")).status_code == 404
    assert enter("stranger").get(path(item, "urge")).status_code == 404


def test_a_name_that_nobody_bears_is_said_at_its_field(world: World, enter: Enter):
    item = submitted_item(world)
    head = enter("office_head")
    data = {"seen": item.event_count, "who": "不存在的局", "text": "请问能否提供？"}
    page = head.post(path(item, "consult"), data)
    assert page.status_code == 422
    assert "There is no official and no department called 不存在的局." in page.text
    assert "请问能否提供？" in page.text
    data["who"] = "江苏省公安厅"
    assert head.post(path(item, "consult"), data).status_code == 302
    steward = enter("steward")
    answer = {"seen": ApplicationItem.objects.get().event_count, "agrees": "yes", "text": "可以"}
    assert steward.post(path(item, "advise"), answer).status_code == 302
    assert "可以" in head.get(reverse("sharing:review", args=[item.pk])).text
