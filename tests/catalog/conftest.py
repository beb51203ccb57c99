"""Fixtures of the catalog tests: the small world, in English, whatever is translated."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from portal.organisation.models import Official
from tests.world import world

__all__ = ["english", "world"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in the language of the sources."""
    with translation.override("en"):
        yield


def reads_english(official: Official) -> Official:
    """The same account, with English pages."""
    official.language = "en"
    official.save(update_fields=["language"])
    return official
