"""Orders on concerns: one lock, one decision, its events, their effects, one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.access import visible_to_department
from portal.errors import Fault, Invalid, NotAllowed, Reason
from portal.ledger.records import record
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official
from sharing import concerns
from sharing.actions.commands import LOCK_NOT_AVAILABLE
from sharing.actions.concern_effects import label_of, take_effect
from sharing.approval.clocks import local_day
from sharing.approval.terms import Person
from sharing.concern_reasons import error_for, missing, reason_for
from sharing.disputes.commands import Order
from sharing.disputes.decide import available, decide, forbidden, missing_parts, part_of
from sharing.disputes.events import Event
from sharing.disputes.evolve import evolve, fold
from sharing.disputes.state import State
from sharing.disputes.terms import DenialCode, Denied, Kind, Task, TaskKind, Verb
from sharing.models import ApplicationItem, Concern, ConcernTask, Grant, GrantStatus

LONGEST_TEXT = 4000
OPEN_CLOCKS = ("received", "verifying", "raised", "handling", "negotiating", "mediating",
               "deciding", "assigned")  # fmt: skip


def execute_concern(
    *,
    by: Official,
    concern_id: UUID | str,
    order: Order,
    orders: Sequence[TaskKind] = (),
    now: datetime,
) -> Concern:
    """Carry out an order on a concern: the only way it goes on.

    ``orders`` is what a recorded decision leaves to do. NotVisible, Stale, NotAllowed with the
    reason, Invalid with every fault of the order. Of two at once the second sees what the first did.
    """
    try:
        with transaction.atomic():
            return _execute(by, concern_id, order, orders, now)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise NotAllowed(
            _("Somebody else is working on this at this moment."),
            remedy=_("Try again in a few seconds. What you entered is kept."),
            code="busy",
        ) from error


def _execute(
    by: Official,
    concern_id: UUID | str,
    order: Order,
    orders: Sequence[TaskKind],
    now: datetime,
) -> Concern:
    on = local_day(now)
    seen = concerns.get_concern(by, concern_id, on)
    concern = locked(seen.pk)
    case = concerns.load(concern)
    state, actor = case.state, concerns.actor_for(by, case.state, on)
    code = forbidden(state, order.verb, actor) if order.seen == state.version else DenialCode.STALE
    if code is not None:
        raise error_for(code)
    order = _completed(concern, state, order, orders, on)
    decision = decide(
        state,
        order,
        actor=actor,
        by=concerns.signature_for(by, state, part_of(state, order, actor), on),
        now=now,
        overdue=concern.due_on is not None and concern.due_on < on,
    )
    if isinstance(decision, Denied) and decision.code is not DenialCode.INCOMPLETE:
        raise error_for(decision.code)
    faults = [missing(name) for name in missing_parts(order)]
    faults += order_faults(concern, state, order, orders, on)
    if faults or isinstance(decision, Denied):
        raise Invalid(_("The decision is not complete yet."), faults)
    store(concern, case.events, decision, by=by, now=now)
    return concern


def locked(pk: UUID) -> Concern:
    """The concern, locked until the transaction ends."""
    rows = Concern.objects.select_for_update(of=("self",))
    return rows.select_related("department__region", "handler", "resource", "grant").get(pk=pk)


def store(
    concern: Concern,
    before: Sequence[Event],
    events: Sequence[Event],
    *,
    by: Official | None,
    now: datetime,
) -> None:
    """Append ``events``, project them and let them take effect; the caller holds the lock."""
    every = (*before, *events)
    state = fold(before) if before else fold(events)
    for event in events if before else ():
        state = evolve(state, event)
    concerns.append(concern, events)
    concerns.project(concern, every, state)
    take_effect(concern, events, state, by=by, now=now)


def available_concern_verbs(
    concern: Concern, official: Official, now: datetime
) -> dict[Verb, Reason | None]:
    """For every verb: None if the official could give it now, or why not."""
    state = concerns.load(concern).state
    answers = available(state, concerns.actor_for(official, state, local_day(now)))
    return {verb: reason_for(code) if code else None for verb, code in answers.items()}


def _completed(
    concern: Concern, state: State, order: Order, orders: Sequence[TaskKind], on: date
) -> Order:
    """The order with the tasks that it leaves: the portal works them out, nobody chooses them."""
    if order.verb is Verb.CORRECT:
        tasks = [
            Task(f"{TaskKind.TAKE_OVER}:{department}", TaskKind.TAKE_OVER, department)
            for department in sorted(concerns.holders_of(concern, on))
        ]
        return replace(order, tasks=tuple(tasks))
    if order.verb is Verb.RECORD_DECISION:
        owner = {
            TaskKind.APPLY_AGAIN: state.department,
            TaskKind.RESTORE_GRANT: state.handler,
            TaskKind.CORRECT_DATA: state.handler,
        }
        chosen = [kind for kind in owner if kind in orders]
        return replace(order, tasks=tuple(Task(k, k, owner[k] or 0) for k in chosen))
    return order


def order_faults(
    concern: Concern, state: State, order: Order, orders: Sequence[TaskKind], on: date
) -> list[Fault]:
    """Everything that is wrong with what comes with an order, besides what is missing."""
    faults: list[Fault] = []
    if len(order.text) > LONGEST_TEXT:
        message = _("A text is too long.")
        faults.append(Fault("text", message, _("Use 4,000 characters at most."), "too_long"))
    if order.verb is Verb.FORWARD and order.target is not None:
        faults += _target_faults(concern, order.target, on)
    if order.verb is Verb.ASSIGN and order.person is not None:
        faults += _person_faults(state, order.person, on)
    if order.verb is Verb.RECORD_DECISION:
        faults += _decision_faults(concern, order, orders, on)
    if order.verb is Verb.CONFIRM:
        faults += _task_faults(concern, state, order.task)
    return faults


def _target_faults(concern: Concern, target: int, on: date) -> list[Fault]:
    department = Department.objects.in_office(on).filter(pk=target).first()
    if department is None:
        message = _("There is no such department any more.")
        return [Fault("target", message, _("Choose a department of the list."), "unknown")]
    if concern.kind == Kind.COMPLAINT and department.kind != Department.Kind.AUTHORITY:
        message = _("Complaints are handled by competent authorities.")
        return [Fault("target", message, _("Choose an authority."), "not_an_authority")]
    entry = concern.resource_id
    if entry and not visible_to_department(department).filter(pk=entry).exists():
        return [
            Fault(
                "target",
                _("That department does not see this entry."),
                _("Let it see the entry first, or answer yourself."),
                "hidden",
            )
        ]
    return []


def _person_faults(state: State, person: Person, on: date) -> list[Fault]:
    official = Official.objects.filter(pk=person.official_id, is_active=True).first()
    posts = held_posts(official, on) if official else ()
    if any(post.department_id == state.authority and not post.acting_for_id for post in posts):
        return []
    message = _("This official does not work for your authority.")
    return [Fault("person", message, _("Choose an official of your authority."), "stranger")]


def _decision_faults(
    concern: Concern, order: Order, orders: Sequence[TaskKind], on: date
) -> list[Fault]:
    faults = []
    if len(order.number) > 100:
        message = _("A text is too long.")
        faults.append(Fault("number", message, _("Use 100 characters at most."), "too_long"))
    if order.decided_on is not None and order.decided_on > on:
        message = _("The day of the decision lies in the future.")
        faults.append(Fault("decided_on", message, _("Record it once it is decided."), "future"))
    if TaskKind.RESTORE_GRANT in orders and concern.grant_id is None:
        faults.append(
            Fault(
                "orders",
                _("The dispute is not about a grant."),
                _("Leave out the restoring of a grant."),
                "no_grant",
            )
        )
    return faults


def _task_faults(concern: Concern, state: State, key: str) -> list[Fault]:
    """A task of which the portal can see that it is not done is not confirmed as done."""
    task = next((one for one in state.open_tasks if one.key == key), None)
    if task is None or state.decided_at is None:
        return []
    if task.kind is TaskKind.APPLY_AGAIN:
        done = ApplicationItem.objects.filter(
            demander=concern.department_id,
            resource=concern.resource_id,
            application__submitted_at__gt=state.decided_at,
        ).exists()
        message = _("Your department has not applied again since the decision.")
        remedy = _("Apply on the page of the entry, citing the decision, then confirm.")
    elif task.kind is TaskKind.RESTORE_GRANT:
        done = Grant.objects.filter(
            department=concern.department_id,
            resource=concern.resource_id,
            status=GrantStatus.ACTIVE,
        ).exists()
        message = _("The grant is not in force again yet.")
        remedy = _("Resume it on its page, or consent to the new application, then confirm.")
    else:
        return []
    return [] if done else [Fault("task", message, remedy, "not_done")]


# --- clocks ---------------------------------------------------------------------------------


def recompute_concerns(now: datetime) -> int:
    """Derive due dates anew after the calendar or a limit changed; return how many moved."""
    waiting = Concern.objects.filter(status__in=OPEN_CLOCKS).order_by("pk")
    return sum(_recompute(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _recompute(pk: UUID, now: datetime) -> bool:
    concern = locked(pk)
    case = concerns.load(concern)
    before = (concern.due_on, concern.due_provisional)
    fresh = concerns.columns(case.events, case.state)
    if before == (fresh["due_on"], fresh["due_provisional"]):
        return False
    for name in ("limit_days", "due_on", "due_provisional"):
        setattr(concern, name, fresh[name])
    concern.save(update_fields=["limit_days", "due_on", "due_provisional"])
    record(
        "concern.deadline_moved",
        by=None,
        obj=concern,
        now=now,
        label=label_of(concern),
        departments=concern.involved,
        data={"before": before[0], "after": concern.due_on},
    )
    return True


def open_tasks_of(concern: Concern, departments: set[int]) -> list[ConcernTask]:
    """What these departments still have to confirm."""
    found = concern.tasks.filter(done_at=None, department__in=departments)
    return list(found.select_related("department"))
