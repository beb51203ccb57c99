"""Posts and substitutions of a department over some weeks, ready for a table of days."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from portal.organisation.models import ADMIN_ROLES, Department, Post, Role, Substitution
from portal.worktime import access as worktime

DAYS: Final = 28
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days in a row that are alike. Kinds: "held", "away" (with a substitute), "none"."""

    days: int
    kind: str
    text: str = ""
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One post of one official."""

    department: str
    role: str
    name: str
    official_id: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A column."""

    on: date
    is_work: bool
    is_today: bool


def days_from(begin: date, today: date) -> list[Day]:
    """The columns of a board."""
    calendar = worktime.calendar()
    days = (begin + number * _DAY for number in range(DAYS))
    return [Day(day, calendar.is_working_day(day), day == today) for day in days]


def lines_of(departments: Collection[int], begin: date) -> list[Line]:
    """Every business post held in these departments in the days from ``begin`` on; three queries."""
    end = begin + (DAYS - 1) * _DAY
    posts = list(
        Post.objects.filter(department__in=list(departments), valid_from__lte=end)
        .exclude(role__in=ADMIN_ROLES)
        .exclude(valid_until__lt=begin)
        .exclude(official__is_active=False)
        .select_related("department", "official")
        .order_by("department__name", "department_id", "official__sort_key", "role", "pk")
    )
    away: dict[int, list[Substitution]] = defaultdict(list)
    rows = Substitution.objects.touching(begin, end).select_related("substitute")
    for row in rows.filter(principal__in={post.official_id for post in posts}):
        away[row.principal_id].append(row)
    return [
        Line(
            post.department.name,
            str(Role(post.role).label),
            post.official.full_name,
            post.official_id,
            tuple(_spans(post, away.get(post.official_id, ()), begin)),
        )
        for post in posts
    ]


def _spans(post: Post, away: Iterable[Substitution], begin: date) -> list[Span]:
    cells = []
    for number in range(DAYS):
        day = begin + number * _DAY
        row = next((one for one in away if one.valid_from <= day <= one.valid_until), None)
        if day < post.valid_from or (post.valid_until is not None and day > post.valid_until):
            cells.append(Span(1, "none"))
        elif row is not None:
            name = row.substitute.full_name
            cells.append(Span(1, "away", name, row.valid_from, row.valid_until))
        else:
            cells.append(Span(1, "held"))
    spans: list[Span] = []
    for cell in cells:
        last = spans[-1] if spans else None
        if last is not None and (last.kind, last.text, last.begin) == (
            cell.kind,
            cell.text,
            cell.begin,
        ):
            spans[-1] = Span(last.days + 1, last.kind, last.text, last.begin, last.end)
        else:
            spans.append(cell)
    return spans


def seats(vacant: Iterable[tuple[int, str, date]]) -> list[dict[str, object]]:
    """Vacant posts with their words."""
    rows = list(vacant)
    places = Department.objects.in_bulk([department for department, _role, _since in rows])
    return [
        {"department": places[department], "role": Role(role).label, "since": since}
        for department, role, since in rows
    ]
