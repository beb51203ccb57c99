"""People for the tests of the shell: a bureau, a clerk, an administrator of the system."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from portal.organisation.models import Department, Official, Post, Region, Role

PASSWORD = "correct horse battery staple"


@pytest.fixture
def bureau(db: None) -> Department:
    nation, _ = Region.objects.get_or_create(
        code="000000", defaults={"name": "全国", "level": "nation"}
    )
    province, _ = Region.objects.get_or_create(
        code="320000",
        defaults={"name": "江苏省", "name_en": "Jiangsu", "level": "province", "parent": nation},
    )
    return Department.objects.create(
        name="江苏省数据局",
        name_en="Jiangsu Data Bureau",
        region=province,
        kind=Department.Kind.AUTHORITY,
        group=Group.objects.create(name="bureau"),
        verified=False,
        valid_from=date(2020, 1, 1),
    )


def _person(department: Department, username: str, role: str, **more: object) -> Official:
    official = Official.objects.create_user(
        username, PASSWORD, full_name=f"{username} 某", department=department, **more
    )
    Post.objects.create(
        official=official, department=department, role=role, valid_from=date(2020, 1, 1)
    )
    return official


@pytest.fixture
def clerk(bureau: Department) -> Official:
    return _person(bureau, "clerk", Role.CLERK)


@pytest.fixture
def sysadmin(bureau: Department) -> Official:
    return _person(bureau, "sysadmin", Role.SYSADMIN, is_staff=True, is_superuser=True)


@pytest.fixture
def signed_in(clerk: Official) -> Client:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client
