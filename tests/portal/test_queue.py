"""The outbox: written with the decision, published once it has committed, cleared when old."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone

from portal import tasks
from portal.celery import app
from portal.env import cache_url
from portal.models import OutboxMessage
from portal.organisation.models import Official
from portal.queue import CHANNEL, enqueue, publish_due


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker of the test run, with an empty queue."""
    client = redis.Redis.from_url(cache_url(os.environ["REDIS_URL"]))
    client.delete(app.conf.task_default_queue)
    yield client
    client.delete(app.conf.task_default_queue)
    client.close()


def arrived(broker: redis.Redis) -> list[tuple[str, list]]:
    """Task names and arguments in the queue, oldest first."""
    messages = [json.loads(raw) for raw in broker.lrange(app.conf.task_default_queue, 0, -1)]
    return [
        (message["headers"]["task"], json.loads(message["headers"]["argsrepr"]))
        for message in reversed(messages)
    ]


@pytest.mark.django_db
def test_enqueueing_writes_a_row_and_nothing_else(broker: redis.Redis):
    enqueue("portal.clear_outbox", 7, "a")

    row = OutboxMessage.objects.get()
    assert (row.task, row.args, row.published_at, row.attempts) == (
        "portal.clear_outbox", [7, "a"], None, 0,
    )  # fmt: skip
    assert arrived(broker) == []


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_published(broker: redis.Redis):
    with transaction.atomic():
        enqueue("portal.clear_outbox")
        transaction.set_rollback(True)

    assert publish_due(now=timezone.now()) == 0
    assert arrived(broker) == []


@pytest.mark.django_db
def test_due_rows_are_published_once_in_their_order(broker: redis.Redis):
    now = timezone.now()
    for number in (1, 2, 3):
        enqueue("portal.clear_outbox", number)
    enqueue("portal.clear_outbox", 0, due_at=now - timedelta(minutes=1))
    enqueue("portal.clear_outbox", 9, due_at=now + timedelta(minutes=1))

    assert publish_due(now=timezone.now()) == 4
    assert publish_due(now=timezone.now()) == 0

    assert [args for _task, args in arrived(broker)] == [[0], [1], [2], [3]]
    published = OutboxMessage.objects.filter(published_at__isnull=False)
    assert set(published.values_list("attempts", flat=True)) == {1}

    assert publish_due(now=now + timedelta(minutes=2)) == 1


@pytest.mark.django_db
def test_the_limit_leaves_the_rest(broker: redis.Redis):
    for number in range(5):
        enqueue("portal.clear_outbox", number)

    assert [publish_due(now=timezone.now(), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(arrived(broker)) == 5


@pytest.mark.django_db(transaction=True)
def test_two_publishers_do_not_publish_one_row_twice(broker: redis.Redis):
    for number in range(40):
        enqueue("portal.clear_outbox", number)
    together = threading.Barrier(4)

    def publish() -> None:
        try:
            together.wait(10)
            while publish_due(now=timezone.now(), limit=3):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(args[0] for _task, args in arrived(broker)) == list(range(40))


@pytest.mark.django_db(transaction=True)
def test_the_relay_is_called_when_the_row_has_committed():
    calls: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    link = connection.connection

    with transaction.atomic():
        enqueue("portal.clear_outbox")
        calls += [call.channel for call in link.notifies(timeout=0.1, stop_after=1)]
        assert calls == []
    calls += [call.channel for call in link.notifies(timeout=5, stop_after=1)]

    assert calls == [CHANNEL]


@pytest.mark.django_db
def test_clearing_removes_what_was_published_long_ago():
    now = timezone.now()
    old, fresh = now - timedelta(hours=25), now - timedelta(hours=23)
    for published_at in (old, fresh, None):
        OutboxMessage.objects.create(task="x", due_at=old, published_at=published_at)

    assert tasks.clear_outbox() == 1
    left = OutboxMessage.objects.values_list("published_at", flat=True)
    assert set(left) == {fresh, None}


@pytest.mark.django_db
def test_following_posts_is_a_task(world):
    stranger: Official = world.people["stranger"]
    stranger.groups.clear()

    tasks.follow_posts_by_date()

    assert stranger.groups.get() == world.departments["suzhou_civil"].group


def test_beat_ticks_both_tasks(settings):
    ticked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {"portal.clear_outbox", "portal.follow_posts"} <= ticked
    assert {"portal.clear_outbox", "portal.follow_posts"} <= set(app.tasks)
