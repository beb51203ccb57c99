"""Loading: the same every time, and never where it could do harm."""

import hashlib
import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import DataItem, Resource, ResourceVersion
from portal.organisation import demo as organisation_demo
from portal.organisation.models import Department, Official, Post, Region
from sharing.demo.database import drop
from sharing.demo.loading import load
from sharing.models import ApplicationItem, Delivery, Grant, ItemStage

NOW = timezone.now()  # data leaves only while a grant is in force by the database's clock too

COMPARED = {
    Region: ["code", "name", "level"],
    Department: ["name", "uscc", "region_id", "superior__name"],
    Official: ["username", "full_name", "is_staff"],
    Post: ["official__username", "department__name", "role"],
    Resource: ["id", "code", "status", "visibility", "provider__name"],
    ResourceVersion: ["resource_id", "number", "title", "abstract", "published_at"],
    DataItem: ["version__resource_id", "version__number", "key", "grade", "mask"],
    ApplicationItem: ["application__number", "status", "event_count", "due_on", "fields"],
    ItemStage: ["item__application__number", "position", "status", "signed_by__username"],
    Grant: ["number", "status", "starts_on", "ends_on"],
    Delivery: ["number", "rows"],
}  # fmt: skip


def digests() -> dict[str, str]:
    """One digest for each table, over what does not depend on row numbers."""
    return {
        model.__name__: hashlib.sha256(
            json.dumps(sorted(map(str, model.objects.values_list(*fields)))).encode()
        ).hexdigest()
        for model, fields in COMPARED.items()
    }


def loaded(seed: int) -> dict[str, str]:
    with transaction.atomic():
        load(now=NOW, seed=seed, small=True)
        found = digests()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_two_loadings_are_the_same(settings) -> None:
    settings.SOURCE_HOSTS = [str(connection.settings_dict["HOST"])]
    try:
        first, second = loaded(1), loaded(1)
    finally:
        drop()
    assert first == second


@pytest.mark.django_db
def test_another_seed_makes_another_province() -> None:
    names = []
    for seed in (1, 2):
        with transaction.atomic():
            organisation_demo.load(seed=seed, now=NOW, small=True)
            names.append(sorted(Official.objects.values_list("full_name", flat=True)))
            transaction.set_rollback(True)
    assert names[0] != names[1]


@pytest.mark.django_db
def test_the_full_organisation() -> None:
    organisation_demo.load(seed=1, now=NOW, small=False)
    provincial = Department.objects.in_office(NOW.date()).filter(
        region="320000", parent__isnull=True
    )
    assert provincial.count() == 87
    governed = Region.objects.filter(level__in=["province", "city", "county"])
    authorities = Counter(
        Department.objects.filter(kind="authority").values_list("region_id", flat=True)
    )
    assert governed.count() == 1 + 13 + 95
    assert authorities == Counter(governed.values_list("code", flat=True))
    departments = Department.objects.in_office(NOW.date()).filter(parent__isnull=True)
    for role in ("clerk", "sharing_office_head"):
        assert not departments.exclude(posts__role=role).exists()
    with_superior = departments.filter(region="320613", superior__isnull=False).count()
    assert with_superior == departments.filter(region="320613").count()


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture
    def somebody(self) -> Official:
        return Official.objects.create_user("somebody")

    @pytest.mark.usefixtures("somebody")
    def test_refuses_a_database_with_data(self) -> None:
        with pytest.raises(CommandError, match="empty"):
            call_command("demo", small=True, force=True)
        assert Official.objects.count() == 1

    @pytest.mark.usefixtures("somebody")
    def test_if_empty_leaves_a_database_with_data_alone(self) -> None:
        out = StringIO()
        call_command("demo", small=True, force=True, if_empty=True, stdout=out)
        assert (out.getvalue(), Official.objects.count()) == ("", 1)

    @pytest.mark.parametrize("setting", [None, "off"])
    def test_refuses_a_database_that_may_be_at_work(self, monkeypatch, setting) -> None:
        monkeypatch.delenv("DEMO", raising=False)
        if setting:
            monkeypatch.setenv("DEMO", setting)
        with pytest.raises(CommandError, match="force"):
            call_command("demo", small=True)
        call_command("demo", small=True, if_empty=True)  # quietly
        assert not Official.objects.exists()
