"""Pages of the life cycle: what they show, to whom, in both languages, in how many queries."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog import actions
from catalog.lifecycle.terms import Command, Order
from catalog.models import DataItem, PublicationReview
from catalog.presenting.differences import ShownChange
from catalog.presenting.reviews import remark_places
from portal.organisation.models import Official
from tests.catalog.conftest import reads_english
from tests.catalog.reviewed import approved, give, new_draft, published, returned, send
from tests.catalog.test_publishing import ITEMS
from tests.world import World

HEAD_ANSWER = {
    "decision": "approve", "secrecy_outcome": "clear", "secrecy_by": "保密办 何志强",
    "secrecy_on": "2026-01-05", "secrecy_text": "", "privacy_outcome": "acceptable",
    "privacy_by": "法制处", "privacy_on": "2026-01-06", "privacy_text": "",
}  # fmt: skip


@pytest.fixture
def sign_in(client: Client, world: World):
    def as_(key: str, *, chinese: bool = False) -> Client:
        if not chinese:
            reads_english(world.people[key])
        client.force_login(Official.objects.get(username=key))
        return client

    return as_


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return unescape(response.content.decode())


def page_of(review: PublicationReview) -> str:
    return reverse("catalog:review", args=[review.pk])


def test_the_steward_sends_and_everything_missing_is_listed_with_the_text_kept(sign_in, world):
    draft = new_draft(world, abstract="", update_cycle="")
    client = sign_in("steward")
    address = reverse("catalog:send", args=[draft.resource_id])
    page = text_of(client.get(address))
    assert "The abstract is empty." in page
    assert "Mend what is missing first" in page
    page = text_of(client.post(address, {"seen": 0, "text": "第一次送审"}), 422)
    assert "The update cycle is missing." in page
    assert "第一次送审" in page
    actions.save_draft(
        by=world.people["steward"], version=draft,
        content={"abstract": "迁入、迁出登记。", "update_cycle": "daily"}, now=world.now,
    )  # fmt: skip
    answer = client.post(address, {"seen": 0, "text": "第一次送审"})
    review = PublicationReview.objects.get()
    assert answer["Location"] == page_of(review)
    assert "第一次送审" in text_of(client.get(page_of(review)))


def test_the_head_approves_on_the_page_with_all_faults_at_once(sign_in, world):
    review = send(world, new_draft(world))
    client = sign_in("provider_head")
    listed = text_of(client.get(reverse("catalog:reviews")))
    assert "户籍迁移信息" in listed
    assert '<span class="count">1</span>' in listed
    page = text_of(client.post(page_of(review), {"seen": 1, "decision": "approve"}), 422)
    for expected in [
        "The outcome of the secrecy review is missing.",
        "The outcome of the personal information impact assessment is missing.",
        "Who did the check is missing.",
        "The day of the check is missing.",
    ]:
        assert expected in page
    answer = client.post(page_of(review), HEAD_ANSWER | {"seen": 1})
    assert answer["Location"] == reverse("catalog:reviews")
    review.refresh_from_db()
    assert review.status == "authority_review"
    assert "Nothing waits for you" in text_of(client.get(reverse("catalog:reviews")))


def test_an_old_page_says_so_keeps_the_text_and_can_be_sent_again(sign_in, world):
    review = send(world, new_draft(world))
    client = sign_in("provider_head")
    give(world, review, "steward", Order(Command.TAKE_BACK))
    send(world, review.version)
    old = {"seen": 1, "decision": "return", "text": "摘要太笼统"}
    page = text_of(client.post(page_of(review), old), 422)
    assert "Somebody has done something with this version" in page
    assert "摘要太笼统" in page
    assert 'name="seen" value="3"' in page
    assert client.post(page_of(review), old | {"seen": 3}).status_code == 302


def test_remarks_at_fields_and_items_reach_the_sender(sign_in, world):
    review = send(world, new_draft(world))
    client = sign_in("provider_head")
    page = text_of(client.get(page_of(review)))
    assert 'name="remark-items[born]"' in page
    client.post(
        page_of(review),
        {"seen": 1, "decision": "return", "text": "", "remark-items[born]": "精确到日？", "remark-abstract": ""},
    )  # fmt: skip
    review.refresh_from_db()
    assert review.status == "returned"
    client = sign_in("steward")
    for address in (page_of(review), reverse("catalog:send", args=[review.resource_id])):
        page = text_of(client.get(address))
        assert "Item “出生日期”" in page
        assert "精确到日？" in page


def test_blocking_asks_for_kind_and_reason_at_their_fields(sign_in, world):
    review = send(world, new_draft(world))
    client = sign_in("provider_head")
    page = text_of(client.post(page_of(review), {"seen": 1, "decision": "block"}), 422)
    assert "The kind of secret is missing." in page
    assert "A mark as secret needs its reason." in page
    answer = {"seen": 1, "decision": "block", "mark": "work_secret", "reason": "清单第3项"}
    assert client.post(page_of(review), answer).status_code == 302
    review.resource.refresh_from_db()
    assert review.resource.blocked == "work_secret"


def test_the_authority_sets_a_time(sign_in, world):
    review = approved(world)
    client = sign_in("province_reviewer")
    when = timezone.localtime(world.now + timedelta(hours=5))
    page = text_of(client.post(page_of(review), {"seen": 2, "decision": "schedule"}), 422)
    assert "The chosen time is not in the future." in page
    answer = {"seen": 2, "decision": "schedule", "publish_at": f"{when:%Y-%m-%dT%H:%M}"}
    assert client.post(page_of(review), answer).status_code == 302
    review.refresh_from_db()
    assert review.status == "scheduled"
    assert review.publish_at == when.replace(second=0, microsecond=0)


def test_who_cannot_decide_reads_why(sign_in, world):
    review = send(world, new_draft(world), by="provider_office")
    page = text_of(sign_in("provider_office").get(page_of(review)))
    assert "Nobody decides on a version that they sent themselves." not in page  # they take it back
    assert 'name="take_back"' in page
    page = text_of(sign_in("steward").get(page_of(review)))
    assert "This step belongs to somebody else." in page


def test_the_sender_takes_back_on_the_page(sign_in, world):
    review = send(world, new_draft(world))
    client = sign_in("steward")
    answer = client.post(
        page_of(review), {"take_back": "1", "back-seen": "0", "back-text": "改摘要"}
    )
    assert "改摘要" in text_of(answer, 422)
    client.post(page_of(review), {"take_back": "1", "back-seen": "1", "back-text": "改摘要"})
    review.refresh_from_db()
    assert review.status == "taken_back"


OUTSIDERS = ["clerk", "county_office", "city_reviewer", "sysadmin", "auditadmin"]


def test_what_one_may_not_see_does_not_exist(sign_in, world):
    review = approved(world)
    resource = review.resource_id
    pages = [
        page_of(review),
        *(reverse(f"catalog:{name}", args=[resource]) for name in ("send", "timeline", "compare")),
    ]
    for who in OUTSIDERS:
        client = sign_in(who)
        for page in pages:
            assert client.get(page).status_code == 404, (who, page)
        answer = {"seen": 2, "decision": "approve"}
        assert client.post(page_of(review), answer).status_code == 404
        many = {"decision": "approve", "chosen": f"{review.pk}:2"}
        assert client.post(reverse("catalog:review_many"), many).status_code == 404
        for name in ("reviews", "drafts"):
            page = text_of(client.get(reverse(f"catalog:{name}"), {"show": "all"}))
            assert "户籍迁移信息" not in page
    review.refresh_from_db()
    assert review.status == "authority_review"


def test_many_are_decided_with_a_report_of_each(sign_in, world):
    reviews = [approved(world, new_draft(world, title=f"目录{n}")) for n in range(3)]
    client = sign_in("province_authority")
    page = text_of(client.get(reverse("catalog:reviews")))
    assert all(f'value="{one.pk}:2"' in page for one in reviews)
    address = reverse("catalog:review_many")
    chosen = [f"{reviews[0].pk}:2", f"{reviews[1].pk}:1"]
    page = text_of(client.post(address, {"chosen": chosen, "decision": "approve"}))
    assert "1 decided" in page
    assert "1 not done" in page
    assert "Somebody has done something with this version" in page
    for one, status in zip(
        reviews, ["published", "authority_review", "authority_review"], strict=True
    ):
        one.refresh_from_db()
        assert one.status == status
    page = text_of(client.post(address, {"chosen": chosen[1:]}), 422)
    assert "Choose what you decide." in page
    assert client.post(address, {"decision": "approve"}).status_code == 302
    chosen = [f"{reviews[2].pk}:2"]
    page = text_of(client.post(address, {"chosen": chosen, "decision": "return", "text": ""}), 422)
    assert "A return says what has to change." in page


def test_a_head_approves_many_with_the_checks_recorded_for_each(sign_in, world):
    later = world.now + timedelta(days=30)
    reviews = [send(world, new_draft(world, title=f"目录{n}"), wanted_at=later) for n in range(2)]
    client = sign_in("provider_head")
    assert 'name="secrecy_outcome"' in text_of(client.get(reverse("catalog:reviews")))
    address = reverse("catalog:review_many")
    chosen = {"chosen": [f"{one.pk}:1" for one in reviews]}
    page = text_of(
        client.post(address, chosen | {"decision": "approve", "privacy_by": "法制处"}), 422
    )
    assert "The outcome of the secrecy review is missing." in page
    assert 'value="法制处"' in page
    assert "2 decided" in text_of(client.post(address, chosen | HEAD_ANSWER))
    for one in reviews:
        one.refresh_from_db()
        assert one.status == "authority_review"
        assert one.steps.get(command="approve").checks.count() == 2


def test_the_steward_sends_many_with_a_report_of_each(sign_in, world):
    good, faulty = new_draft(world, title="可以送审"), new_draft(world, title="缺摘要", abstract="")
    again = returned(world, title="已退回的")
    client = sign_in("steward")
    page = text_of(client.get(reverse("catalog:drafts")))
    chosen = [f"{good.pk}:0", f"{faulty.pk}:0", f"{again.version_id}:2"]
    assert all(f'value="{one}"' in page for one in chosen)
    address = reverse("catalog:send_many")
    page = text_of(client.post(address, {"chosen": chosen}))
    assert "2 sent" in page
    assert "1 not done" in page
    assert "The abstract is empty." in page
    states = PublicationReview.objects.order_by("version_id").values_list("version_id", "status")
    assert dict(states) == {good.pk: "head_review", again.version_id: "head_review"}
    page = text_of(client.post(address, {"chosen": chosen[:1]}))
    assert "Somebody has done something with this version" in page
    foreign = sign_in("clerk").post(address, {"chosen": [f"{faulty.pk}:0"]})
    assert foreign["Location"] == reverse("catalog:drafts")


def test_the_own_list_says_what_to_do_next(sign_in, world):
    new_draft(world, title="从未送审")
    returned(world, title="已退回的")
    approved(world, new_draft(world, title="在主管部门"))
    client = sign_in("steward")
    page = text_of(client.get(reverse("catalog:drafts")))
    for expected in [
        "Complete it, then send it for review.",
        "Correct what the remarks say, then send it again.",
        "The competent authority reviews and publishes.",
    ]:
        assert expected in page
    page = text_of(client.get(reverse("catalog:drafts"), {"show": "returned"}))
    assert "已退回的" in page
    assert "从未送审" not in page
    assert "在主管部门" in text_of(client.get(reverse("catalog:drafts"), {"show": "review"}))


def test_versions_are_compared_by_item_for_readers_of_the_catalog(sign_in, world):
    first = published(world)
    steward = world.people["steward"]
    second = actions.revise(by=steward, resource=first.resource, now=world.now)
    items = [
        {"key": "note", "name": "备注", "data_type": "M", "grade": 1},
        {**ITEMS[0], "length": 90},
    ]
    actions.save_draft(
        by=steward, version=second, content={"update_cycle": "weekly"}, items=items, now=world.now
    )
    address = reverse("catalog:compare", args=[first.resource_id])
    assert sign_in("clerk").get(address, {"from": 1, "to": 2}).status_code == 404
    review = approved(world, second)
    page = text_of(sign_in("province_reviewer").get(page_of(review)))
    assert "items added: 1, removed: 1, changed: 1" in page
    give(world, review, "province_reviewer", Order(Command.APPROVE))
    page = text_of(sign_in("clerk").get(address, {"from": 1, "to": 2}))
    assert "<del>every day</del>" in page
    assert "<ins>every week</ins>" in page
    for word in ("added", "removed", "changed"):
        assert f"</svg>{word}</span>" in page
    entry = text_of(sign_in("clerk").get(reverse("catalog:entry", args=[first.resource_id])))
    assert f"{address}?to=2" in entry
    page = text_of(sign_in("clerk").get(address, {"from": 2, "to": 2}))
    assert "The two versions are the same." in page
    assert sign_in("clerk").get(address, {"from": 1, "to": 9}).status_code == 404


def test_the_timeline_tells_every_step_to_the_managers(sign_in, world):
    review = published(world)
    page = text_of(sign_in("steward").get(reverse("catalog:timeline", args=[review.resource_id])))
    for expected in [
        "Reviewed and published",
        "Approved by the department",
        "Sent for review",
        "保密办 何志强",
    ]:
        assert expected in page
    page = text_of(sign_in("steward").get(reverse("catalog:timeline", args=[world.resource.pk])))
    assert "No version of this entry was reviewed here" in page


def test_the_entry_page_leads_to_the_review_for_managers_only(sign_in, world):
    steward = world.people["steward"]
    draft = actions.revise(by=steward, resource=world.resource, now=world.now)
    content = {"classification": "307001"}
    actions.save_draft(by=steward, version=draft, content=content, now=world.now)
    address = reverse("catalog:entry", args=[world.resource.pk])
    send_page = reverse("catalog:send", args=[world.resource.pk])
    assert send_page in text_of(sign_in("steward").get(address))
    review = send(world, draft)
    page = text_of(sign_in("steward").get(address))
    assert page_of(review) in page
    assert send_page not in page
    assert page_of(review) not in text_of(sign_in("clerk").get(address))


@pytest.mark.parametrize("chinese", [True, False], ids=["zh", "en"])
def test_every_page_reads_in_both_languages(sign_in, world, chinese):
    review = returned(world)
    waiting = approved(world, new_draft(world, title="等待审核"))
    address = reverse("catalog:compare", args=[review.resource_id])
    steward = sign_in("steward", chinese=chinese)
    pages = [reverse("catalog:drafts"), reverse("catalog:send", args=[review.resource_id]), address,
             reverse("catalog:timeline", args=[review.resource_id]), page_of(review)]  # fmt: skip
    texts = [text_of(steward.get(page)) for page in pages]
    reviewer = sign_in("province_reviewer", chinese=chinese)
    texts += [
        text_of(reviewer.get(page)) for page in (reverse("catalog:reviews"), page_of(waiting))
    ]
    lang = '<html lang="zh-Hans"' if chinese else '<html lang="en"'
    for text in texts:
        assert lang in text


@pytest.mark.parametrize("name", ["reviews", "drafts"])
def test_lists_take_the_same_few_queries_however_long(sign_in, world, name):
    client = sign_in("provider_head")
    counts = []
    for number in range(12):
        send(world, new_draft(world, title=f"目录{number}"))
        if number in {1, 11}:
            with CaptureQueriesContext(connection) as queries:
                text_of(client.get(reverse(f"catalog:{name}")))
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 40


def test_long_texts_show_only_what_differs_and_short_ones_the_whole_value():
    old, new = "省内和跨省户口迁入、迁出登记。", "省内和跨省户口迁入、迁出登记，含曾用名。"
    change = ShownChange("", old, new)
    assert [part.text for part in change.new_parts if part.differs] == ["，含曾用名"]
    assert "".join(part.text for part in change.new_parts) == new
    assert "".join(part.text for part in change.old_parts) == old
    assert [part.differs for part in ShownChange("", "每日", "每周").new_parts] == [True]


def test_remarks_at_very_many_items_are_asked_for_all_together():
    few, many = ([DataItem(key=f"k{n}", name="n") for n in range(count)] for count in (3, 501))
    assert "items[k0]" in dict(remark_places(few))
    assert "items[k0]" not in dict(remark_places(many))
    assert "items" in dict(remark_places(many))
