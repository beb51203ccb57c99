"""Complaints over REST: for the authority that has them, never the contact."""

from uuid import uuid4

import pytest

from portal.ledger.models import Entry
from sharing.models import Concern
from tests.sharing.concerns.desk import assigned, complaint, correction
from tests.world import World

COMPLAINTS = "/api/v1/complaints/"


@pytest.fixture
def order(call):
    def send(who: str, found: Concern, command: str, **more: object):
        seen = more.pop("seen", Concern.objects.get(pk=found.pk).event_count)
        key = {"Idempotency-Key": str(uuid4())}
        body = {"command": command, "seen": seen, **more}
        return call(who, "POST", f"{COMPLAINTS}{found.pk}/commands/", body, **key)

    return send


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("county_authority", 200), ("county_reviewer", 200), ("city_authority", 404),
        ("province_authority", 404), ("clerk", 404), ("steward", 404), ("sysadmin", 404), ("", 401),
    ],
)  # fmt: skip
def test_who_sees_one(call, world: World, person, status):
    found = complaint(world).concern
    answer = call(person, "GET", f"{COMPLAINTS}{found.pk}/")
    assert answer.status_code == status
    listed = call(person, "GET", COMPLAINTS)
    if person:
        assert bool(listed.json()["results"]) is (status == 200)
    if status == 200:
        assert answer.json()["text"] == found.text
        assert answer.json()["has_contact"] is True
    for text in (answer.content.decode(), listed.content.decode()):
        assert "13812345678" not in text
    assert "索要" not in listed.content.decode(), "lists do not repeat what was written"


def test_giving_it_to_somebody_and_answering(call, world: World, order):
    found = complaint(world).concern
    stranger = order("county_authority", found, "assign", person=world.people["clerk"].pk)
    assert stranger.status_code == 422
    assert stranger.json()["errors"][0]["attr"] == "person"
    handler = world.people["county_reviewer"]
    given = order("county_authority", found, "assign", person=handler.pk)
    assert given.status_code == 200, given.content
    assert given.json()["complaint"]["assignee"]["id"] == handler.pk
    stale = order("county_reviewer", found, "answer", text="已处理", seen=0)
    assert stale.status_code == 409
    assert stale.json()["type"].endswith(":stale")
    empty = order("county_reviewer", found, "answer")
    assert empty.status_code == 422
    assert order("county_reviewer", found, "answer", text="已处理").json()["status"] == "answered"
    shown = call("county_reviewer", "GET", f"{COMPLAINTS}{found.pk}/").json()
    assert not any(one["allowed"] for one in shown["commands"].values())
    assert all(one["reason"] for one in shown["commands"].values())


def test_passing_it_on_takes_it_out_of_sight(call, world: World, order):
    found = complaint(world).concern
    target = world.departments["city_bureau"].pk
    answer = order("county_authority", found, "forward", target=target, text="属市局管理")
    assert answer.status_code == 200, answer.content
    assert answer.json()["complaint"] is None
    assert call("county_authority", "GET", f"{COMPLAINTS}{found.pk}/").status_code == 404
    assert call("city_authority", "GET", f"{COMPLAINTS}{found.pk}/").status_code == 200


def test_reading_over_rest_reads_no_contact(call, world: World):
    found = assigned(world).concern
    assert call("county_reviewer", "GET", f"{COMPLAINTS}{found.pk}/").status_code == 200
    assert call("county_reviewer", "GET", f"{COMPLAINTS}{found.pk}/contact/").status_code == 404
    assert not Entry.objects.filter(kind="complaint.contact_read").exists()


def test_kinds_are_kept_apart(call, world: World):
    other = correction(world)
    assert call("clerk", "GET", f"{COMPLAINTS}{other.pk}/").status_code == 404
    body = {"command": "answer", "seen": 0, "text": "x"}
    assert call("clerk", "POST", f"{COMPLAINTS}{other.pk}/commands/", body).status_code == 404
    found = complaint(world).concern
    assert call("county_authority", "GET", f"/api/v1/concerns/{found.pk}/").status_code == 404
    read = call(
        "county_authority", "POST", f"{COMPLAINTS}{found.pk}/commands/", body, scopes=["read"]
    )
    assert read.status_code == 403
