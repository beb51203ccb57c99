"""Law or duties change: the clock of article 17 for updating entries (R07)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import access, cases, handover
from catalog.actions.content import refuse
from catalog.models import (
    DutyChange,
    PublicationReview,
    RequiredUpdate,
    Resource,
    ResourceStatus,
    UpdateOutcome,
)
from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Department, Official
from portal.worktime import access as worktime

RULE = "catalog_update"
ARTICLE = "17"


@transaction.atomic
def record_duty_change(
    *, by: Official, event: DutyChange, resources: Sequence[Resource] | None, now: datetime
) -> DutyChange:
    """Record that law or duties of a department changed: its entries are to be updated in time.

    ``event`` holds department, kind, day, document and text; ``resources`` None means all published
    entries of the department. The authority of its region may, and who looks after its entries
    (Forbidden otherwise). Invalid lists every fault.
    """
    on = timezone.localdate(now)
    department = Department.objects.select_related("region").get(pk=event.department_id)
    is_own = access.manages_department(by, department, on)
    if not is_own and not handover.supervises(by, department, on):
        raise Forbidden(
            _("Only the department itself and its competent authority record such a change."),
        )
    bound = _bound(department, resources)
    refuse(_faults(event, department, bound, on))
    event.department = department
    event.basis = event.basis.strip()
    event.recorded_by, event.recorded_at = by, now
    set_due_date(event)
    event.save(force_insert=True)
    RequiredUpdate.objects.bulk_create(
        (RequiredUpdate(event=event, resource=one) for one in bound), batch_size=1000
    )
    _note("catalog.duty_changed", event, by, now, {"entries": len(bound), "kind": event.kind})
    _tell("duty.recorded", event, stewards_of(event, on) - {by.pk}, now, number=str(len(bound)))
    return event


def _bound(department: Department, resources: Sequence[Resource] | None) -> list[Resource]:
    if resources is not None:
        return sorted({one.pk: one for one in resources}.values(), key=lambda one: one.pk)
    published = Resource.objects.provided_by(department).filter(status=ResourceStatus.PUBLISHED)
    return list(published.order_by("pk"))


def _faults(
    event: DutyChange, department: Department, bound: Sequence[Resource], on: date
) -> list[Fault]:
    faults = []
    if not event.basis.strip():
        message = _("The document is missing.")
        remedy = _("Name the law or document and its number.")
        faults.append(Fault("basis", message, remedy, "missing"))
    if event.happened_on > on:
        message = _("The day is still to come.")
        faults.append(
            Fault("happened_on", message, _("Record the change once it is in force."), "future")
        )
    if not bound:
        message = _("No entry is concerned.")
        remedy = _("Name published entries of the department, by their codes.")
        faults.append(Fault("codes", message, remedy, "missing"))
    strange = [
        one for one in bound
        if one.provider_id != department.pk or one.status != ResourceStatus.PUBLISHED
    ]  # fmt: skip
    if strange:
        names = "、".join(str(one.code or one) for one in strange[:10])
        text = str(_("Not published entries of this department: %(codes)s.")) % {"codes": names}
        faults.append(Fault("codes", text, _("Leave them out."), "strange"))
    return faults


def set_due_date(event: DutyChange) -> None:
    """Derive the due date from the day of the change, the limit in force and the calendar."""
    limit = worktime.limit(RULE, event.department.region, event.happened_on)
    event.limit_days, event.due_on, event.due_provisional = limit.days, None, False
    if limit.days:
        days = limit.days + (limit.extension_days if event.extension_granted else 0)
        due = worktime.calendar().add_working_days(event.happened_on, days)
        event.due_on, event.due_provisional = due.on, due.provisional


@transaction.atomic
def ask_for_extension(*, by: Official, event: DutyChange, reason: str, now: datetime) -> DutyChange:
    """Ask the authority for more days, once (article 17).

    Forbidden unless ``by`` looks after the department's entries; NotAllowed a second time, after
    everything is updated, or where no extension is provided for; Invalid without a reason.
    """
    locked = _lock(event)
    on = timezone.localdate(now)
    if not access.manages_department(by, locked.department, on):
        raise Forbidden(_("Only those who look after the department's entries ask for more days."))
    if (hindrance := hindrance_to_asking(locked, now)) is not None:
        raise hindrance
    if not reason.strip():
        message, remedy = _("The reason is missing."), _("Say what keeps you from being in time.")
        raise Invalid(message, [Fault("reason", message, remedy, "missing")])
    locked.extension_reason = reason.strip()
    locked.extension_asked_by, locked.extension_asked_at = by, now
    locked.save(update_fields=["extension_reason", "extension_asked_by", "extension_asked_at"])
    _note("catalog.duty_extension_asked", locked, by, now, {"reason": locked.extension_reason})
    authority = cases.authority_for(locked.department.region, on)
    offices = [authority.pk] if authority else []
    people = cases.holders(offices, cases.AUTHORITY_ROLES, on)
    _tell("duty.extension_asked", locked, people, now, text=locked.extension_reason[:300])
    return locked


def hindrance_to_asking(event: DutyChange, now: datetime) -> NotAllowed | None:
    """Why no extension can be asked for, if so."""
    if event.extension_asked_at is not None:
        return NotAllowed(
            _("An extension was asked for already; there is one at most."), code="once"
        )
    if not event.updates.open().exists():
        return NotAllowed(_("Everything is updated."), code="done")
    if event.due_on is not None and event.due_on < timezone.localdate(now):
        return NotAllowed(_("The limit has passed."), code="late")
    if not worktime.limit(RULE, event.department.region, event.happened_on).extension_days:
        return NotAllowed(_("No extension is provided for."), code="none")
    return None


@transaction.atomic
def answer_extension(
    *, by: Official, event: DutyChange, granted: bool, text: str, now: datetime
) -> DutyChange:
    """The authority consents to the extension or does not (article 17); Invalid without grounds."""
    locked = _lock(event)
    if not handover.supervises(by, locked.department, timezone.localdate(now)):
        raise Forbidden(_("Only the competent authority of the region answers."))
    if not locked.waits_for_consent:
        raise NotAllowed(_("No extension waits for an answer."), code="none")
    if not granted and not text.strip():
        message, remedy = _("A refusal needs a reason."), _("Say why the limit stays.")
        raise Invalid(message, [Fault("text", message, remedy, "missing")])
    locked.extension_granted, locked.extension_answer = granted, text.strip()
    locked.extension_answered_by, locked.extension_answered_at = by, now
    set_due_date(locked)
    locked.save()
    kind = "catalog.duty_extension_granted" if granted else "catalog.duty_extension_denied"
    _note(kind, locked, by, now, {"due_on": locked.due_on, "text": locked.extension_answer})
    notice = "duty.extension_granted" if granted else "duty.extension_denied"
    people = stewards_of(locked, timezone.localdate(now))
    _tell(notice, locked, people, now, text=locked.extension_answer[:300])
    return locked


def fulfil(
    resource: Resource, *, outcome: UpdateOutcome, review: PublicationReview | None,
    by: Official | None, now: datetime,
) -> int:  # fmt: skip
    """The update of the entry was sent, or it was withdrawn: its clocks stop. Call it in that
    transaction; returns how many stopped.
    """
    rows = (
        RequiredUpdate.objects.open().filter(resource=resource).select_related("event__department")
    )
    waiting = list(rows.select_for_update(of=("self",)))
    for row in waiting:
        row.done_at, row.outcome, row.review = now, outcome, review
        row.save(update_fields=["done_at", "outcome", "review"])
        on = timezone.localdate(now)
        late = row.event.due_on is not None and row.event.due_on < on
        facts = {"event": str(row.event_id), "outcome": outcome.value, "late": late}
        record(
            "catalog.duty_met", by=by, obj=resource, now=now, article=ARTICLE,
            departments=[resource.provider_id, row.event.department_id], data=facts,
        )  # fmt: skip
    return len(waiting)


def recompute_update_deadlines(now: datetime) -> int:
    """Derive due dates anew after the calendar or a limit changed; return how many moved."""
    open_events = DutyChange.objects.filter(updates__done_at__isnull=True).distinct()
    return sum(_recompute(pk, now) for pk in list(open_events.values_list("pk", flat=True)))


@transaction.atomic
def _recompute(pk: Any, now: datetime) -> bool:
    event = _lock(DutyChange(pk=pk))
    before = (event.due_on, event.due_provisional)
    set_due_date(event)
    if before == (event.due_on, event.due_provisional):
        return False
    event.save(update_fields=["due_on", "due_provisional", "limit_days"])
    _note("catalog.duty_moved", event, None, now, {"before": before[0], "after": event.due_on})
    return True


def _lock(event: DutyChange) -> DutyChange:
    rows = DutyChange.objects.select_for_update(of=("self",))
    return rows.select_related("department__region", "department__parent").get(pk=event.pk)


def stewards_of(event: DutyChange, on: date) -> set[int]:
    """Who looks after the entries that are still to be updated, wherever they are now."""
    rows = Department.objects.filter(resources__required_updates__in=event.updates.open())
    offices = set().union(*(cases.offices_of(one) for one in rows.distinct()))
    return cases.holders(offices or [event.department_id], access.MANAGER_ROLES, on)


def _note(
    kind: str, event: DutyChange, by: Official | None, now: datetime, data: dict[str, Any]
) -> None:
    record(
        kind, by=by, obj=event, now=now, article=ARTICLE, departments=[event.department_id],
        data={"basis": event.basis, "happened_on": event.happened_on, "due_on": event.due_on} | data,
    )  # fmt: skip


def _tell(
    kind: str, event: DutyChange, people: Iterable[int], now: datetime, **params: str
) -> None:
    found = Official.objects.filter(pk__in=set(people), is_active=True).order_by("pk")
    due = event.due_on.isoformat() if event.due_on else ""
    shown = {"department": event.department.name, "basis": event.basis, "due": due, **params}
    notify(kind, officials=list(found), params=shown, url=page_of(event), now=now)


def page_of(event: DutyChange) -> str:
    """Where notices about the change lead."""
    return reverse("catalog:duty", args=[event.pk])
