"""Pages and REST of the desk, asked by everybody; the public form and those who abuse it."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from catalog.actions import set_visibility
from portal.invariants import verify
from sharing import invariants  # noqa: F401 - registers them
from sharing.actions.complaints import receive_complaint
from sharing.approval.terms import Person
from sharing.disputes.terms import Verb
from sharing.models import ComplaintContact, Concern, ConcernTask, Delivery
from tests.sharing.concerns.desk import (
    SECRET,
    act,
    corrected,
    correction,
    dispute,
    objection,
    refused_item,
)
from tests.world import World, granted

NAMES = {
    "desk", "statistics", "object", "take_in", "concern", "find_row", "contact", "dispute_concern",
    "report", "object_to_entry", "object_to_item", "dispute_item", "object_to_use", "dispute_grant",
    "complain", "complaint_received", "complaint_status",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def enter(world: World, person: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.people[person])
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"concerns:{name}", args=args)


def test_every_page_is_known_here():
    _prefix, found = get_resolver().namespace_dict["concerns"]
    assert {name for name in found.reverse_dict if isinstance(name, str)} == NAMES


# --- the desk -------------------------------------------------------------------------------


def test_raising_a_correction_and_answering_it(world: World):
    grant = granted(world)
    clerk, steward = enter(world, "clerk"), enter(world, "steward")
    assert (
        page("report", world.resource.pk)
        in clerk.get(reverse("sharing:grant", args=[grant.pk])).text
    )
    path = page("report", world.resource.pk)
    assert clerk.get(path).status_code == 200
    empty = clerk.post(path, {"department": world.departments["subdistrict"].pk})
    assert empty.status_code == 422
    assert empty.text.count("field--error") >= 1
    sent = clerk.post(
        path,
        {"department": world.departments["subdistrict"].pk, "subject": "data_wrong",
         "text": "出生日期有误", "evidence": "", "fields_wrong": ["birth_date"], "rows": SECRET},
    )  # fmt: skip
    concern = Concern.objects.get()
    assert sent.url == page("concern", concern.pk)
    shown = steward.get(sent.url).text
    assert "32**************17" in shown
    assert SECRET not in shown
    assert concern.title in steward.get(page("desk")).text
    found = steward.post(page("find_row", concern.pk), {"key": SECRET}).text
    assert '<li aria-current="true">' in found
    assert SECRET not in found
    assert (
        '<li aria-current="true">'
        not in steward.post(page("find_row", concern.pk), {"key": "x"}).text
    )
    wrong = steward.post(sent.url, {"seen": 1, "verb": "reject", "text": ""})
    assert (wrong.status_code, Concern.objects.get().event_count) == (422, 1)
    assert steward.post(sent.url, {"seen": 1, "verb": "accept", "text": ""}).status_code == 302
    stale = steward.post(sent.url, {"seen": 1, "verb": "reject", "text": "我的文字"})
    assert stale.status_code == 422
    assert "我的文字" in stale.text, "what was entered is kept"
    assert (
        steward.post(sent.url, {"seen": 2, "verb": "correct", "text": "已更正"}).status_code == 302
    )
    shown = clerk.get(sent.url).text
    assert "已更正" in shown
    task = ConcernTask.objects.get()
    done = clerk.post(sent.url, {"seen": 3, "verb": "confirm", "task": task.key, "text": ""})
    assert done.status_code == 302
    assert Concern.objects.get().status == "closed"
    assert (
        "No error has been confirmed"
        not in clerk.get(reverse("sharing:grant", args=[grant.pk])).text
    )


def test_a_delivery_fetched_before_the_correction_says_so(world: World):
    grant = granted(world)
    concern = corrected(world, correction(world, grant))
    from sharing.presenting.concerns import refetched
    from sharing.templatetags.concerns import corrected_since

    before = Delivery(grant=grant, published_at=world.now - timezone.timedelta(hours=1))
    after = Delivery(grant=grant, published_at=world.now + timezone.timedelta(hours=1))
    assert corrected_since(before)["corrections"] == [concern]
    assert corrected_since(after)["corrections"] == []
    assert refetched(concern) == {}


def test_who_does_not_see_it_gets_404_and_nobody_learns_of_hidden_entries(world: World):
    concern, item = correction(world), refused_item(world)
    people = {"stranger": 404, "county_clerk": 404, "sysadmin": 404, "clerk": 200, "steward": 200}
    for person, status in people.items():
        client = enter(world, person)
        assert client.get(page("concern", concern.pk)).status_code == status, person
        posted = client.post(page("concern", concern.pk), {"seen": 1, "verb": "take_back"})
        assert (posted.status_code == 404) == (status == 404), person
        assert (
            concern.title not in client.get(page("desk") + "?show=correction").text or status == 200
        )
    stranger = enter(world, "stranger")
    for name in ("object_to_item", "dispute_item"):
        assert stranger.get(page(name, item.pk)).status_code == 404
    for name in ("object_to_use", "dispute_grant"):
        assert stranger.get(page(name, concern.grant_id)).status_code == 404
    set_visibility(by=None, resource=world.resource, visibility="limited", now=world.now)
    for name in ("report", "object_to_entry"):
        hidden = stranger.get(page(name, world.resource.pk))
        unknown = stranger.get(page(name, uuid4()))
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert stranger.post(page(name, world.resource.pk), {}).status_code == 404
    assert stranger.get(page("statistics")).status_code == 200
    assert world.departments["police"].name not in stranger.get(page("statistics")).text


def test_administrators_raise_nothing(world: World):
    admin = enter(world, "sysadmin")
    for path in (page("report", world.resource.pk), page("object"), page("take_in")):
        assert admin.get(path).status_code in {403, 404}
    assert admin.get(page("desk")).status_code == 200


def test_a_refusal_is_disputed_from_its_page(world: World):
    item = refused_item(world)
    clerk = enter(world, "clerk")
    shown = clerk.get(reverse("sharing:application", args=[item.application_id])).text
    assert page("dispute_item", item.pk) in shown
    assert clerk.post(page("dispute_item", item.pk), {"text": ""}).status_code == 422
    assert clerk.post(page("dispute_item", item.pk), {"text": "必需"}).status_code == 302
    again = clerk.get(page("dispute_item", item.pk))
    assert again.status_code == 409
    assert enter(world, "steward").get(page("concern", Concern.objects.get().pk)).status_code == 200
    objected = clerk.post(
        page("object_to_item", item.pk),
        {"department": world.departments["subdistrict"].pk, "subject": "2.2", "text": "意见有误"},
    )
    assert objected.status_code == 302


# --- complaints -----------------------------------------------------------------------------


def complain(client: Client, world: World, **changes: object):
    data = {"authority": world.departments["county_bureau"].pk, "text": "投诉内容",
            "contact": "13812345678"} | changes  # fmt: skip
    return client.post(page("complain"), data)


def test_a_citizen_complains_without_a_sign_in_and_asks_for_the_state(world: World):
    citizen = Client(headers={"accept-language": "en"})
    assert citizen.get(page("complain")).status_code == 200
    assert complain(citizen, world).url == page("complaint_received")
    receipt = citizen.get(page("complaint_received")).text
    code = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", receipt)
    assert code is not None
    assert "13812345678" not in receipt
    assert citizen.get(page("complaint_received")).status_code == 302, "shown once"
    other = Client()
    shown = other.post(page("complaint_status"), {"code": code.group()})
    assert Concern.objects.get().number in shown.text
    assert "13812345678" not in shown.text
    assert "投诉内容" not in shown.text
    assert other.post(page("complaint_status"), {"code": "AAAA"}).status_code == 422


def test_the_public_form_is_not_abused(world: World, settings):
    settings.COMPLAINTS_PER_HOUR = 2
    settings.COMPLAINT_LOOKUPS_PER_HOUR = 3
    citizen = Client()
    assert complain(citizen, world, text="").status_code == 422, "faults are not counted"
    assert complain(citizen, world, authority=world.departments["police"].pk).status_code == 422
    assert complain(citizen, world, contact="x" * 201).status_code == 422
    assert [complain(citizen, world).status_code for _ in range(3)] == [302, 302, 429]
    assert Concern.objects.count() == 2
    from_elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert complain(from_elsewhere, world).status_code == 302
    tries = [citizen.post(page("complaint_status"), {"code": "AAAA"}).status_code for _ in range(4)]
    assert tries == [422, 422, 422, 429]
    strict = Client(enforce_csrf_checks=True)
    assert complain(strict, world).status_code == 403
    attached = Client().post(page("complain"), {"text": "x", "file": "x"})
    assert attached.status_code == 422


def test_scripts_in_a_complaint_are_text(world: World):
    complain(Client(), world, text="<script>alert(1)</script>")
    concern = Concern.objects.get()
    shown = enter(world, "county_authority").get(page("concern", concern.pk)).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_only_the_handler_sees_the_contact(world: World):
    received = receive_complaint(
        by=None, authority_id=world.departments["county_bureau"].pk, text="投诉",
        contact="13812345678", now=world.now,
    )  # fmt: skip
    who = world.people["county_reviewer"]
    act(
        world,
        received.concern,
        "county_authority",
        Verb.ASSIGN,
        person=Person(who.pk, who.full_name),
    )
    path = page("contact", received.concern.pk)
    assert enter(world, "county_authority").post(path).status_code == 403
    assert enter(world, "steward").post(path).status_code == 404
    assert (
        "13812345678"
        not in enter(world, "county_reviewer").get(page("concern", received.concern.pk)).text
    )
    assert "13812345678" in enter(world, "county_reviewer").post(path).text
    assert enter(world, "county_reviewer").get(path).status_code == 405


def test_an_official_takes_a_complaint_in(world: World):
    clerk = enter(world, "clerk")
    sent = clerk.post(
        page("take_in"), {"authority": world.departments["county_bureau"].pk, "text": "代为登记"}
    )
    assert sent.url == page("complaint_received")
    assert Concern.objects.get().raiser == world.people["clerk"]
    assert not ComplaintContact.objects.exists()


# --- REST -----------------------------------------------------------------------------------


def test_rest(world: World):
    grant = granted(world)
    clerk, steward = enter(world, "clerk"), enter(world, "steward")
    body = {"department": world.departments["subdistrict"].pk, "entry": str(world.resource.pk),
            "subject": "data_wrong", "text": "有误", "items": ["birth_date"], "rows": [SECRET]}  # fmt: skip
    made = clerk.post("/api/v1/corrections/", body, content_type="application/json")
    assert made.status_code == 201, made.text
    assert made.json()["rows"] == ["32**************17"]
    path = f"/api/v1/concerns/{made.json()['id']}/"
    assert steward.get(path).json()["commands"]["accept"]["allowed"] is True
    assert clerk.get(path).json()["commands"]["accept"] == {
        "allowed": False, "code": "not_yours",
        "reason": clerk.get(path).json()["commands"]["accept"]["reason"],
    }  # fmt: skip
    ordered = steward.post(
        path + "commands/", {"command": "accept", "seen": 1}, content_type="application/json"
    )
    assert ordered.json()["status"] == "verifying"
    stale = steward.post(
        path + "commands/", {"command": "correct", "seen": 1}, content_type="application/json"
    )
    assert (stale.status_code, stale.json()["type"].split(":")[-1]) == (409, "stale")
    lacking = steward.post(
        path + "commands/", {"command": "correct", "seen": 2}, content_type="application/json"
    )
    assert lacking.status_code == 422
    stranger = enter(world, "stranger")
    assert stranger.get(path).status_code == 404
    for kind in ("corrections", "objections", "disputes"):
        assert stranger.get(f"/api/v1/{kind}/").json()["results"] == []
    assert len(clerk.get("/api/v1/corrections/").json()["results"]) == 1
    objected = clerk.post(
        "/api/v1/objections/",
        {"department": world.departments["subdistrict"].pk, "subject": "3.2", "text": "质量差",
         "grant": str(grant.pk)},
        content_type="application/json",
    )  # fmt: skip
    assert objected.status_code == 201
    refused = clerk.post(
        "/api/v1/disputes/", {"text": "x", "grant": str(grant.pk)}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (
        409,
        "nothing_to_dispute",
    )
    received = receive_complaint(
        by=None, authority_id=world.departments["county_bureau"].pk, text="投诉", now=world.now
    )
    head = enter(world, "county_authority")
    assert head.get(f"/api/v1/concerns/{received.concern.pk}/").status_code == 404


# --- invariants -----------------------------------------------------------------------------


def test_invariants_hold_and_are_broken(world: World):
    concern = corrected(world, correction(world))
    quarrel = dispute(world)
    objection(world)
    received = receive_complaint(
        by=None, authority_id=world.departments["county_bureau"].pk, text="投诉", contact="1",
        now=world.now,
    )  # fmt: skip
    for number in (65, 66, 67, 68):
        assert verify(number, world.now) == [], number
    Concern.objects.filter(pk=concern.pk).update(status="closed")
    assert [one.obj for one in verify(65, world.now)] == [concern.number]
    ConcernTask.objects.filter(concern=concern).delete()
    assert [one.obj for one in verify(66, world.now)] == [concern.number]
    from sharing import concerns
    from sharing.disputes.events import DecisionRecorded

    by = concerns.signature(concerns.load(quarrel).events[0])
    leap = DecisionRecorded(at=world.now, by=by, number="1", decided_on=world.today, text="跳过")
    concerns.append(Concern.objects.get(pk=quarrel.pk), [leap])
    assert [one.obj for one in verify(67, world.now)] == [quarrel.number]
    ComplaintContact.objects.filter(concern=received.concern).update(sealed=b"13812345678")
    assert [one.obj for one in verify(68, world.now)] == [received.concern.number]
