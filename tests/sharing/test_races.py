"""Two at once, with real connections: one wins, the other is told why, the rows stay true."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from catalog.models import Attachment, DataSource, ResourceSearch
from portal.errors import NotAllowed, PortalError
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.organisation.models import Role
from sharing import actions, grants, links
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.approval.commands import Sign, Withdraw
from sharing.models import ApplicationItem, Delivery, Grant, ItemEvent, Pull
from sharing.pulling import claim, request_pull, run
from tests.world import SourceDatabase, World, draft_application, granted, hire, submitted_item

ROUNDS = 20


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Results of ``works``, begun at the same moment in threads; errors of ours are results."""
    barrier = threading.Barrier(len(works))

    def go(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return work()
        except PortalError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(30) for future in [pool.submit(go, work) for work in works]]


def test_two_signers_at_once(live_world: World):
    """20 rounds: exactly one signature is recorded, the other is refused in words."""
    hire(live_world, "second_head", "subdistrict", Role.SHARING_OFFICE_HEAD)
    heads = [live_world.people["office_head"], live_world.people["second_head"]]
    for _round in range(ROUNDS):
        item = submitted_item(live_world)
        command = Sign(seen=2)

        def sign(head: Any, item: ApplicationItem = item, command: Sign = command) -> Any:
            return actions.execute(by=head, item_id=item.pk, command=command, now=timezone.now())

        results = at_once(*(lambda head=head: sign(head) for head in heads))
        lost = [result for result in results if isinstance(result, NotAllowed)]
        assert len(lost) == 1
        assert lost[0].reason == "stale"
        assert ItemEvent.objects.filter(item=item, kind="stage_signed").count() == 1
        item.refresh_from_db()
        actions.execute(
            by=live_world.people["clerk"], item_id=item.pk,
            command=Withdraw(seen=item.event_count), now=timezone.now(),
        )  # fmt: skip
    for number in (5, 6, 8, 25, 31):
        assert not verify(number, timezone.now())


def test_sign_and_withdraw_at_once(live_world: World):
    for _round in range(5):
        item = submitted_item(live_world)
        givers = [("office_head", Sign(seen=2)), ("clerk", Withdraw(seen=2))]
        results = at_once(
            *(
                lambda by=by, given=given, item=item: actions.execute(
                    by=live_world.people[by], item_id=item.pk, command=given, now=timezone.now()
                )
                for by, given in givers
            )
        )
        assert sum(isinstance(result, NotAllowed) for result in results) == 1
        item.refresh_from_db()
        if item.status != "withdrawn":
            actions.execute(
                by=live_world.people["clerk"], item_id=item.pk,
                command=Withdraw(seen=item.event_count), now=timezone.now(),
            )  # fmt: skip
    assert not verify(31, timezone.now())


def test_double_submit_at_once(live_world: World):
    draft = draft_application(live_world)

    def submit() -> Any:
        return actions.submit_application(
            by=live_world.people["clerk"], application_id=draft.pk, seen=0, now=timezone.now()
        )

    results = at_once(submit, submit)
    (lost,) = [result for result in results if isinstance(result, PortalError)]
    assert lost.reason == "already_submitted"
    assert ItemEvent.objects.filter(kind="submitted").count() == 1


def test_two_applications_for_one_entry_at_once(live_world: World):
    drafts = [draft_application(live_world, by=who) for who in ("clerk", "colleague")]
    results = at_once(
        *(
            lambda draft=draft: actions.submit_application(
                by=draft.applicant, application_id=draft.pk, seen=0, now=timezone.now()
            )
            for draft in drafts
        )
    )
    lost = [result for result in results if isinstance(result, PortalError)]
    assert len(lost) == 1
    assert ApplicationItem.objects.filter(status="home_review").count() == 1


