"""Signing many at once does to each item what signing it alone does, and names every item."""

import uuid

import pytest
from django.db import connection, transaction

from portal import gathering
from portal.errors import Invalid, NotVisible
from portal.invariants import invariants, verify
from portal.ledger.models import Entry
from portal.ledger.records import digest_of
from portal.notices.models import Notice
from sharing import actions
from sharing.actions.many import MOST, Pick, judge_many, sign_many
from sharing.approval.commands import Refuse
from sharing.approval.terms import RefusalCode
from sharing.models import ApplicationItem, Counter, Grant, ItemEvent, SignOff
from tests.sharing.many.twins import entries, everything_about, sign_one_by_one, submitted
from tests.world import ITEMS, SIGNERS, World


def picks_of(items: list[ApplicationItem]) -> list[Pick]:
    fresh = ApplicationItem.objects.in_bulk([item.pk for item in items])
    return [Pick(item.pk, fresh[item.pk].event_count) for item in items]


def sign_together(world: World, items: list[ApplicationItem], person: str, **kwargs) -> SignOff:
    return sign_many(
        by=world.people[person], picks=picks_of(items), comment="同意", key=uuid.uuid4(),
        now=world.now, **kwargs,
    )  # fmt: skip


def results(report: SignOff) -> list[str]:
    return list(report.lines.values_list("result", flat=True))


@pytest.fixture
def waiting(world: World) -> list[ApplicationItem]:
    """Applications that wait for the head of the sharing office."""
    return [submitted(world, entry) for entry in entries(world, 4)]


def test_both_ways_leave_the_same_rows(world: World, waiting: list[ApplicationItem]):
    one_by_one, together = waiting[:2], waiting[2:]
    for person in SIGNERS:
        sign_one_by_one(world, one_by_one, person)
        report = sign_together(world, together, person)
        assert report.signed == report.total == 2
        for one, other in zip(one_by_one, together, strict=True):
            assert everything_about(one) == everything_about(other)
    assert results(report) == ["consented", "consented"]
    assert sorted(Grant.objects.values_list("status", flat=True)) == (
        ["active"] * 2 + ["provisioning"] * 2
    )
    assert len(set(Grant.objects.values_list("number", flat=True))) == 4
    counter = Counter.objects.get(name__startswith="GX-")
    assert counter.value == 4
    assert [one for found in invariants() for one in verify(found.number, world.now)] == []
