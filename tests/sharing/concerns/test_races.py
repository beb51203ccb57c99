"""Two at once on one concern, with real connections."""

from django.utils import timezone

from portal.errors import NotAllowed
from portal.invariants import verify
from sharing import invariants  # noqa: F401 - registers them
from sharing.actions.concerns import execute_concern
from sharing.actions.raising import open_dispute
from sharing.disputes.commands import Order
from sharing.disputes.terms import Verb
from sharing.models import Concern, ConcernEvent
from tests.sharing.concerns.desk import objection, refused_item
from tests.sharing.test_races import at_once
from tests.world import World


def test_of_two_answers_at_once_one_counts(live_world: World):
    for _round in range(5):
        concern = objection(live_world)

        def give(who: str, verb: Verb, pk=concern.pk) -> Concern:
            return execute_concern(
                by=live_world.people[who], concern_id=pk, order=Order(verb=verb, seen=1),
                now=timezone.now(),
            )  # fmt: skip

        results = at_once(
            lambda: give("steward", Verb.ACCEPT), lambda: give("county_clerk", Verb.TAKE_BACK)
        )
        lost = [result for result in results if isinstance(result, NotAllowed)]
        assert [one.reason for one in lost] == ["stale"]
        assert ConcernEvent.objects.filter(concern=concern).count() == 2
    assert not verify(65, timezone.now())


def test_a_dispute_opened_twice_at_once_is_one(live_world: World):
    item = refused_item(live_world)

    def open_it() -> Concern:
        return open_dispute(
            by=live_world.people["clerk"], text="x", item_id=item.pk, now=timezone.now()
        )

    results = at_once(open_it, open_it)
    assert [one.reason for one in results if isinstance(one, NotAllowed)] == ["duplicate"]
    assert Concern.objects.count() == 1
