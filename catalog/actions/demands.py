"""The demand desk: asking for data that has no entry, and every step until it is answered."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import demands
from catalog.access import get_visible, visible_to, visible_to_department
from catalog.actions.demand_effects import Done, take_effect
from catalog.actions.demand_orders import content_faults, order_faults
from catalog.cases import authority_for
from catalog.demand_reasons import DENIALS, error_for, reason_for
from catalog.demanding.decide import available, decide
from catalog.demanding.rules import TABLE
from catalog.demanding.terms import Actor, Command, Denial, Order, Part, State, Status
from catalog.models import SHOWN_STATUSES, CodeSeries, Demand, DemandStatus, Resource
from portal.errors import Fault, Forbidden, Invalid, NotVisible, Reason
from portal.organisation.access import department_ids
from portal.organisation.models import Department, Official
from portal.worktime import access as worktime

RULE = "demand_cataloguing"
"""The limit in working days that a region may set; there is none of the nation's."""


@dataclass(frozen=True, slots=True)
class DemandContent:
    """What is asked for; ``responder`` None leaves it to the authority to find who answers."""

    title: str
    scene: str
    basis: str
    wanted_items: tuple[str, ...]
    wanted_mode: str
    needed_by: date | None = None
    responder: Department | None = None


@transaction.atomic
def send_demand(
    *, by: Official, department: Department, content: DemandContent, now: datetime
) -> Demand:
    """Ask for data: to the department named, else to the competent authority (article 20).

    Forbidden unless ``by`` belongs to the asking department; Invalid lists every fault.
    """
    on = timezone.localdate(now)
    if department.pk not in department_ids(by, on):
        raise Forbidden(_("You can ask for data only for a department in which you hold a post."))
    authority = authority_for(department.region, on)
    demand = Demand(
        title=" ".join(content.title.split()),
        scene=content.scene.strip(),
        basis=content.basis.strip(),
        wanted_items=list(dict.fromkeys(filter(None, map(str.strip, content.wanted_items)))),
        wanted_mode=content.wanted_mode,
        needed_by=content.needed_by,
        department=department,
        asker=by,
        responder=content.responder,
        created_at=now,
        updated_at=now,
    )
    faults = content_faults(demand, on)
    if authority is None:
        message = _("The region has no competent authority that could assign the demand.")
        faults.append(Fault("", message, _("Have the system administrator enter it."), "missing"))
    if faults or authority is None:
        raise Invalid(_("The demand has faults."), faults)
    demand.authority = authority
    demand.status = DemandStatus.ANSWERING if content.responder else DemandStatus.ASSIGNING
    demand.number = _number(department, on)
    demand.involved = [department.pk]
    _arrive(demand, on)
    demand.step_count = 1
    demand.save(force_insert=True)
    acting_for = demands.acted_for(by, demand, Part.ASKER, on)
    take_effect(demand, Done("send", None, Status(demand.status)), by, acting_for, now)
    return demand


def _number(department: Department, on: date) -> str:
    prefix = f"XQ-{department.region_id}-{on:%Y%m%d}"
    return f"{prefix}-{CodeSeries.objects.next_number(f'demand:{prefix}'):03d}"


@transaction.atomic
def execute_demand(*, by: Official, demand_id: UUID | str, order: Order, now: datetime) -> Demand:
    """Carry out an order on a demand: the only way it goes on.

    NotVisible, Stale, NotAllowed with the reason, Invalid with every fault of the order. Of two at
    once the second sees what the first did.
    """
    on = timezone.localdate(now)
    seen = demands.get_demand(by, demand_id, on)
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    actor, state = demands.actor_for(by, demand, on), demands.state_of(demand)
    answer = decide(state, order, actor=actor)
    if isinstance(answer, Denial):
        raise error_for(answer)
    target, target_faults = _target(demand, order, on)
    entry, entry_faults = _entry(by, demand, order, on)
    faults = [*order_faults(demand, order, on), *target_faults, *entry_faults]
    if faults:
        raise Invalid(_("The decision is not complete yet."), faults)
    acting_for = demands.acted_for(by, demand, _part(actor, state, order.command), on)
    done = Done(order.command.value, state.status, answer, order, target, entry)
    _carry_out(demand, done, on, now)
    take_effect(demand, done, by, acting_for, now)
    return demand


def available_demand_commands(
    demand: Demand, official: Official, now: datetime
) -> dict[Command, Reason | None]:
    """For every command: None if the official could give it now, or why not."""
    actor = demands.actor_for(official, demand, timezone.localdate(now))
    answers = available(demands.state_of(demand), actor=actor)
    return {
        command: reason_for(denial) if denial is not None else None
        for command, denial in answers.items()
    }


