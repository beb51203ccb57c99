"""What goes wrong at the source, on the disk and with workers: a clear state and a clear text."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from catalog.access import take
from catalog.models import Attachment, DataSource, Resource
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from portal.notices.kinds import text_of
from portal.notices.models import Notice
from sharing import grants
from sharing.connectors.errors import ConnectorError
from sharing.models import Delivery, Grant, Pull
from sharing.pulling import Claim, beat, claim, publish, request_pull, run
from sharing.pulling.failures import explain
from sharing.pulls.errors import PullFailed
from tests.world import SourceDatabase, World, granted


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


@pytest.fixture
def pull(attached: World, grant: Grant) -> Pull:
    return request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)


def after_run(pull: Pull) -> Pull:
    run(pull.pk, clock=timezone.now)
    pull.refresh_from_db()
    assert not Delivery.objects.exists()
    assert not list((Path(settings.DELIVERY_ROOT) / "staging").glob(f"{pull.pk}*"))
    return pull


def words(pull: Pull) -> str:
    found = explain(pull.failure_code, pull.failure_detail)
    assert found.remedy
    return found.text


def lapse(pull: Pull, seconds: int = 1) -> None:
    """The worker has been silent for longer than its lease."""
    Pull.objects.filter(pk=pull.pk).update(lease_until=timezone.now() - timedelta(seconds=seconds))


# --- the source -----------------------------------------------------------------------------


def test_missing_column_is_named(attached: World, pull: Pull):
    place = Attachment.objects.get()
    place.columns["birth_date"] = "born_on"
    place.save()
    after_run(pull)
    assert (pull.status, pull.failure_code) == ("quarantined", "schema_drift")
    assert "born_on" in words(pull)
    told = Notice.objects.filter(kind="pull.given_up").order_by("official__username")
    assert [notice.official.username for notice in told] == ["clerk", "steward"]
    assert "born_on" in text_of("pull.given_up", told[0].params)


def test_unreachable_source_is_tried_again(attached: World, pull: Pull):
    DataSource.objects.update(options={**DataSource.objects.get().options, "port": 1})
    after_run(pull)
    assert (pull.status, pull.failure_code, pull.attempts) == ("failed", "source_unreachable", 1)
    assert pull.retry_at > timezone.now()
    assert OutboxMessage.objects.filter(due_at=pull.retry_at).exists()
    assert words(pull)
    assert run(pull.pk, clock=timezone.now) is None  # before its time nothing happens
    pull.refresh_from_db()
    assert pull.attempts == 1


def test_it_is_given_up_after_the_last_attempt(attached: World, pull: Pull):
    DataSource.objects.update(options={**DataSource.objects.get().options, "port": 1})
    for attempt in range(1, settings.PULL_ATTEMPTS + 1):
        Pull.objects.filter(pk=pull.pk).update(retry_at=timezone.now())
        after_run(pull)
        assert pull.attempts == attempt
    assert pull.status == "quarantined"
    assert pull.ended_at is not None
    request_pull(by=attached.people["clerk"], grant_id=pull.grant_id, now=attached.now)


def test_source_comes_back(attached: World, pull: Pull):
    options = DataSource.objects.get().options
    DataSource.objects.update(options={**options, "port": 1})
    after_run(pull)
    DataSource.objects.update(options=options)
    Pull.objects.filter(pk=pull.pk).update(retry_at=timezone.now())
    assert run(pull.pk, clock=timezone.now) is not None


def test_host_that_is_not_allowed(attached: World, pull: Pull):
    DataSource.objects.update(
        options={**DataSource.objects.get().options, "host": "169.254.169.254"}
    )
    after_run(pull)
    assert (pull.status, pull.failure_code) == ("quarantined", "source_host_not_allowed")


def test_portals_own_database_is_no_source(attached: World, pull: Pull):
    options = DataSource.objects.get().options
    DataSource.objects.update(options={**options, "dbname": connection.settings_dict["NAME"]})
    after_run(pull)
    assert (pull.status, pull.failure_code) == ("quarantined", "source_host_not_allowed")


def test_attachment_without_region_column(attached: World, pull: Pull):
    Attachment.objects.update(region_column="")
    after_run(pull)
    assert pull.failure_code == "no_region_column"


def test_attachment_without_a_column(attached: World, pull: Pull):
    place = Attachment.objects.get()
    del place.columns["name"]
    place.save()
    after_run(pull)
    assert pull.failure_code == "not_mapped"
    assert "name" in words(pull)


def test_row_values_reach_no_text(
    attached: World, pull: Pull, source: SourceDatabase, monkeypatch, caplog
):
    secret = source.people("320613100")[0][1]

    def burst(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("sharing.pulling.running.run_pull", burst)
    after_run(pull)
    assert (pull.status, pull.failure_code) == ("failed", "internal")
    assert pull.failure_detail == {"kind": "ZeroDivisionError"}
    assert "ZeroDivisionError" in caplog.text
    assert secret not in caplog.text
    assert not any(secret in str(entry.data) for entry in Entry.objects.all())


# --- the disk -------------------------------------------------------------------------------


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_is_tried_again_and_leaves_nothing(attached: World, pull: Pull):
    with files_no_longer_than(2000):
        after_run(pull)
    assert (pull.status, pull.failure_code) == ("failed", "storage_full")
    assert words(pull)
    Pull.objects.filter(pk=pull.pk).update(retry_at=timezone.now())
    assert run(pull.pk, clock=timezone.now) is not None


def test_failed_rename_publishes_nothing(attached: World, pull: Pull, monkeypatch):
    def refuse(*_args: object) -> None:
        raise OSError(5, "no such luck")

    monkeypatch.setattr("sharing.pulling.publishing.publish_files", refuse)
    run(pull.pk, clock=timezone.now)
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("failed", "storage_failed")
    assert not Delivery.objects.exists()
    assert not Entry.objects.filter(kind="delivery.published").exists()


# --- publishing -----------------------------------------------------------------------------


@pytest.fixture
def before_publishing(monkeypatch) -> Callable[[Callable[[], object]], None]:
    """Does something when the files of an attempt are complete but not yet published."""

    def arrange(what: Callable[[], object]) -> None:
        def publish_after(held: Claim, result: Any, *, clock: Callable[[], Any]) -> Delivery:
            what()
            return publish(held, result, clock=clock)

        monkeypatch.setattr("sharing.pulling.running.publish", publish_after)

    return arrange


@pytest.mark.parametrize("successor", ["claimed", "packaging"])
def test_replaced_worker_cannot_publish(
    attached: World, pull: Pull, before_publishing, successor: str
):
    """Its lease lapses; another worker claims the pull and may be just as far."""

    def replace() -> None:
        lapse(pull)
        fresh = claim(pull.pk, now=timezone.now())
        assert beat(fresh, phase=successor, now=timezone.now())

    before_publishing(replace)
    assert run(pull.pk, clock=timezone.now) is None
    assert not Delivery.objects.exists()
    pull.refresh_from_db()
    assert (pull.status, pull.token) == (successor, 2)


def test_suspended_grant_cannot_publish(attached: World, pull: Pull, before_publishing):
    steward = attached.people["steward"]
    before_publishing(
        lambda: grants.suspend(
            by=steward, grant_id=pull.grant_id, reason="检查", now=timezone.now()
        )
    )
    assert run(pull.pk, clock=timezone.now) is None
    assert not Delivery.objects.exists()
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("cancelled", "grant.suspended")


@pytest.mark.parametrize(
    "loss",
    [
        lambda _grant: DataSource.objects.update(suspended=True),
        lambda _grant: Resource.objects.update(status="withdrawn"),
        lambda grant: take("pull_resource", department=grant.department, resource=grant.resource),
    ],
    ids=["source suspended", "entry withdrawn", "right taken"],
)
def test_lost_right_cannot_publish(
    attached: World, pull: Pull, before_publishing, loss: Callable[[Grant], object]
):
    before_publishing(lambda: loss(pull.grant))
    assert run(pull.pk, clock=timezone.now) is None
    assert not Delivery.objects.exists()
    assert not Entry.objects.filter(kind="delivery.published").exists()
    pull.refresh_from_db()
    assert pull.status == "cancelled"


def test_one_wrong_clock_opens_nothing(attached: World):
    """The application's clock is days ahead; the database's says the period has not begun."""
    grant = granted(attached, starts_on=attached.today + timedelta(days=3), use_scenario="另一场景")
    ahead = timezone.now() + timedelta(days=5)
    pull = Pull.objects.create(grant=grant, created_at=timezone.now())
    assert Grant.objects.in_force(attached.today + timedelta(days=5)).filter(pk=grant.pk).exists()
    assert claim(pull.pk, now=ahead) is None


# --- words ----------------------------------------------------------------------------------


def codes() -> list[str]:
    def below(kind: type) -> Iterator[type]:
        yield kind
        for sub in kind.__subclasses__():
            yield from below(sub)

    kinds = [*below(ConnectorError), *below(PullFailed)]
    return sorted(
        {kind.code for kind in kinds} | {"worker_lost", "grant.suspended", "grant_not_in_force"}
    )


@pytest.mark.parametrize("code", codes())
def test_every_failure_has_words(code: str):
    with translation.override("en"):
        text, _remedy = explain(code, {})
        assert text
        assert text == explain(code, {}).text
        assert code == "pull_failed" or text != PullFailed.template


def test_unknown_failure_does_not_break_a_page():
    assert explain("from_the_future", {"x": 1}).text
