"""A case that stands still, and looking at it on later days."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal.notices.models import Notice
from portal.worktime.access import calendar
from sharing.models import ApplicationItem
from tests.world import SIGNERS, World, sign, submitted_item

Told = Callable[[str], list[str]]


@pytest.fixture
def told() -> Told:
    """User names of who was told of a kind, in the order of telling."""

    def names(kind: str) -> list[str]:
        rows = Notice.objects.filter(kind=kind).order_by("pk")
        return list(rows.values_list("official__username", flat=True))

    return names


@pytest.fixture
def at_provider(world: World) -> ApplicationItem:
    """An item that waits for the provider's data steward."""
    item = submitted_item(world)
    for person in SIGNERS[:4]:
        item = sign(world, item, person)
    return item


def days_after(world: World, due, working_days: int) -> datetime:
    """The moment of the world's clock so many working days after ``due`` (0: on that day)."""
    day = calendar().add_working_days(due, working_days).on if working_days else due
    return world.now + timedelta(days=(day - world.today).days)
