"""The open data site of a city as its authority harvests it: one run done, one that waits.

Nothing is asked over the network: the runs read the sample beside this module, by the same steps
that read a real site.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from catalog.harvest import runs
from catalog.harvest.providers import HarvestProviders
from catalog.harvest.reading import Page, Record
from catalog.harvest.sources import FIELDS
from catalog.harvest.working import work
from catalog.models import HarvestSource
from portal.ledger.records import difference, record
from portal.models import OutboxMessage
from portal.organisation.demo import Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.demo.tables import rows
from portal.organisation.models import Role

SITE = "https://opendata.nantong.example"
_CITY = ("data", "320600")
_PAGE = 10
_LATER = ("training", "housing", "charging")
"""Records that were not there yet at the first run."""
_GONE = "kindergartens"


@transaction.atomic
def load_harvests(made: Organisation, *, seed: int, now: datetime) -> HarvestSource:
    """Harvest the sample twice: a fortnight ago, accepted as a whole, and this night."""
    head = made.holders[_CITY, Role.AUTHORITY_HEAD]
    source = HarvestSource(
        id=Chance(seed, "harvests").identifier(),
        authority=made.departments[_CITY],
        name="南通市公共数据开放网",
        kind=HarvestSource.Kind.CKAN,
        address=SITE,
        schedule=HarvestSource.Schedule.WEEKLY,
        apply_new=False,
        apply_changed=False,
    )
    source.save(force_insert=True)
    begun = now - timedelta(days=14)
    record(
        "harvest_source.added", by=head, obj=source, now=begun, departments=[source.authority_id],
        data=difference(None, source, FIELDS),
    )  # fmt: skip
    sample = _sample(source, now)
    first = runs.start(by=head, source=source, now=begun)
    work(first.pk, clock=lambda: begun, reader=_Sample(_before(sample)))
    runs.accept(by=head, run=first, kinds=["new"], now=begun)
    work(first.pk, clock=lambda: begun)
    night = now - timedelta(hours=7)
    second = runs.start(by=None, source=source, now=night)
    work(second.pk, clock=lambda: night, reader=_Sample(_after(sample)))
    OutboxMessage.objects.filter(task=runs.TASK).delete()  # the work is done
    return source


class _Sample:
    """Gives the records of the sample page by page."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def page(self, cursor: str, names: Sequence[str]) -> Page:
        """The page that begins at ``cursor``."""
        del names
        start = int(cursor or 0)
        end = start + _PAGE
        following = str(end) if end < len(self._records) else ""
        return Page(self._records[start:end], following, len(self._records))


def _sample(source: HarvestSource, now: datetime) -> list[dict[str, Any]]:
    """The records of departments that there are; the small province has few."""
    providers = HarvestProviders(source, now=now)
    found = [_values(*line) for line in rows(Path(__file__).parent / "harvested.tsv", 7)]
    return [one for one in found if providers.find(one["department"])[0]]


def _values(*line: str) -> dict[str, Any]:
    identifier, title, abstract, department, frequency, formats, words = line
    return {
        "identifier": identifier, "title": title, "description": abstract,
        "department": department, "update_frequency": frequency, "is_open": "无条件开放",
        "data_formats": formats.split(","), "tags": words.split(","),
        "category": words.split(",")[0],
        "publish_time": "2023-06-01", "update_time": "2025-09-30",
        "url": f"{SITE}/dataset/{identifier}",
    }  # fmt: skip


def _records(values: Sequence[dict[str, Any]]) -> list[Record]:
    return [
        Record(one["identifier"], {name: one[name] for name in one if name != "identifier"})
        for one in values
    ]


def _before(sample: Sequence[dict[str, Any]]) -> list[Record]:
    return _records([one for one in sample if one["identifier"] not in _LATER])


def _after(sample: Sequence[dict[str, Any]]) -> list[Record]:
    """Some records more, two changed, one gone, two with faults."""
    by_id = {one["identifier"]: dict(one) for one in sample if one["identifier"] != _GONE}
    by_id["hospitals"] |= {
        "description": "医疗机构的名称、等级、地址、电话、诊疗科目和床位数，含社区卫生服务中心。",
        "update_frequency": "每月",
    }
    by_id["care-homes"] |= {"title": "养老服务机构名录", "data_formats": ["xlsx", "csv"]}
    lost = by_id["hospitals"] | {
        "identifier": "tide", "title": "潮位站监测数据", "department": "市海洋局",
    }  # fmt: skip
    nameless = by_id["hospitals"] | {"identifier": "wind", "title": ""}
    return _records([*by_id.values(), lost, nameless])
