"""The departments that harvested entries belong to: found, never added, and of the region only."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from catalog.exchange.names import read_name
from catalog.exchange.providers import Providers
from catalog.harvest.problems import Fault, fault
from catalog.models import HarvestSource
from catalog.places import places
from portal.organisation.divisions import NATION
from portal.organisation.models import Department
from portal.organisation.models.departments import DepartmentQuerySet

Found = tuple[int | None, list[dict[str, str]]]


class HarvestProviders:
    """Finds departments for the records of one source; remembers what it found."""

    def __init__(self, source: HarvestSource, *, now: datetime) -> None:
        self._source = source
        self._region = source.authority.region
        self._on = timezone.localdate(now)
        self._names = Providers(now=now)
        self._known: dict[tuple[str, str], Found] = {}

    def find(self, name: str, uscc: str = "") -> Found:
        """The department of that name or unified social credit code, or what is wrong."""
        if self._source.mapping == HarvestSource.Mapping.FIXED:
            return self._source.provider_id, []
        wanted = (name, uscc)
        if wanted not in self._known:
            self._known[wanted] = self._find(name, uscc)
        return self._known[wanted]

    def _find(self, name: str, uscc: str) -> Found:
        found = self._by_code(uscc) or self._by_name(name)
        if found is not None and self._region.contains(found.region):
            return found.pk, []
        if self._source.provider_id is not None:
            return self._source.provider_id, []
        kind = Fault.UNKNOWN_PROVIDER if found is None else Fault.OUTSIDE
        return None, [fault(kind, name or uscc or "–")]

    def _by_code(self, uscc: str) -> Department | None:
        found: Department | None = self._offices().filter(uscc=uscc).first() if uscc else None
        return found

    def _by_name(self, name: str) -> Department | None:
        if not name.strip():
            return None
        region = self._region.code[:6]
        read = read_name(name, places().get(region) or places()[NATION])
        pk = self._names.known(read.place).get(read.key)
        given = (
            Q(pk=pk) if pk else Q(region=self._region.code) & (Q(name=name) | Q(short_name=name))
        )
        found: Department | None = self._offices().filter(given).order_by("pk").first()
        return found

    def _offices(self) -> DepartmentQuerySet:
        found: DepartmentQuerySet = Department.objects.in_office(self._on).select_related("region")
        return found
