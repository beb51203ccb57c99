"""Deny by default: every address of the portal, asked without a sign-in."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import UUIDConverter
from django.utils.regex_helper import normalize

from portal.organisation.models import Official

PUBLIC = {
    "account_login",
    "account_logout",  # sends to the start page
    "account_inactive",
    "activate",  # the key in the address is the right
    "ckan_action",  # only what is open to the public: tests/catalog/test_access.py
    "ckan_action_latest",
    "dcat_catalog",
    "dcat_entry",
    "accessibility",
    "calendar",  # the secret in the address is the right: tests/sharing/oversight/test_feeds.py
    "complain",  # article 37: tests/sharing/concerns/test_pages.py
    "complaint_received",
    "complaint_status",
    "display",
    "favicon",
    "healthz",
    "help",
    "readyz",
    "set_language",
}
"""Pages for everybody. Whoever adds one says why in the review."""

DENIED = {401, 403, 404, 405}


def sample_paths(
    patterns: list[URLPattern | URLResolver], prefix: str = "/"
) -> Iterator[tuple[str, str]]:
    """Name and one address of every pattern, with invented arguments."""
    for pattern in patterns:
        expression = pattern.pattern.regex.pattern
        template, arguments = normalize(expression)[0]
        converters = getattr(pattern.pattern, "converters", {})
        values = {
            name: str(uuid.UUID(int=7)) if isinstance(converters.get(name), UUIDConverter) else "1"
            for name in arguments
        }
        path = prefix + (template % values).removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            yield from sample_paths(pattern.url_patterns, path)
        else:
            yield pattern.name or "", path


def all_paths() -> dict[str, str]:
    return {path: name for name, path in sample_paths(get_resolver().url_patterns)}


def test_the_walk_finds_the_pages():
    names = set(all_paths().values())
    assert {"home", "account_login", "mfa_index", "index"} <= names
    assert len(all_paths()) > 30


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.django_db
def test_without_a_sign_in_every_page_is_closed(client: Client, method: str):
    open_pages = []
    for path, name in all_paths().items():
        if name in PUBLIC:
            continue
        response = getattr(client, method)(path)
        to_sign_in = response.status_code in {301, 302} and re.match(
            rf"{reverse(settings.LOGIN_URL)}|/admin/login/|{re.escape(path)}/", response["Location"]
        )
        if not to_sign_in and response.status_code not in DENIED:
            open_pages.append((path, response.status_code))
    assert not open_pages


@pytest.mark.django_db
def test_public_pages_are_open(client: Client):
    for name in ("account_login", "account_inactive", "accessibility", "healthz", "help", "readyz"):
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_reset_password",
        "account_set_password",
        "account_confirm_email",
        "mfa_add_webauthn",
    ],
)
def test_there_is_no_way_to_make_or_recover_an_account(name: str):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["/accounts/signup/", "/account/signup/", "/account/sign-up/"])
@pytest.mark.django_db
def test_no_sign_up_page_under_its_usual_names(client: Client, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_the_administration_has_no_door_of_its_own(client: Client, clerk: Official):
    for path in ("/admin/", "/admin/login/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    response = client.post("/admin/login/", {"username": "clerk", "password": "x"})
    assert response["Location"].startswith(reverse("account_login"))
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("label", ["auth/group", "account/emailaddress", "mfa/authenticator"])
@pytest.mark.django_db
def test_keys_and_groups_are_not_edited_by_hand(client: Client, sysadmin: Official, label: str):
    client.force_login(sysadmin, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200
    assert client.get(f"/admin/{label}/").status_code == 404


def test_the_administration_is_where_the_policy_is_relaxed():
    assert resolve("/admin/").app_name == "admin"
