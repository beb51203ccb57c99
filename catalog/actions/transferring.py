"""Entries go to another department, which accepts them first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import access, cases, handover, hooks
from catalog.actions.content import refuse
from catalog.actions.drafts import lock_managed
from catalog.actions.reviewing import MOST_AT_ONCE, interrupt, settled
from catalog.models import EntryTransfer, Resource, TransferStatus
from catalog.search import reindex
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, PortalError
from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Department, Official


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one of many: the transfer as it is now, or why it was not answered."""

    transfer: EntryTransfer
    error: PortalError | None = None


def offer_entries(
    *, by: Official, resources: Sequence[Resource], to: Department, reason: str, now: datetime
) -> list[EntryTransfer]:
    """Offer entries to another department; they stay where they are until it accepts.

    Forbidden unless ``by`` looks after all of them; Invalid lists every fault.
    """
    return settled(lambda: _offer(by, resources, to, reason.strip(), now))


def _offer(
    by: Official, resources: Sequence[Resource], to: Department, reason: str, now: datetime
) -> list[EntryTransfer]:
    on = timezone.localdate(now)
    locked = [lock_managed(by, one, on) for one in sorted(resources, key=lambda one: one.pk)]
    faults = _goal_faults(to, on)
    if not reason:
        message, remedy = _("The reason is missing."), _("Say why the entries change hands.")
        faults.append(Fault("reason", message, remedy, "missing"))
    if not locked:
        message = _("No entry is chosen.")
        faults.append(Fault("codes", message, _("Name at least one of your entries."), "missing"))
    for resource in locked:
        faults += _resource_faults(resource, to)
    refuse(faults)
    made = [
        EntryTransfer.objects.create(
            resource=resource, from_department=resource.provider, to_department=to, reason=reason,
            offered_by=by, offered_at=now,
        )
        for resource in locked
    ]  # fmt: skip
    for transfer in made:
        _note("catalog.transfer_offered", transfer, by, now)
    tell_of_offers(to, made[0].from_department, len(made), now)
    return made


def _goal_faults(to: Department, on: date) -> list[Fault]:
    if to.valid_until is None or to.valid_until > on:
        return []
    message = str(_("%(name)s no longer exists.")) % {"name": to.name}
    return [Fault("to", message, _("Choose its successor."), "gone")]


def _resource_faults(resource: Resource, to: Department) -> list[Fault]:
    name = {"title": str(resource)}
    if resource.provider_id == to.pk:
        message = str(_("“%(title)s” is already an entry of that department.")) % name
        return [Fault("to", message, _("Choose another department."), "same")]
    if resource.transfers.open().exists():
        message = str(_("“%(title)s” is already on its way to a department.")) % name
        return [Fault("codes", message, _("Wait for the answer, or take it back."), "open")]
    return hooks.transfer_faults(resource, to)


def tell_of_offers(to: Department, old: Department, number: int, now: datetime) -> None:
    """Tell those who may accept for the department."""
    on = timezone.localdate(now)
    people = cases.holders(cases.offices_of(to), handover.ANSWERING_ROLES, on)
    params = {"department": old.name, "number": number}
    _tell("transfer.offered", people, params, now)


def accept_transfer(*, by: Official, transfer_id: UUID | str, now: datetime) -> EntryTransfer:
    """Take the entry over: from now on it is the accepting department's, with all that hangs on it.

    NotVisible, Forbidden unless ``by`` is steward or head of the sharing office there, NotAllowed
    once it is answered, Invalid with every fault.
    """
    return settled(lambda: _accept(by, transfer_id, now))


def _accept(by: Official, transfer_id: UUID | str, now: datetime) -> EntryTransfer:
    transfer = _lock(by, transfer_id, TransferStatus.OFFERED, now)
    transfer.answered_by, transfer.answered_at = by, now
    _carry_out(transfer, by, now)
    return transfer


def accept_many(*, by: Official, ids: Sequence[UUID], now: datetime) -> list[Answered]:
    """Accept each on its own: one that is refused leaves the others done."""
    if len(ids) > MOST_AT_ONCE:
        message = _("These are too many at once.")
        raise Invalid(message, [Fault("selected", message, _("Choose 200 at most."), "too_many")])
    on = timezone.localdate(now)
    answered = []
    for transfer in [handover.get_transfer(by, pk, on) for pk in ids]:
        try:
            done = accept_transfer(by=by, transfer_id=transfer.pk, now=now)
            answered.append(Answered(done))
        except PortalError as error:
            answered.append(Answered(transfer, error))
    return answered


