"""A foreign site, a source over it, and runs without waiting."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from catalog.harvest import ckan, fetching, runs, working
from catalog.harvest.sources import save_source
from catalog.models import HarvestRun, HarvestSource
from tests.catalog.harvest.site import Site, running
from tests.world import World

Harvest = Callable[..., HarvestRun]


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages, no pauses."""
    monkeypatch.setattr(ckan, "ROWS", 4)
    monkeypatch.setattr(working, "CHECK_BATCH", 5)
    monkeypatch.setattr(working, "APPLY_BATCH", 3)
    monkeypatch.setattr(fetching, "_WAITS", (0.0, 0.0))
    settings.HARVEST_PAUSE_SECONDS = 0.0
    settings.HARVEST_TIMEOUT_SECONDS = 5.0


@pytest.fixture
def source(world: World, site: Site, settings: Any) -> HarvestSource:
    """The site as the province's authority harvests it."""
    settings.HARVEST_HOSTS = [site.host]
    return make_source(world, site.address)


def make_source(world: World, address: str, **changes: Any) -> HarvestSource:
    fields: dict[str, Any] = {
        "authority": world.departments["province_bureau"],
        "name": "省交通开放平台",
        "kind": "ckan",
        "address": address,
    } | changes
    return save_source(
        by=world.people["province_reviewer"], source=HarvestSource(**fields), now=timezone.now()
    )


@pytest.fixture
def harvest(source: HarvestSource, world: World) -> Harvest:
    """Start a run over the source and let it work; with ``kinds`` accept what it found."""

    def run(*kinds: str, of: HarvestSource | None = None) -> HarvestRun:
        now = timezone.now()
        wanted = HarvestSource.objects.get(pk=(of or source).pk)
        found = runs.start(by=world.people["province_reviewer"], source=wanted, now=now)
        working.work(found.pk, clock=timezone.now)
        found.refresh_from_db()
        if kinds and found.status == "ready":
            runs.accept(
                by=world.people["province_authority"], run=found, kinds=kinds, now=timezone.now()
            )
            working.work(found.pk, clock=timezone.now)
            found.refresh_from_db()
        return found

    return run
