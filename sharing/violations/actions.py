"""What people do with cases of oversight; the same door for pages and REST."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed, Reason, Stale, Text
from portal.organisation.models import Official
from sharing.approval.clocks import local_day
from sharing.models import OversightItem
from sharing.oversight.decide import available, decide
from sharing.oversight.terms import Command, Denial, Order
from sharing.violations import access
from sharing.violations.entering import (
    Step,
    state_of,
    take_step,
    tell_authority,
    tell_department,
)

LONGEST_TEXT: Final = 2000
DATED: Final = frozenset({Command.ASK, Command.SET_DATE})
"""Commands that name a day."""
MAY_BE_DATED: Final = DATED | {Command.CONFIRM}

DENIALS: Final[Mapping[Denial, tuple[Text, Text]]] = {
    Denial.NOT_A_PART: (
        _("This case is not yours to act on."),
        _("The department named answers it, its competent authority decides it."),
    ),
    Denial.OWN_CASE: (
        _("Nobody decides a case of their own department."),
        _("Another official of the authority decides, or the authority above."),
    ),
    Denial.OTHER_PART: (
        _("This is done by the other side."),
        _("The department answers; the competent authority asks and decides."),
    ),
    Denial.OTHER_KIND: (
        _("Supervision is closed; violations are confirmed, dismissed or rectified."),
        _("Use the steps that the page offers for this kind of case."),
    ),
    Denial.OVER: (
        _("The case is over."),
        _("It stays in the register as it was decided."),
    ),
    Denial.NOT_NOW: (
        _("The state of the case does not allow this now."),
        _("Look at its present state and at the steps that are possible."),
    ),
    Denial.STALE: (
        _("Somebody has done something since you opened the case."),
        _("Look at its present state, then decide again. What you entered is kept."),
    ),
}


@transaction.atomic
def give(
    *, by: Official, item_id: UUID | str, order: Order, text: str,
    wanted_on: date | None = None, now: datetime,
) -> OversightItem:  # fmt: skip
    """Carry out an order on a case: the only way its status changes by a person.

    NotVisible if ``by`` may not see it; Stale, Forbidden or NotAllowed with the reason; Invalid
    with everything missing in text and day. Of two at once the second is stale.
    """
    on = local_day(now)
    seen = access.get_item(by, item_id, on)
    item = (
        OversightItem.objects.select_for_update(of=("self",))
        .select_related("department", "authority")
        .get(pk=seen.pk)
    )
    mine = access.standing(by, item, on)
    after = decide(state_of(item), order, actor=mine.actor)
    if isinstance(after, Denial):
        raise error_for(after)
    if faults := list(_faults(order.command, text, wanted_on, on)):
        raise Invalid(_("The step cannot be taken like this."), faults)
    step = Step(
        command=order.command, after=after, now=now, by=by, text=text.strip(),
        acting_for_id=mine.acting_for_id, acting_for=mine.acting_for,
        wanted_on=wanted_on if order.command in MAY_BE_DATED else None,
    )  # fmt: skip
    take_step(item, step)
    if order.command is Command.ANSWER:
        tell_authority(item, "oversight.answered", now)
    else:
        due = item.wanted_on.isoformat() if item.wanted_on else ""
        tell_department(item, f"oversight.{order.command.value}", now, due=due)
    return item


def available_commands(
    item: OversightItem, official: Official, on: date
) -> dict[Command, Reason | None]:
    """For every command: None if the official could give it now, or why not."""
    answers = available(state_of(item), actor=access.standing(official, item, on).actor)
    return {
        command: None if denial is None else Reason(denial.value, DENIALS[denial][0])
        for command, denial in answers.items()
    }


def error_for(denial: Denial) -> NotAllowed | Forbidden:
    """The error that tells a denial."""
    message, remedy = DENIALS[denial]
    if denial is Denial.STALE:
        return Stale(message, remedy=remedy, code=denial.value)
    if denial in {Denial.NOT_A_PART, Denial.OWN_CASE, Denial.OTHER_PART}:
        return Forbidden(message, remedy=remedy, code=denial.value)
    return NotAllowed(message, remedy=remedy, code=denial.value)


def _faults(command: Command, text: str, wanted_on: date | None, on: date) -> Iterator[Fault]:
    if not text.strip():
        message = _("The text is missing.")
        yield Fault("text", message, _("Write what the other side needs to know."), "missing")
    elif len(text) > LONGEST_TEXT:
        message = _("A text is too long.")
        yield Fault("text", message, _("Use 2,000 characters at most."), "too_long")
    if command in DATED and wanted_on is None:
        message = _("The day is missing.")
        yield Fault("wanted_on", message, _("Say by which day you expect it."), "missing")
    elif command in MAY_BE_DATED and wanted_on is not None and wanted_on < on:
        message = _("The day is in the past.")
        yield Fault("wanted_on", message, _("Choose a later day."), "past")
