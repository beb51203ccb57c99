"""What tests of policies share: shortcuts to a version in force and a signed-in client."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from portal.invariants import verify
from portal.organisation.models import Role
from sharing import invariants as _own  # noqa: F401 - registers them
from sharing.actions import policies
from sharing.models import ChainPolicy
from tests.world import World, hire

CHECKED = (1, 2, 3, 5, 6, 7, 8, 25, 32, 35, 70, 71, 72)


@pytest.fixture
def in_force(world: World):
    """Put the next version of a policy in force as of today, by two people."""

    def make(name: str = "default", region: str = "", **changes: object) -> ChainPolicy:
        by, place = world.people["secadmin"], world.regions.get(region)
        policy = policies.draft_version(by=by, name=name, region=place, now=world.now)
        rules = {**policy.definition}
        for key, value in changes.items():
            rules[key] = {**rules[key], **value} if isinstance(value, dict) else value
        policies.change_draft(by=by, policy=policy, definition=rules, note="试", now=world.now)
        policies.put_forward(by=by, policy=policy, valid_from=world.today, now=world.now)
        second = world.people["province_authority"]
        return policies.confirm(by=second, policy=policy, now=world.now)

    return make


@pytest.fixture
def emergencies_allowed(in_force) -> ChainPolicy:
    return in_force(emergencies={"days": 3})


@pytest.fixture
def other_secadmin(world: World):
    return hire(world, "secadmin2", "county_bureau", Role.SECADMIN, "另一位安全管理员")


@pytest.fixture
def enter(world: World):
    def client_of(person: str) -> Client:
        official = world.people[person]
        official.is_staff = True
        official.save(update_fields=["is_staff"])
        client = Client()
        client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


@pytest.fixture
def later(world: World):
    def move(days: int):
        return world.now + timedelta(days=days)

    return move


def broken(now: datetime) -> list[str]:
    """Every violation of the invariants that policies, rules and emergencies could break."""
    return [f"{n}: {one.obj} {one.message}" for n in CHECKED for one in verify(n, now)]
