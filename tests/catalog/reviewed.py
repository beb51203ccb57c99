"""A version on its way: what the tests of the life cycle share."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog import actions
from catalog.lifecycle.terms import Check, CheckKind, Command, Order, Outcome, Remark
from catalog.models import PublicationReview, ResourceVersion
from portal.invariants import verify
from portal.notices.models import Notice
from tests.catalog.test_publishing import GOOD, ITEMS
from tests.world import World

CONTENT = {name: value for name, value in GOOD.items() if value is not True}
"""A version without faults; nothing is approved yet."""
CHECKS = (
    Check(CheckKind.SECRECY, Outcome.CLEAR, "保密办 何志强", date(2026, 1, 5), "不涉及"),
    Check(CheckKind.PRIVACY, Outcome.ACCEPTABLE, "法制处", date(2026, 1, 6), "影响评估报告已存档"),
)
APPROVE = Order(Command.APPROVE, checks=CHECKS)


def new_draft(world: World, *, items: Any = ITEMS, **changes: object) -> ResourceVersion:
    """A draft of the police, without faults unless ``changes`` make some."""
    return actions.create_draft(
        by=world.people["steward"], provider=world.departments["police"],
        content=CONTENT | changes, items=items, now=world.now,
    )  # fmt: skip


def send(
    world: World, version: ResourceVersion, by: str = "steward", **sending: Any
) -> PublicationReview:
    """Send it as it is now."""
    known = PublicationReview.objects.filter(version=version).first()
    sending.setdefault("seen", known.step_count if known else 0)
    return actions.send(
        by=world.people[by], version=version, sending=actions.Sending(**sending), now=world.now
    )


def give(
    world: World, review: PublicationReview, by: str, order: Order, now: datetime | None = None
) -> PublicationReview:
    """Give an order on the state as it is now."""
    seen = PublicationReview.objects.get(pk=review.pk).step_count
    order = Order(
        order.command, seen, order.text, order.remarks, order.checks, order.publish_at, order.mark
    )
    return actions.execute(
        by=world.people[by], review_id=review.pk, order=order, now=now or world.now
    )


def approved(world: World, version: ResourceVersion | None = None, **sending: Any):
    """A version that the department has approved."""
    review = send(world, version or new_draft(world), **sending)
    return give(world, review, "provider_head", APPROVE)


def published(world: World, version: ResourceVersion | None = None) -> PublicationReview:
    """A version that went the whole way."""
    return give(world, approved(world, version), "province_reviewer", Order(Command.APPROVE))


def returned(world: World, **changes: object) -> PublicationReview:
    """A version that the head returned with remarks."""
    order = Order(
        Command.RETURN, text="摘要太笼统", remarks=(Remark("items[name]", "请写明是否含曾用名"),)
    )
    return give(world, send(world, new_draft(world, **changes)), "provider_head", order)


NUMBERS = (44, 45)


@pytest.fixture(autouse=True)
def invariants_hold(world: World):
    """Whatever a test did, what must always hold still holds."""
    yield
    if connection.needs_rollback:
        return
    for number in NUMBERS:
        assert verify(number, timezone.now()) == []


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("official__username", flat=True))


def reason(refused) -> str:
    return refused.value.reason
