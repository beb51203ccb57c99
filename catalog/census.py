"""Counting information systems: which are linked, which departments, what is not covered (R40)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import InformationSystem, LinkStatus, Network, ResourceQuerySet, SystemState
from catalog.models.census import OWN_NETWORKS
from portal.errors import Text
from portal.organisation.models import Department, Region

WHOLE, APART = "whole", "apart"
_IN_USE = ~Q(systems__state=SystemState.RETIRED)


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the census is looked at; empty means everything."""

    region: str = ""
    department: int | None = None
    network: str = ""
    link: str = ""
    covered: str = ""
    kind: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Choice":
        """Read it from an address; what cannot be is left out."""
        department = str(given.get("department", ""))
        known = department.isascii() and department.isdigit() and len(department) < 18
        region = str(given.get("region", ""))
        return cls(
            region=region if region.isascii() and region.isdigit() else "",
            department=int(department) if known else None,
            network=_one_of(given.get("network"), Network.values),
            link=_one_of(given.get("link"), LinkStatus.values),
            covered=_one_of(given.get("covered"), ("yes", "no")),
            kind=_one_of(given.get("kind"), (WHOLE, APART)),
            text=str(given.get("q", ""))[:100].replace("\x00", "").strip(),
        )


def _one_of(value: Any, possible: Any) -> str:
    return str(value) if value in possible else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the census; ``parameters`` open its rows."""

    label: Text
    value: int
    of: int
    parameters: str


@dataclass(frozen=True, slots=True)
class Line:
    """One department: how many systems it has, how many are linked, how many others cannot reach."""

    department: Department
    systems: int
    linked: int
    apart: int

    @property
    def kind(self) -> str:
        """Wholly linked, wholly in networks of its own, or neither."""
        if self.linked == self.systems:
            return WHOLE
        return APART if self.apart == self.systems else ""

    @property
    def percent(self) -> int:
        """Linked ones among a hundred, rounded down."""
        return 100 * self.linked // self.systems


def systems_of(seen: ResourceQuerySet, choice: Choice) -> QuerySet[InformationSystem]:
    """Systems in use that fit; ``entries`` counts those of the entries ``seen`` that they feed."""
    found = InformationSystem.objects.exclude(state=SystemState.RETIRED)
    found = found.filter(**_equal(choice))
    if choice.region:
        found = found.filter(department__region__in=_below(choice.region))
    if choice.text:
        words = Q(name__icontains=choice.text) | Q(department__name__icontains=choice.text)
        found = found.filter(words | Q(purpose__icontains=choice.text))
    feeds = Exists(seen.filter(systems=OuterRef("pk")))
    if choice.covered:
        found = found.filter(feeds if choice.covered == "yes" else ~feeds)
    return found.annotate(
        entries=Count("resources", filter=Q(resources__in=seen.values("pk")), distinct=True)
    )


def _equal(choice: Choice) -> dict[str, Any]:
    wanted = {
        "department": choice.department, "network": choice.network, "link_status": choice.link,
    }  # fmt: skip
    return {name: value for name, value in wanted.items() if value}


def _below(code: str) -> Any:
    region = Region.objects.filter(pk=code).first()
    return Region.objects.under(region) if region else Region.objects.none()


def lines(choice: Choice) -> list[Line]:
    """Departments that have systems, those with the smallest share of linked ones first."""
    found = Department.objects.all()
    if choice.region:
        found = found.filter(region__in=_below(choice.region))
    if choice.department:
        found = found.filter(pk=choice.department)
    counted = found.annotate(
        in_use=Count("systems", filter=_IN_USE),
        linked=Count("systems", filter=_IN_USE & Q(systems__link_status=LinkStatus.LINKED)),
        apart=Count("systems", filter=_IN_USE & Q(systems__network__in=OWN_NETWORKS)),
    ).filter(in_use__gt=0)
    rows = [Line(row, row.in_use, row.linked, row.apart) for row in counted]
    fitting = [row for row in rows if not choice.kind or choice.kind == row.kind]
    return sorted(fitting, key=lambda row: (row.percent, -row.systems, row.department.name))


def figures(seen: ResourceQuerySet, choice: Choice) -> list[Figure]:
    """The numbers of the census for a region; only entries ``seen`` count."""
    place = Choice(region=choice.region)
    departments = lines(place)
    systems = sum(line.systems for line in departments)
    linked = sum(line.linked for line in departments)
    kinds = [line.kind for line in departments]
    bare = systems_of(seen, replace(place, covered="no")).count()
    return [
        Figure(_("Systems in use"), systems, 0, "view=systems"),
        Figure(_("Systems linked"), linked, systems, "view=systems&link=linked"),
        Figure(_("Departments wholly linked"), kinds.count(WHOLE), len(kinds), f"kind={WHOLE}"),
        Figure(
            _("Departments on networks of their own"), kinds.count(APART), len(kinds),
            f"kind={APART}",
        ),
        Figure(_("Systems without an entry"), bare, systems, "view=systems&covered=no"),
    ]  # fmt: skip
