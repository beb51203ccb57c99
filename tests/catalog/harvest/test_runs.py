"""Runs over a foreign CKAN: first preview, changes, tombstones, the brake, faults."""

import pytest
from django.utils import timezone

from catalog import actions
from catalog.harvest import checking, runs, working
from catalog.models import HarvestedEntry, HarvestRecord, HarvestRun, HarvestSource, Resource
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.notices.models import Notice
from tests.catalog.harvest.conftest import Harvest
from tests.catalog.harvest.site import Site, package
from tests.world import World

ALL = ("new", "changed", "back", "gone")


def shown() -> set[str]:
    rows = HarvestedEntry.objects.filter(resource__status="imported")
    return set(rows.values_list("resource__live__title", flat=True))


def titles(*numbers: int) -> set[str]:
    return {f"公交线路信息{number}" for number in numbers}


def test_the_first_run_only_shows_what_it_would_do(harvest: Harvest, site: Site, world: World):
    site.packages = [package(n) for n in range(10)]
    run = harvest()
    assert (run.status, run.held, run.complete) == ("ready", "first", True)
    assert (run.pages, run.told, run.seen) == (3, 10, 10)
    assert run.counts["new"] == 10
    assert not HarvestedEntry.objects.exists()
    told = Notice.objects.filter(kind="harvest.first").values_list("official__username", flat=True)
    assert set(told) == {"province_reviewer", "province_authority"}


def test_what_is_accepted_is_taken_over_by_its_key(harvest: Harvest, site: Site, world: World):
    site.packages = [package(n) for n in range(5)]
    run = harvest("new")
    assert (run.status, run.counts["created"]) == ("done", 5)
    entry = HarvestedEntry.objects.select_related("resource__live").get(identifier="p-0003")
    assert entry.link == f"{site.address}/dataset/data-3"
    assert entry.resource.provider == world.departments["police"]
    assert (entry.resource.status, entry.resource.code) == ("imported", None)
    live = entry.resource.live
    assert (live.title, live.theme, live.keywords) == ("公交线路信息3", "", ["交通"])
    assert (live.update_cycle, live.open_type, live.format_types) == ("monthly", "open", ["csv"])
    assert str(live.source_published_on) == "2024-03-01"
    kinds = Entry.objects.filter(kind__startswith="harvest").values_list("kind", flat=True)
    assert set(kinds) >= {"harvest.started", "harvest.accepted", "harvest.applied"}


def test_a_second_run_touches_nothing(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(5)]
    harvest("new")
    before = list(Resource.objects.order_by("pk").values_list("pk", "live", "updated_at"))
    ledger = Entry.objects.filter(kind="harvest.applied").count()
    run = harvest()
    assert (run.status, run.counts["unchanged"]) == ("done", 5)
    assert before == list(Resource.objects.order_by("pk").values_list("pk", "live", "updated_at"))
    assert Entry.objects.filter(kind="harvest.applied").count() == ledger


