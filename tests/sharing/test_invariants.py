"""Every invariant holds after ordinary work, and each breach is found."""


import pytest
from django.utils import timezone

from portal.invariants import invariants, verify
from sharing.models import Delivery, Grant
from sharing.pulling.requests import request_pull
from sharing.pulling.running import run
from tests.world import World, granted


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


@pytest.fixture
def delivery(attached: World, grant: Grant) -> Delivery:
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    delivery = run(pull.pk, clock=timezone.now)
    assert delivery is not None
    return delivery


def broken() -> dict[int, list]:
    return {one.number: found for one in invariants() if (found := verify(one.number, timezone.now()))}


def test_everything_holds_after_ordinary_work(attached: World, delivery: Delivery):
    assert broken() == {}
