"""Two at once on one grant, with real connections: one wins, the other is told why."""

import pytest
from django.utils import timezone

from portal.errors import NotAllowed, PortalError
from portal.invariants import verify
from sharing.granting import execute_on_grant
from sharing.grantlife import commands as c
from sharing.models import Delivery, Grant, GrantEvent
from sharing.pulling import request_pull, run
from tests.sharing.test_races import at_once
from tests.world import World, granted

ROUNDS = 5


@pytest.fixture
def grant(live_world: World) -> Grant:
    return granted(live_world)


def give(world: World, grant: Grant, person: str, command: c.Command):
    return lambda: execute_on_grant(
        by=world.people[person], grant_id=grant.pk, command=command, now=timezone.now()
    )


def sound() -> bool:
    return not [n for n in (1, 2, 4, 14, 32, 35, 62, 63) if verify(n, timezone.now())]


def test_two_stops_at_once(live_world: World, grant: Grant):
    for _round in range(ROUNDS):
        by_two = [
            give(live_world, grant, "steward", c.EmergencyStop(reason="风险")),
            give(live_world, grant, "provider_office", c.EmergencyStop(reason="风险")),
        ]
        results = at_once(*by_two)
        (lost,) = [one for one in results if isinstance(one, PortalError)]
        assert lost.reason == "not_now"
        give(live_world, grant, "steward", c.Restore())()
    assert GrantEvent.objects.filter(kind="suspended").count() == ROUNDS
    assert sound()


def test_renewal_against_termination(live_world: World, grant: Grant, settings):
    """Whoever comes second sees the first; an ended grant is never renewed."""
    settings.GRANT_RENEWAL_DAYS = 400
    until = grant.ends_on.replace(year=grant.ends_on.year + 1)
    give(live_world, grant, "clerk", c.AskRenewal(until=until, use="u", results="r"))()
    give(live_world, grant, "steward", c.EndorseRenewal())()
    consent = give(live_world, grant, "provider_office", c.ConsentRenewal())
    results = at_once(consent, give(live_world, grant, "colleague", c.GiveUp(reason="x")))
    grant.refresh_from_db()
    assert grant.status == "terminated"
    renewed = GrantEvent.objects.filter(kind="renewed").exists()
    assert renewed is not isinstance(results[0], NotAllowed)
    assert (grant.ends_on == until) is renewed
    assert sound()


def test_narrowing_while_a_pull_runs(live_world: World, grant: Grant):
    """What is published was published before the narrowing, or holds no more than is left."""
    clerk = live_world.people["clerk"]
    for keep in (("id_number", "name", "birth_date"), ("name", "birth_date"), ("name",)):
        pull = request_pull(by=clerk, grant_id=grant.pk, now=timezone.now())
        narrow = give(live_world, grant, "colleague", c.Narrow(keep=keep))
        at_once(lambda pull=pull: run(pull.pk, clock=timezone.now), narrow)
        pull.refresh_from_db()
        assert pull.status in {"published", "cancelled"}
        assert Delivery.objects.filter(pull=pull).exists() is (pull.status == "published")
        assert sound()
