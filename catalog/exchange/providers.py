"""The departments that imported entries belong to: found in the organisation tree, or added to it.

What is added has only a name, so it is marked unverified and has no credit code; a system
administrator completes it or merges it with the right one.
"""

from datetime import date

from django.contrib.auth.models import Group
from pypinyin import lazy_pinyin

from catalog.exchange.names import ProviderName, read_name
from catalog.places import Place, places
from portal.organisation.models import Department, Region


class Providers:
    """Finds departments by the names that portals write; remembers what it found in this run."""

    def __init__(self, *, on: date) -> None:
        """``on`` is the day from which added departments exist."""
        self.on = on
        self.added: list[str] = []
        self.regions_added: list[str] = []
        self._by_place: dict[str, dict[str, int]] = {}

    def department_id(self, wanted: ProviderName) -> int:
        """The department of that name, added when it is missing; call it in a transaction."""
        known = self._by_place.get(wanted.place.code)
        if known is None:
            self._ensure_region(wanted.place)
            known = self._by_place[wanted.place.code] = self._departments_of(wanted.place)
        if wanted.key not in known:
            known[wanted.key] = self._add(wanted).pk
        return known[wanted.key]

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
        region = wanted.place.code
        found = Department.objects.filter(
            region=region, name=wanted.name, parent__isnull=True, valid_until__isnull=True
        ).first()
        if found is not None:
            return found
        group = Group.objects.create(name=f"department:{region}:{wanted.name}"[:150])
        department = Department.objects.create(
            name=wanted.name,
            region_id=region,
            group=group,
            verified=False,
            valid_from=self.on,
            sort_key=_pinyin(wanted.name)[:400],
        )
        self.added.append(wanted.name)
        return department

    def _ensure_region(self, place: Place) -> None:
        """The region and those above it, with the names of GB/T 2260."""
        chain = [place]
        while chain[-1].parent:
            chain.append(places()[chain[-1].parent])
        missing = {one.code for one in chain} - set(
            Region.objects.filter(pk__in=[one.code for one in chain]).values_list("pk", flat=True)
        )
        for one in reversed(chain):
            if one.code in missing:
                Region.objects.create(
                    code=one.code,
                    name=one.name,
                    name_en=_english(one),
                    level=one.level,
                    parent_id=one.parent or None,
                    sort_key=_pinyin(one.name)[:200],
                )
                self.regions_added.append(one.name)


def _pinyin(name: str) -> str:
    return " ".join(lazy_pinyin(name))


def _english(place: Place) -> str:
    return "".join(lazy_pinyin(place.stem or place.name)).capitalize()