def refuse_transfer(
    *, by: Official, transfer_id: UUID | str, reason: str, now: datetime
) -> EntryTransfer:
    """Refuse the entry with a reason; the competent authority decides where it belongs."""
    return settled(lambda: _refuse(by, transfer_id, reason.strip(), now))


def _refuse(by: Official, transfer_id: UUID | str, reason: str, now: datetime) -> EntryTransfer:
    transfer = _lock(by, transfer_id, TransferStatus.OFFERED, now)
    if not reason:
        message = _("A refusal needs a reason.")
        remedy = _("Say why the entry does not belong to your department.")
        raise Invalid(message, [Fault("reason", message, remedy, "missing")])
    transfer.authority = transfer.authority or authority_of(transfer.from_department, now)
    if transfer.authority is None:
        raise NotAllowed(
            _("The region has no competent authority that could decide."),
            remedy=_("Have the system administrator enter it."),
        )
    transfer.status, transfer.answer = TransferStatus.REFERRED, reason
    transfer.answered_by, transfer.answered_at = by, now
    transfer.save()
    _note("catalog.transfer_refused", transfer, by, now)
    people = cases.holders([transfer.authority.pk], cases.AUTHORITY_ROLES, timezone.localdate(now))
    params = {"title": str(transfer.resource), "department": _name(transfer.to_department)}
    _tell("transfer.refused", people, params | {"text": reason[:300]}, now)
    return transfer


def decide_transfer(
    *, by: Official, transfer_id: UUID | str, to: Department | None, text: str, now: datetime
) -> EntryTransfer:
    """The authority decides: the entry goes to ``to``, or stays where it was (None).

    Invalid without a text, or when the old department no longer exists and nobody is named.
    """
    return settled(lambda: _decide(by, transfer_id, to, text.strip(), now))


def _decide(
    by: Official, transfer_id: UUID | str, to: Department | None, text: str, now: datetime
) -> EntryTransfer:
    transfer = _lock(by, transfer_id, TransferStatus.REFERRED, now)
    on = timezone.localdate(now)
    faults = _goal_faults(to, on) if to is not None else []
    old = transfer.from_department
    if to is None and old.valid_until is not None and old.valid_until <= on:
        message = str(_("%(name)s no longer exists.")) % {"name": old.name}
        faults.append(Fault("to", message, _("Name the department that takes over."), "gone"))
    if not text:
        missing, remedy = _("The decision has no grounds."), _("Say why, for both departments.")
        faults.append(Fault("text", missing, remedy, "missing"))
    refuse(faults)
    transfer.decided_by, transfer.decided_at, transfer.decision = by, now, text
    goal = to if to is not None else old
    if goal.pk == old.pk:
        transfer.to_department, transfer.status = old, TransferStatus.RETURNED
        transfer.ended_at = now
        transfer.save()
        _note("catalog.transfer_returned", transfer, by, now)
    else:
        transfer.to_department = goal
        _carry_out(transfer, by, now)
    people = cases.holders(cases.offices_of(old), access.MANAGER_ROLES, on) | cases.holders(
        cases.offices_of(goal), handover.ANSWERING_ROLES, on
    )
    params = {"title": str(transfer.resource), "department": goal.name}
    _tell("transfer.decided", people, params | {"text": text[:300]}, now)
    return transfer


def take_back_transfer(*, by: Official, transfer_id: UUID | str, now: datetime) -> EntryTransfer:
    """Take an offer back that nobody has answered; not one that follows from a change."""
    return settled(lambda: _take_back(by, transfer_id, now))


def _take_back(by: Official, transfer_id: UUID | str, now: datetime) -> EntryTransfer:
    on = timezone.localdate(now)
    found = handover.get_transfer(by, transfer_id, on)
    lock_managed(by, found.resource, on)
    transfer = _locked(found.pk)
    _refuse_unless(transfer, TransferStatus.OFFERED)
    if transfer.change_id is not None:
        raise NotAllowed(
            _("The transfer follows from a change of departments."),
            remedy=_("The receiving department accepts or refuses it."),
            code="change",
        )
    transfer.status, transfer.ended_at = TransferStatus.CANCELLED, now
    transfer.save(update_fields=["status", "ended_at"])
    _note("catalog.transfer_cancelled", transfer, by, now)
    return transfer


