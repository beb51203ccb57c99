"""The page of the official's own tokens."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from portal.organisation.models import ApiToken
from tests.world import World


@pytest.fixture
def clerk(world: World, client: Client) -> Client:
    client.force_login(world.people["clerk"])
    return client


def issue(client: Client, **changes: object):
    data = {"name": "report", "scopes": ["read"], "days": 30} | changes
    return client.post(reverse("tokens"), data)


def test_a_token_is_shown_once(clerk, client):
    page = issue(clerk)
    (clear,) = re.findall(r"gs_\w{8}_[\w-]{20,}", page.content.decode())
    token = ApiToken.objects.get()
    assert clear.startswith(f"gs_{token.prefix}_")
    assert clear not in clerk.get(reverse("tokens")).content.decode()
    headers = {"Authorization": f"Bearer {clear}"}
    assert Client().get("/api/v1/me/", headers=headers).status_code == 200
    clerk.post(reverse("revoke_token", args=[token.pk]))
    assert Client().get("/api/v1/me/", headers=headers).status_code == 401


@pytest.mark.parametrize("changes", [{"name": ""}, {"scopes": []}, {"days": 0}, {"days": 400}])
def test_a_bad_request_makes_no_token(clerk, changes):
    assert issue(clerk, **changes).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_revokes_somebody_elses(clerk, world):
    issue(clerk)
    token = ApiToken.objects.get()
    other = Client()
    other.force_login(world.people["colleague"])
    assert other.post(reverse("revoke_token", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_administrators_get_none(client, world):
    client.force_login(world.people["sysadmin"])
    assert issue(client).status_code == 422
    assert not ApiToken.objects.exists()
