"""Applications through the real database: drafts, sending, signing, refusing, supplementing."""

from datetime import timedelta

import pytest

from catalog.models import Resource, ResourceVersion
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from sharing import access, actions, cases
from sharing.approval.commands import Refuse, RequestSupplement, Sign, Withdraw
from sharing.approval.terms import Gap, RefusalCode
from sharing.models import Application, ApplicationItem, Grant, ItemEvent, ItemStage
from tests.world import FIELDS, SIGNERS, World, draft_application, granted, sign, submitted_item


def test_draft_is_numbered_by_region_and_day(world: World):
    first, second = draft_application(world), draft_application(world)
    prefix = f"SQ-320613100-{world.today:%Y%m%d}-"
    assert [first.number, second.number] == [prefix + "001", prefix + "002"]


def test_the_whole_chain_ends_in_a_grant(attached: World):
    item = submitted_item(attached)
    assert item.status == "home_review"
    assert [stage.status for stage in item.stages.all()] == ["open"] + ["waiting"] * 5
    for person in SIGNERS:
        stage = access.inbox(attached.people[person], attached.today).get()
        assert stage.item_id == item.pk
        sign(attached, item, person)
        assert not access.inbox(attached.people[person], attached.today).exists()
    item.refresh_from_db()
    assert item.status == "consented"
    assert item.decided_at == attached.now
    grant = Grant.objects.get(item=item)
    assert grant.status == "active"
    assert [field["key"] for field in grant.fields] == FIELDS
    assert {field["key"]: field["mask"] for field in grant.fields}["name"] == "name"
