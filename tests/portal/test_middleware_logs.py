"""Log lines: one an event, nothing secret in them, nobody forges one."""

import json
import logging
import sys

import pytest
import structlog
from django.test import Client, override_settings

from portal.logs import formatter


def line(message: str, *args: object, logger: str = "some.logger", **more: object) -> str:
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, None)
    record.__dict__.update(more)
    return formatter().format(record)


def test_one_event_is_one_line():
    assert line("no such entry: %s", "a\r\n2026-01-01 [info] forged\x1b[31m").count("\n") == 0
    assert "\x1b" not in line("%s", "\x1b[31m")


def test_a_traceback_shows_no_variables():
    def sign(password: str) -> None:
        int(password[:0])

    try:
        sign("hunter2hunter2")
    except ValueError:
        shown = line("broken", exc_info=sys.exc_info())
    assert "ValueError" in shown
    assert "hunter2" not in shown.replace('sign("hunter2hunter2")', "")


def test_paths_of_failed_requests_stay_out():
    assert "token" not in line("Forbidden: %s", "/download/token", logger="django.request")
    assert "Forbidden" in line("Forbidden: %s", "/download/token", logger="django.request")


def test_machine_lines_are_json(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        event = json.loads(line("交付 %s", 7))
    assert event["event"] == "交付 7"
    assert event["request_id"] == "r-1"
    assert event["level"] == "error"


@override_settings(ROOT_URLCONF="tests.portal.shell_urls")
def test_the_line_of_a_request_names_pattern_and_official(
    signed_in: Client, clerk: object, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, logger="portal.requests"):
        signed_in.get("/fail/stale/?q=secret")
        signed_in.get("/healthz")
    shown = [record for record in caplog.records if record.name == "portal.requests"]
    assert len(shown) == 1, "probes are not logged"
    event = shown[0].msg
    assert event["route"] == "/fail/<slug:kind>/"
    assert event["status"] == 409
    assert event["official"] == clerk.pk
    assert "secret" not in json.dumps(event, default=str)
