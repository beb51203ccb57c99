"""Open steps follow the people: who leaves, is away or comes back.

An open step belongs to an office and a post; whoever holds or fills in the post may sign. When
somebody named for it is there no longer, an event names who is now: a substitute, the others of
the post, or, when nobody of the post is left who may sign, the head, then the authority (the order
in which chains are planned). When even there nobody can, the step stays, and heads and security
administrators are told at once. Names in earlier events stay as they were.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.leave.actions import heads_of, security_administrators
from portal.notices.models import Notice
from portal.organisation.models import Department, Official, Region, Substitution
from portal.organisation.models import Role as Post
from sharing import cases, planning
from sharing.actions.effects import take_effect
from sharing.approval.clocks import local_day
from sharing.approval.events import OfficeSucceeded
from sharing.approval.evolve import fold
from sharing.approval.separation import separable
from sharing.approval.state import StageState, State
from sharing.approval.terms import Holder, Office, Role, Side, StageStatus
from sharing.models import ApplicationItem, ItemStage
from sharing.telling import tell_about_item

_OWN: Final = (Role.DEPARTMENT_HEAD,)
_FALLS_TO: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.AUTHORITY_REVIEWER: (Role.AUTHORITY_HEAD, Role.DEPARTMENT_HEAD),
    Role.DEPARTMENT_HEAD: (),
}
"""Posts of the same office that take an open step over, in this order."""
_AUTHORITY: Final = (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a step could go, and who could sign it there."""

    department: Department
    role: Role
    holders: tuple[Holder, ...]


def follow_holders(now: datetime) -> int:
    """Give open steps to who is there; return how many moved. Safe to run twice or at once."""
    moved = 0
    for pk in sorted(_left_behind(local_day(now))):
        with transaction.atomic():
            moved += reseat(pk, now)
    return moved


def _left_behind(on: date) -> set[UUID]:
    """Items with an open step one of whose named people is not there any more; three queries."""
    rows = list(
        ItemStage.objects.filter(
            status=ItemStage.Status.OPEN, item__status__in=ApplicationItem.OPEN_STATUSES
        )
        .order_by()
        .values_list("item_id", "office_id", "role", "holders")
    )
    seated = planning.holders_of({office for _item, office, _role, _holders in rows}, on)
    present: dict[tuple[int, str], set[int]] = defaultdict(set)
    for office, roles in seated.items():
        for role, holders in roles.items():
            present[office, role.value] = {one.person.official_id for one in _there(holders)}
    return {
        item for item, office, role, holders in rows
        if not holders or set(holders) - present[office, role]
    }  # fmt: skip


