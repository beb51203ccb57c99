"""The administration is a client: it shows what the reader sees and sends commands."""

import pytest
from django.test import Client
from django.urls import reverse

from sharing.models import Grant
from tests.world import World, granted, submitted_item

PAGES = ["application", "applicationitem", "grant", "pull", "delivery", "chainpolicy"]


def enter(world: World, person: str) -> Client:
    official = world.people[person]
    official.is_staff = True
    official.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


@pytest.mark.parametrize("page", PAGES)
def test_lists_open(attached: World, grant: Grant, page: str):
    client = enter(attached, "province_reviewer")
    response = client.get(reverse(f"admin:sharing_{page}_changelist"))
    assert response.status_code == 200


def test_lists_show_what_is_seen(attached: World, grant: Grant):
    page = reverse("admin:sharing_grant_changelist")
    assert grant.number in enter(attached, "province_reviewer").get(page).content.decode()
    assert grant.number not in enter(attached, "stranger").get(page).content.decode()


def test_unseen_object_does_not_exist(attached: World, grant: Grant):
    page = reverse("admin:sharing_grant_change", args=[grant.pk])
    assert enter(attached, "steward").get(page).status_code == 200
    assert enter(attached, "stranger").get(page, follow=False).status_code in {302, 403, 404}
    assert grant.number not in enter(attached, "sysadmin").get(page, follow=True).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_added_or_deleted(attached: World, page: str):
    client = enter(attached, "province_authority")
    assert client.get(reverse(f"admin:sharing_{page}_add")).status_code == 403


def test_status_cannot_be_posted(attached: World, grant: Grant):
    client = enter(attached, "steward")
    page = reverse("admin:sharing_grant_change", args=[grant.pk])
    assert client.post(page, {"status": "terminated"}).status_code == 403
    grant.refresh_from_db()
    assert grant.status == "active"


def test_suspension_asks_for_a_reason(attached: World, grant: Grant):
    client = enter(attached, "steward")
    page = reverse("admin:sharing_grant_suspend", args=[grant.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": " "}).status_code == 200
    grant.refresh_from_db()
    assert grant.status == "active"
    assert client.post(page, {"reason": "超范围使用"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.status, grant.status_reason) == ("suspended", "超范围使用")
    resume = reverse("admin:sharing_grant_resume", args=[grant.pk])
    assert client.post(resume, {"reason": "已整改"}).status_code == 302
    terminate = reverse("admin:sharing_grant_terminate", args=[grant.pk])
    assert client.post(terminate, {"reason": "结束"}).status_code == 200
    grant.refresh_from_db()
    assert grant.status == "active"  # ended only where misuse was not put right (article 27)


def test_recipient_is_told_why_not(attached: World, grant: Grant):
    page = reverse("admin:sharing_grant_suspend", args=[grant.pk])
    response = enter(attached, "office_head").post(page, {"reason": "x"})
    assert response.status_code == 200
    grant.refresh_from_db()
    assert grant.status == "active"


def test_item_page_shows_the_chain(attached: World):
    item = submitted_item(attached)
    page = reverse("admin:sharing_applicationitem_change", args=[item.pk])
    text = enter(attached, "office_head").get(page).content.decode()
    assert "崇川区数据局" in text
