"""What belongs to a demand and to an order on one, checked as a whole before anything is done."""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.actions.faults import ARTICLE
from catalog.demanding.terms import Command, Order, Refusal, Status
from catalog.demands import related
from catalog.models import Demand
from portal.errors import Fault, Text

LONGEST_TEXT = 2000
LONGEST_CITATION = 300
MOST_ITEMS = 100
_OWED = ["authority", "status", "number", "involved", "asker", "department", "responder"]
_WHY: dict[Command, Text] = {
    Command.REFUSE: _("Say in words why the data cannot be provided."),
    Command.TRANSFER: _("Say why the other department holds the data."),
    Command.RETURN: _("Say why it is not for your department."),
    Command.REOPEN: _("Say what is still missing in the reply."),
}
"""Commands that need a text, and what it says."""


def content_faults(demand: Demand, on: date) -> list[Fault]:
    """Everything that is missing or wrong in what is asked; fields as the form names them."""
    faults: list[Fault] = []
    try:
        demand.clean_fields(exclude=_OWED)
    except ValidationError as error:
        remedy = _("Correct it and send again.")
        faults = [
            Fault(name, message, remedy, "invalid")
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    if len(demand.wanted_items) > MOST_ITEMS:
        message = _("These are too many data items.")
        faults.append(Fault("wanted_items", message, _("Name 100 at most."), "too_many"))
    if demand.needed_by is not None and demand.needed_by < on:
        message = _("The day is in the past.")
        faults.append(Fault("needed_by", message, _("Choose a later day."), "past"))
    responder = demand.responder
    if responder is not None and related(responder, demand.department):
        message = _("The department that asks cannot be the one that answers.")
        faults.append(Fault("responder", message, _("Choose another department."), "to_asker"))
    elif responder is not None and responder.valid_until and responder.valid_until <= on:
        message = _("This department no longer exists.")
        remedy = _("Choose the one that took over its duties.")
        faults.append(Fault("responder", message, remedy, "ended"))
    return faults


def order_faults(demand: Demand, order: Order, on: date) -> list[Fault]:
    """Everything that is missing or wrong in an order: texts, reasons, days."""
    faults: list[Fault] = []
    text = order.text.strip()
    if order.command in _WHY and not text:
        faults.append(Fault("text", _("The reason is missing."), _WHY[order.command], "missing"))
    if len(text) > LONGEST_TEXT:
        message = _("A text is too long.")
        faults.append(Fault("text", message, _("Use 2,000 characters at most."), "too_long"))
    if order.command is Command.REFUSE:
        faults += _refusal(order)
    if order.command is Command.PROMISE:
        faults += _promise(demand, order, on)
    return faults


def _refusal(order: Order) -> Iterator[Fault]:
    """Of the four reasons the first cites law (R18)."""
    citation = order.citation.strip()
    if order.refusal is None:
        message = _("The reason of the refusal is missing.")
        yield Fault("refusal", message, _("Choose one of the four."), "missing")
    if order.refusal is Refusal.LAW and ARTICLE.search(citation) is None:
        yield Fault(
            "citation",
            _("A refusal by law needs the law with its article."),
            _("Cite it by its full name, such as 《中华人民共和国统计法》第二十八条."),
            "missing",
        )
    if len(citation) > LONGEST_CITATION:
        message = _("A text is too long.")
        yield Fault("citation", message, _("Use 300 characters at most."), "too_long")


def _promise(demand: Demand, order: Order, on: date) -> Iterator[Fault]:
    day = order.promised_on
    if day is None or day <= on:
        message = _("The day by which the data will be catalogued is missing or past.")
        yield Fault("promised_on", message, _("Choose a day in the future."), "missing")
    elif demand.due_on is not None and day > demand.due_on:
        yield Fault(
            "promised_on",
            _("The day is after the due date %(day)s.") % {"day": demand.due_on.isoformat()},
            _("Choose an earlier day."),
            "too_late",
        )
    if demand.status == Status.PROMISED and not order.text.strip():
        message = _("Another day needs its reason.")
        yield Fault("text", message, _("Say why the first day cannot be kept."), "missing")