def _there(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    return tuple(holder for holder in holders if not holder.absent)


def reseat(item_id: UUID, now: datetime) -> bool:
    """Give the open step of an item to who is there; False when nothing has to change."""
    item = (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related(
            "application__applicant", "application__department__region", "provider__region",
            "resource__live", "version",
        )
        .get(pk=item_id)
    )  # fmt: skip
    state = cases.load(item).state
    step = state.current_stage
    if step is None or step.status is not StageStatus.OPEN:
        return False
    seat = _seat_for(item, state, step, local_day(now))
    if seat is None:
        _tell_stuck(item, step, now)
        return False
    same_place = (seat.department.pk, seat.role) == (step.stage.office.id, step.stage.role)
    if same_place and set(seat.holders) == set(_there(step.stage.holders)):
        return False
    event = OfficeSucceeded(
        at=now, position=step.stage.position, holders=seat.holders,
        office=_office(seat.department), role=None if same_place else seat.role,
        reason=_reason(step, seat, local_day(now)),
    )  # fmt: skip
    after = fold([event], start=state)
    cases.append(item, [event])
    cases.project(item, after)
    take_effect(item, [event], after, by=None, now=now)
    return True


def _office(department: Department) -> Office:
    return Office(department.pk, department.name, department.region_id)


def _reason(step: StageState, seat: _Seat, on: date) -> str:
    """Who is no longer there; in the language of the portal, as it becomes history."""
    named = {one.person.official_id: one.person.name for one in _there(step.stage.holders)}
    there = {one.person.official_id for one in seat.holders}
    gone = [name for pk, name in named.items() if pk not in there]
    principals = {one.acting_for.official_id for one in step.stage.holders if one.acting_for}
    if principals & there:
        return _("The holder of the post is back.")
    away = Official.objects.filter(
        pk__in=set(named) - there, substitutions_given__in=Substitution.objects.in_force(on)
    ).exists()
    text = _("%(names)s: away, with a substitute.") if away else _("%(names)s: no longer there.")
    return text % {"names": "、".join(gone)} if gone else _("Nobody held the post.")


# --- where it can go ------------------------------------------------------------------------


def _seat_for(item: ApplicationItem, state: State, step: StageState, on: date) -> _Seat | None:
    """The first place with somebody who may sign; one that leaves later steps a signer, if any."""
    places = list(_places(step, on))
    seated = planning.holders_of({department.pk for department, _role in places}, on)
    barred = state.requesters | state.spent_identities
    others = _other_side(item, state, step)
    found: list[_Seat] = []
    for department, role in places:
        named = seated.get(department.pk, {}).get(role, ())
        able = tuple(one for one in _there(named) if not one.identities & barred)
        own_place = department.pk == step.stage.office.id
        if able and (own_place or department.pk not in others):
            found.append(_Seat(department, role, able))
    later = [
        [holder.identities for holder in following.stage.holders]
        for following in state.stages
        if following.status is StageStatus.WAITING
        for _one in range(following.stage.quorum)
    ]
    for seat in found:
        if separable([[one.identities for one in seat.holders], *later], barred):
            return seat
    return found[0] if found else None


def _places(step: StageState, on: date) -> Iterator[tuple[Department, Role]]:
    """Departments and posts in the order in which a step falls from one to the next."""
    own = Department.objects.select_related("region").get(pk=step.stage.office.id)
    units = _units(own)
    for unit in units:
        yield unit, step.stage.role
    for role in _FALLS_TO.get(step.stage.role, _OWN):
        for unit in units:
            yield unit, role
    authority = _authority_of(own.region, on)
    if authority is not None and authority not in units:
        for role in _AUTHORITY:
            yield authority, role


def _units(department: Department) -> list[Department]:
    """The department and the units above it."""
    found = [department]
    while (parent := found[-1].parent) is not None and parent not in found:
        found.append(parent)
    return found


def _authority_of(region: Region, on: date) -> Department | None:
    codes = [region.code, *region.superior_codes()]
    rows = Department.objects.in_office(on).filter(kind=Department.Kind.AUTHORITY, region__in=codes)
    by_region = {row.region_id: row for row in rows}
    return next((by_region[code] for code in codes if code in by_region), None)


def _other_side(item: ApplicationItem, state: State, step: StageState) -> set[int]:
    """Offices that give the other consent, so that one department never gives both (R19)."""
    is_provider = step.stage.side is Side.PROVIDER
    offices = {
        one.stage.office.id
        for one in state.stages
        if (one.stage.side is Side.PROVIDER) is not is_provider and one.stage.quorum
    }
    return offices | ({item.application.department_id} if is_provider else {item.provider_id})


# --- when nobody can ------------------------------------------------------------------------


def _tell_stuck(item: ApplicationItem, step: StageState, now: datetime) -> None:
    """Tell the heads and the security administrators, at most once a day for each step."""
    on = timezone.localdate(now)
    told: Iterable[datetime] = Notice.objects.filter(
        kind="item.stuck", params__number=item.application.number,
        params__position=str(step.stage.position),
    ).values_list("created_at", flat=True)  # fmt: skip
    if any(local_day(at) == on for at in told):
        return
    people = [*heads_of(step.stage.office.id, on), *security_administrators(on)]
    tell_about_item(
        item, "item.stuck", {person.pk for person in people}, now=now,
        office=step.stage.office.name, position=str(step.stage.position),
        role=Post(step.stage.role.value).value,
    )  # fmt: skip
