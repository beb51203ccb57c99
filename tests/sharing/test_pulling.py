"""Pulls against a real source database: delivery, faults, leases, sweeping."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import timezone

from sharing.models import Delivery, Grant, Pull
from sharing.pulling.requests import request_pull
from sharing.pulling.running import run
from tests.world import SourceDatabase, World, granted


@pytest.fixture
def grant(attached: World) -> Grant:
    return granted(attached)


def ask(world: World, grant: Grant, by: str = "clerk") -> Pull:
    return request_pull(by=world.people[by], grant_id=grant.pk, now=world.now)


def deliver(world: World, grant: Grant) -> Delivery:
    delivery = run(ask(world, grant).pk, clock=timezone.now)
    assert delivery is not None
    return delivery


def rows_of(delivery: Delivery, kind: str = "csv") -> list[dict[str, object]]:
    path = Path(settings.DELIVERY_ROOT) / delivery.files.get(format=kind).path
    if kind == "parquet":
        return pq.read_table(path).to_pylist()
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_delivery_holds_the_rows_of_the_region_masked(
    attached: World, grant: Grant, source: SourceDatabase
):
    delivery = deliver(attached, grant)
    expected = source.people("320613100")
    rows = rows_of(delivery, "parquet")
    assert delivery.rows == len(rows) == len(expected) == 300
    for row, person in zip(rows, expected, strict=True):
        number, name, _sex, born, *_rest = person
        assert row["name"].startswith(name[0])
        assert name not in row["name"]
        assert set(row) == {"id_number", "name", "birth_date", "region_code"}
