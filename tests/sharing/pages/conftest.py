"""Browsers without a screen for the persons of the world."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from sharing.models import Delivery
from sharing.pulling import request_pull, run
from tests.world import World, granted

Enter = Callable[..., Client]


@pytest.fixture
def enter(world: World) -> Enter:
    """Sign in as the person of that key, reading the pages in ``language``."""

    def signed_in(person: str, language: str = "en", *, csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=csrf)
        official = world.people[person]
        official.language = language
        official.save(update_fields=["language"])
        client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["language"] = language
        return client

    return signed_in


def make_delivery(world: World) -> Delivery:
    """A delivery that a worker has just published; needs the ``attached`` world."""
    grant = granted(world)
    pull = request_pull(by=world.people["clerk"], grant_id=grant.pk, now=world.now)
    delivery = run(pull.pk, clock=timezone.now)
    assert delivery is not None
    return delivery


@pytest.fixture
def delivery(attached: World) -> Delivery:
    return make_delivery(attached)
