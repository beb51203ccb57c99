"""The catalog of the demonstration province: some three thousand published entries."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog import access, actions
from catalog.demo import desk, entries, matters, systems, writing
from catalog.demo.entries import Draft
from catalog.demo.handover import load_handover
from catalog.demo.harvests import load_harvests
from catalog.demo.reviews import load_reviews
from catalog.models import Resource
from catalog.search.index import reindex
from portal.ledger.records import record
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.demo.chance import Chance

__all__ = ["Catalog", "load", "load_handover", "load_harvests", "load_reviews"]

RULED_REGION = "320500"
"""Has a code rule of its own since its entries were published: their codes are older."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """What was made: published entries by line, region and subject."""

    entries: dict[tuple[str, str, str], Resource] = field(default_factory=dict)

    def of(self, line: str, region: str, subject: str) -> Resource:
        """One entry by its place; KeyError if the demonstration has none."""
        return self.entries[line, region, subject]


@transaction.atomic
def load(made: Organisation, *, seed: int, now: datetime, small: bool) -> Catalog:
    """Create the entries of all departments, with a few drafts, old versions and withdrawn ones.

    One ledger entry speaks for all of them, as for an import.
    """
    today = timezone.localdate(now)
    planned = list(entries.drafts(made, seed=seed, today=today, small=small))
    resources = writing.write(planned, made, seed=seed)
    reindex(resource.pk for resource in resources)
    _let_some_see(planned, resources, made, Chance(seed, "visibility"))
    counted = systems.load(
        made, planned, resources, chance=Chance(seed, "systems"), today=today, small=small
    )
    handled = matters.load(
        made, planned, resources, chance=Chance(seed, "matters"), now=now, small=small
    )
    record(
        "demo.catalog_loaded", by=None, obj=made.departments["data", PROVINCE], now=now,
        data={"entries": len(resources), "systems": counted, "matters": handled,
              "seed": seed},
    )  # fmt: skip
    made_entries = {
        (*draft.key, draft.subject.title): resource
        for draft, resource in zip(planned, resources, strict=True)
    }
    actions.save_code_rule(
        by=None, region=made.regions[RULED_REGION], rule="provincial-6-6",
        note="示例：末12位为6位行政区划代码和6位顺序码", now=now,
    )  # fmt: skip
    desk.load(made, made_entries, now=now)
    return Catalog(made_entries)


def _let_some_see(
    planned: list[Draft], resources: list[Resource], made: Organisation, chance: Chance
) -> None:
    """Entries of limited visibility are known to two departments besides their provider's."""
    by_region: dict[str, list[Key]] = {}
    for key in made.departments:
        by_region.setdefault(key[1], []).append(key)
    for draft, resource in zip(planned, resources, strict=True):
        if draft.visibility == "limited":
            for key in chance.some(by_region[draft.key[1]], 2):
                access.give("view_resource", department=made.departments[key], resource=resource)
