"""Uploads whose worker dies, that two workers take at once, or that somebody cancels."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from catalog.exchange import intake as intakes
from catalog.exchange import working
from catalog.models import Intake, IntakeRow, Resource, ResourceVersion
from catalog.tasks import run_intake, sweep_intakes
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from portal.organisation.models import Post
from tests.catalog.exchange.files import ENTRIES, checked, entry, upload, usual, workbook
from tests.world import World, build_world

TITLES = [f"条目{n}" for n in range(60)]
WORKER = """
import sys
import django
django.setup()
from django.conf import settings
from django.utils import timezone
settings.DATABASES["default"]["NAME"] = sys.argv[2]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[2]
from uuid import UUID
from catalog.exchange import working
working.READ_BATCH = working.CHECK_BATCH = working.WRITE_BATCH = 4
working.work(UUID(sys.argv[1]), clock=timezone.now)
"""


@pytest.fixture
def committed(transactional_db: None) -> World:
    """The world, seen by other connections and processes."""
    return build_world()


def created() -> int:
    return ResourceVersion.objects.filter(title__startswith="条目").count()


def kill_when(intake: Intake, far_enough) -> None:
    """Let a process of its own work on the upload and kill it in the middle."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(intake.pk), connection.settings_dict["NAME"]],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    try:
        deadline = time.monotonic() + 60
        while not far_enough():
            assert process.poll() is None, "it ended too soon"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.services
def test_a_killed_worker_loses_and_doubles_nothing(committed: World):
    content = workbook(
        ("目录", [ENTRIES, *(entry(title) for title in TITLES)]),
        (
            "信息项",
            [["信息资源名称", "信息项名称", "数据类型"], *([t, "姓名", "日期型"] for t in TITLES)],
        ),
    )
    intake = upload(committed, content)
    intakes.confirm_matching(intake=intake, chosen=None, now=timezone.now())
    assert run_intake(str(intake.pk)) == "ready"
    intakes.confirm(by=committed.people["steward"], intake=intake, now=timezone.now())
    kill_when(intake, lambda: created() > 10)
    written = created()
    assert written < 60
    assert written % 4 == 0
    intake.refresh_from_db()
    assert intake.status == "writing"
    assert run_intake(str(intake.pk)) == "done"
    intake.refresh_from_db()
    assert (intake.counts["created"], created()) == (60, 60)
    assert ResourceVersion.objects.filter(title__startswith="条目", items__isnull=True).count() == 0
    assert Entry.objects.filter(kind="catalog.drafted").count() == 60
    assert Resource.objects.filter(search__isnull=True).count() == 0


@pytest.mark.parametrize("name", ["save_batch", "link", "save_checked"])
def test_whatever_is_interrupted_goes_on_where_it_was(world: World, monkeypatch, name: str):
    for size in ("READ_BATCH", "CHECK_BATCH"):
        monkeypatch.setattr(working, size, 4)
    intake = upload(world, usual(*TITLES[:10]))
    intakes.confirm_matching(intake=intake, chosen=None, now=timezone.now())
    real, calls = getattr(working, name), itertools.count(1)

    def dies(*arguments):
        result = real(*arguments)
        if next(calls) == (1 if name == "link" else 2):
            raise KeyboardInterrupt  # before the batch is committed
        return result

    monkeypatch.setattr(working, name, dies)
    with pytest.raises(KeyboardInterrupt):
        run_intake(str(intake.pk))
    assert run_intake(str(intake.pk)) == "ready"
    intake.refresh_from_db()
    assert (intake.counts["new"], intake.counts["items"], intake.counts["rows"]) == (10, 20, 30)
    assert IntakeRow.objects.filter(intake=intake).count() == 30


def test_two_workers_at_once_write_once(committed: World, monkeypatch):
    for name in ("READ_BATCH", "CHECK_BATCH", "WRITE_BATCH"):
        monkeypatch.setattr(working, name, 3)
    intake = checked(committed, usual(*TITLES[:20]))
    intakes.confirm(by=committed.people["steward"], intake=intake, now=timezone.now())
    errors = []

    def one() -> None:
        try:
            run_intake(str(intake.pk))
        except Exception as error:  # noqa: BLE001 - shown below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_intake(str(intake.pk))
    intake.refresh_from_db()
    assert errors == []
    assert (intake.status, intake.counts["created"], created()) == ("done", 20, 20)


def test_the_same_file_twice_at_once_makes_every_entry_once(committed: World):
    both = [checked(committed, usual(*TITLES[:10])) for _ in range(2)]
    for intake in both:
        intakes.confirm(by=committed.people["steward"], intake=intake, now=timezone.now())

    def one(intake: Intake) -> None:
        run_intake(str(intake.pk))
        connections.close_all()

    threads = [threading.Thread(target=one, args=[intake]) for intake in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = []
    for intake in both:
        intake.refresh_from_db()
        counts.append((intake.counts.get("created", 0), intake.counts.get("unchanged", 0)))
    assert sorted(counts) == [(0, 10), (10, 0)]
    assert created() == 10


def test_lost_work_is_woken(world: World):
    intake = upload(world, usual("条目"))
    now = timezone.now()
    intakes.confirm_matching(intake=intake, chosen=None, now=now)
    OutboxMessage.objects.all().delete()
    assert sweep_intakes() == 0
    Intake.objects.update(worked_at=now - working.LOST_AFTER - timedelta(seconds=1))
    assert sweep_intakes() == 1
    assert OutboxMessage.objects.get().args == [str(intake.pk)]


def test_cancelling_stops_between_batches(committed: World, monkeypatch):
    monkeypatch.setattr(working, "WRITE_BATCH", 1)
    intake = checked(committed, usual(*TITLES[:40]))
    steward = committed.people["steward"]
    intakes.confirm(by=steward, intake=intake, now=timezone.now())

    def one() -> None:
        run_intake(str(intake.pk))
        connections.close_all()

    worker = threading.Thread(target=one)
    worker.start()
    while not created():
        time.sleep(0.01)
    intakes.cancel(by=steward, intake=intake, now=timezone.now())
    worker.join()
    intake.refresh_from_db()
    assert intake.status == "cancelled"
    assert 0 < created() < 40
    assert intake.counts["written"] == created()


def test_a_cancelled_upload_is_not_written(world: World):
    intake = checked(world, usual(*TITLES[:3]))
    steward = world.people["steward"]
    intakes.confirm(by=steward, intake=intake, now=timezone.now())
    intakes.cancel(by=steward, intake=intake, now=timezone.now())
    assert run_intake(str(intake.pk)) == "cancelled"
    assert created() == 0
    assert Entry.objects.filter(kind="catalog.intake_cancelled").exists()


def test_whoever_lost_the_post_writes_nothing(world: World):
    intake = checked(world, usual(*TITLES[:3]))
    steward = world.people["steward"]
    intakes.confirm(by=steward, intake=intake, now=timezone.now())
    Post.objects.filter(official=steward).update(valid_until=world.today - timedelta(days=1))
    assert run_intake(str(intake.pk)) == "failed"
    intake.refresh_from_db()
    assert "Ask the steward" in intake.problem["texts"]["en"][1]
    assert created() == 0


def test_old_uploads_are_cleared(world: World):
    old = checked(world, usual("条目"), now=timezone.now() - working.KEEP - timedelta(days=1))
    young = checked(world, usual("条目"))
    sweep_intakes()
    old.refresh_from_db()
    assert (old.status, old.rows.count(), bool(old.file)) == ("cancelled", 0, False)
    assert young.rows.exists()
    assert sweep_intakes() == 0
