"""Calling the REST interface as somebody."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from portal.organisation import tokens
from portal.organisation.models import Scope
from tests.world import World

ADMINISTRATORS = {"sysadmin", "secadmin", "auditadmin"}


@pytest.fixture
def call(world: World):
    """``call("clerk", "GET", "/api/v1/me/")``: the answer to a call with that person's token."""
    known: dict[tuple[str, tuple[str, ...]], str] = {}

    def token(person: str, scopes: tuple[str, ...]) -> str:
        if (person, scopes) not in known:
            _row, known[person, scopes] = tokens.issue(
                official=world.people[person],
                name="test",
                scopes=list(scopes),
                days=1,
                now=timezone.now(),
            )
        return known[person, scopes]

    def send(
        person: str, method: str, path: str, body: object = None, *, scopes=None, **headers: str
    ):
        client = Client(raise_request_exception=False)
        if person in ADMINISTRATORS:  # they get no tokens
            client.force_login(world.people[person])
        elif person:
            headers["Authorization"] = f"Bearer {token(person, tuple(scopes or Scope.values))}"
        return client.generic(
            method,
            path,
            data="" if body is None else json.dumps(body, default=str),
            content_type="application/json",
            headers=headers,
        )

    return send
