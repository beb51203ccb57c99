"""Complaints: contacts, codes, who handles them."""

import json
from datetime import timedelta

import pytest

from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from sharing.actions.complaints import (
    erase_contacts,
    read_contact,
    receive_complaint,
    state_of_complaint,
)
from sharing.approval.terms import Person
from sharing.disputes.terms import Verb
from sharing.models import (
    ComplaintContact,
    Concern,
)
from tests.sharing.concerns.desk import (
    act,
    assigned,
    complaint,
    faults,
    sees,
    told,
)
from tests.world import World


def test_a_complaint_is_for_its_authority_only(world: World):
    received = complaint(world)
    assert told(world, "county_authority") == ["concern.to_answer"]
    assert sees(world, "county_authority", received.concern)
    for person in ("clerk", "steward", "city_authority", "province_authority", "county_clerk"):
        assert not sees(world, person, received.concern)
    assert complaint(world, by="clerk").concern.raiser == world.people["clerk"]
    with pytest.raises(Forbidden):
        complaint(world, by="sysadmin")
    with pytest.raises(Invalid) as caught:
        receive_complaint(by=None, authority_id=0, text="", contact="x" * 201, now=world.now)
    assert faults(caught) == {"authority", "text", "contact"}


def test_a_contact_is_encrypted_read_by_its_handler_and_each_reading_recorded(world: World):
    received = assigned(world)
    contact = ComplaintContact.objects.get(concern=received.concern)
    assert bytes(contact.sealed).startswith(b"v1.")
    assert b"13812345678" not in bytes(contact.sealed)
    pk = received.concern.pk
    with pytest.raises(Forbidden):
        read_contact(by=world.people["county_authority"], concern_id=pk, now=world.now)
    with pytest.raises(NotVisible):
        read_contact(by=world.people["steward"], concern_id=pk, now=world.now)
    assert not Entry.objects.filter(kind="complaint.contact_read").exists()
    reader = world.people["county_reviewer"]
    assert read_contact(by=reader, concern_id=pk, now=world.now) == "13812345678"
    entry = Entry.objects.get(kind="complaint.contact_read")
    assert (entry.actor, "138" in json.dumps(entry.data)) == (reader, False)


def test_a_contact_is_erased_after_its_time(world: World, settings):
    received = assigned(world)
    act(world, received.concern, "county_reviewer", Verb.ANSWER, text="已处理")
    days = timedelta(days=settings.COMPLAINT_CONTACT_DAYS)
    assert erase_contacts(world.now + days - timedelta(hours=1)) == 0
    assert erase_contacts(world.now + days) == 1
    assert erase_contacts(world.now + days) == 0
    contact = ComplaintContact.objects.get(concern=received.concern)
    assert contact.sealed is None
    with pytest.raises(NotAllowed):
        read_contact(
            by=world.people["county_reviewer"], concern_id=received.concern.pk, now=world.now
        )
    assert Entry.objects.filter(kind="complaint.contact_erased").count() == 1


def test_the_code_tells_the_state_and_nothing_personal(world: World):
    received = assigned(world)
    assert received.code not in json.dumps(list(Concern.objects.values("receipt", "number")))
    found = state_of_complaint(received.code.lower().replace("-", " "))
    assert (found.number, found.answer) == (received.concern.number, "")
    act(world, received.concern, "county_reviewer", Verb.ANSWER, text="已责令改正")
    found = state_of_complaint(received.code)
    assert found.answer == "已责令改正"
    assert "13812345678" not in repr(found)
    assert world.people["county_reviewer"].full_name not in repr(found)
    with pytest.raises(NotVisible):
        state_of_complaint("AAAA-AAAA-AAAA-AAAA")


def test_a_complaint_goes_to_an_official_of_the_authority_or_to_another_one(world: World):
    received = complaint(world)
    stranger = world.people["steward"]
    with pytest.raises(Invalid) as caught:
        act(
            world, received.concern, "county_authority", Verb.ASSIGN,
            person=Person(stranger.pk, stranger.full_name),
        )  # fmt: skip
    assert faults(caught) == {"person"}
    with pytest.raises(Invalid):
        act(
            world, received.concern, "county_authority", Verb.FORWARD,
            target=world.departments["police"].pk,
        )  # fmt: skip
    moved = act(
        world, received.concern, "county_authority", Verb.FORWARD,
        target=world.departments["city_bureau"].pk,
    )  # fmt: skip
    assert (moved.status, moved.authority) == ("received", world.departments["city_bureau"])
    assert not sees(world, "county_authority", moved)
