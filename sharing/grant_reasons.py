"""Why a command on a grant is denied, in words: every code of the core with what to do about it."""

from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed, PortalError, Reason, Stale
from sharing.grantlife.terms import Denial


class Words(NamedTuple):
    """What is wrong and how to mend it."""

    text: str | Promise
    remedy: str | Promise


DENIALS: Final[dict[Denial, Words]] = {
    Denial.STALE: Words(
        _("Somebody has changed the grant since you opened it."),
        _("Look at its present state, then decide again. What you entered is kept."),
    ),
    Denial.CLOSED: Words(
        _("The grant is over."),
        _("The recipient applies anew if the data is still needed."),
    ),
    Denial.NOT_NOW: Words(
        _("The present state of the grant does not allow this."),
        _("Look at the present state of the grant."),
    ),
    Denial.NOT_YOURS: Words(
        _("Your posts do not entitle you to this step of the grant."),
        _(
            "The recipient asks, reports and confirms; the provider's steward and head decide; "
            "the authority supervises and files."
        ),
    ),
    Denial.NOT_ATTACHED: Words(
        _("The entry is not attached to a source."),
        _("The provider attaches the entry first."),
    ),
    Denial.PERIOD_OVER: Words(
        _("The period of the grant is over."),
        _("The recipient applies anew if the data is still needed."),
    ),
    Denial.TOO_EARLY: Words(
        _("It is too early to ask for a renewal."),
        _("Ask when the end of the period is nearer; you will be reminded 30 days before it."),
    ),
    Denial.RENEWAL_OPEN: Words(
        _("A renewal has already been asked for."),
        _("Wait for the answer of the provider, or take the request back."),
    ),
    Denial.NO_RENEWAL: Words(
        _("Nobody has asked for a renewal."),
        _("The recipient asks for it before the period ends."),
    ),
    Denial.NOT_ENDORSED: Words(
        _("The provider's steward has not endorsed the renewal yet."),
        _("The steward decides first."),
    ),
    Denial.ALREADY_ENDORSED: Words(
        _("The renewal has been endorsed already."),
        _("The head of the provider's sharing office decides next."),
    ),
    Denial.SAME_PERSON: Words(
        _("You have already taken another step of this renewal."),
        _("Every step needs a different person: another holder of the post or a substitute."),
    ),
    Denial.RENEWAL_SHORTENS: Words(
        _("A renewal ends later than the grant does now."),
        _("Choose a later day; to end earlier, narrow the grant."),
    ),
    Denial.RENEWAL_TOO_LONG: Words(
        _("The grant cannot be renewed for so long at once."),
        _("Choose an earlier day; it can be renewed again."),
    ),
    Denial.REPORT_MISSING: Words(
        _("The report is missing."),
        _("Write how the data was used and with what results, or what was put right."),
    ),
    Denial.WIDENS: Words(
        _("This would give more than the grant allows."),
        _("A wider scope or another purpose needs a new application (article 25)."),
    ),
    Denial.NARROWED_TO_NOTHING: Words(
        _("No data item would be left."),
        _("Keep at least one data item, or end the grant."),
    ),
    Denial.NOTHING_CHANGED: Words(
        _("Nothing would change."),
        _("Leave out a data item or shorten the rows, the period or the number of pulls."),
    ),
    Denial.REASON_MISSING: Words(
        _("A reason is missing."), _("Write why; the other side reads it.")
    ),
    Denial.FACTS_MISSING: Words(
        _("The facts are missing."),
        _("Write what was found or recorded, so that it can be checked later."),
    ),
    Denial.DAY_PAST: Words(_("The day is past."), _("Choose today or a later day.")),
    Denial.DAY_AHEAD: Words(_("The day is still to come."), _("Choose today or an earlier day.")),
    Denial.AUTHORITY_SUSPENDED: Words(
        _("The competent authority has suspended the grant."),
        _("Only the authority lifts or ends its own suspension."),
    ),
    Denial.NO_RECTIFICATION: Words(
        _("Nothing has to be put right: the grant was not suspended for misuse."),
        _("After an emergency stop the grant is restored, or ended by negotiation and filing."),
    ),
    Denial.RECTIFICATION_RUNS: Words(
        _("The recipient still has time to put things right."),
        _("Wait for the report or the end of the limit (article 27)."),
    ),
    Denial.CHANGE_OPEN: Words(
        _("A change of the service is already planned."),
        _("Carry it through or drop it first."),
    ),
    Denial.NO_CHANGE: Words(
        _("No change of the service is planned."),
        _("The provider proposes it with reason and day first (article 27)."),
    ),
    Denial.NOT_NEGOTIATED: Words(
        _("There is no record of the negotiation with the recipient yet."),
        _("The provider records it first (article 27)."),
    ),
    Denial.ALREADY_FILED: Words(
        _("The planned change is on file with the authority already."),
        _("It takes effect on its day, or the provider drops it."),
    ),
    Denial.NOT_FILED: Words(
        _("The planned change is not on file with the authority."),
        _("It takes effect only after the filing (article 27)."),
    ),
    Denial.NOT_DUE: Words(_("The day has not come yet."), _("Nothing is to be done now.")),
    Denial.NOTHING_TO_FILE: Words(
        _("There is no emergency stop to be filed."), _("Nothing is to be done.")
    ),
    Denial.ALREADY_DISPOSED: Words(
        _("The disposal is confirmed already."), _("Nothing more is to be done.")
    ),
    Denial.CITATION_MISSING: Words(
        _("Data is kept after the end only by law; the citation is missing."),
        _("Name the law and its article, or delete the data."),
    ),
    Denial.PROOF_MISSING: Words(
        _("Who answers for the disposal, or its certificate, is missing."),
        _("Write who disposed of the data and what shows it, such as the number of the minutes."),
    ),
}

_FIELDS: Final[dict[Denial, tuple[str, ...]]] = {
    Denial.RENEWAL_SHORTENS: ("until",),
    Denial.RENEWAL_TOO_LONG: ("until",),
    Denial.REPORT_MISSING: ("use", "text"),
    Denial.WIDENS: ("keep",),
    Denial.NARROWED_TO_NOTHING: ("keep",),
    Denial.NOTHING_CHANGED: ("keep",),
    Denial.REASON_MISSING: ("reason", "text"),
    Denial.FACTS_MISSING: ("facts", "filing_number", "text"),
    Denial.DAY_PAST: ("rectify_by", "effective_on", "ends_on"),
    Denial.DAY_AHEAD: ("held_on", "disposed_on"),
    Denial.CITATION_MISSING: ("citation",),
    Denial.PROOF_MISSING: ("certificate",),
}
"""Denials that lie in what was entered, and the field that shows them."""


def reason_for(code: Denial) -> Reason:
    """Why a button is off."""
    words = DENIALS[code]
    return Reason(code.value, words.text, {"remedy": words.remedy})


def error_for(code: Denial, command: Any) -> PortalError:
    """The error that tells the denial: at its field if it lies in what was entered."""
    words = DENIALS[code]
    if code is Denial.STALE:
        return Stale(words.text, remedy=words.remedy, code=code.value)
    if code is Denial.NOT_YOURS:
        return Forbidden(words.text, remedy=words.remedy, code=code.value)
    for name in _FIELDS.get(code, ()):
        if hasattr(command, name):
            return Invalid(words.text, [Fault(name, words.text, words.remedy, code.value)])
    return NotAllowed(words.text, remedy=words.remedy, code=code.value)
