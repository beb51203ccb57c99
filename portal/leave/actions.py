"""Arranging leave, ending it early, and telling both people when it begins and ends."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.leave import access, rules
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.organisation import actions, hooks
from portal.organisation.faults import explain
from portal.organisation.models import ADMIN_ROLES, Department, Official, Post, Role, Substitution

LOOK_BACK: Final = timedelta(days=7)
"""How long after a post became vacant the heads are still told of it."""


def arrange(*, by: Official, row: Substitution, now: datetime) -> Substitution:
    """Let somebody stand in. Forbidden for who may not arrange it, Invalid with all faults."""
    on = timezone.localdate(now)
    if not access.may_arrange(by, row.principal, on):
        raise Forbidden(
            _("Your post does not allow this."),
            remedy=_("Leave is arranged by the person or a head of the department."),
        )
    if faults := rules.faults_of(row, by=by, on=on):
        raise Invalid(_("The leave cannot be arranged like this."), faults)
    try:
        with transaction.atomic():
            made = actions.substitute(by=by, substitution=row, now=now)
            _begin(made, now) if made.valid_from <= on else _announce(made, now)
            return made
    except IntegrityError as error:  # somebody else was first
        raise Invalid(
            _("The leave cannot be arranged like this."), [Fault("valid_from", explain(error))]
        ) from error


@transaction.atomic
def end_early(*, by: Official, row: Substitution, now: datetime) -> Substitution:
    """End a substitution at once, or call it off before it begins; both are told.

    Forbidden for the substitute, who does not decide about it; NotAllowed when it is over.
    """
    row = Substitution.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if error := end_hindrance(by=by, row=row, on=timezone.localdate(now)):
        raise error
    actions.revoke_substitution(by=by, substitution=row, now=now)
    row = Substitution.objects.select_related("principal", "substitute").get(pk=row.pk)
    _end(row, now)
    return row


def end_hindrance(*, by: Official, row: Substitution, on: date) -> Forbidden | NotAllowed | None:
    """Why ``by`` cannot end the substitution on the day ``on``; None if it can be ended."""
    if not access.may_arrange(by, row.principal, on):
        return Forbidden(
            _("Your post does not allow this."),
            remedy=_("Leave is ended by the person or a head of the department."),
        )
    if row.revoked_at is not None or row.valid_until < on:
        return NotAllowed(
            _("This substitution is over already."), remedy=_("Nothing is to be done."), code="over"
        )
    return None


def follow_calendar(now: datetime) -> int:
    """Tell of leave that began or ended by date; return how many. Safe to run twice or at once."""
    on, told = timezone.localdate(now), 0
    begins = Substitution.objects.filter(
        begun_at__isnull=True, revoked_at__isnull=True, valid_from__lte=on
    )
    ends = Substitution.objects.filter(
        begun_at__isnull=False, ended_at__isnull=True, valid_until__lt=on
    )
    for pk in list(begins.order_by("pk").values_list("pk", flat=True)):
        told += _step(pk, now, begins=True)
    for pk in list(ends.order_by("pk").values_list("pk", flat=True)):
        told += _step(pk, now, begins=False)
    if told:
        with transaction.atomic():
            actions.follow_posts(on=on)
            hooks.seats_changed(now)
    return told


@transaction.atomic
def _step(pk: int, now: datetime, *, begins: bool) -> bool:
    row = Substitution.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
    found = row.select_related("principal", "substitute").first()
    if found is None or (found.begun_at if begins else found.ended_at) is not None:
        return False
    if begins and found.revoked_at is None:
        _begin(found, now)
    elif not begins:
        _end(found, now)
    return True


def _begin(row: Substitution, now: datetime) -> None:
    row.begun_at = now
    row.save(update_fields=["begun_at"])
    _tell(row, "begun", now)


def _end(row: Substitution, now: datetime) -> None:
    row.begun_at, row.ended_at = row.begun_at or now, now
    row.save(update_fields=["begun_at", "ended_at"])
    _tell(row, "ended", now)


def _announce(row: Substitution, now: datetime) -> None:
    _tell(row, "arranged", now)


def _tell(row: Substitution, what: str, now: datetime) -> None:
    """Tell both people, each in a sentence of their own."""
    params = {
        "principal": row.principal.full_name, "substitute": row.substitute.full_name,
        "begin": str(row.valid_from), "end": str(row.valid_until),
    }  # fmt: skip
    for person, kind in ((row.principal, "away"), (row.substitute, "stand_in")):
        if person.is_active:
            notify(
                f"leave.{what}_{kind}", officials=[person], params=params,
                url=reverse("leave:mine"), now=now,
            )  # fmt: skip


# --- posts that nobody holds ----------------------------------------------------------------


def vacancies(departments: Iterable[int] | None, on: date) -> list[tuple[int, str, date]]:
    """Department, role and first day of posts that somebody held and nobody holds any more.

    Of all departments in office, or only the given ones. An account that is switched off holds
    nothing; the day is then that on which its post would have counted last, at the latest today.
    """
    posts = Post.objects.exclude(role__in=ADMIN_ROLES).filter(valid_from__lte=on)
    posts = posts.filter(department__in=Department.objects.in_office(on))
    if departments is not None:
        posts = posts.filter(department__in=list(departments))
    held = set(Post.objects.held_on(on).values_list("department_id", "role"))
    since: dict[tuple[int, str], date] = {}
    for department, role, until in posts.values_list("department_id", "role", "valid_until"):
        if (department, role) not in held:
            free = min(until + timedelta(days=1), on) if until else on
            since[department, role] = max(free, since.get((department, role), free))
    return sorted((department, role, day) for (department, role), day in since.items())


@transaction.atomic
def tell_of_vacancies(now: datetime) -> int:
    """Tell the heads of departments of posts that became vacant lately; return how many.

    Once for each vacancy; where no head is left the security administrators are told.
    """
    on = timezone.localdate(now)
    found = [one for one in vacancies(None, on) if one[2] >= on - LOOK_BACK]
    told = set(
        Notice.objects.filter(kind="seat.vacant", created_at__gte=now - 2 * LOOK_BACK).values_list(
            "params__seat", flat=True
        )
    )
    count = 0
    for department, role, _day in found:
        seat = f"{department}:{role}"
        if seat not in told:
            place = Department.objects.get(pk=department)
            params = {"seat": seat, "department": place.name, "role": str(Role(role).value)}
            people = heads_of(department, on) or security_administrators(on)
            notify(
                "seat.vacant", officials=people, params=params, url=reverse("leave:board"), now=now
            )
            count += 1
    return count


def heads_of(department: int, on: date) -> list[Official]:
    """Who looks after the people of the department: its heads, or those of the units above."""
    place: int | None = department
    while place is not None:
        held = Post.objects.held_on(on).filter(department=place, role__in=access.HEADS)
        if people := list(Official.objects.filter(pk__in=held.values("official")).order_by("pk")):
            return people
        place = Department.objects.values_list("parent_id", flat=True).get(pk=place)
    return []


def security_administrators(on: date) -> list[Official]:
    """Who appoints."""
    held = Post.objects.held_on(on).filter(role=Role.SECADMIN)
    return list(Official.objects.filter(pk__in=held.values("official")).order_by("pk"))
