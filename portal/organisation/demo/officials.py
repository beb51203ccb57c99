"""Officials for every post; the people of the story have names that are easy to type."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from portal.organisation.access import opens_administration
from portal.organisation.actions import follow_posts
from portal.organisation.demo.chance import Chance
from portal.organisation.demo.departments import TOWNSHIP, Key
from portal.organisation.demo.people import Name, names
from portal.organisation.demo.regions import PROVINCE
from portal.organisation.models import ADMIN_ROLES, Department, Official, Post, Role, Substitution

PASSWORD = "GovShare-demo-2026"  # noqa: S105 - printed at every start; for invented data only
_SALT = "demonstration only"
APPOINTED = date(2024, 3, 1)
STORY_REGIONS = ("320500", "320508", "320600", "320613")
"""Regions whose departments have a person for every post, as the provincial ones do."""

STORY: dict[tuple[str, str, str], str] = {
    (TOWNSHIP, "320613005", Role.CLERK): "hongqiao.clerk",
    (TOWNSHIP, "320613005", Role.SHARING_OFFICE_HEAD): "hongqiao.head",
    ("data", "320613", Role.AUTHORITY_REVIEWER): "chongchuan.reviewer",
    ("data", "320600", Role.AUTHORITY_REVIEWER): "nantong.reviewer",
    ("data", PROVINCE, Role.AUTHORITY_REVIEWER): "jiangsu.reviewer",
    ("police", PROVINCE, Role.STEWARD): "police.steward",
    ("police", PROVINCE, Role.SHARING_OFFICE_HEAD): "police.head",
    ("police", PROVINCE, Role.DEPARTMENT_HEAD): "police.director",
    ("civil", PROVINCE, Role.DEPARTMENT_HEAD): "civil.substitute",
    ("civil", PROVINCE, Role.SHARING_OFFICE_HEAD): "civil.away",
    ("data", PROVINCE, Role.SYSADMIN): "sysadmin",
    ("data", PROVINCE, Role.SECADMIN): "secadmin",
    ("data", PROVINCE, Role.AUDITADMIN): "auditadmin",
    ("education", "320500", Role.CLERK): "outsider",
}
"""User names of the story's people by line, region and post; everybody else's is these three."""

_EVERY_POST: tuple[tuple[Role, ...], ...] = (
    (Role.CLERK,),
    (Role.SHARING_OFFICE_HEAD,),
    (Role.STEWARD,),
    (Role.DEPARTMENT_HEAD,),
)
_FEW_PEOPLE: tuple[tuple[Role, ...], ...] = (
    (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD),
    (Role.STEWARD, Role.CLERK),
)
_TOWNSHIP: tuple[tuple[Role, ...], ...] = ((Role.CLERK,), (Role.SHARING_OFFICE_HEAD,))
_AUTHORITY: tuple[tuple[Role, ...], ...] = (
    (Role.AUTHORITY_REVIEWER,),
    (Role.AUTHORITY_REVIEWER,),
    (Role.AUTHORITY_HEAD,),
)

_GRADED_DATA: Key = ("police", PROVINCE)
"""Holds data graded important, so its security administrator has a say in sharing it."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person to be, with the posts."""

    key: Key
    department: Department
    roles: tuple[Role, ...]
    username: str
    name: Name


def load(
    departments: dict[Key, Department], *, seed: int, today: date
) -> dict[tuple[Key, str], Official]:
    """Create officials, posts, group memberships and substitutions; return who holds which post.

    Of several holders of a post it is the first one, who is the one the story names.
    """
    appointments = list(_appointments(departments, Chance(seed, "officials")))
    password = make_password(PASSWORD, salt=_SALT)
    officials = Official.objects.bulk_create(
        [
            Official(
                username=one.username, full_name=one.name.full, sort_key=one.name.sort_key,
                department=one.department, password=password, is_staff=opens_administration(one.roles),
            )
            for one in appointments
        ],
        batch_size=1000,
    )  # fmt: skip
    both = list(zip(appointments, officials, strict=True))
    Post.objects.bulk_create(
        (
            Post(
                official=official, department=one.department, role=role,
                valid_from=max(APPOINTED, one.department.valid_from),
            )
            for one, official in both
            for role in one.roles
        ),
        batch_size=1000,
    )  # fmt: skip
    _substitute({official.username: official for official in officials}, today)
    follow_posts(on=today)
    holders: dict[tuple[Key, str], Official] = {}
    for one, official in both:
        for role in one.roles:
            holders.setdefault((one.key, role), official)
    return holders


def _appointments(departments: dict[Key, Department], chance: Chance) -> Iterator[Appointment]:
    invented = names(chance)
    taken: set[str] = set()
    for key, department in departments.items():
        for roles in _posts_of(key):
            username = _username(key, roles[0], taken)
            taken.add(username)
            yield Appointment(key, department, roles, username, next(invented))


def _posts_of(key: Key) -> Iterable[tuple[Role, ...]]:
    line, region = key
    if line == TOWNSHIP:
        return _TOWNSHIP
    if region == PROVINCE or region in STORY_REGIONS:
        own = _EVERY_POST
        authority = _AUTHORITY
    else:
        own, authority = _FEW_PEOPLE, _AUTHORITY[1:]
    if key == _GRADED_DATA:
        return [*own, (Role.SECADMIN,)]
    administrators = [(role,) for role in ADMIN_ROLES] if region == PROVINCE else []
    return [*own, *authority, *administrators] if line == "data" else own


def _username(key: Key, role: Role, taken: set[str]) -> str:
    line, region = key
    plain = f"{line}.{region}.{role.value.replace('_', '-')}"
    wanted = STORY.get((line, region, role), plain)
    if wanted not in taken:
        return wanted
    return plain if plain not in taken else f"{plain}.2"


def _substitute(people: dict[str, Official], today: date) -> None:
    """Two people are away: one with a deputy of another post, one with a colleague of the same."""
    pairs = [
        ("civil.away", "civil.substitute", "参加培训"),
        ("data.320600.authority-reviewer", "nantong.reviewer", "年休假"),
    ]
    Substitution.objects.bulk_create(
        Substitution(
            principal=people[principal], substitute=people[substitute], reason=reason,
            valid_from=today - timedelta(days=4), valid_until=today + timedelta(days=10),
        )
        for principal, substitute, reason in pairs
    )  # fmt: skip
