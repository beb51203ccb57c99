"""A small province for planning: a township, two counties, two cities and their authorities."""

from dataclasses import replace

from sharing.approval.blueprint import ChainRequest
from sharing.approval.chain import plan_chain
from sharing.approval.organisation import DepartmentFacts, DepartmentKind, Organisation
from sharing.approval.policy import Policy
from sharing.approval.terms import Holder, NoteCode, Person, Plan, Role, SharingType

REGIONS = {
    "320000": None,
    "320600": "320000",  # city
    "320602": "320600",  # county
    "320602001": "320602",  # township
    "320602001001": "320602001",  # village
    "320613": "320600",  # another county of the city
    "320100": "320000",  # another city
    "320102": "320100",  # a county of the other city
}

PROVINCE, CITY, COUNTY, OTHER_COUNTY, OTHER_CITY, FAR_COUNTY = 100, 101, 102, 103, 104, 105
TOWNSHIP, VILLAGE_UNIT, POLICE, CIVIL_AFFAIRS, COUNTY_CIVIL = 110, 111, 120, 121, 122
FAR_CIVIL, TOWNSHIP_UNIT = 123, 124
APPLICANT = 1


def person(number: int) -> Person:
    return Person(number, f"official {number}")


def holders(*numbers: int) -> tuple[Holder, ...]:
    return tuple(Holder(person(number)) for number in numbers)


def _authority(number: int, name: str, region: str) -> DepartmentFacts:
    return DepartmentFacts(
        id=number,
        name=name,
        region=region,
        kind=DepartmentKind.AUTHORITY,
        holders={
            Role.AUTHORITY_REVIEWER: holders(number * 10 + 1),
            Role.AUTHORITY_HEAD: holders(number * 10 + 2),
            Role.DEPARTMENT_HEAD: holders(number * 10 + 3),
        },
    )


def _department(number: int, name: str, region: str) -> DepartmentFacts:
    return DepartmentFacts(
        id=number,
        name=name,
        region=region,
        holders={
            Role.CLERK: holders(number * 10),
            Role.SHARING_OFFICE_HEAD: holders(number * 10 + 1),
            Role.STEWARD: holders(number * 10 + 2),
            Role.DEPARTMENT_HEAD: holders(number * 10 + 3),
            Role.SECADMIN: holders(number * 10 + 4),
        },
    )


_DEPARTMENTS = (
    _authority(PROVINCE, "provincial authority", "320000"),
    _authority(CITY, "city authority", "320600"),
    _authority(COUNTY, "county authority", "320602"),
    _authority(OTHER_COUNTY, "other county's authority", "320613"),
    _authority(OTHER_CITY, "other city's authority", "320100"),
    _authority(FAR_COUNTY, "far county's authority", "320102"),
    _department(TOWNSHIP, "township office", "320602001"),
    _department(POLICE, "provincial police", "320000"),
    _department(CIVIL_AFFAIRS, "city civil affairs", "320600"),
    _department(COUNTY_CIVIL, "county civil affairs", "320602"),
    _department(FAR_CIVIL, "far county's civil affairs", "320102"),
    DepartmentFacts(
        id=TOWNSHIP_UNIT, name="social affairs section", region="320602001", parent=TOWNSHIP
    ),
)


def organisation(*changed: DepartmentFacts, without: tuple[int, ...] = ()) -> Organisation:
    """The province with some departments replaced or left out."""
    departments = {d.id: d for d in (*_DEPARTMENTS, *changed) if d.id not in without}
    return Organisation(regions=REGIONS, departments=departments)


def department(number: int, **posts: tuple[Holder, ...]) -> DepartmentFacts:
    """A department of the province with some posts held by others."""
    (found,) = (d for d in _DEPARTMENTS if d.id == number)
    changed = {Role(role): who for role, who in posts.items()}
    return replace(found, holders={**found.holders, **changed})


def request(**changes: object) -> ChainRequest:
    """The township asks the provincial police for a conditional entry, unless changed."""
    plain = ChainRequest(
        applicant_id=APPLICANT,
        demander_id=TOWNSHIP,
        provider_id=POLICE,
        sharing_type=SharingType.CONDITIONAL,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


HEAD, REVIEWER, STEWARD = Role.SHARING_OFFICE_HEAD, Role.AUTHORITY_REVIEWER, Role.STEWARD
DEPARTMENT_HEAD, SECADMIN = Role.DEPARTMENT_HEAD, Role.SECADMIN


def chain(ask=None, where: Organisation | None = None, policy: Policy | None = None) -> Plan:
    planned = plan_chain(ask or request(), where or organisation(), policy or Policy())
    assert isinstance(planned, Plan), planned
    return planned


def faults(ask=None, where: Organisation | None = None, policy: Policy | None = None):
    planned = plan_chain(ask or request(), where or organisation(), policy or Policy())
    assert not isinstance(planned, Plan), planned
    return planned


def seats(plan: Plan) -> list[tuple[int, Role]]:
    return [(stage.office.id, stage.role) for stage in plan.stages]


def codes(plan: Plan, position: int) -> list[NoteCode]:
    return [note.code for note in plan.stages[position - 1].notes]


RELAYED = [(TOWNSHIP, HEAD), (COUNTY, REVIEWER), (CITY, REVIEWER), (PROVINCE, REVIEWER)]
ANSWERED = [(POLICE, STEWARD), (POLICE, HEAD)]