def test_changes_are_shown_field_by_field_and_make_a_version(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    site.packages[2] = package(2, title="地铁线路信息", organization={"title": "江苏省民政厅"})
    HarvestSource.objects.update(apply_changed=False)
    run = harvest()
    assert (run.status, run.held) == ("ready", "not_agreed")
    record = run.records.get(state="changed")
    changes = {one.label: (one.old, one.new) for one in checking.differences([record])[record.pk]}
    assert changes == {
        "Title": ("公交线路信息2", "地铁线路信息"),
        "Providing department": ("江苏省公安厅", "江苏省民政厅"),
    }
    runs.accept(by=None, run=run, kinds=["changed"], now=timezone.now())
    assert working.work(run.pk, clock=timezone.now) == "done"
    resource = Resource.objects.get(pk=record.target)
    assert (resource.live.number, resource.live.title) == (2, "地铁线路信息")
    assert resource.provider.name == "江苏省民政厅"
    assert resource.search.provider_id == resource.provider_id


def test_later_runs_do_by_themselves_what_was_agreed(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(6)]
    harvest("new")
    site.packages = [*site.packages[:5], package(7)]
    run = harvest()
    assert (run.status, run.held) == ("ready", "not_agreed")
    assert (run.counts["created"], run.counts["gone"]) == (1, 1)
    assert shown() == titles(0, 1, 2, 3, 4, 5, 7)
    runs.accept(by=None, run=run, kinds=["gone"], now=timezone.now())
    working.work(run.pk, clock=timezone.now)
    assert shown() == titles(0, 1, 2, 3, 4, 7)


def test_what_vanished_is_withdrawn_and_comes_back(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(8)]
    harvest("new")
    HarvestSource.objects.update(apply_gone=True)
    away = site.packages.pop(3)
    run = harvest()
    assert (run.status, run.counts["withdrawn"]) == ("done", 1)
    gone = HarvestedEntry.objects.get(identifier="p-0003")
    assert (gone.resource.status, gone.gone_at is not None) == ("withdrawn", True)
    reason = Entry.objects.get(kind="catalog.withdrawn").data["reason"]
    assert "省交通开放平台" in reason
    site.packages.append(away | {"title": "公交线路信息3"})
    run = harvest()
    assert (run.status, run.counts["returned"]) == ("done", 1)
    gone.refresh_from_db()
    assert gone.gone_at is None
    assert Resource.objects.get(pk=gone.pk).status == "imported"
    assert shown() == titles(*range(8))


def test_nothing_is_withdrawn_after_a_pass_that_is_not_complete(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(8)]
    harvest("new")
    HarvestSource.objects.update(apply_gone=True)
    site.packages, site.told = site.packages[:6], 8
    run = harvest(*ALL)
    assert (run.status, run.complete, run.told, run.seen) == ("done", False, 8, 6)
    assert shown() == titles(*range(8))


def test_a_repeated_record_hides_no_missing_one(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(8)]
    harvest("new")
    site.packages[7] = package(0)
    run = harvest()
    assert (run.told, run.seen, run.complete) == (8, 7, False)
    assert (run.counts["repeated"], run.counts.get("gone", 0)) == (1, 0)


def test_a_record_without_identifier_stops_withdrawals(harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(8)]
    harvest("new")
    site.packages[7] = package(7, id="", name="")
    run = harvest()
    assert (run.seen, run.complete) == (8, False)
    assert run.counts.get("gone", 0) == 0
    assert run.records.get(state="faulty").faults[0]["code"] == "no_identifier"


@pytest.mark.parametrize(("left", "waits"), [(7, False), (6, True)])
def test_the_brake_holds_when_many_would_vanish(harvest: Harvest, site: Site, left: int, waits):
    site.packages = [package(n) for n in range(10)]
    harvest("new")
    HarvestSource.objects.update(apply_gone=True)
    site.packages = site.packages[:left]
    run = harvest()
    assert (run.status, run.held) == (("ready", "many_gone") if waits else ("done", ""))
    assert len(shown()) == (10 if waits else 7)
    assert Notice.objects.filter(kind="harvest.many_gone").exists() is waits


def test_faults_are_named_and_the_rest_is_taken(harvest: Harvest, site: Site):
    site.packages = [
        package(0),
        package(1, title=" "),
        package(2, organization={"title": "火星数据局"}),
        package(3, organization={"title": "国家数据局"}),
        "not a package",
        package(0, title="另一个标题"),
    ]
    run = harvest("new")
    assert run.counts["created"] == 1
    faults = {r.number: [f["code"] for f in r.faults] for r in run.records.filter(state="faulty")}
    assert faults == {
        2: ["no_title"],
        3: ["unknown_provider"],
        4: ["unknown_provider"],
        5: ["not_a_record"],
        6: ["twice"],
    }


def test_texts_that_no_database_takes_do_not_stop_a_run(harvest: Harvest, site: Site):
    site.packages = [
        package(0, id="a\x00b", title="公交\x00线路", notes="\ud800半"),
        package(1, id="\udfff", tags=[{"name": "\ud83d"}], groups=[{"name": "\x00"}]),
        package(2, title={"zh": "x\x00"}, notes=["\x00"], organization="\x00"),
        "\x00\ud800",
    ]
    run = harvest("new")
    assert (run.status, run.seen) == ("done", 4)
    assert run.counts["created"] == 2
    assert run.counts["faulty"] == 2
    assert HarvestedEntry.objects.get(identifier="ab").resource.live.title == "公交线路"


def test_departments_of_other_regions_are_out_of_reach(
    world: World, site: Site, settings, harvest: Harvest
):
    settings.HARVEST_HOSTS = [site.host]
    city = HarvestSource(
        authority=world.departments["city_bureau"], name="市平台", kind="ckan", address=site.address
    )
    city.save()
    site.packages = [package(0), package(1, organization={"title": "崇川区民政局"})]
    run = runs.start(by=world.people["city_reviewer"], source=city, now=timezone.now())
    working.work(run.pk, clock=timezone.now)
    states = {r.number: r.state for r in run.records.all()}
    assert states == {1: "faulty", 2: "new"}
    assert run.records.get(number=1).faults[0]["code"] == "outside"


def test_what_was_left_out_stays_out(harvest: Harvest, site: Site, world: World):
    site.packages = [package(n) for n in range(4)]
    run = harvest()
    out = run.records.get(identifier="p-0002")
    by = world.people["province_reviewer"]
    runs.choose(by=by, run=run, records=[out.pk], accepted=False, now=timezone.now())
    runs.accept(by=by, run=run, kinds=["new"], now=timezone.now())
    working.work(run.pk, clock=timezone.now)
    assert shown() == titles(0, 1, 3)


def test_an_entry_its_department_took_over_is_left_alone(
    harvest: Harvest, site: Site, world: World, source: HarvestSource
):
    site.packages = [package(n) for n in range(5)]
    harvest("new")
    resource = HarvestedEntry.objects.get(identifier="p-0001").resource
    steward = world.people["steward"]
    with pytest.raises(NotAllowed) as refused:
        actions.revise(by=steward, resource=resource, now=timezone.now())
    assert refused.value.reason == "harvested"
    HarvestSource.objects.update(active=False)
    actions.revise(by=steward, resource=resource, now=timezone.now())
    HarvestSource.objects.update(active=True, apply_gone=True)
    site.packages[1] = package(1, title="别的标题")
    run = harvest()
    assert run.counts["left"] == 1
    del site.packages[1]
    run = harvest(*ALL)
    assert run.complete
    assert Resource.objects.get(pk=resource.pk).status == "imported"


def test_an_entry_that_people_withdrew_does_not_come_back(
    harvest: Harvest, site: Site, world: World
):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    entry = HarvestedEntry.objects.get(identifier="p-0001")
    actions.withdraw(
        by=world.people["steward"], resource=entry.resource, reason="重复", now=timezone.now()
    )
    site.packages[1] = package(1, title="别的标题")
    run = harvest(*ALL)
    assert run.counts["left"] == 1
    assert Resource.objects.get(pk=entry.pk).status == "withdrawn"


def test_only_the_authority_runs_and_accepts(
    source: HarvestSource, harvest: Harvest, site: Site, world: World
):
    site.packages = [package(0)]
    now = timezone.now()
    for name in ("city_reviewer", "steward", "sysadmin"):
        with pytest.raises(Forbidden):
            runs.start(by=world.people[name], source=source, now=now)
    run = harvest()
    with pytest.raises(Forbidden):
        runs.accept(by=world.people["city_authority"], run=run, kinds=["new"], now=now)
    with pytest.raises(Invalid):
        runs.accept(by=world.people["province_authority"], run=run, kinds=["other"], now=now)


def test_a_run_that_waits_is_replaced_and_one_at_work_is_not(
    source: HarvestSource, harvest: Harvest, site: Site, world: World
):
    site.packages = [package(0)]
    first = harvest()
    second = harvest()
    first.refresh_from_db()
    assert (first.status, second.status) == ("stopped", "ready")
    third = runs.start(by=None, source=source, now=timezone.now())
    with pytest.raises(NotAllowed):
        runs.start(by=None, source=source, now=timezone.now())
    runs.stop(by=world.people["province_reviewer"], run=third, now=timezone.now())
    assert working.work(third.pk, clock=timezone.now) == "stopped"
    assert HarvestRecord.objects.filter(run=third).count() == 0
    assert HarvestRun.objects.count() == 3
