"""A real Celery worker, killed with SIGKILL in the middle of a pull: nothing is lost or doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from catalog.models import Attachment
from portal.invariants import invariants, verify
from portal.ledger.models import Entry
from portal.queue import publish_due
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.models import Delivery, Pull
from sharing.pulling import request_pull, sweep
from tests.sharing.test_pulling import place_of
from tests.world import SourceDatabase, World, granted

pytestmark = pytest.mark.services
LEASE = 3


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@contextmanager
def worker(source: SourceDatabase) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with a child, on the database and broker of this test run."""
    main = connection.settings_dict
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{main['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SOURCE_HOSTS": source.host,
        "PULL_LEASE_SECONDS": str(LEASE),
    }
    command = ["-m", "celery", "-A", "portal.celery", "worker", "-c", "1", "-l", "warning"]
    process = subprocess.Popen(
        [sys.executable, *command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
        env=environment, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT, cwd=django_settings.BASE_DIR,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the worker and its children at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture
def big(live_world: World, source: SourceDatabase) -> Iterator[SourceDatabase]:
    """The entry is attached to 120,000 rows of Hongqiao, some seconds of work."""
    with source.connect() as link:
        link.execute("CREATE TABLE many_people AS SELECT * FROM people LIMIT 0")
        link.execute(
            "INSERT INTO many_people SELECT lpad(n::text, 18, '0'), '张' || n, '1', date '1980-01-01',"
            " '138' || n, '路' || n || '号', '320613100001', 1.25, now(), '' "
            "FROM generate_series(1, 120000) AS n"
        )
    Attachment.objects.update(table="many_people")
    yield source
    with source.connect() as link:
        link.execute("DROP TABLE many_people")


def in_the_middle(pull: Pull) -> bool:
    return Pull.objects.filter(pk=pull.pk, status="extracting", rows_done__gt=0).exists()


def test_killed_worker_loses_nothing(live_world: World, big: SourceDatabase, settings):
    settings.PULL_LEASE_SECONDS = LEASE
    grant = granted(live_world)
    pull = request_pull(by=live_world.people["clerk"], grant_id=grant.pk, now=timezone.now())

    with worker(big) as process:
        publish_due(now=timezone.now())
        until(lambda: in_the_middle(pull))
        kill(process)
    pull.refresh_from_db()
    assert pull.status in Pull.RUNNING, "the worker was killed in the middle"
    assert sweep(timezone.now()).released == 0, "its lease still runs"
    until(lambda: sweep(timezone.now()).released == 1)
    pull.refresh_from_db()
    assert (pull.status, pull.failure_code) == ("queued", "worker_lost")

    with worker(big):
        publish_due(now=timezone.now())
        until(lambda: Pull.objects.filter(pk=pull.pk, status="published").exists())

    delivery = Delivery.objects.get()
    assert (delivery.rows, delivery.pull_id) == (120_000, pull.pk)
    with place_of(delivery, "csv").open(encoding="utf-8-sig") as stream:
        assert sum(1 for _line in stream) == 120_001
    assert Entry.objects.filter(kind="delivery.published").count() == 1
    for one in invariants():
        if one.number != 27 and one.check.__module__.startswith("sharing."):  # no relay seals here
            assert not verify(one.number, timezone.now()), one.promise
