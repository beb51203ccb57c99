"""Each invariant holds of the world and notices when it is broken."""

from datetime import date

import pytest
from django.db import connection

from portal.invariants import verify
from portal.organisation.actions import follow_posts
from portal.organisation.models import Department, Official
from portal.worktime.models import DeadlineRule
from tests.world import World

pytestmark = pytest.mark.django_db


def broken(number: int, world: World) -> list[str]:
    return [violation.obj for violation in verify(number, world.now)]


def test_groups_follow_posts(world: World):
    follow_posts(on=world.today)
    assert broken(36, world) == []

    world.people["clerk"].groups.clear()
    assert broken(36, world) == ["clerk"]
    world.people["clerk"].groups.set([world.departments["police"].group])
    assert broken(36, world) == ["clerk"]
    follow_posts(on=world.today)
    Official.objects.filter(pk=world.people["clerk"].pk).update(is_staff=True)
    assert broken(36, world) == ["clerk"]


def test_departments_form_trees(world: World):
    assert broken(37, world) == []
    police, civil = world.departments["police"], world.departments["civil_affairs"]

    Department.objects.filter(pk=police.pk).update(superior=civil)
    Department.objects.filter(pk=civil.pk).update(superior=police)

    assert sorted(broken(37, world)) == sorted([police.name, civil.name])


def test_a_loop_among_units_is_noticed_too(world: World):
    police, civil = world.departments["police"], world.departments["civil_affairs"]
    Department.objects.filter(pk=police.pk).update(parent=civil)
    Department.objects.filter(pk=civil.pk).update(parent=police)

    assert len(broken(37, world)) == 2


def test_regions_only_shorten(world: World):
    assert broken(38, world) == []

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        DeadlineRule.objects.create(
            rule="correction", region=world.regions["jiangsu"], days=99, valid_from=date(2026, 1, 1)
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    assert len(broken(38, world)) == 1
