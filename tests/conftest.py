"""What every test shares: the browser, and saying aloud what was left out."""

import os
from collections.abc import Iterable

import pytest

from tests.browser import find_chromium, missing_browser

REQUIRED = "GOVSHARE_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that drives the browser tests."""
    path = find_chromium()
    if path is None:
        pytest.fail(missing_browser() or "no Chromium", pytrace=False)
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser, unless one is required."""
    reason = missing_browser()
    browser_tests = [item for item in items if item.get_closest_marker("browser")]
    if reason is None or not browser_tests:
        return
    if os.environ.get(REQUIRED):
        raise pytest.UsageError(f"{REQUIRED} is set, but {reason}.")
    for item in browser_tests:
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
