"""Sources that stop halfway, workers that die, pages that never end, schedules."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.harvest import clockwork, runs, working
from catalog.harvest.problems import problem_texts
from catalog.harvest.sources import save_source
from catalog.models import HarvestedEntry, HarvestRecord, HarvestRun, HarvestSource, Resource
from catalog.tasks import look_after_harvests, run_harvest
from portal.models import OutboxMessage
from portal.notices.models import Notice
from tests.catalog.harvest.conftest import Harvest, make_source
from tests.catalog.harvest.site import Reply, Site, package
from tests.world import World


def stopping(site: Site, after: int):
    """Let the search break off after so many pages."""
    real, calls = site.routes["/api/3/action/package_search"], itertools.count(1)

    def search(query):
        reply = real(query)
        if next(calls) > after:
            reply.body, reply.cut = reply.body[:50], len(reply.body)
        return reply

    site.routes["/api/3/action/package_search"] = search
    return real


def test_a_source_that_stops_halfway_changes_nothing_and_is_read_on(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(12)]
    harvest("new")
    before = list(Resource.objects.order_by("pk").values_list("pk", "updated_at", "status"))
    HarvestSource.objects.update(apply_gone=True)
    site.packages = [package(n, title=f"新标题{n}") for n in range(11)]
    real = stopping(site, after=1)
    run = harvest()
    assert (run.status, run.pages, run.problem["at"]) == ("failed", 1, "gathering")
    message, remedy = problem_texts(run.problem)
    assert "stopped in the middle of an answer" in message
    assert "goes on where it stopped" in remedy
    assert before == list(Resource.objects.order_by("pk").values_list("pk", "updated_at", "status"))
    assert Notice.objects.filter(kind="harvest.failed").count() == 2
    site.routes["/api/3/action/package_search"] = real
    site.asked.clear()
    again = harvest()
    assert again.pk == run.pk
    assert len(site.asked) == 2
    assert (again.status, again.complete) == ("done", True)
    assert (again.counts["updated"], again.counts["withdrawn"]) == (11, 1)


def test_an_old_failure_begins_anew(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(6)]
    real = stopping(site, after=1)
    run = harvest()
    long_ago = timezone.now() - runs.RESUME_WITHIN - timedelta(hours=1)
    HarvestRun.objects.update(finished_at=long_ago, started_at=long_ago)
    site.routes["/api/3/action/package_search"] = real
    again = harvest()
    assert again.pk != run.pk
    assert again.status == "ready"


def test_another_address_begins_anew(
    harvest: Harvest, site: Site, source: HarvestSource, world: World
):
    site.packages = [package(n) for n in range(6)]
    stopping(site, after=1)
    harvest()
    source.refresh_from_db()
    source.address = f"{site.address}/other"
    save_source(by=world.people["province_reviewer"], source=source, now=timezone.now())
    harvest()
    assert HarvestRun.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"garbage", "harvest_unreadable"),
        (b"", "harvest_unreadable"),
        (b"{}", "harvest_unreadable"),
    ],
)
def test_garbage_on_a_later_page_keeps_what_was_read(
    harvest: Harvest, site: Site, body: bytes, code: str
):
    site.packages = [package(n) for n in range(6)]
    real = site.routes["/api/3/action/package_search"]
    site.routes["/api/3/action/package_search"] = lambda query: (
        Reply(body) if query["start"] == "4" else real(query)
    )
    run = harvest()
    assert (run.status, run.problem["code"], run.records.count()) == ("failed", code, 4)
    assert not HarvestedEntry.objects.exists()


def test_pages_without_end_are_given_up(harvest: Harvest, site: Site):
    site.packages, site.told = [package(n) for n in range(4)], 1_000
    real = site.routes["/api/3/action/package_search"]
    site.routes["/api/3/action/package_search"] = lambda query: real(query | {"start": "0"})
    run = harvest()
    assert (run.status, run.problem["code"], run.pages) == ("failed", "harvest_endless", 1)


def test_more_pages_than_allowed_are_given_up(harvest: Harvest, site: Site, settings):
    settings.HARVEST_MAX_PAGES = 2
    site.packages = [package(n) for n in range(12)]
    run = harvest()
    assert (run.status, run.problem["code"], run.pages) == ("failed", "harvest_endless", 2)


def test_a_host_taken_off_the_list_is_no_longer_asked(harvest: Harvest, site: Site, settings):
    site.packages = [package(0)]
    settings.HARVEST_HOSTS = []
    run = harvest()
    assert (run.status, run.problem["code"]) == ("failed", "harvest_host")
    assert site.asked == []


@pytest.mark.parametrize("name", ["_save_page", "counts_of", "Checker.check", "Applier.apply"])
def test_a_worker_that_dies_leaves_whole_batches(
    harvest: Harvest, site: Site, source: HarvestSource, monkeypatch, name: str
):
    site.packages = [package(n) for n in range(11)]
    HarvestSource.objects.update(agreed_at=timezone.now())
    run = runs.start(by=None, source=source, now=timezone.now())
    owner, _dot, method = name.rpartition(".")
    place = getattr(working, owner) if owner else working
    real, calls = getattr(place, method), itertools.count(1)

    def dies(*arguments):
        result = real(*arguments)
        if next(calls) == 2:
            raise KeyboardInterrupt  # before the batch is committed
        return result

    monkeypatch.setattr(place, method, dies)
    with pytest.raises(KeyboardInterrupt):
        run_harvest(str(run.pk))
    written = HarvestedEntry.objects.count()
    assert written == Resource.objects.filter(external_key__isnull=False).count()
    assert run_harvest(str(run.pk)) == "done"
    run.refresh_from_db()
    assert (run.counts["created"], run.seen, run.records.count()) == (11, 11, 11)
    assert HarvestedEntry.objects.count() == 11
    assert Resource.objects.filter(harvested__isnull=False, search__isnull=True).count() == 0


def test_whoever_is_overtaken_stops(harvest: Harvest, site: Site, source: HarvestSource):
    site.packages = [package(n) for n in range(8)]
    run = runs.start(by=None, source=source, now=timezone.now())
    real = working.reader_for(source)

    class Slow:
        def page(self, cursor, names):
            page = real.page(cursor, names)
            if not cursor:
                working.work(run.pk, clock=timezone.now, reader=real)  # another worker is faster
            return page

    assert working.work(run.pk, clock=timezone.now, reader=Slow()) == "ready"
    assert HarvestRecord.objects.filter(run=run).count() == 8


def test_a_run_stopped_meanwhile_is_not_gone_on_with(
    harvest: Harvest, site: Site, source: HarvestSource
):
    site.packages = [package(n) for n in range(8)]
    run = runs.start(by=None, source=source, now=timezone.now())
    real = working.reader_for(source)

    class Interrupted:
        def page(self, cursor, names):
            if cursor:
                runs.stop(by=None, run=run, now=timezone.now())
            return real.page(cursor, names)

    assert working.work(run.pk, clock=timezone.now, reader=Interrupted()) == "stopped"
    assert HarvestRecord.objects.filter(run=run).count() == 4


def at(hour: int, days: int = 0):
    """That hour of a day, here."""
    here = timezone.localtime().replace(hour=hour, minute=5)
    return here + timedelta(days=days)


def test_sources_run_by_their_schedule_at_night(source: HarvestSource, site: Site):
    assert clockwork.start_due(at(3)) == 0
    HarvestSource.objects.update(schedule="daily")
    assert clockwork.start_due(at(1)) == 0
    assert clockwork.start_due(at(3)) == 1
    assert clockwork.start_due(at(4)) == 0
    run = HarvestRun.objects.get()
    runs.stop(by=None, run=run, now=at(4))
    assert clockwork.start_due(at(5)) == 0
    HarvestSource.objects.update(schedule="weekly")
    assert clockwork.start_due(at(3, days=1)) == 0
    assert clockwork.start_due(at(3, days=7)) == 1


def test_a_run_that_waits_or_a_source_that_is_off_is_left_in_peace(
    harvest: Harvest, site: Site, source: HarvestSource
):
    site.packages = [package(0)]
    HarvestSource.objects.update(schedule="daily")
    run = harvest()
    assert run.status == "ready"
    assert clockwork.start_due(at(3, days=3)) == 0
    runs.stop(by=None, run=run, now=timezone.now())
    HarvestSource.objects.update(active=False)
    assert clockwork.start_due(at(3, days=3)) == 0


def test_lost_runs_are_woken_and_old_records_removed(
    harvest: Harvest, site: Site, source: HarvestSource
):
    site.packages = [package(0)]
    done = harvest("new")
    HarvestRun.objects.filter(pk=done.pk).update(
        finished_at=timezone.now() - clockwork.KEEP - timedelta(days=1)
    )
    lost = runs.start(by=None, source=source, now=timezone.now())
    OutboxMessage.objects.all().delete()
    HarvestRun.objects.filter(pk=lost.pk).update(
        worked_at=timezone.now() - clockwork.LOST_AFTER - timedelta(minutes=1)
    )
    assert look_after_harvests() == {"started": 0, "woken": 1, "cleared": 1}
    assert OutboxMessage.objects.get().args == [str(lost.pk)]
    assert HarvestedEntry.objects.count() == 1


def test_two_sources_with_the_same_identifiers_do_not_meet(
    harvest: Harvest, site: Site, world: World
):
    site.packages = [package(n) for n in range(3)]
    harvest("new")
    other = make_source(world, site.address, name="另一个平台")
    run = harvest("new", of=other)
    assert run.counts["created"] == 3
    assert HarvestedEntry.objects.count() == 6
