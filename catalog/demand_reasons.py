"""Why a step of a demand is refused, in words, with what to do about it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.demanding.terms import Denial
from portal.errors import NotAllowed, Reason, Stale, Text

DENIALS: Final[dict[Denial, tuple[Text, Text]]] = {
    Denial.STALE: (
        _("Somebody has done something with this demand since you opened it."),
        _("Look at its present state, then decide again. What you entered is kept."),
    ),
    Denial.CLOSED: (
        _("This demand was taken back."),
        _("Ask anew if the data are still needed."),
    ),
    Denial.NOT_NOW: (
        _("This cannot be done in the demand's present state."),
        _("Its page says where it is and whose turn it is."),
    ),
    Denial.NOT_YOURS: (
        _("This step belongs to somebody else."),
        _("The page of the demand says whose turn it is."),
    ),
    Denial.OWN_DEMAND: (
        _("Nobody answers a demand of their own department."),
        _("Have it passed on to the department that holds the data."),
    ),
    Denial.TO_ASKER: (
        _("The department that asks cannot be the one that answers."),
        _("Choose another department."),
    ),
    Denial.SAME_DEPARTMENT: (
        _("The demand is with this department already."),
        _("Choose another department."),
    ),
    Denial.REOPENED_ALREADY: (
        _("A demand is re-opened once; this one has been."),
        _("Talk to the competent authority, or ask anew."),
    ),
}
"""What is wrong and how to mend it."""


def error_for(denial: Denial) -> NotAllowed:
    """The error that pages and REST show."""
    text, remedy = DENIALS[denial]
    kind = Stale if denial is Denial.STALE else NotAllowed
    return kind(text, remedy=remedy, code=denial.value)


def reason_for(denial: Denial) -> Reason:
    """Why a button is off."""
    text, remedy = DENIALS[denial]
    return Reason(denial.value, text, {"remedy": remedy})
