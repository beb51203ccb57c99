"""A committed world with real processes beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.pages import browser
from tests.journeys.stack import Stack, running
from tests.world import SourceDatabase, World

ARTIFACTS = Path(__file__).parent.parent.parent / "test-artifacts"


@pytest.fixture
def stack(live_world: World, source: SourceDatabase, tmp_path: Path) -> Iterator[Stack]:
    """Web server, worker and relay over the committed world."""
    with running(tmp_path / "stack.log", [source.host]) as started:
        yield started


@pytest.fixture
def web(live_world: World, source: SourceDatabase, tmp_path: Path) -> Iterator[Stack]:
    """The web server alone: everything to be seen is made before."""
    stack = Stack(tmp_path / "web.log", [source.host])
    try:
        stack.start("web")
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def chrome(chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser; its own event loop runs in this thread while the test reads the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright, browser(playwright, chromium) as started:
        yield started
