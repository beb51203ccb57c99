"""A committed world with real processes beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stack import Stack, running
from tests.world import SourceDatabase, World

ARTIFACTS = Path(__file__).parent.parent.parent / "test-artifacts"


@pytest.fixture
def stack(live_world: World, source: SourceDatabase, tmp_path: Path) -> Iterator[Stack]:
    """Web server, worker and relay over the committed world."""
    with running(tmp_path / "stack.log", [source.host]) as started:
        yield started