# --- carrying out --------------------------------------------------------------------------


def may_answer(by: Official, transfer: EntryTransfer, on: date) -> bool:
    """Whether it is the official's turn."""
    return handover.to_answer(by, on).filter(pk=transfer.pk).exists()


def _lock(
    by: Official, transfer_id: UUID | str, status: TransferStatus, now: datetime
) -> EntryTransfer:
    on = timezone.localdate(now)
    found = handover.get_transfer(by, transfer_id, on)
    lock_managed(None, found.resource, on)
    transfer = _locked(found.pk)
    _refuse_unless(transfer, status)
    if not may_answer(by, transfer, on):
        raise Forbidden(
            _("The steward or the head of the sharing office of the receiving department answers."),
            remedy=_("Ask them; after a refusal the competent authority decides."),
        )
    return transfer


def _locked(pk: UUID) -> EntryTransfer:
    rows = EntryTransfer.objects.select_for_update(of=("self",))
    return rows.select_related(
        "resource__live", "from_department__region", "from_department__parent",
        "to_department__parent", "authority",
    ).get(pk=pk)  # fmt: skip


def _refuse_unless(transfer: EntryTransfer, status: TransferStatus) -> None:
    if transfer.status != status:
        state = str(transfer.get_status_display())
        raise NotAllowed(
            str(_("The transfer was answered meanwhile: %(state)s.")) % {"state": state},
            code="answered",
        )


def _carry_out(transfer: EntryTransfer, by: Official | None, now: datetime) -> None:
    """The entry becomes the receiver's: provider, rights, search, reviews, what other apps hold."""
    goal = transfer.to_department
    if goal is None:
        raise ValueError("a transfer without a goal")
    resource = lock_managed(None, transfer.resource, timezone.localdate(now))
    refuse([*_goal_faults(goal, timezone.localdate(now)), *hooks.transfer_faults(resource, goal)])
    old = transfer.from_department
    resource.provider = goal
    resource.save(update_fields=["provider", "updated_at"])
    if transfer.authority is not None and transfer.in_custody:
        access.take(access.Permission.MANAGE, department=transfer.authority, resource=resource)
    access.take(access.Permission.MANAGE, department=old, resource=resource)
    transfer.status, transfer.ended_at, transfer.in_custody = TransferStatus.DONE, now, False
    transfer.resource = resource
    transfer.save()
    reindex([resource])
    _interrupt(resource, goal, now)
    _note("catalog.transferred", transfer, by, now)
    hooks.transferred(resource, old=old, now=now)


def _interrupt(resource: Resource, goal: Department, now: datetime) -> None:
    """What the old department sent is sent anew by the one that answers for it now."""
    message = str(_("The entry went over to %(name)s.")) % {"name": goal.name}
    remedy = _("Its new department sends the version again.")
    interrupt(resource, Fault("", message, remedy, "transferred"), now=now)


def authority_of(department: Department, now: datetime) -> Department | None:
    """The competent authority that answers for entries of the department."""
    return cases.authority_for(department.region, timezone.localdate(now))


def _note(kind: str, transfer: EntryTransfer, by: Official | None, now: datetime) -> None:
    concerned = [transfer.from_department_id, transfer.to_department_id, transfer.authority_id]
    record(
        kind,
        by=by,
        obj=transfer.resource,
        now=now,
        departments=[pk for pk in concerned if pk is not None],
        data={
            "transfer": str(transfer.pk),
            "from": transfer.from_department.name,
            "to": _name(transfer.to_department),
            "code": transfer.resource.code,
            "reason": transfer.decision or transfer.answer or transfer.reason,
            "change": str(transfer.change_id or ""),
        },
    )


def _name(department: Department | None) -> str:
    return department.name if department else ""


def _tell(kind: str, people: Iterable[int], params: dict[str, Any], now: datetime) -> None:
    found = Official.objects.filter(pk__in=set(people), is_active=True).order_by("pk")
    notify(kind, officials=list(found), params=params, url=reverse("catalog:transfers"), now=now)
