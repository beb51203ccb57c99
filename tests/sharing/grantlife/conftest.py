"""Fixtures: an active grant, and one step of its life in a line."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sharing.granting import execute_on_grant
from sharing.grantlife.commands import Command
from sharing.models import Grant
from tests.sharing.api.conftest import call  # noqa: F401 - a fixture
from tests.sharing.pages.conftest import enter  # noqa: F401 - a fixture
from tests.world import World, granted

Step = Callable[..., Grant]


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


@pytest.fixture
def step(world: World, grant: Grant) -> Step:
    """``step("steward", Restore(), days=3)``: that person gives the command so many days later."""

    def give(person: str, command: Command, *, days: int = 0) -> Grant:
        return execute_on_grant(
            by=world.people[person], grant_id=grant.pk, command=command,
            now=world.now + timedelta(days=days),
        )  # fmt: skip

    return give
