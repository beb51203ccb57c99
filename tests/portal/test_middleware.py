"""What holds for every request: number, language, end of sessions, headers."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from portal.middleware import SIGNED_IN_AT
from portal.organisation.models import Official

SIGN_IN = "/account/sign-in/"


# --- number of the request -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ("9f8e7d6c5b4a", True),
        ("2026-11-23.web_1", True),
        ("short", False),
        ("x" * 65, False),
        ("has blank inside", False),
        ("semi;colon;here", False),
        ("编号编号编号编号编号", False),
    ],
)
def test_keeps_only_request_ids_that_look_like_one(client: Client, sent: str, *, is_kept: bool):
    answered = client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"]
    assert (answered == sent) is is_kept
    assert is_kept or re.fullmatch("[0-9a-f]{32}", answered)


def test_every_request_has_its_own_id(client: Client):
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second


# --- language --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("account", "cookie", "accepts", "path", "expected"),
    [
        (None, "", "", SIGN_IN, "zh-hans"),
        (None, "", "en", SIGN_IN, "zh-hans"),
        (None, "en", "", SIGN_IN, "en"),
        (None, "fr", "", SIGN_IN, "zh-hans"),
        (None, "../en", "", SIGN_IN, "zh-hans"),
        ("en", "zh-hans", "", "/help/", "en"),
        ("zh-hans", "en", "", "/help/", "zh-hans"),
        ("", "en", "", "/help/", "en"),
        (None, "", "en-GB,en;q=0.9", "/api/nowhere", "en"),
        (None, "", "", "/api/nowhere", "zh-hans"),
        (None, "zh-hans", "en", "/api/nowhere", "zh-hans"),
    ],
)
@pytest.mark.django_db
def test_language_is_the_accounts_then_the_cookies_then_chinese(
    clerk: Official, account: str | None, cookie: str, accepts: str, path: str, expected: str
):
    client = Client(headers={"Accept-Language": accepts} if accepts else {})
    if account is not None:
        clerk.language = account
        clerk.save(update_fields=["language"])
        client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    if cookie:
        client.cookies["language"] = cookie
    response = client.get(path)
    assert response["Content-Language"] == expected
    if path != "/api/nowhere":
        tag = "en" if expected == "en" else "zh-Hans"
        assert f'<html lang="{tag}"' in response.content.decode()


# --- sessions --------------------------------------------------------------------------------------
def is_signed_in(client: Client) -> bool:
    response = client.get("/")
    assert response.status_code in {200, 302}
    return response.status_code == 200


@pytest.mark.parametrize(
    ("seconds_ago", "lives"),
    [
        (0, True),
        (settings.SESSION_ABSOLUTE_AGE - 60, True),
        (settings.SESSION_ABSOLUTE_AGE + 60, False),
        (-3600, False),  # a session cannot begin in the future
    ],
)
def test_session_ends_at_its_absolute_age(signed_in: Client, seconds_ago: int, *, lives: bool):
    assert is_signed_in(signed_in)
    session = signed_in.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(seconds=seconds_ago)).isoformat()
    session.save()
    assert is_signed_in(signed_in) is lives
    assert Session.objects.exists() is lives


def test_use_does_not_prolong_the_absolute_age(signed_in: Client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(settings.SESSION_ABSOLUTE_AGE // 1200):
            assert is_signed_in(signed_in)
            clock.shift(1200)
        clock.shift(1)
        assert not is_signed_in(signed_in)


@pytest.mark.parametrize(("minutes", "lives"), [(29, True), (31, False)])
def test_session_ends_after_idle_time(signed_in: Client, minutes: int, *, lives: bool):
    assert is_signed_in(signed_in)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert is_signed_in(signed_in) is lives


def test_session_of_a_switched_off_account_ends(signed_in: Client, clerk: Official):
    assert is_signed_in(signed_in)
    clerk.is_active = False
    clerk.save(update_fields=["is_active"])
    assert not is_signed_in(signed_in)
    assert not Session.objects.exists()


def test_a_new_password_ends_other_sessions(signed_in: Client, clerk: Official):
    assert is_signed_in(signed_in)
    clerk.set_password("another long enough one")
    clerk.save(update_fields=["password"])
    assert not is_signed_in(signed_in)


def test_an_htmx_request_without_session_reloads_the_whole_page(client: Client):
    response = client.get("/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == SIGN_IN


# --- headers ---------------------------------------------------------------------------------------
def test_what_a_signed_in_person_sees_is_stored_nowhere(signed_in: Client, client: Client):
    assert "no-store" in signed_in.get("/")["Cache-Control"]
    assert "private" in signed_in.get("/")["Cache-Control"]
    assert "no-store" in signed_in.get("/nowhere/")["Cache-Control"]
    assert "Cache-Control" not in client.get("/help/")


@pytest.mark.parametrize("path", ["/", "/nowhere/", "/help/", SIGN_IN, "/fail/broken/"])
@override_settings(ROOT_URLCONF="tests.portal.shell_urls")
def test_every_page_has_the_strict_headers(signed_in: Client, path: str):
    signed_in.raise_request_exception = False
    response = signed_in.get(path)
    policy = response["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "style-src 'self';" in f"{policy};"
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_policy_is_relaxed_for_the_administration_only(sysadmin: Official):
    client = Client()
    client.force_login(sysadmin, backend="django.contrib.auth.backends.ModelBackend")
    policy = client.get("/admin/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in client.get("/administration/")["Content-Security-Policy"]


def test_cookies_cannot_be_read_by_scripts(signed_in: Client):
    signed_in.get("/")
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
