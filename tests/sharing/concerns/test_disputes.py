"""Disputes: the ladder, and what can be disputed."""

from datetime import timedelta

import pytest

from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from sharing import concerns
from sharing.actions import execute
from sharing.actions.raising import open_dispute
from sharing.approval.commands import Refuse
from sharing.approval.terms import RefusalCode
from sharing.disputes.terms import TaskKind, Verb
from sharing.grants import suspend
from tests.sharing.concerns.desk import (
    act,
    correction,
    dispute,
    failed,
    faults,
    sees,
    told,
)
from tests.world import World, granted, submitted_item


def test_the_whole_ladder(world: World):
    concern = dispute(world)
    assert concern.authority == world.departments["province_bureau"]
    assert not sees(world, "province_reviewer", concern)
    act(world, concern, "steward", Verb.RECORD_ROUND, text="第一轮协商")
    concern = failed(world, concern)
    assert concern.status == "mediating"
    assert "dispute.to_authority" in told(world, "province_reviewer")
    assert sees(world, "province_reviewer", concern)
    for person in ("county_reviewer", "city_reviewer", "stranger"):
        assert not sees(world, person, concern)
        with pytest.raises(NotVisible):
            act(world, concern, person, Verb.GIVE_OPINION)
    act(world, concern, "province_reviewer", Verb.GIVE_OPINION)
    act(world, concern, "office_head", Verb.ACCEPT_OPINION)
    concern = act(world, concern, "provider_office", Verb.DECLINE_OPINION)
    assert concern.status == "deciding"
    with pytest.raises(Invalid) as caught:
        act(
            world, concern, "province_authority", Verb.RECORD_DECISION, number="苏政〔1〕号",
            decided_on=world.today + timedelta(days=1), orders=[TaskKind.RESTORE_GRANT],
        )  # fmt: skip
    assert faults(caught) == {"decided_on", "orders"}
    concern = act(
        world, concern, "province_authority", Verb.RECORD_DECISION, number="苏政〔1〕号",
        decided_on=world.today, orders=[TaskKind.APPLY_AGAIN, TaskKind.CORRECT_DATA],
    )  # fmt: skip
    assert concern.status == "decided"
    assert "dispute.to_carry_out" in told(world, "clerk")
    with pytest.raises(Invalid) as caught:  # the portal sees that it has not
        act(world, concern, "clerk", Verb.CONFIRM, task="apply_again")
    assert [fault.code for fault in caught.value.faults] == ["not_done"]
    concern = act(world, concern, "steward", Verb.CONFIRM, task="correct_data")
    item = concern.item
    item.application.submitted_at = world.now + timedelta(minutes=1)
    item.application.save()
    concern = act(world, concern, "clerk", Verb.CONFIRM, task="apply_again")
    assert (concern.status, concern.outcome) == ("closed", "decided")


def test_a_dispute_needs_something_to_dispute_and_is_opened_once(world: World):
    grant = granted(world)
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert caught.value.reason == "nothing_to_dispute"
    suspend(grant_id=grant.pk, by=world.people["steward"], reason="检查", now=world.now)
    first = open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert (first.grant, first.handler) == (grant, world.departments["police"])
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert caught.value.reason == "duplicate"
    with pytest.raises(Forbidden):  # the provider sees the grant, but is the other side
        open_dispute(by=world.people["steward"], text="x", grant_id=grant.pk, now=world.now)
    with pytest.raises(NotVisible):
        open_dispute(by=world.people["stranger"], text="x", grant_id=grant.pk, now=world.now)


def test_the_refusal_of_the_own_office_is_no_dispute_with_the_provider(world: World):
    item = submitted_item(world)
    refuse = Refuse(seen=item.event_count, code=RefusalCode.UNNECESSARY, text="不需要")
    execute(by=world.people["office_head"], item_id=item.pk, command=refuse, now=world.now)
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", item_id=item.pk, now=world.now)
    assert caught.value.reason == "own_refusal"


def test_a_rejected_correction_can_be_disputed(world: World):
    concern = correction(world)
    with pytest.raises(NotAllowed):
        open_dispute(by=world.people["clerk"], text="x", concern_id=concern.pk, now=world.now)
    act(world, concern, "steward", Verb.REJECT)
    opened = open_dispute(by=world.people["clerk"], text="x", concern_id=concern.pk, now=world.now)
    assert (opened.origin, opened.resource) == (concern, concern.resource)


def test_nobody_mediates_in_their_own_cause(world: World):
    bureau, office = world.departments["county_bureau"], world.departments["county_civil"]
    mediator = concerns.mediator_for(office, bureau, world.today)
    assert mediator == world.departments["city_bureau"]
    two = (world.departments["subdistrict"], office)
    assert concerns.mediator_for(*two, world.today) == bureau, "townships have none of their own"
    across = (world.departments["suzhou_civil"], office)
    assert concerns.mediator_for(*across, world.today) == world.departments["province_bureau"]
