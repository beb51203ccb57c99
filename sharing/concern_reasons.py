"""Why an order on a concern is refused, in words, with what to do about it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, NotAllowed, Reason, Stale, Text
from sharing.disputes.terms import DenialCode

DENIALS: Final[dict[DenialCode, tuple[Text, Text]]] = {
    DenialCode.STALE: (
        _("Somebody has done something here since you opened the page."),
        _("Look at the present state, then decide again. What you entered is kept."),
    ),
    DenialCode.CLOSED: (
        _("Nothing is left to do here."),
        _("If something is wrong again, raise it anew."),
    ),
    DenialCode.NOT_NOW: (
        _("This cannot be done in the present state."),
        _("The page says where it is and whose turn it is."),
    ),
    DenialCode.NOT_YOURS: (
        _("This step belongs to somebody else."),
        _("The page says whose turn it is."),
    ),
    DenialCode.OWN_CONCERN: (
        _("Nobody answers what they raised themselves."),
        _("A colleague of the handling department answers it."),
    ),
    DenialCode.FORWARDED_ALREADY: (
        _("A correction is passed on once; this one has been, and its clock goes on."),
        _("Verify it, or reject it with the reason."),
    ),
    DenialCode.TO_RAISER: (
        _("It cannot be passed on to the department that raised it."),
        _("Choose another department, or reject it with the reason."),
    ),
    DenialCode.SAME_DEPARTMENT: (
        _("That department has it already."),
        _("Choose another department."),
    ),
    DenialCode.ALREADY_RECORDED: (
        _("Your department has recorded this already."),
        _("Wait for the other department."),
    ),
    DenialCode.NO_SUCH_TASK: (
        _("That is not among what your department has to confirm."),
        _("Choose one of the tasks on the page."),
    ),
    DenialCode.INCOMPLETE: (
        _("The decision is not complete yet."),
        _("Fill in what is named."),
    ),
}
"""One entry for every code; a test holds the two together."""

_MISSING: Final[dict[str, tuple[Text, Text]]] = {
    "text": (_("The text is missing."), _("Write it in a few sentences.")),
    "target": (_("The department is missing."), _("Choose a department of the list.")),
    "person": (_("Who handles it is missing."), _("Choose an official of your authority.")),
    "score": (_("The score is missing."), _("Choose 1 to 5.")),
    "solved": (_("Whether it is solved is missing."), _("Choose yes or no.")),
    "number": (_("The number of the decision is missing."), _("Copy it from the document.")),
    "decided_on": (_("The day of the decision is missing."), _("Copy it from the document.")),
    "task": (_("What you confirm is missing."), _("Choose one of the tasks.")),
}


def error_for(code: DenialCode) -> NotAllowed:
    """The error that pages and REST show."""
    text, remedy = DENIALS[code]
    kind = Stale if code is DenialCode.STALE else NotAllowed
    return kind(text, remedy=remedy, code=code.value)


def reason_for(code: DenialCode) -> Reason:
    """Why a button is off."""
    text, remedy = DENIALS[code]
    return Reason(code.value, text, {"remedy": remedy})


def missing(name: str) -> Fault:
    """A part of an order that is missing."""
    text, remedy = _MISSING[name]
    return Fault(name, text, remedy, "missing")
