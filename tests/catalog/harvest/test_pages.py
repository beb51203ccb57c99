"""Pages, administration and command of the harvest, for the right people only."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.harvest import runs, working
from catalog.harvest.sources import save_source
from catalog.models import HarvestedEntry, HarvestRun, HarvestSource
from portal.errors import Forbidden, Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.catalog.exchange.files import checked, workbook
from tests.catalog.harvest.conftest import Harvest, make_source
from tests.catalog.harvest.site import Reply, Site, package
from tests.world import World


@pytest.fixture
def reviewer(client: Client, world: World) -> Client:
    client.force_login(reads_english(world.people["province_reviewer"]))
    return client


def page(client: Client, run: HarvestRun, **query: str) -> str:
    response = client.get(reverse("catalog:harvest_run", args=[run.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def act(client: Client, run: HarvestRun, command: str, **more):
    address = reverse("catalog:harvest_act", args=[run.pk])
    return client.post(address, {"command": command, **more})


def home(client: Client) -> str:
    return client.get(reverse("catalog:harvests")).content.decode()


def test_a_reviewer_starts_looks_chooses_and_accepts(
    reviewer: Client, source: HarvestSource, site: Site
):
    site.packages = [package(n) for n in range(4)] + [package(9, title="")]
    assert "never run" in home(reviewer)
    response = reviewer.post(reverse("catalog:harvest_start", args=[source.pk]))
    run = HarvestRun.objects.get()
    assert response.url == reverse("catalog:harvest_run", args=[run.pk])
    assert "The source is being read" in page(reviewer, run)
    working.work(run.pk, clock=timezone.now)
    faults = page(reviewer, run)
    assert "The record has no title." in faults
    assert "Ask the source to correct the record" in faults
    assert "It is the first run over this source." in faults
    preview = page(reviewer, run, show="new")
    assert "公交线路信息3" in preview
    assert "江苏省公安厅" in preview
    nothing = act(reviewer, run, "accept")
    assert nothing.status_code == 422
    assert "Tick at least one kind of change." in nothing.content.decode()
    assert act(reviewer, run, "leave").status_code == 422
    out = run.records.get(identifier="p-0002")
    act(reviewer, run, "leave", records=[out.pk], show="new")
    assert "1 record was left out by hand" in page(reviewer, run)
    act(reviewer, run, "accept", kinds=["new"])
    assert "0 of 4 records" in page(reviewer, run)
    working.work(run.pk, clock=timezone.now)
    assert HarvestedEntry.objects.count() == 3
    assert "Taken over" in page(reviewer, run)
    assert "省交通开放平台" in home(reviewer)


def test_changes_are_listed_with_before_and_after(reviewer: Client, harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    HarvestSource.objects.update(apply_changed=False)
    site.packages[1] = package(1, title="地铁线路信息")
    text = page(reviewer, harvest(), show="changed")
    assert "<del>公交线路信息1</del>" in text
    assert "<ins>地铁线路信息</ins>" in text


def test_a_fault_is_shown_with_its_remedy_and_the_way_on(
    reviewer: Client, source: HarvestSource, site: Site
):
    site.routes["/api/3/action/package_search"] = lambda _query: Reply(b"<html>")
    reviewer.post(reverse("catalog:harvest_start", args=[source.pk]))
    run = HarvestRun.objects.get()
    working.work(run.pk, clock=timezone.now)
    text = page(reviewer, run)
    assert "The answer of the source cannot be read: it is not JSON" in text
    assert "Check kind and address of the source" in text
    assert "Go on" in text
    del site.routes["/api/3/action/package_search"]
    act(reviewer, run, "again")
    run.refresh_from_db()
    assert run.status == "gathering"
    act(reviewer, run, "stop")
    assert "The run was stopped" in page(reviewer, run)


def test_progress_asks_again_until_it_is_done(reviewer: Client, source: HarvestSource, site: Site):
    run = runs.start(by=None, source=source, now=timezone.now())
    address = reverse("catalog:harvest_progress", args=[run.pk])
    assert "HX-Refresh" not in reviewer.get(address).headers
    working.work(run.pk, clock=timezone.now)
    assert reviewer.get(address).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("person", ["city_reviewer", "steward", "clerk", "sysadmin"])
def test_others_see_neither_sources_nor_runs(
    client: Client, world: World, harvest: Harvest, site: Site, source: HarvestSource, person: str
):
    site.packages = [package(0)]
    run = harvest()
    client.force_login(world.people[person])
    listed = client.get(reverse("catalog:harvests"))
    if person == "city_reviewer":  # an authority, but another one
        assert source.name not in listed.content.decode()
    else:
        assert listed.status_code == 404
        assert reverse("catalog:harvests") not in client.get("/").content.decode()
    for name in ("harvest_run", "harvest_progress"):
        assert client.get(reverse(f"catalog:{name}", args=[run.pk])).status_code == 404
    assert act(client, run, "accept", kinds=["new"]).status_code == 404
    assert client.post(reverse("catalog:harvest_start", args=[source.pk])).status_code == 404


def test_an_entry_says_where_it_came_from(
    client: Client, world: World, harvest: Harvest, site: Site
):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    entry = HarvestedEntry.objects.get(identifier="p-0001")
    client.force_login(reads_english(world.people["clerk"]))
    text = client.get(reverse("catalog:entry", args=[entry.pk])).content.decode()
    assert "Harvested from 省交通开放平台" in text
    assert f'href="{site.address}/dataset/data-1"' in text
    assert "read-only here" in text


def test_rest_says_where_an_entry_came_from(
    client: Client, world: World, harvest: Harvest, site: Site
):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    entry = HarvestedEntry.objects.get(identifier="p-0001")
    client.force_login(world.people["clerk"])
    found = client.get(f"/api/v1/entries/{entry.pk}/").json()["harvested_from"]
    assert (found["catalog"], found["identifier"], found["gone_at"]) == (
        "省交通开放平台", "p-0001", None,
    )  # fmt: skip
    own = client.get(f"/api/v1/entries/{world.resource.pk}/").json()
    assert own["harvested_from"] is None


def test_a_sheet_cannot_change_a_harvested_entry(world: World, harvest: Harvest, site: Site):
    site.packages = [package(n) for n in range(4)]
    harvest("new")
    content = workbook(("目录", [["信息资源名称", "摘要"], ["公交线路信息1", "别的摘要"]]))
    intake = checked(world, content)
    assert intake.rows.get().faults[0]["code"] == "harvested"


def test_a_link_of_the_source_cannot_lead_astray(
    client: Client, world: World, harvest: Harvest, site: Site
):
    site.packages = [
        package(0, url="javascript:alert(1)"),
        package(1, url="http://evil.example/x", title="<script>alert(1)</script>"),
    ]
    run = harvest("new")
    client.force_login(reads_english(world.people["province_reviewer"]))
    text = page(client, run, show="created")
    for entry in HarvestedEntry.objects.all():
        text += client.get(reverse("catalog:entry", args=[entry.pk])).content.decode()
    assert "javascript:alert" not in text
    assert "evil.example" not in text
    assert "<script>alert" not in text


# --- administration -------------------------------------------------------------------------


def form(world: World, site: Site, **changes) -> dict[str, object]:
    return {
        "authority": world.departments["province_bureau"].pk,
        "name": "南通开放平台",
        "kind": "ckan",
        "address": site.address,
        "mapping": "publisher",
        "provider": "",
        "schedule": "daily",
        "apply_new": "on",
        "active": "on",
    } | changes


def test_a_source_is_added_in_the_administration(
    reviewer: Client, world: World, site: Site, settings
):
    settings.HARVEST_HOSTS = [site.host]
    add = reverse("admin:catalog_harvestsource_add")
    assert reviewer.get(add).status_code == 200
    assert reviewer.post(add, form(world, site)).status_code == 302
    source = HarvestSource.objects.get()
    assert (source.schedule, source.apply_changed) == ("daily", False)
    assert Entry.objects.get(kind="harvest_source.added").actor == world.people["province_reviewer"]
    change = reverse("admin:catalog_harvestsource_change", args=[source.pk])
    assert reviewer.post(change, form(world, site, name="新名字")).status_code == 302
    data = Entry.objects.get(kind="harvest_source.changed").data
    assert data == {"before": {"name": "南通开放平台"}, "after": {"name": "新名字"}}
    listed = reviewer.get(reverse("admin:catalog_harvestsource_changelist")).content.decode()
    assert "新名字" in listed


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"address": "http://169.254.169.254/"}, "not on the list of hosts"),
        ({"address": "http://user:word@127.0.0.1/"}, "user name or a password"),
        ({"address": "no address"}, "not a complete address"),
        ({"mapping": "fixed"}, "Name the department that all entries belong to."),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_the_remedy(
    reviewer: Client, world: World, site: Site, settings, changes, text: str
):
    settings.HARVEST_HOSTS = [site.host]
    add = reverse("admin:catalog_harvestsource_add")
    response = reviewer.post(add, form(world, site, **changes))
    assert response.status_code == 200
    assert text in response.content.decode()
    assert not HarvestSource.objects.exists()


@pytest.mark.parametrize("person", ["steward", "sysadmin", "city_reviewer"])
def test_sources_of_others_are_not_in_the_administration(
    client: Client, world: World, source: HarvestSource, site: Site, person: str
):
    client.force_login(world.people[person])
    change = reverse("admin:catalog_harvestsource_change", args=[source.pk])
    assert client.get(change).status_code in {302, 403}
    client.post(change, form(world, site, name="gekapert"))
    client.post(reverse("admin:catalog_harvestsource_add"), form(world, site))
    source.refresh_from_db()
    assert source.name == "省交通开放平台"
    assert HarvestSource.objects.count() == 1


def test_the_action_refuses_what_the_form_would(world: World, site: Site, settings):
    settings.HARVEST_HOSTS = [site.host]
    city = world.departments["city_bureau"]
    with pytest.raises(Forbidden):
        make_source(world, site.address, authority=city)
    with pytest.raises(Invalid) as refused:
        save_source(
            by=None,
            source=HarvestSource(
                authority=city, name="", kind="ckan", address="http://nowhere.invalid/",
                mapping="fixed", provider=world.departments["police"],
            ),
            now=timezone.now(),
        )  # fmt: skip
    assert {fault.field for fault in refused.value.faults} == {"name", "provider", "address"}
    assert all(fault.remedy for fault in refused.value.faults)


def test_another_meaning_needs_a_first_run_again(
    harvest: Harvest, site: Site, source: HarvestSource, world: World
):
    site.packages = [package(0)]
    harvest("new")
    source.refresh_from_db()
    assert source.agreed_at is not None
    source.schedule = "daily"
    save_source(by=None, source=source, now=timezone.now())
    assert source.agreed_at is not None
    source.provider = world.departments["police"]
    save_source(by=None, source=source, now=timezone.now())
    source.refresh_from_db()
    assert source.agreed_at is None


# --- command --------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("harvest", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_runs_to_the_end(source: HarvestSource, site: Site):
    site.packages = [package(n) for n in range(4)]
    first = json.loads(command(source.name, "--json"))
    assert (first["status"], first["counts"]["new"]) == ("ready", 4)
    assert "first run" in command(source.name)
    second = json.loads(command(source.name, "--accept", "new,gone", "--json"))
    assert (second["status"], second["counts"]["created"]) == ("done", 4)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("nobody",), "There is no source called nobody."),
        (("省交通开放平台", "--accept", "all"), "Not known: all."),
    ],
)
def test_the_command_says_what_is_wrong(source: HarvestSource, arguments, text: str):
    with pytest.raises(CommandError, match=text):
        command(*arguments)


def test_the_command_says_why_a_run_failed(source: HarvestSource, site: Site):
    site.routes["/api/3/action/package_search"] = lambda _query: Reply(status=500)
    with pytest.raises(CommandError, match="status 500"):
        command(source.name)
