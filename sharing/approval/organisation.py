"""Facts about the organisation that planning needs: frozen copies, no database behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sharing.approval.terms import Holder, Office, Role


class DepartmentKind(StrEnum):
    """What a department is; each region has at most one authority."""

    AUTHORITY = "authority"
    DEPARTMENT = "department"
    INSTITUTION = "institution"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFacts:
    """A department, or an internal unit of one (then it has a parent), and who holds its posts."""

    id: int
    name: str
    region: str
    kind: DepartmentKind = DepartmentKind.DEPARTMENT
    parent: int | None = None
    holders: Mapping[Role, tuple[Holder, ...]] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """The department as stages name it."""
        return Office(self.id, self.name, self.region)


@dataclass(frozen=True)
class Organisation:
    """The part of both organisation trees that one chain can touch.

    ``regions`` maps each region's code to the code of its superior region. Wanted: both
    departments with those they are units of, both regions with all above them, and the
    authorities of those regions. KeyError when a department or region that is named is missing.
    """

    regions: Mapping[str, str | None]
    departments: Mapping[int, DepartmentFacts]
    levels: Mapping[str, str] = field(default_factory=dict)
    """The level of each region (nation, province, city, county …), where it is known."""

    @cached_property
    def _authorities(self) -> dict[str, DepartmentFacts]:
        return {
            department.region: department
            for department in self.departments.values()
            if department.kind is DepartmentKind.AUTHORITY
        }

    def upwards(self, code: str) -> tuple[str, ...]:
        """The region and those above it, nearest first."""
        path: list[str] = []
        above: str | None = code
        while above is not None and above not in path:
            path.append(above)
            above = self.regions[above]
        return tuple(path)

    def common_superior(self, one: str, other: str) -> str | None:
        """The lowest region that contains both, or None if the trees do not meet."""
        others = set(self.upwards(other))
        return next((code for code in self.upwards(one) if code in others), None)

    def authority_of(self, code: str) -> DepartmentFacts | None:
        """The authority of the region or of the nearest region above that has one.

        Authorities exist from the county up (article 8); townships and villages use the county's.
        """
        above = (self._authorities.get(region) for region in self.upwards(code))
        return next((authority for authority in above if authority is not None), None)

    def units(self, department_id: int) -> Iterator[DepartmentFacts]:
        """The department or unit and those it belongs to, up to the department itself."""
        seen: set[int] = set()
        above: int | None = department_id
        while above is not None and above not in seen:
            seen.add(above)
            unit = self.departments[above]
            yield unit
            above = unit.parent

    def department_of(self, unit_id: int) -> DepartmentFacts:
        """The department that a unit belongs to, or the department itself."""
        *_, department = self.units(unit_id)
        return department
