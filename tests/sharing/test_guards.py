"""What the database itself refuses: neither the admin, nor a shell, nor a mistake gets past it."""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from sharing.models import ApplicationItem, Counter, Grant, ItemEvent, Pull
from sharing.pulling import request_pull
from tests.world import World, draft_application, granted, sign, submitted_item


def refused(statement: str, *params: object) -> str:
    """The name of the constraint that refuses a statement, also one that looks only at the end."""
    with pytest.raises(DatabaseError) as error:
        run(statement, params)
    return str(error.value.__cause__.diag.constraint_name)


@transaction.atomic
def run(statement: str, params: tuple[object, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def signature(item: ApplicationItem, actor: int, position: int = 2) -> tuple[object, ...]:
    return (item.pk, json.dumps({"position": position}), actor)


SIGN = """INSERT INTO sharing_itemevent (item_id, seq, kind, data, actor_id, at)
          VALUES (%s, 99, 'stage_signed', %s, %s, now())"""


def test_status_needs_its_events(world: World):
    item = submitted_item(world)
    change = (
        "UPDATE sharing_applicationitem SET status = 'consented', decided_at = now() WHERE id = %s"
    )
    assert refused(change, item.pk) == "sharing_item_has_events"


@pytest.mark.parametrize(
    ("before", "after"),
    [("withdrawn", "consented"), ("refused", "home_review"), ("consented", "draft")],
)
def test_decided_items_stay_decided(world: World, before: str, after: str):
    item = submitted_item(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE sharing_applicationitem SET status = %s, decided_at = now()", [before]
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    change = "UPDATE sharing_applicationitem SET status = %s, decided_at = NULL WHERE id = %s"
    assert refused(change, after, item.pk) in {"sharing_item_final", "sharing_item_transition"}


def test_impossible_transition(world: World):
    item = draft_application(world).items.get()
    change = (
        "UPDATE sharing_applicationitem SET status = 'refused', decided_at = now() WHERE id = %s"
    )
    assert refused(change, item.pk) == "sharing_item_transition"


def test_events_are_append_only(world: World):
    submitted_item(world)
    assert refused("UPDATE sharing_itemevent SET kind = 'signed'").endswith("no_change")
    assert refused("DELETE FROM sharing_itemevent").endswith("no_change")


def test_applicant_cannot_sign(world: World):
    item = submitted_item(world)
    clerk = world.people["clerk"].pk
    assert refused(SIGN, *signature(item, clerk)) == "sharing_event_own_application"


def test_nobody_signs_twice(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    head = world.people["office_head"].pk
    assert refused(SIGN, *signature(item, head)) == "sharing_event_signed_twice"


def test_decision_has_an_actor(world: World):
    item = submitted_item(world)
    assert refused(SIGN, *signature(item, None)) == "sharing_event_actor"  # type: ignore[arg-type]


def test_one_open_item_for_a_department_and_entry(world: World):
    submitted_item(world)
    second = draft_application(world).items.get()
    with pytest.raises(IntegrityError, match="sharing_item_one_open"), transaction.atomic():
        ApplicationItem.objects.filter(pk=second.pk).update(status="home_review")


def test_ended_pull_stays_ended_and_tokens_only_rise(attached: World):
    grant = granted(attached)
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    Pull.objects.filter(pk=pull.pk).update(token=5)
    assert refused("UPDATE sharing_pull SET token = 4") == "sharing_pull_token"
    Pull.objects.filter(pk=pull.pk).update(status="cancelled", ended_at=timezone.now())
    assert (
        refused("UPDATE sharing_pull SET status = 'queued', ended_at = NULL")
        == "sharing_pull_final"
    )


def test_one_open_pull_for_a_grant(attached: World):
    grant = granted(attached)
    request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    with pytest.raises(IntegrityError, match="sharing_pull_one_open"), transaction.atomic():
        Pull.objects.create(grant=grant, created_at=attached.now)
    assert Grant.objects.count() == 1


def test_numbers_run_without_gaps(world: World):
    assert [Counter.objects.next("a") for _ in range(3)] == [1, 2, 3]
    with transaction.atomic():
        assert Counter.objects.next("a") == 4
        transaction.set_rollback(True)
    assert Counter.objects.next("a") == 4
    assert Counter.objects.number("JF", "320000", world.today).endswith("-001")


def test_events_are_numbered_from_one(world: World):
    item = submitted_item(world)
    assert list(ItemEvent.objects.filter(item=item).values_list("seq", flat=True)) == [1, 2]
