"""Changes of departments: prepared by one person, confirmed by another, done at their day."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid, NotAllowed, PortalError
from portal.ledger.records import difference, record
from portal.organisation import hooks
from portal.organisation.actions.departments import create_department, update_department
from portal.organisation.actions.foreseeing import Preview, posts_beyond, preview
from portal.organisation.actions.membership import follow_posts
from portal.organisation.actions.posts import POST_FIELDS
from portal.organisation.models import (
    ChangeKind,
    ChangeReceiver,
    ChangeStatus,
    Department,
    DepartmentChange,
    FormerName,
    Official,
    Post,
)

logger = logging.getLogger(__name__)
TAKES_OVER = frozenset({ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.DISSOLVE})


@transaction.atomic
def prepare_change(
    *,
    by: Official | None,
    change: DepartmentChange,
    sources: Iterable[Department],
    receivers: Sequence[ChangeReceiver] = (),
    now: datetime,
) -> DepartmentChange:
    """Keep a planned change; ``preview`` says what it brings and what stands in its way.

    ``receivers`` are taken in their order. IntegrityError without a legal basis.
    """
    change.prepared_by, change.prepared_at = by, now
    change.save(force_insert=True)
    change.sources.set(sources)
    for position, row in enumerate(receivers, start=1):
        row.change, row.position = change, position
        row.save(force_insert=True)
    note_prepared(by=by, change=change, now=now)
    return change


@transaction.atomic
def begin_change(*, by: Official, change: DepartmentChange, now: datetime) -> DepartmentChange:
    """Keep a new change whose departments follow; ``note_prepared`` ends it."""
    change.prepared_by, change.prepared_at = by, now
    change.save(force_insert=True)
    return change


@transaction.atomic
def note_prepared(*, by: Official | None, change: DepartmentChange, now: datetime) -> None:
    """Number the receivers; enter the change into the ledger as it was prepared, or again."""
    for position, row in enumerate(change.receivers.order_by("position", "pk"), start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])
    record(
        "department_change.prepared", by=by, obj=change, now=now, departments=_concerned(change),
        data=_facts(change),
    )  # fmt: skip


@transaction.atomic
def rework_change(*, by: Official, change: DepartmentChange, now: datetime) -> DepartmentChange:
    """Save what was changed in a prepared change; whoever does so prepares it from now on.

    NotAllowed once it is confirmed.
    """
    kept = _lock(change.pk)
    _refuse_unless(kept, ChangeStatus.PREPARED)
    change.prepared_by, change.prepared_at, change.status = by, now, kept.status
    change.save()
    return change


@transaction.atomic
def confirm_change(*, by: Official, change: DepartmentChange, now: datetime) -> DepartmentChange:
    """A second person confirms; it is done at once if its day has come.

    NotAllowed for the person who prepared it and unless it is prepared; Invalid lists every fault.
    """
    locked = _lock(change.pk)
    _refuse_unless(locked, ChangeStatus.PREPARED)
    if locked.prepared_by_id == by.pk:
        raise NotAllowed(
            _("Nobody confirms a change of departments they prepared."),
            remedy=_("Ask another administrator."),
            code="two_people",
        )
    _refuse(preview(locked, timezone.localdate(now)))
    locked.status, locked.confirmed_by, locked.confirmed_at = ChangeStatus.CONFIRMED, by, now
    locked.save(update_fields=["status", "confirmed_by", "confirmed_at"])
    record(
        "department_change.confirmed", by=by, obj=locked, now=now,
        departments=_concerned(locked), data=_facts(locked),
    )  # fmt: skip
    if locked.effective_on <= timezone.localdate(now):
        _carry_out(locked, by=by, now=now)
    return locked


@transaction.atomic
def cancel_change(
    *, by: Official, change: DepartmentChange, reason: str, now: datetime
) -> DepartmentChange:
    """Give a change up that is still to come."""
    locked = _lock(change.pk)
    _refuse_unless(locked, ChangeStatus.PREPARED, ChangeStatus.CONFIRMED)
    locked.status, locked.cancelled_by, locked.cancelled_at = ChangeStatus.CANCELLED, by, now
    locked.cancel_reason = reason
    locked.save(update_fields=["status", "cancelled_by", "cancelled_at", "cancel_reason"])
    record(
        "department_change.cancelled", by=by, obj=locked, now=now,
        departments=_concerned(locked), data={"reason": reason},
    )  # fmt: skip
    return locked


def change_departments(now: datetime) -> int:
    """Do what was confirmed for a day that has come; return how many changes were done.

    One that has become faulty stays confirmed with its faults written down, and is tried again.
    Safe to run twice and by several at once; one that fails does not keep the others waiting.
    """
    due = DepartmentChange.objects.due(timezone.localdate(now)).order_by("effective_on", "pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            done += _do_one(pk, now)
        except (DatabaseError, PortalError, ValueError) as error:
            logger.exception("change of departments failed", extra={"change": str(pk)})
            _keep_problem(pk, error)
    return done


@transaction.atomic
def _do_one(pk: UUID, now: datetime) -> bool:
    rows = DepartmentChange.objects.due(timezone.localdate(now)).filter(pk=pk)
    change = rows.select_for_update(of=("self",), skip_locked=True).first()
    if change is None:
        return False
    faults = preview(change, timezone.localdate(now)).faults
    if faults:
        change.problems = [str(fault.message) for fault in faults]
        change.save(update_fields=["problems"])
        return False
    _carry_out(change, by=None, now=now)
    return True


def _keep_problem(pk: UUID, error: Exception) -> None:
    text = str(error.message) if isinstance(error, PortalError) else type(error).__name__
    DepartmentChange.objects.filter(pk=pk, status=ChangeStatus.CONFIRMED).update(problems=[text])


def _lock(pk: UUID) -> DepartmentChange:
    return DepartmentChange.objects.select_for_update(of=("self",)).get(pk=pk)


def _refuse_unless(change: DepartmentChange, *allowed: ChangeStatus) -> None:
    if change.status not in allowed:
        state = str(change.get_status_display())
        raise NotAllowed(
            str(_("The change is already: %(state)s.")) % {"state": state}, code="state"
        )


def _refuse(found: Preview) -> None:
    if found.faults:
        raise Invalid(_("The change cannot be made as it is planned."), found.faults)


def _concerned(change: DepartmentChange) -> set[int]:
    received = change.receivers.exclude(department=None).values_list("department_id", flat=True)
    return {*change.sources.values_list("pk", flat=True), *received}


def _facts(change: DepartmentChange) -> dict[str, object]:
    return {
        "kind": change.kind,
        "effective_on": change.effective_on,
        "legal_basis": change.legal_basis,
        "from": list(change.sources.order_by("pk").values_list("name", flat=True)),
        "to": [str(row) for row in change.receivers.select_related("department")],
        "superior": change.superior_id,
        "region": change.region_id,
    }


# --- doing it ------------------------------------------------------------------------------


def _carry_out(change: DepartmentChange, *, by: Official | None, now: datetime) -> None:
    """Everything the preview says, in one transaction, with the ledger."""
    plan = preview(change, timezone.localdate(now)).plan
    if change.kind == ChangeKind.MOVE:
        _move(change, by, now)
    else:
        _take_over(change, plan.leaving, by, now)
    _move_posts(change, plan.moves, now)
    change.status, change.done_at, change.problems = ChangeStatus.DONE, now, []
    change.save(update_fields=["status", "done_at", "problems"])
    follow_posts(on=timezone.localdate(now))
    hooks.carry_out(change, now=now)
    record(
        "department_change.done", by=by, obj=change, now=now, departments=_concerned(change),
        data=_facts(change),
    )  # fmt: skip


def _move(change: DepartmentChange, by: Official | None, now: datetime) -> None:
    for department in change.sources.order_by("pk"):
        if change.superior is not None:
            department.superior = change.superior
        if change.region is not None:
            department.region = change.region
        update_department(by=by, department=department, now=now)


def _take_over(
    change: DepartmentChange, leaving: frozenset[int], by: Official | None, now: datetime
) -> None:
    """Close what ends, make or rename what goes on, and hang everything below the successor."""
    ending = list(Department.objects.filter(pk__in=leaving).order_by("pk"))
    for department in ending:
        department.valid_until = change.effective_on
        update_department(by=by, department=department, now=now)
    rows = list(change.receivers.select_related("department").order_by("position", "pk"))
    sources = list(change.sources.select_related("region").order_by("pk"))
    for row in rows:
        _become(change, row, sources, by, now)
    successor = rows[0].department if rows else None
    for department in ending:
        department.successor = successor
        update_department(by=by, department=department, now=now)
    if successor is None:
        return
    day = timezone.localdate(now)
    for unit in Department.objects.in_office(day).filter(parent__in=leaving):
        unit.parent = successor
        update_department(by=by, department=unit, now=now)
    for below in Department.objects.in_office(day).filter(superior__in=leaving):
        below.superior = successor if below.pk != successor.pk else None
        update_department(by=by, department=below, now=now)


def _become(
    change: DepartmentChange, row: ChangeReceiver, sources: Sequence[Department],
    by: Official | None, now: datetime,
) -> None:  # fmt: skip
    """The receiver exists from now on, under the name it is to have."""
    if row.department is None and change.kind == ChangeKind.RENAME:
        row.department = sources[0]
    if row.department is None:
        pattern = next(
            (one for one in sources if one.kind == Department.Kind.AUTHORITY), sources[0]
        )
        made = Department(
            name=row.name, name_en=row.name_en, short_name=row.short_name, uscc=row.uscc or None,
            region=pattern.region, kind=pattern.kind, superior=pattern.superior,
            parent=pattern.parent, valid_from=change.effective_on,
        )  # fmt: skip
        row.department = create_department(by=by, department=made, now=now)
    elif row.name:
        _rename(change, row, row.department, by, now)
    row.save(update_fields=["department"])


def _rename(
    change: DepartmentChange, row: ChangeReceiver, department: Department,
    by: Official | None, now: datetime,
) -> None:  # fmt: skip
    if department.name == row.name:
        return
    FormerName.objects.update_or_create(
        department=department, valid_until=change.effective_on,
        defaults={
            "name": department.name, "name_en": department.name_en,
            "short_name": department.short_name, "change": change,
        },
    )  # fmt: skip
    department.name, department.name_en = row.name, row.name_en
    department.short_name = row.short_name
    update_department(by=by, department=department, now=now)


def _move_posts(change: DepartmentChange, moves: Mapping[int, int], now: datetime) -> None:
    """End each post the day before and give it anew where it goes; accounts follow their posts."""
    day = max(change.effective_on, timezone.localdate(now))
    goals = {row.position: row.department for row in change.receivers.select_related("department")}
    for post in posts_beyond(change.sources.all(), day).filter(pk__in=moves):
        goal = goals[moves[post.pk]]
        if goal is not None:
            _move_post(post, goal, day, now)
    leaving = change.sources.filter(valid_until__isnull=False)
    first = goals.get(min(goals, default=0))
    if first is not None:
        Official.objects.filter(department__in=leaving).update(department=first)


def _move_post(post: Post, goal: Department, day: date, now: datetime) -> None:
    before = post.department
    until, start = post.valid_until, post.valid_from
    if start >= day:  # has not begun yet: nothing was done in it
        post.department = goal
        post.save(update_fields=["department"])
        _note_move(post, before, now)
        return
    post.valid_until = day - timedelta(days=1)
    post.save(update_fields=["valid_until"])
    known = Post.objects.filter(
        official=post.official, department=goal, role=post.role, valid_until=None
    )
    if not known.exists():
        new = Post.objects.create(
            official=post.official, department=goal, role=post.role, valid_until=until,
            valid_from=day,
        )  # fmt: skip
        _note_move(new, before, now)
    if post.official.department_id == before.pk:
        Official.objects.filter(pk=post.official_id).update(department=goal)


def _note_move(post: Post, before: Department, now: datetime) -> None:
    record(
        "post.moved", by=None, obj=post, now=now, departments=[before.pk, post.department_id],
        data=difference(None, post, POST_FIELDS) | {"from": before.name},
    )  # fmt: skip


def faults_of(change: DepartmentChange, now: datetime) -> tuple[Fault, ...]:
    """Everything that keeps the change from being made, at once."""
    return preview(change, timezone.localdate(now)).faults
