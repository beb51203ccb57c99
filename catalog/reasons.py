"""Why a step of the life cycle is refused, in words, with what to do about it."""

from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from catalog.lifecycle.terms import Denial
from portal.errors import NotAllowed, Reason, Stale, Text


class Words(NamedTuple):
    """What is wrong and how to mend it."""

    text: Text
    remedy: Text


DENIALS: Final[dict[Denial, Words]] = {
    Denial.STALE: Words(
        _("Somebody has done something with this version since you opened it."),
        _("Look at its present state, then decide again. What you entered is kept."),
    ),
    Denial.CLOSED: Words(
        _("This version has been decided on for good."),
        _("Begin a new version to change the entry."),
    ),
    Denial.NOT_NOW: Words(
        _("This cannot be done in the version's present state."),
        _("Its page says where it is and whose turn it is."),
    ),
    Denial.NOT_YOURS: Words(
        _("This step belongs to somebody else."),
        _("The page of the version says whose turn it is."),
    ),
    Denial.OWN_DRAFT: Words(
        _("Nobody decides on a version that they sent themselves."),
        _("Another holder of the post, or a substitute, decides."),
    ),
    Denial.ALREADY_APPROVED: Words(
        _("You approved this version for its department; the review is for somebody else."),
        _("Another reviewer of the authority decides."),
    ),
    Denial.NOT_LATER: Words(
        _("The chosen time is not in the future."),
        _("Choose a later time, or publish at once."),
    ),
    Denial.TOO_LATE: Words(
        _(
            "The chosen time is after the due date; only the provider may want it later "
            "(Decree 809 article 17)."
        ),
        _("Choose a time until the due date, or return the version."),
    ),
}


def error_for(denial: Denial) -> NotAllowed:
    """The error that pages and REST show."""
    words = DENIALS[denial]
    kind = Stale if denial is Denial.STALE else NotAllowed
    return kind(words.text, remedy=words.remedy, code=denial.value)


def reason_for(denial: Denial) -> Reason:
    """Why a button is off."""
    return Reason(denial.value, DENIALS[denial].text, {"remedy": DENIALS[denial].remedy})
