"""What every test shares: the browser, and saying aloud what was left out."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.utils import translation

from portal.management.commands.doctor import find_chromium
from portal.worktime import access as worktime
from tests.browser import missing_browser
from tests.plugins.flush import keep_copies, the_tables_are_as_migrated  # noqa: F401 - autouse
from tests.source import source  # noqa: F401 - for every test
from tests.world import attached, live_world, world  # noqa: F401 - for every test

REQUIRED = "GOVSHARE_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep what the migrations put in, to have it again after a flush."""
    del django_db_setup
    with django_db_blocker.unblock():
        keep_copies()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that drives the browser tests."""
    path = find_chromium()
    if path is None:
        pytest.fail(missing_browser() or "no Chromium", pytrace=False)
    return path


@pytest.fixture(autouse=True)
def speak_english() -> Iterator[None]:
    """Texts outside of requests are the English sources; pages speak their reader's language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def fresh_calendar() -> Iterator[None]:
    """No test goes on with the calendar that another one read."""
    yield
    worktime.forget()


def pytest_configure() -> None:
    """Refuse to start where a browser is required and there is none."""
    if os.environ.get(REQUIRED) and (reason := missing_browser()):
        message = f"{REQUIRED} is set, but {reason}."
        raise pytest.UsageError(message)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser."""
    reason = missing_browser()
    for item in items if reason else []:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=f"no browser: {reason}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud that browser tests were left out (a skip is easily overlooked)."""
    skipped: Iterable[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    left_out = sum("no browser:" in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.section("BROWSER TESTS LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{left_out} browser tests did not run: {missing_browser()}. "
            "Install Chromium or set CHROMIUM=/path/to/chromium.",
            red=True,
        )
