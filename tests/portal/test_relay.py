"""The relay as a process, with a broker that dies and comes back, beside other relays."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone

from portal import relay
from portal.embedded import Lease, addresses, hold
from portal.ledger.models import Checkpoint, Entry, Seal
from portal.ledger.records import record
from portal.models import OutboxMessage
from portal.organisation.models import Official
from portal.queue import enqueue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def wait_until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Fail when the condition does not hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


class Broker:
    """A Valkey of its own that can be switched on and off."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self.url = addresses(var).redis_url
        self._lease: Lease | None = None

    def start(self) -> None:
        self._lease = hold(self._var, label="test", needs=["valkey"])

    def stop(self) -> None:
        if self._lease:
            self._lease.close()
            self._lease = None

    def waiting(self) -> int:
        with redis.Redis.from_url(self.url) as client:
            return client.llen("celery")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "var")
    yield broker
    broker.stop()


@contextmanager
def process(broker: Broker, log: Path) -> Iterator[subprocess.Popen]:
    """``manage.py relay`` on the test database and the given broker."""
    params = connection.get_connection_params()
    host, port = quote(str(params["host"]), safe=""), params.get("port") or 5432
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{params['user']}@{host}:{port}/{params['dbname']}",
        "REDIS_URL": broker.url,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    with log.open("a") as output:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "relay"], env=environment, stdout=output, stderr=output
        )
        try:
            yield running
        finally:
            running.kill()
            running.wait()


def write(official: Official) -> Entry:
    with transaction.atomic():
        return record("test.happened", by=official, obj=official, now=timezone.now())


def unpublished() -> int:
    return OutboxMessage.objects.filter(published_at__isnull=True).count()


def test_a_dead_broker_delays_and_loses_nothing(broker: Broker, tmp_path: Path):
    official = Official.objects.create_user("clerk", full_name="张海燕")
    for number in range(150):
        enqueue("portal.clear_outbox", number)
    log = tmp_path / "relay.log"
    with process(broker, log) as running:
        write(official)
        wait_until(lambda: Seal.objects.exists() and Checkpoint.objects.exists(), 60)
        began, cpu = time.monotonic(), _cpu_seconds(running)
        while time.monotonic() - began < 3:  # sealing goes on while the broker is away
            entry = write(official)
            wait_until(lambda entry=entry: Seal.objects.filter(entry=entry).exists(), 5)
            time.sleep(0.3)
        assert _cpu_seconds(running) - cpu < 2, "it is busy doing nothing"
        assert unpublished() == 150

        broker.start()
        wait_until(lambda: unpublished() == 0)
        assert broker.waiting() == 150

        broker.stop()
        enqueue("portal.clear_outbox", 150)
        time.sleep(1)
        assert unpublished() == 1
        broker.start()
        wait_until(lambda: unpublished() == 0)

        running.send_signal(signal.SIGTERM)
        assert running.wait(15) == 0
    text = log.read_text()
    assert "relay.recovered" in text
    assert "Traceback" not in text


def _cpu_seconds(running: subprocess.Popen) -> float:
    fields = Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_second_relay_stands_by_and_takes_over(broker: Broker, tmp_path: Path):
    broker.start()
    assert not relay.is_running()
    with process(broker, tmp_path / "1.log") as first:
        wait_until(relay.is_running, 60)
        with process(broker, tmp_path / "2.log") as second:
            wait_until(lambda: "relay.standby" in (tmp_path / "2.log").read_text(), 60)
            for number in range(100):
                enqueue("portal.clear_outbox", number)
            wait_until(lambda: unpublished() == 0)
            assert broker.waiting() == 100

            first.kill()
            enqueue("portal.clear_outbox", 100)
            wait_until(lambda: unpublished() == 0)
            assert broker.waiting() == 101
            assert "relay.working" in (tmp_path / "2.log").read_text()
            assert (
                "relay.published" not in (tmp_path / "2.log").read_text().split("relay.working")[0]
            )

            second.send_signal(signal.SIGTERM)
            assert second.wait(15) == 0
    assert not relay.is_running()


@contextmanager
def thread() -> Iterator[relay.Relay]:
    """A relay in this process."""
    one = relay.Relay()
    running = threading.Thread(target=one.run)
    running.start()
    try:
        yield one
    finally:
        one.stop()
        running.join(20)


def test_it_hears_of_a_row_and_seals_within_a_second():
    official = Official.objects.create_user("clerk", full_name="张海燕")
    with thread() as one:
        assert one.working.wait(20)
        delays = []
        for number in range(3):
            enqueue("portal.clear_outbox", number)
            began = time.monotonic()
            entry = write(official)
            wait_until(lambda: unpublished() == 0, 5)
            wait_until(lambda entry=entry: Seal.objects.filter(entry=entry).exists(), 5)
            delays.append(time.monotonic() - began)
    assert min(delays) < 1


def test_an_open_transaction_elsewhere_does_not_hold_the_seals_up():
    official = Official.objects.create_user("clerk", full_name="张海燕")
    with thread() as one:
        assert one.working.wait(20)
        with transaction.atomic():
            slow = record("test.slow", by=official, obj=official, now=timezone.now())
            quick = _in_a_thread(lambda: write(official))
            wait_until(lambda: Seal.objects.filter(entry=quick).exists(), 5)
            assert not Seal.objects.filter(entry=slow).exists()
        wait_until(lambda: Seal.objects.filter(entry=slow).exists(), 5)


def _in_a_thread(call: Callable[[], Entry]) -> Entry:
    made: list[Entry] = []

    def run() -> None:
        made.append(call())
        connection.close()

    running = threading.Thread(target=run)
    running.start()
    running.join(10)
    return made[0]


def test_it_survives_the_loss_of_its_database_sessions():
    official = Official.objects.create_user("clerk", full_name="张海燕")
    with thread() as one:
        assert one.working.wait(20)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        entry = write(official)
        wait_until(lambda: Seal.objects.filter(entry=entry).exists(), 30)
        wait_until(one.working.is_set)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.5), (2, 1), (3, 2), (5, 8), (6, 10), (99, 10)]
)
def test_pauses_grow_up_to_a_limit(failures: int, seconds: float):
    assert relay.Pause().after(failures) == seconds
