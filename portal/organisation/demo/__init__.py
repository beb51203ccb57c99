"""The organisation of the demonstration province: regions, departments, officials."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.ledger.records import record
from portal.organisation.actions import follow_posts
from portal.organisation.demo import changes, departments, officials, regions
from portal.organisation.demo.departments import TOWNSHIP, Key
from portal.organisation.demo.officials import PASSWORD
from portal.organisation.demo.regions import PROVINCE
from portal.organisation.models import Department, Official, Region

__all__ = ["PASSWORD", "PROVINCE", "TOWNSHIP", "Key", "Organisation", "load"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """What was made: regions by code, departments by line and region, who holds which post."""

    regions: dict[str, Region]
    departments: dict[Key, Department]
    holders: dict[tuple[Key, str], Official]


def load(*, seed: int, now: datetime, small: bool) -> Organisation:
    """Create the organisation in an empty database; the same for the same arguments.

    One ledger entry speaks for all of it. The small province has departments in two cities only.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        made_regions = regions.load(now=now)
        made_departments = departments.load(made_regions, small=small)
        holders = officials.load(made_departments, seed=seed, today=today)
        changes.load(made_departments, holders)
        follow_posts(on=today)
        record(
            "demo.loaded", by=None, obj=made_departments["data", PROVINCE], now=now,
            data={"departments": len(made_departments), "posts": len(holders), "seed": seed},
        )  # fmt: skip
    return Organisation(made_regions, made_departments, holders)
