"""The organisation of the demonstration province: regions, departments, officials."""

from dataclasses import dataclass
from datetime import date

from portal.organisation.demo import departments, officials, regions
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


def load(*, seed: int, today: date, small: bool) -> Organisation:
    """Create the organisation in an empty database; the same for the same arguments."""
    made_regions = regions.load(small=small)
    made_departments = departments.load(made_regions, small=small)
    holders = officials.load(made_departments, seed=seed, today=today)
    return Organisation(made_regions, made_departments, holders)