def test_lock_that_is_not_given_is_said_in_words(live_world: World):
    item = submitted_item(live_world)
    release = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            ApplicationItem.objects.select_for_update().get(pk=item.pk)
            held.set()
            release.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        with pytest.raises(NotAllowed) as error:
            actions.execute(
                by=live_world.people["office_head"], item_id=item.pk, command=Sign(seen=2),
                now=timezone.now(),
            )  # fmt: skip
        assert error.value.reason == "busy"
    finally:
        release.set()
        holder.join()
        connections.close_all()


@pytest.fixture
def grant(live_world: World) -> Grant:
    return granted(live_world)


def test_two_requests_at_once(live_world: World, grant: Grant):
    results = at_once(
        *(
            lambda who=who: request_pull(
                by=live_world.people[who], grant_id=grant.pk, now=timezone.now()
            )
            for who in ("clerk", "colleague")
        )
    )
    (lost,) = [result for result in results if isinstance(result, PortalError)]
    assert lost.reason == "pull_under_way"
    assert Pull.objects.count() == 1


def test_two_claims_at_once(live_world: World, grant: Grant):
    pull = request_pull(by=live_world.people["clerk"], grant_id=grant.pk, now=timezone.now())
    for round_ in range(ROUNDS):
        Pull.objects.filter(pk=pull.pk).update(status="queued", lease_until=None, attempts=0)
        results = at_once(*([lambda: claim(pull.pk, now=timezone.now())] * 3))
        assert len([held for held in results if held is not None]) == 1
        pull.refresh_from_db()
        assert pull.token == round_ + 1


def test_suspension_against_publication(live_world: World, grant: Grant):
    """20 rounds at different moments: what is published was published before the suspension."""
    chance = random.Random(7)  # noqa: S311 - a schedule that is the same every time
    clerk, steward = live_world.people["clerk"], live_world.people["steward"]
    for _round in range(ROUNDS):
        pull = request_pull(by=clerk, grant_id=grant.pk, now=timezone.now())
        wait = chance.uniform(0, 0.4)

        def suspend(wait: float = wait) -> None:
            time.sleep(wait)
            grants.suspend(by=steward, grant_id=grant.pk, reason="检查", now=timezone.now())

        at_once(lambda pull=pull: run(pull.pk, clock=timezone.now), suspend)
        pull.refresh_from_db()
        assert pull.status in {"published", "cancelled"}
        assert Delivery.objects.filter(pull=pull).exists() is (pull.status == "published")
        if pull.status == "published":
            published = Entry.objects.get(
                object_id=str(pull.delivery.pk), kind="delivery.published"
            )
            stopped = Entry.objects.filter(kind="grant.suspended").latest("pk")
            assert published.pk < stopped.pk
        grants.resume(by=steward, grant_id=grant.pk, now=timezone.now())
    for number in (1, 2, 14, 15, 16, 25, 32):
        assert not verify(number, timezone.now())


def test_sessions_of_a_source_are_counted_when_claims_race(live_world: World, grant: Grant):
    DataSource.objects.update(max_sessions=1)
    clerk, now = live_world.people["clerk"], timezone.now()
    others = [granted(live_world, use_scenario=f"场景{number}") for number in range(2)]
    pulls = [request_pull(by=clerk, grant_id=one.pk, now=now) for one in (grant, *others)]
    for _round in range(ROUNDS):
        Pull.objects.update(status="queued", lease_until=None, attempts=0)
        works = [lambda pull=pull: claim(pull.pk, now=timezone.now()) for pull in pulls]
        assert len([held for held in at_once(*works) if held is not None]) == 1


def test_download_waits_for_a_suspension_under_way(live_world: World, grant: Grant):
    """The suspension has happened but is not committed: the download must not slip past it."""
    clerk, steward = live_world.people["clerk"], live_world.people["steward"]
    pull = request_pull(by=clerk, grant_id=grant.pk, now=timezone.now())
    delivery = run(pull.pk, clock=timezone.now)
    link = links.make(delivery.files.get(format="csv"), clerk, timezone.now())
    suspended = threading.Event()

    def suspend_slowly() -> None:
        with transaction.atomic():
            grants.suspend(by=steward, grant_id=grant.pk, reason="检查", now=timezone.now())
            suspended.set()
            time.sleep(0.5)

    def download() -> Any:
        assert suspended.wait(10)
        return links.open(link, clerk, timezone.now())

    _, refused = at_once(suspend_slowly, download)
    assert isinstance(refused, NotAllowed)
    assert not Entry.objects.filter(kind="delivery.downloaded").exists()
    assert not verify(1, timezone.now())


