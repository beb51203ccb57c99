"""The portal harvests its own CKAN and DCAT pages: what comes in is what went out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.harvest import runs, working
from catalog.models import (
    Classification,
    HarvestedEntry,
    HarvestSource,
    Resource,
    ResourceVersion,
)
from catalog.search import reindex
from tests.catalog.harvest.conftest import make_source
from tests.world import World, build_world, publish_entry

ITEMS = [("name", "名称", "C", 60, 1, False, "", "", True)]
CONTENT: dict[str, Any] = {
    "title_en": "Bus stops",
    "abstract": "公交站点的名称和位置。\n第二行。",
    "keywords": ["公交", "站点"],
    "theme": "交通运输",
    "format_class": "2",
    "format_types": ["csv"],
    "update_cycle": "half_yearly",
    "sharing_type": "conditional",
    "sharing_condition": "限交通规划使用",
    "sharing_modes": ["file", "api"],
    "open_type": "open",
    "open_condition": "",
}


@pytest.fixture
def published(transactional_db: None) -> World:
    """The world with open entries, seen by the server's threads."""
    world = build_world()
    for number in range(5):
        resource = publish_entry(world, f"公交站点{number}", ITEMS, sharing_type="conditional")
        version = resource.live
        copy = ResourceVersion(
            resource=resource, number=2, status="draft", title=f"公交站点{number}", **CONTENT,
            classification=Classification.objects.get(code="307001"),
            source_published_on=(world.now - timedelta(days=400)).date(),
            source_updated_on=(world.now - timedelta(days=3 + number)).date(),
        )  # fmt: skip
        copy.save()
        ResourceVersion.objects.filter(pk=version.pk).update(status="superseded")
        copy.status, copy.published_at = "published", world.now
        copy.save()
        resource.live = copy
        resource.save()
        reindex([resource])
    return world


@pytest.mark.parametrize(
    ("kind", "path"),
    [("ckan", ""), ("dcat", "/catalog.ttl"), ("dcat", "/catalog.rdf"), ("dcat", "/catalog.jsonld")],
)
def test_harvesting_our_own_pages(
    published: World, live_server, settings, monkeypatch, kind: str, path: str
):
    monkeypatch.setattr("catalog.interop.dcat_views.PAGE_SIZE", 2)
    settings.HARVEST_HOSTS = [live_server.url.removeprefix("http://")]
    source = make_source(
        published,
        live_server.url + path,
        kind=kind,
        mapping="fixed",
        provider=published.departments["civil_affairs"],
    )
    first = take_over(source)
    assert (first.status, first.complete, first.told) == ("done", True, 5)
    assert first.pages == (2 if kind == "ckan" else 3)
    originals = Resource.objects.filter(status="published", live__open_type="open")
    copies = {h.identifier: h for h in HarvestedEntry.objects.select_related("resource__live")}
    assert len(copies) == originals.count() == 5
    for original in originals:
        copy = next(one for identifier, one in copies.items() if str(original.pk) in identifier)
        compare(original, copy, kind, live_server.url)
    again = take_over(source)
    assert again.counts["unchanged"] == 5


def take_over(source: HarvestSource):
    run = runs.start(by=None, source=source, now=timezone.now())
    if working.work(run.pk, clock=timezone.now) == "ready":
        runs.accept(by=None, run=run, kinds=["new"], now=timezone.now())
        working.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run


def compare(original: Resource, copy: HarvestedEntry, kind: str, url: str) -> None:
    old, new = original.live, copy.resource.live
    assert copy.link == f"{url}/catalog/{original.pk}/"
    assert copy.resource.provider.name == "江苏省民政厅"
    assert copy.resource.status == "imported"
    assert new.title == old.title
    assert new.abstract == " ".join(old.abstract.split())
    assert set(new.keywords) == {*old.keywords, old.theme}  # both formats know one kind of words
    assert new.update_cycle == old.update_cycle
    assert new.open_type == old.open_type
    assert new.classification == old.classification
    assert new.sharing_condition == old.sharing_condition
    assert set(new.sharing_modes) == set(old.sharing_modes)
    if kind == "dcat":
        assert new.title_en == old.title_en
        assert new.source_published_on == old.source_published_on
        assert new.source_updated_on == old.source_updated_on
        assert new.sharing_type == ""  # DCAT-AP has no term for it
    else:
        assert new.sharing_type == old.sharing_type
        assert new.format_types == old.format_types
        assert new.format_class == old.format_class
        assert new.source_updated_on is not None