def recompute_demands() -> int:
    """Derive due dates anew after the calendar or a limit changed; return how many moved."""
    waiting = Demand.objects.filter(
        status__in=[DemandStatus.ANSWERING, DemandStatus.PROMISED], received_on__isnull=False
    )
    return sum(_recompute(pk) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _recompute(demand_id: UUID) -> bool:
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=demand_id)
    before = (demand.due_on, demand.due_provisional)
    _set_due_date(demand)
    if before == (demand.due_on, demand.due_provisional):
        return False
    demand.save(update_fields=["due_on", "due_provisional", "limit_days"])
    return True


def _part(actor: Actor, state: State, command: Command) -> Part:
    """As what the actor gives the command: the part the table lets them."""
    return next(part for part in sorted(actor.parts) if (state.status, part, command) in TABLE)


def _target(demand: Demand, order: Order, on: date) -> tuple[Department | None, list[Fault]]:
    """The department a demand is passed on to."""
    if order.command not in {Command.ASSIGN, Command.TRANSFER}:
        return None, []
    target = Department.objects.in_office(on).filter(pk=order.target or 0).first()
    if target is None:
        message = _("The department that is to answer is missing.")
        return None, [Fault("target", message, _("Choose a department of the list."), "missing")]
    if demands.related(target, demand.department):
        text, remedy = DENIALS[Denial.TO_ASKER]
        return None, [Fault("target", text, remedy, Denial.TO_ASKER.value)]
    return target, []


def _entry(
    by: Official, demand: Demand, order: Order, on: date
) -> tuple[Resource | None, list[Fault]]:
    """The entry that answers the demand: the giver sees it, and the asking department does."""
    if order.command is not Command.ANSWER:
        return None, []
    entry = _named(by, order.entry.strip(), on)
    if entry is None:
        message = _("There is no such entry in the catalog.")
        remedy = _("Give the resource code of an entry that is in the catalog.")
        return None, [Fault("entry", message, remedy, "unknown")]
    if not visible_to_department(demand.department).filter(pk=entry.pk).exists():
        return None, [
            Fault(
                "entry",
                _("The department that asks does not see this entry."),
                _("Let it see the entry first, or answer with another one."),
                "hidden",
            )
        ]
    return entry, []


def _named(by: Official, name: str, on: date) -> Resource | None:
    """The entry of that code or id that is in the catalog for ``by``."""
    shown = visible_to(by, on).filter(status__in=SHOWN_STATUSES)
    found = shown.filter(code=name).select_related("live").first() if name else None
    if found is None and name:
        try:
            found = get_visible(by, name, on)
        except NotVisible:
            return None
    return found if found is not None and found.status in SHOWN_STATUSES else None


def _carry_out(demand: Demand, done: Done, on: date, now: datetime) -> None:
    order = done.order
    if done.target is not None:
        demand.responder = done.target
        _arrive(demand, on)
    elif done.after is Status.ASSIGNING:
        demand.responder = None
        _arrive(demand, on)
    if order.command is Command.REOPEN:
        demand.reopened = True
    demand.status = DemandStatus(done.after.value)
    demand.promised_on = order.promised_on if done.after is Status.PROMISED else None
    demand.entry = done.entry
    refused = done.after is Status.REFUSED
    demand.refusal_type = order.refusal.value if refused and order.refusal else ""
    demand.citation = order.citation.strip() if refused else ""
    demand.step_count += 1
    demand.updated_at = now
    demand.save()


def _arrive(demand: Demand, on: date) -> None:
    """Where the demand is now sees it from now on, and its clock begins."""
    demand.received_on = on if demand.responder is not None else None
    if demand.responder is not None and demand.responder.pk not in demand.involved:
        demand.involved = [*demand.involved, demand.responder.pk]
    _set_due_date(demand)


def _set_due_date(demand: Demand) -> None:
    """Derive the due date from the day the department received it; none where no region set one."""
    demand.limit_days, demand.due_on, demand.due_provisional = None, None, False
    if demand.received_on is None or demand.responder is None:
        return
    limit = worktime.limit(RULE, demand.responder.region, demand.received_on)
    demand.limit_days = limit.days
    if limit.days:
        due = worktime.calendar().add_working_days(demand.received_on, limit.days)
        demand.due_on, demand.due_provisional = due.on, due.provisional