@pytest.fixture
def slow(live_world: World, source: SourceDatabase) -> Iterator[SourceDatabase]:
    """The entry is attached to a view that takes 20 seconds for the rows of Hongqiao."""
    with source.connect() as link:
        link.execute(
            "CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql VOLATILE COST 100000 AS"
            " 'BEGIN PERFORM pg_sleep(0.066); RETURN true; END'"
        )
        link.execute("CREATE VIEW slow_people AS SELECT * FROM people WHERE slowly()")
    Attachment.objects.update(table="slow_people")
    yield source
    with source.connect() as link:
        link.execute("DROP VIEW slow_people; DROP FUNCTION slowly()")


def sessions(source: SourceDatabase) -> int:
    with source.connect() as link:
        return link.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'govshare'"
            " AND datname = current_database()"  # the other worker's pulls are not meant
        ).fetchone()[0]


@pytest.mark.parametrize("how", ["suspend", "terminate", "cancel"])
def test_stopping_a_running_pull_takes_less_than_five_seconds(
    live_world: World, grant: Grant, slow: SourceDatabase, how: str
):
    from sharing.pulling import cancel_pull

    pull = request_pull(by=live_world.people["clerk"], grant_id=grant.pk, now=timezone.now())
    stopped_at = []

    def stop() -> None:
        deadline = time.monotonic() + 15
        while not sessions(slow):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        by = live_world.people["clerk" if how == "terminate" else "steward"]
        now = timezone.now()
        if how == "cancel":
            cancel_pull(by=by, pull_id=pull.pk, now=now)
        else:
            getattr(grants, how)(by=by, grant_id=grant.pk, reason="检查", now=now)
        stopped_at.append(time.monotonic())

    result, _ = at_once(lambda: run(pull.pk, clock=timezone.now), stop)
    assert result is None
    assert time.monotonic() - stopped_at[0] < 5
    assert sessions(slow) == 0
    assert not Delivery.objects.exists()
    pull.refresh_from_db()
    assert pull.status == "cancelled"


def test_two_departments_that_begin_and_end_using_an_entry_at_once_are_both_counted(
    live_world: World,
):
    people, resource = live_world.people, live_world.resource
    rows = {"clerk": "hongqiao", "county_clerk": "chongchuan"}
    offices = {"clerk": "subdistrict", "county_clerk": "county_civil"}

    def used() -> int:
        return ResourceSearch.objects.get(pk=resource.pk).used

    for _round in range(5):
        drafts = {
            key: actions.draft(
                by=people[key], department=live_world.departments[offices[key]],
                resource=resource, fields=["name", "region_code"],
                content=live_world.application(row_region=live_world.regions[region].code),
                now=live_world.now,
            )
            for key, region in rows.items()
        }  # fmt: skip

        def submit(key: str, drafts: dict[str, Any] = drafts) -> Any:
            return actions.submit_application(
                by=people[key], application_id=drafts[key].pk, seen=0, now=timezone.now()
            )

        def withdraw(key: str, drafts: dict[str, Any] = drafts) -> Any:
            item = drafts[key].items.get()
            command = Withdraw(seen=item.event_count)
            return actions.execute(
                by=people[key], item_id=item.pk, command=command, now=timezone.now()
            )

        assert not [
            one for one in at_once(*(lambda key=key: submit(key) for key in rows))
            if isinstance(one, PortalError)
        ]  # fmt: skip
        assert used() == 2
        at_once(*(lambda key=key: withdraw(key) for key in rows))
        assert used() == 0
