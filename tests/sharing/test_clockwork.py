"""What runs by the clock: tasks by their names, expiry, reminders."""

import pytest
from django.conf import settings

from portal.celery import app
from portal.notices.kinds import is_registered, text_of
from portal.notices.models import Notice
from sharing import tasks
from sharing.models import ItemStage
from sharing.notice_kinds import TEXTS
from sharing.oversight_notices import TEXTS as OVERSIGHT
from sharing.reminders import remind
from tests.world import World, sign, submitted_item

NAMES = {
    "sharing.recount_use",
    "sharing.run_pull",
    "sharing.expire_grants",
    "sharing.sweep_pulls",
    "sharing.remind_deadlines",
    "sharing.recompute_deadlines",
    "sharing.ask_for_data_checks",
    "sharing.sweep_data_checks",
    "sharing.end_emergencies",
    "sharing.simulate_policy",
    "sharing.follow_holders",
    "sharing.remind_concerns",
    "sharing.erase_contacts",
    "sharing.recompute_concerns",
}


def test_tasks_are_known_by_name():
    assert set(app.tasks) >= NAMES
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {name for name in scheduled if name.startswith("sharing.")} <= NAMES


@pytest.mark.django_db
def test_clockwork_runs_on_an_empty_portal():
    tasks.expire_grants()
    tasks.sweep_pulls()
    tasks.remind_deadlines()
    tasks.recompute_deadlines()
    tasks.recount_use()
    tasks.end_emergencies()
    tasks.simulate_policy("00000000-0000-0000-0000-000000000000")
    tasks.run_pull("00000000-0000-0000-0000-000000000000")


def test_every_notice_has_a_text():
    params = {"number": "SQ-1", "title": "人口", "department": "民政", "code": "schema_drift"}
    for kind in {**TEXTS, **OVERSIGHT}:
        assert is_registered(kind)
        assert "%" not in text_of(kind, params)


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("official__username", flat=True))


def test_signed_stages_are_not_reminded_of(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    ItemStage.objects.filter(item=item).update(due_on=world.today)
    remind(world.now)
    assert told("item.due_soon") == ["county_reviewer"]
