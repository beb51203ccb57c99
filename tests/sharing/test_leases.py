"""Who works on a pull: claims, leases, fencing numbers, and sweeping after the dead."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from catalog.actions import withdraw
from catalog.models import DataSource, Resource
from portal.models import OutboxMessage
from portal.notices.models import Notice
from sharing.models import Grant, Pull
from sharing.pulling import Claim, beat, claim, fail, leases, request_pull, run, sweep
from tests.sharing.test_pull_faults import lapse, words
from tests.world import World, granted


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


@pytest.fixture
def pull(attached: World, grant: Grant) -> Pull:
    return request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)


# --- leases and fencing ---------------------------------------------------------------------


def test_claim_is_exclusive_until_the_lease_ends(attached: World, pull: Pull):
    first = claim(pull.pk, now=timezone.now())
    assert first == Claim(pull.pk, 1)
    assert claim(pull.pk, now=timezone.now()) is None
    lapse(pull)
    assert claim(pull.pk, now=timezone.now()) == Claim(pull.pk, 2)


def test_stale_worker_changes_nothing(attached: World, pull: Pull):
    stale = claim(pull.pk, now=timezone.now())
    lapse(pull)
    fresh = claim(pull.pk, now=timezone.now())
    now = timezone.now()
    assert not beat(stale, phase="extracting", now=now)
    assert fail(stale, code="internal", detail={}, retryable=False, now=now) is None
    leases.let_go(stale, now=now)
    pull.refresh_from_db()
    assert (pull.status, pull.token) == ("claimed", 2)
    assert beat(fresh, phase="extracting", rows=5, now=now)


def test_lease_from_a_wrong_clock_counts_as_ended(attached: World, pull: Pull):
    claim(pull.pk, now=timezone.now())
    Pull.objects.filter(pk=pull.pk).update(lease_until=timezone.now() + timedelta(days=1))
    assert claim(pull.pk, now=timezone.now()) == Claim(pull.pk, 2)


def test_beat_asks_for_the_grant(attached: World, pull: Pull):
    held = claim(pull.pk, now=timezone.now())
    assert beat(held, phase="extracting", now=timezone.now())
    assert not beat(held, phase="extracting", now=timezone.now() + timedelta(days=400))
    Resource.objects.update(status="withdrawn")
    assert not beat(held, phase="extracting", now=timezone.now())
    leases.let_go(held, now=timezone.now())
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("cancelled", "source_suspended")


def test_expired_grant_is_not_claimed(attached: World, pull: Pull):
    assert claim(pull.pk, now=timezone.now() + timedelta(days=400)) is None


def test_sessions_at_a_source_are_counted(attached: World, pull: Pull):
    DataSource.objects.update(max_sessions=1)
    other = granted(attached, use_scenario="另一场景")
    second = request_pull(by=attached.people["clerk"], grant_id=other.pk, now=attached.now)
    first = claim(pull.pk, now=timezone.now())
    assert first is not None
    assert claim(second.pk, now=timezone.now()) is None
    OutboxMessage.objects.all().delete()
    fail(first, code="internal", detail={}, retryable=False, now=timezone.now())
    woken = OutboxMessage.objects.filter(task="sharing.run_pull").values_list("args", flat=True)
    assert list(woken) == [[str(second.pk)]]
    assert claim(second.pk, now=timezone.now()) is not None


# --- sweeping -------------------------------------------------------------------------------


def test_sweep_takes_a_pull_from_a_dead_worker(attached: World, pull: Pull):
    claim(pull.pk, now=timezone.now())
    assert sweep(timezone.now()).released == 0
    lapse(pull)
    OutboxMessage.objects.all().delete()
    assert sweep(timezone.now()).released == 1
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("queued", "worker_lost")
    assert OutboxMessage.objects.filter(task="sharing.run_pull").exists()
    assert run(pull.pk, clock=timezone.now) is not None


def test_pull_that_kills_its_worker_is_given_up(attached: World, pull: Pull):
    for _attempt in range(settings.PULL_ATTEMPTS):
        assert claim(pull.pk, now=timezone.now()) is not None
        lapse(pull)
        sweep(timezone.now())
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("quarantined", "worker_lost")
    assert claim(pull.pk, now=timezone.now()) is None
    assert Notice.objects.filter(kind="pull.given_up").count() == 2


def test_lost_wake_up_is_sent_again_once(attached: World, pull: Pull):
    assert sweep(timezone.now()).woken == 0  # the first one is still on its way
    OutboxMessage.objects.all().delete()
    assert sweep(timezone.now()).woken == 1
    assert sweep(timezone.now()).woken == 0
    OutboxMessage.objects.update(published_at=timezone.now() - timedelta(minutes=5))
    assert sweep(timezone.now()).woken == 1


def test_withdrawal_ends_pulls_at_once(attached: World, pull: Pull):
    steward = attached.people["steward"]
    withdraw(by=steward, resource=attached.resource, reason="停用", now=attached.now)
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("cancelled", "entry_withdrawn")
    assert words(pull)
    told = Notice.objects.filter(kind="grant.entry_withdrawn")
    assert {notice.official.username for notice in told} == {"clerk", "office_head"}


def test_sweep_ends_pulls_without_a_right(attached: World, pull: Pull):
    Resource.objects.update(status="withdrawn")
    assert sweep(timezone.now()).stopped == 1
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("cancelled", "grant_not_in_force")


def test_orphans_are_removed_and_the_rest_stays(attached: World, pull: Pull, grant: Grant):
    delivery = run(pull.pk, clock=timezone.now)
    place = Path(settings.DELIVERY_ROOT)
    kept = (place / delivery.files.get(format="csv").path).parent
    orphan = place / "published" / f"{grant.pk}-7"
    part = place / "staging" / f"{pull.pk}-9.part"
    for folder in (orphan, part):
        folder.mkdir(parents=True)
    assert sweep(timezone.now()).folders == 0  # too young: their transaction may still be open
    assert sweep(timezone.now() + timedelta(hours=2)).folders >= 2
    assert kept.is_dir()
    assert not orphan.exists()
    assert not part.exists()
