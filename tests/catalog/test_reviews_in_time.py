"""Reviews in time: stale pages, clocks, timed publication, many at once, what must always hold."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.utils import timezone

from catalog import actions
from catalog.actions import publishing
from catalog.lifecycle.terms import Command, Order
from catalog.models import (
    PublicationReview,
    Resource,
)
from catalog.reminders import remind
from catalog.tasks import publish_due, recompute_reviews
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.invariants import verify
from portal.notices.models import Notice
from portal.worktime.models import DeadlineRule
from tests.catalog.reviewed import (  # noqa: F401 - invariants_hold is for every test
    APPROVE,
    CHECKS,
    NUMBERS,
    approved,
    give,
    invariants_hold,
    new_draft,
    published,
    reason,
    returned,
    send,
    told,
)
from tests.world import SINCE, World

# --- two at once, stale --------------------------------------------------------------------


def test_an_old_page_is_told_so(world):
    review = send(world, new_draft(world))
    with pytest.raises(Stale):
        actions.execute(
            by=world.people["provider_head"], review_id=review.pk,
            order=Order(Command.RETURN, seen=0, text="x"), now=world.now,
        )  # fmt: skip
    with pytest.raises(Stale):
        send(world, review.version, seen=0)


def test_strangers_cannot_send(world):
    draft = new_draft(world)
    for who in ("clerk", "office_head", "sysadmin", "province_authority"):
        with pytest.raises(Forbidden):
            send(world, draft, by=who)


# --- the clock -----------------------------------------------------------------------------


def test_the_authority_has_two_working_days_from_the_day_it_received_the_version(world):
    review = approved(world)
    days = [review.due_on, review.limit_days, review.due_provisional]
    assert days[1] == 2
    assert (review.due_on - world.today).days >= 2
    DeadlineRule.objects.create(
        rule="catalog_review_publish", region=world.regions["jiangsu"], days=1, valid_from=SINCE
    )
    recompute_reviews()
    review.refresh_from_db()
    assert review.limit_days == 1
    assert review.due_on < days[0]


def test_overdue_reviews_are_told_once_a_day(world):
    review = approved(world)
    PublicationReview.objects.filter(pk=review.pk).update(due_on=world.today - timedelta(days=1))
    assert remind(world.now) == 1
    assert told("review.overdue") == {"province_reviewer", "province_authority"}
    assert remind(world.now) == 0
    assert Notice.objects.filter(kind="review.overdue").count() == 2


# --- timed publication ---------------------------------------------------------------------


def timed(world: World, **changes: object) -> PublicationReview:
    review = approved(world, new_draft(world, **changes))
    later = Order(Command.SCHEDULE, publish_at=world.now + timedelta(hours=2))
    return give(world, review, "province_reviewer", later)


def test_a_version_is_published_at_the_chosen_time_and_once(world):
    review = timed(world)
    assert told("review.scheduled") == {"steward"}
    assert actions.publish_due(world.now + timedelta(hours=1)) == 0
    after = world.now + timedelta(hours=2)
    assert actions.publish_due(after) == 1
    assert actions.publish_due(after) == 0
    publish_due()
    review.refresh_from_db()
    live = Resource.objects.get(pk=review.resource_id).live
    assert (review.status, live) == ("published", review.version)
    assert live.published_by == world.people["province_reviewer"]
    assert live.published_at == after
    assert review.steps.latest("seq").actor is None


def test_a_timed_version_that_has_become_faulty_goes_back_with_its_faults(world):
    review = timed(world)
    published(world, new_draft(world))  # another entry of the same title came first
    other = timed(world, title="暂住登记信息")
    assert actions.publish_due(world.now + timedelta(hours=2)) == 2
    review.refresh_from_db()
    other.refresh_from_db()
    assert (review.status, other.status) == ("returned", "published")
    (fault,) = review.steps.latest("seq").faults
    assert fault["field"] == "title"
    assert told("review.not_published") == {"steward"}
    assert Resource.objects.get(pk=review.resource_id).status == "draft"


def test_one_timed_version_that_fails_does_not_keep_the_others_waiting(world, monkeypatch):
    first, second = timed(world), timed(world, title="暂住登记信息")
    after = world.now + timedelta(hours=2)

    def fail(resources) -> int:
        if first.resource in resources:
            raise OperationalError
        return 1

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "reindex", fail)
        assert actions.publish_due(after) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("scheduled", "published")
    assert actions.publish_due(after) == 1


def test_the_authority_may_not_put_publication_off_but_the_provider_may(world):
    far = world.now + timedelta(days=40)
    order = Order(Command.SCHEDULE, publish_at=far)
    with pytest.raises(NotAllowed) as refused:
        give(world, approved(world), "province_reviewer", order)
    assert reason(refused) == "too_late"
    wanted = approved(world, new_draft(world, title="别的"), wanted_at=far)
    assert give(world, wanted, "province_reviewer", order).status == "scheduled"


# --- many at once --------------------------------------------------------------------------


def test_many_are_decided_one_by_one_with_a_report(world):
    reviews = [approved(world, new_draft(world, title=f"目录{n}")) for n in range(3)]
    send_only = send(world, new_draft(world, title="目录9"))
    authority = world.people["province_authority"]
    stale = Order(Command.APPROVE, seen=7)
    good = Order(Command.APPROVE, seen=2)
    orders = [(reviews[0].pk, good), (reviews[1].pk, stale), (reviews[2].pk, good)]
    outcomes = actions.execute_many(by=authority, orders=orders, now=world.now)
    assert [one.error and one.error.reason for one in outcomes] == [None, "stale", None]
    assert [one.review.status for one in outcomes] == ["published", "authority_review", "published"]
    with pytest.raises(NotVisible):
        actions.execute_many(
            by=authority, orders=[(reviews[1].pk, good), (send_only.pk, good)], now=world.now
        )
    reviews[1].refresh_from_db()
    assert reviews[1].status == "authority_review"
    with pytest.raises(Invalid):
        actions.execute_many(by=authority, orders=[(reviews[1].pk, good)] * 201, now=world.now)


# --- invariants ----------------------------------------------------------------------------

BREACHES = {
    44: [
        "DELETE FROM catalog_reviewcheck WHERE kind = 'privacy'",
        """UPDATE catalog_reviewstep SET actor_id = (SELECT sender_id FROM catalog_publicationreview)
           WHERE command = 'approve' AND after = 'authority_review'""",
        "UPDATE catalog_resourceversion SET title = 'x' WHERE published_by_id IS NOT NULL",
        "UPDATE catalog_publicationreview SET status = 'returned'",
    ],
    45: [
        "UPDATE catalog_reviewstep SET seq = 9 WHERE seq = 3",
        "UPDATE catalog_publicationreview SET status = 'returned'",
        "UPDATE catalog_reviewstep SET before = 'returned' WHERE seq = 2",
        "UPDATE catalog_reviewstep SET actor_id = NULL WHERE seq = 2",
    ],
}


def test_each_breach_is_found(world):
    published(world)
    for number, statements in BREACHES.items():
        assert verify(number, timezone.now()) == []
        for statement in statements:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica"
                    )
                    cursor.execute(statement)
                    cursor.execute("SET session_replication_role = DEFAULT")
                assert verify(number, timezone.now()), statement
                transaction.set_rollback(True)
