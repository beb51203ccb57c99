"""Signing in to the administration as one of the world's people."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from portal.organisation.actions import follow_posts
from portal.organisation.models import Official
from tests.world import World

Enter = Callable[[str], Client]


@pytest.fixture
def enter(world: World) -> Enter:
    """A browser of the person with that key; "superuser" is the first account of an installation."""
    follow_posts(on=timezone.localdate())

    def enter(key: str) -> Client:
        if key == "superuser" and key not in world.people:
            world.people[key] = Official.objects.create_superuser("root", full_name="首个账号")
        client = Client()
        client.force_login(world.people[key])
        return client

    return enter


def inlines(posts: int = 0, substitutes: int = 0, **fields: object) -> dict[str, object]:
    """Management forms of an official's page, and what is entered in its rows."""
    content: dict[str, object] = {}
    for prefix, initial in (("posts", posts), ("substitutions_given", substitutes)):
        rows = len({key for key in fields if key.startswith(prefix) and key.endswith("valid_from")})
        content |= {
            f"{prefix}-TOTAL_FORMS": max(rows, initial), f"{prefix}-INITIAL_FORMS": initial,
            f"{prefix}-MIN_NUM_FORMS": 0, f"{prefix}-MAX_NUM_FORMS": 1000,
        }  # fmt: skip
    return content | fields
