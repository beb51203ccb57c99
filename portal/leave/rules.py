"""What stands in the way of a substitution: everything at once, each with its remedy.

The trigger on the table holds the last of these against two people at once; here they are said in
words, with names and days.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import Fault
from portal.leave import access
from portal.organisation.models import ADMIN_ROLES, Official, Post, Substitution

LONGEST: Final = 366
"""The most days one leave may take; longer ones are a matter of posts."""
_DAY: Final = timedelta(days=1)


class Standing(StrEnum):
    """Where a substitution stands."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    OVER = "over"
    ENDED_EARLY = "ended_early"
    CALLED_OFF = "called_off"


def standing(row: Substitution, on: date) -> Standing:
    """Where the substitution stands on the day ``on``; called off is what never began."""
    if row.revoked_at is not None:
        began = row.valid_from <= timezone.localdate(row.revoked_at)
        return Standing.ENDED_EARLY if began else Standing.CALLED_OFF
    if row.valid_until < on:
        return Standing.OVER
    return Standing.IN_FORCE if row.valid_from <= on else Standing.TO_COME


def faults_of(row: Substitution, *, by: Official, on: date) -> list[Fault]:
    """What is wrong with a new substitution that ``by`` enters on the day ``on``."""
    found = [*_period_faults(row, on)]
    if row.principal_id == row.substitute_id:
        message = _("Nobody can substitute for themselves.")
        return [*found, Fault("substitute", message, _("Choose somebody else."))]
    if by.pk == row.substitute_id:
        message = _("Nobody gives themselves the posts of somebody else.")
        remedy = _("Have the person or another head arrange it.")
        found.append(Fault("substitute", message, remedy, "own"))
    found += _people_faults(row)
    if found:
        return found
    return [*_tree_faults(row), *_overlaps(row), *_chains(row)]


def _period_faults(row: Substitution, on: date) -> Iterator[Fault]:
    if row.valid_from < on:
        message = _("Leave cannot begin in the past.")
        yield Fault("valid_from", message, _("Choose today or a later day."))
    if row.valid_until < row.valid_from:
        message = _("Leave must begin before it ends.")
        yield Fault("valid_until", message, _("Choose a later last day."))
    elif (row.valid_until - row.valid_from).days >= LONGEST:
        message = _("Leave lasts at most a year.")
        remedy = _("Have the security administrator end the post and appoint a successor.")
        yield Fault("valid_until", message, remedy)


def _people_faults(row: Substitution) -> Iterator[Fault]:
    for field, person in (("principal", row.principal), ("substitute", row.substitute)):
        if not person.is_active:
            message = _("The account of %(name)s is switched off.") % {"name": person}
            yield Fault(field, message, _("Choose somebody else."))
        held = Post.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=row.valid_from),
            official=person, role__in=ADMIN_ROLES, valid_from__lte=row.valid_until,
        )  # fmt: skip
        if held.exists():
            message = _("Administrators neither substitute for anybody nor have a substitute.")
            yield Fault(field, message, _("Choose somebody else."), "administrator")


def _tree_faults(row: Substitution) -> Iterator[Fault]:
    """Every post needs, on every day it is held, a substitute of the same department tree."""
    period = (row.valid_from, row.valid_until)
    theirs = list(access.business_posts(row.principal, *period))
    if not theirs:
        message = _("%(name)s holds no post in this period that somebody could stand in for.")
        yield Fault("principal", message % {"name": row.principal}, _("Choose another period."))
        return
    own = list(access.business_posts(row.substitute, *period))
    roots = access.roots_of({post.department_id for post in (*theirs, *own)})
    for department in {post.department for post in theirs}:
        posts = [one for one in own if roots[one.department_id] == roots[department.pk]]
        names = {"name": row.substitute, "department": department}
        if not posts:
            message = _("%(name)s does not work in %(department)s or a unit of it.") % names
            yield Fault("substitute", message, _("Choose somebody of the same department."), "tree")
        elif gap := _gap(posts, *period):
            message = _("%(name)s holds no post in %(department)s from %(day)s on.")
            remedy = _("End the leave before, and arrange the rest with somebody else.")
            yield Fault("valid_until", message % {**names, "day": gap}, remedy, "gap")


def _gap(posts: list[Post], begin: date, end: date) -> date | None:
    """The first day of the period on which none of ``posts`` is held."""
    day = begin
    for post in sorted(posts, key=lambda one: one.valid_from):
        if post.valid_from > day:
            return day
        if post.valid_until is None:
            return None
        day = max(day, post.valid_until + _DAY)
    return day if day <= end else None


def _overlaps(row: Substitution) -> Iterator[Fault]:
    others = Substitution.objects.touching(row.valid_from, row.valid_until).exclude(pk=row.pk)
    for other in others.filter(principal=row.principal_id).select_related("substitute"):
        message = _("From %(begin)s to %(end)s %(name)s stands in already.") % {
            "begin": other.valid_from, "end": other.valid_until, "name": other.substitute,
        }  # fmt: skip
        remedy = _("Begin on %(day)s, or end the other one first.") % {
            "day": other.valid_until + _DAY
        }
        yield Fault("valid_from", message, remedy, "overlap")


def _chains(row: Substitution) -> Iterator[Fault]:
    others = Substitution.objects.touching(row.valid_from, row.valid_until).exclude(pk=row.pk)
    away = others.filter(principal=row.substitute_id).first()
    if away is not None:
        message = _("%(name)s is away too, from %(begin)s to %(end)s.") % {
            "name": row.substitute, "begin": away.valid_from, "end": away.valid_until,
        }  # fmt: skip
        yield Fault("substitute", message, _("Choose somebody else."), "chain")
    standing_in = others.filter(substitute=row.principal_id).select_related("principal").first()
    if standing_in is not None:
        message = _("%(name)s stands in for %(other)s from %(begin)s to %(end)s.") % {
            "name": row.principal, "other": standing_in.principal,
            "begin": standing_in.valid_from, "end": standing_in.valid_until,
        }  # fmt: skip
        remedy = _("Have somebody else stand in there first.")
        yield Fault("valid_from", message, remedy, "chain")
