"""Signing in: lock-out, second factor, where it leads, what it leaves behind."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from portal.ledger.models import Entry
from portal.organisation.models import Official
from tests.portal.conftest import PASSWORD

SIGN_IN = "/account/sign-in/"
CONFIRM = "/account/reauthenticate/"
SECOND = "/account/second-factor/authenticate/"
ACTIVATE = "/account/second-factor/totp/activate/"
LIMIT = settings.AXES_FAILURE_LIMIT


@pytest.fixture(autouse=True)
def _lock_out(db: None):
    cache.clear()
    with override_settings(AXES_ENABLED=True):
        yield


def sign_in(
    client: Client, password: str = PASSWORD, *, name: str = "clerk", address: str = "10.1.0.1"
) -> HttpResponse:
    return client.post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


def test_signs_in_and_changes_the_session(client: Client, clerk: Official):
    client.get(SIGN_IN)
    client.session["before"] = True
    before = client.session.session_key
    response = sign_in(client)
    assert response["Location"] == "/"
    assert client.session.session_key != before
    assert client.get("/").status_code == 200
    assert client.get(SIGN_IN).status_code == 302, "who is signed in needs no form"


def test_the_session_ends_with_the_browser(client: Client, clerk: Official):
    sign_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""


@pytest.mark.parametrize("name", ["clerk", "nobody"])
def test_failure_does_not_tell_whether_the_account_exists(
    client: Client, clerk: Official, name: str
):
    client.cookies["language"] = "en"
    shown = sign_in(client, "wrong", name=name).content.decode()
    assert "username and/or password you specified are not correct" in shown


def test_failures_lock_account_and_address(client: Client, clerk: Official, sysadmin: Official):
    for _ in range(LIMIT - 1):
        assert sign_in(client, "wrong").status_code == 200
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    assert "account/locked.html" in [template.name for template in locked.templates]
    assert sign_in(client).status_code == 429, "the right password does not help any more"
    assert sign_in(Client(), address="10.9.9.9").status_code == 302, "nobody locks out others"
    assert sign_in(Client(), name="sysadmin").status_code == 302, "an office shares its address"


def test_the_lock_opens_after_its_time(client: Client, clerk: Official):
    for _ in range(LIMIT):
        sign_in(client, "wrong")
    with time_machine.travel(timezone.now() + settings.AXES_COOLOFF_TIME - timedelta(minutes=1)):
        assert sign_in(client).status_code == 429
    with time_machine.travel(timezone.now() + 3 * settings.AXES_COOLOFF_TIME):
        assert sign_in(client).status_code == 302


def test_success_forgets_earlier_failures(client: Client, clerk: Official):
    for _ in range(3):
        for _ in range(LIMIT - 1):
            assert sign_in(client, "wrong").status_code == 200
        assert sign_in(client).status_code == 302
        client.logout()


def test_a_switched_off_account_stays_outside(client: Client, clerk: Official):
    clerk.is_active = False
    clerk.save(update_fields=["is_active"])
    sign_in(client)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_sign_in_leads_nowhere_else(client: Client, clerk: Official, target: str):
    response = client.post(SIGN_IN, {"login": "clerk", "password": PASSWORD, "next": target})
    assert response["Location"] == "/"


def test_sign_in_leads_back(client: Client, clerk: Official):
    asked = client.get("/ledger-of-something/?a=b")
    assert asked.status_code == 404
    response = client.post(SIGN_IN, {"login": "clerk", "password": PASSWORD, "next": "/help/"})
    assert response["Location"] == "/help/"


def test_missing_answers_are_named_all_at_once(client: Client):
    client.cookies["language"] = "en"
    shown = client.post(SIGN_IN, {}).content.decode()
    assert shown.count("Please fill in: Account") == 2, "in the summary and at the field"
    assert shown.count("Please fill in: Password") == 2
    assert 'href="#id_login"' in shown


# --- second factor -----------------------------------------------------------------------------------
@pytest.fixture
def secret(clerk: Official) -> str:
    key = totp.generate_totp_secret()
    totp.TOTP.activate(clerk, key)
    return key


def code_of(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_the_second_factor_is_asked(client: Client, secret: str):
    response = sign_in(client)
    assert response["Location"].startswith(SECOND)
    assert client.get("/").status_code == 302, "the password alone opens nothing"
    response = client.post(SECOND, {"code": code_of(secret)})
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200


def test_guessing_the_second_factor_is_limited(client: Client, secret: str):
    sign_in(client)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    client.post(SECOND, {"code": code_of(secret)})
    assert client.get("/").status_code == 302


def test_account_pages_stand_in_the_frame(client: Client, clerk: Official):
    sign_in(client)
    client.post(CONFIRM, {"password": PASSWORD})
    pages = [
        "/account/password/",
        "/account/sign-out/",
        "/account/second-factor/",
        ACTIVATE,
        "/account/second-factor/recovery-codes/generate/",
    ]
    for page in pages:
        response = client.get(page, follow=True)
        assert response.status_code == 200, page
        assert '<main class="wrap page"' in response.content.decode(), page


def test_setting_up_a_second_factor_asks_who_you_are(client: Client, clerk: Official):
    sign_in(client)
    asked = client.get(ACTIVATE)
    assert asked["Location"].startswith(CONFIRM)
    assert 'name="password"' in client.get(asked["Location"]).content.decode()
    client.post(CONFIRM, {"password": "wrong"})
    assert client.get(ACTIVATE).status_code == 302
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.get(ACTIVATE).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.get(ACTIVATE).status_code == 302


def test_guessing_at_the_confirmation_locks_too(client: Client, clerk: Official):
    sign_in(client)
    answers = [client.post(CONFIRM, {"password": "wrong"}).status_code for _ in range(LIMIT)]
    assert answers[-1] == 429
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.get(ACTIVATE).status_code == 302


def test_recovery_codes_sign_in_once(client: Client, clerk: Official):
    sign_in(client)
    client.post(CONFIRM, {"password": PASSWORD})
    key = client.get(ACTIVATE).context["form"].secret
    response = client.post(ACTIVATE, {"code": code_of(key)})
    codes = client.get(response["Location"]).context["unused_codes"]
    for expected in (200, 302):
        visitor = Client()
        sign_in(visitor, address="10.2.0.2")
        visitor.post(SECOND, {"code": codes[0]})
        assert visitor.get("/").status_code == expected


def test_changing_the_password(client: Client, clerk: Official):
    sign_in(client)
    fresh = "a quite different phrase 7"
    client.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    )
    assert client.get("/").status_code == 200, "this session goes on"
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), fresh).status_code == 302


def kinds_of(official: Official) -> list[str]:
    entries = Entry.objects.filter(object_id=str(official.pk)).order_by("pk")
    assert {entry.data["address"] for entry in entries} <= {"10.1.0.1", "127.0.0.1"}
    return [entry.kind for entry in entries]


def test_the_ledger_keeps_who_came_and_went(client: Client, clerk: Official):
    sign_in(client)
    client.post("/account/sign-out/")

    assert kinds_of(clerk) == ["account.signed_in", "account.signed_out"]
    assert Entry.objects.get(kind="account.signed_in").actor_id == clerk.pk


def test_the_ledger_keeps_a_lock_out_but_no_failure_and_no_unknown_name(
    client: Client, clerk: Official
):
    for name in ("clerk", "nobody"):
        for _ in range(LIMIT + 3):
            sign_in(client, "wrong", name=name)

    assert kinds_of(clerk) == ["account.locked_out"]
    assert Entry.objects.exclude(object_id=str(clerk.pk)).count() == 0
    assert Entry.objects.get(kind="account.locked_out").actor_id is None


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_written_outside_of_a_transaction_too(client: Client, clerk: Official):
    """Requests run without one; the other tests of this module are inside theirs."""
    assert sign_in(client)["Location"] == "/"

    assert kinds_of(clerk) == ["account.signed_in"]
