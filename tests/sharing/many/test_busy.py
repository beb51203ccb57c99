"""Items that somebody else is working on are reported, not waited for."""

import uuid
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from sharing.actions.many import sign_many
from sharing.models import ApplicationItem, ItemEvent
from tests.sharing.many.test_signing import picks_of
from tests.sharing.many.twins import entries, submitted
from tests.world import World


@pytest.mark.django_db(transaction=True)
def test_a_locked_item_is_busy_and_the_others_are_signed(live_world: World):
    items = [submitted(live_world, entry) for entry in entries(live_world, 2)]
    locked, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                ApplicationItem.objects.select_for_update().get(pk=items[0].pk)
                locked.set()
                done.wait(10)
        finally:
            connection.close()

    other = Thread(target=hold)
    other.start()
    assert locked.wait(10)
    try:
        report = sign_many(
            by=live_world.people["office_head"], picks=picks_of(items), key=uuid.uuid4(),
            now=live_world.now,
        )  # fmt: skip
    finally:
        done.set()
        other.join()
    assert list(report.lines.values_list("result", flat=True)) == ["busy", "signed"]
    assert not ItemEvent.objects.filter(item=items[0], kind="stage_signed").exists()
