"""Two at once, with real connections: one wins, the other is told why."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from catalog import actions
from catalog.lifecycle.terms import Command, Order
from catalog.models import PublicationReview, Resource
from portal.errors import NotAllowed, PortalError
from portal.invariants import verify
from tests.catalog.reviewed import approved, new_draft
from tests.world import World, build_world


@pytest.fixture
def committed(transactional_db: None) -> World:
    return build_world()


def at_once(*works):
    barrier = threading.Barrier(len(works))

    def go(work):
        try:
            barrier.wait(10)
            return work()
        except PortalError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(30) for future in [pool.submit(go, work) for work in works]]


def test_two_at_once_and_a_lock_that_is_not_given(committed: World):
    """Two reviewers, reviewer and sender, two clocks, and somebody who holds the entry."""
    world = committed

    def order(who: str, review: PublicationReview, command: Command):
        return actions.execute(
            by=world.people[who], review_id=review.pk, order=Order(command, 2), now=timezone.now()
        )

    for number, (first, second) in enumerate(
        [
            (("province_reviewer", Command.APPROVE), ("province_authority", Command.APPROVE)),
            (("province_reviewer", Command.APPROVE), ("steward", Command.TAKE_BACK)),
        ]
    ):
        review = approved(world, new_draft(world, title=f"目录{number}"))
        results = at_once(
            *(
                lambda one=one, review=review: order(one[0], review, one[1])
                for one in (first, second)
            )
        )
        (lost,) = [result for result in results if isinstance(result, PortalError)]
        assert lost.reason == "stale"
        assert review.steps.count() == 3
    review = approved(world, new_draft(world, title="定时"))
    PublicationReview.objects.filter(pk=review.pk).update(
        status="scheduled", released_by=world.people["province_reviewer"], publish_at=world.now
    )
    counts = at_once(*[lambda: actions.publish_due(timezone.now())] * 3)
    assert sum(counts) == 1
    assert Resource.objects.get(pk=review.resource_id).status == "published"
    assert verify(44, timezone.now())[0].message  # the step of the authority was left out here
    _busy(world)


def _busy(world: World) -> None:
    review = approved(world, new_draft(world, title="被占用"))
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Resource.objects.select_for_update().get(pk=review.resource_id)
            held.set()
            release.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        with pytest.raises(NotAllowed) as refused:
            actions.execute(
                by=world.people["province_reviewer"], review_id=review.pk,
                order=Order(Command.APPROVE, 2), now=timezone.now(),
            )  # fmt: skip
        assert refused.value.reason == "busy"
    finally:
        release.set()
        holder.join()
        connections.close_all()
