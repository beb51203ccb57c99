"""The departments that imported entries belong to: found in the organisation tree, or added to it.

What is added has only a name, so it is marked unverified and has no credit code; a system
administrator completes it or merges it with the right one.
"""

from datetime import datetime

from django.utils import timezone

from catalog.exchange.names import ProviderName, read_name
from catalog.places import Place
from portal.organisation.actions import create_department, load_regions
from portal.organisation.models import Department, Region


class Providers:
    """Finds departments by the names that portals write; remembers what it found in this run."""

    def __init__(self, *, now: datetime) -> None:
        """Departments that are added exist from the day of ``now``."""
        self.now, self.on = now, timezone.localdate(now)
        self.added: list[str] = []
        self.regions_added: list[str] = []
        self.regions_moved: dict[str, str] = {}
        """Abolished regions that were named, with the successors that departments were added to."""
        self._by_place: dict[str, dict[str, int]] = {}

    def department_id(self, wanted: ProviderName) -> int:
        """The department of that name, added when it is missing; call it in a transaction."""
        known = self._by_place.get(wanted.place.code)
        if known is None:
            self._ensure_region(wanted.place)
            known = self.known(wanted.place)
        if wanted.key not in known:
            known[wanted.key] = self._add(wanted).pk
        return known[wanted.key]

    def known(self, place: Place) -> dict[str, int]:
        """The departments of a place by the key of their names; read once."""
        if place.code not in self._by_place:
            self._by_place[place.code] = self._departments_of(place)
        return self._by_place[place.code]

    def _departments_of(self, place: Place) -> dict[str, int]:
        """Departments of the place by the key of their names; a short name counts too."""
        found: dict[str, int] = {}
        rows = Department.objects.in_office(self.on).filter(region=place.code, parent__isnull=True)
        for pk, name, short_name in rows.order_by("-verified", "pk").values_list(
            "pk", "name", "short_name"
        ):
            for spelling in filter(None, (name, short_name)):
                read = read_name(spelling, place)
                if read.place.code == place.code:
                    found.setdefault(read.key, pk)
        return found

    def _add(self, wanted: ProviderName) -> Department:
        region = self._region_today(wanted.place.code)
        found: Department | None = Department.objects.filter(
            region=region, name=wanted.name, parent__isnull=True, valid_until__isnull=True
        ).first()
        if found is not None:
            return found
        department = Department(
            name=wanted.name, region_id=region, verified=False, valid_from=self.on
        )
        create_department(by=None, department=department, now=self.now)
        self.added.append(wanted.name)
        return department

    def _region_today(self, code: str) -> str:
        """The region, or the one into which it went when it was abolished."""
        place = Region.objects.get(pk=code)
        successor = place.today(self.on)
        if successor is None or successor.pk == code:
            return code
        self.regions_moved[place.name] = successor.name
        return str(successor.pk)

    def _ensure_region(self, place: Place) -> None:
        """The region and everything else of its province, with the names of GB/T 2260."""
        if not Region.objects.filter(pk=place.code).exists():
            provinces = [place.code[:2]] if place.parent else []
            added = load_regions(now=self.now, provinces=provinces)
            self.regions_added += [region.name for region in added]
