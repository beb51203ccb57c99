"""Why a command is denied, in words: every code of the approval core with what to do about it."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed, Reason, Stale
from sharing.approval.terms import DenialCode


class Words(NamedTuple):
    """What is wrong and how to mend it."""

    text: str | Promise
    remedy: str | Promise


DENIALS: Final[dict[DenialCode, Words]] = {
    DenialCode.STALE: Words(
        _("Somebody has changed the application since you opened it."),
        _("Look at its present state, then decide again. What you entered is kept."),
    ),
    DenialCode.CLOSED: Words(
        _("The application is already decided."),
        _("A decided application stays as it is; a new question needs a new application."),
    ),
    DenialCode.NOT_SUBMITTED: Words(
        _("The application has not been sent yet."),
        _("It can be decided once the applicant has sent it."),
    ),
    DenialCode.ALREADY_SUBMITTED: Words(
        _("The application has already been sent."),
        _("Follow it on its page; to ask for something else, withdraw it or make a new one."),
    ),
    DenialCode.NOT_THE_APPLICANT: Words(
        _("Only the applicant, or who stands in for the applicant, may do this."),
        _("Ask the applicant named on the application."),
    ),
    DenialCode.NO_SUPPLEMENT_ASKED: Words(
        _("No supplement was asked for."),
        _("Changes can be sent only as an answer to a supplement notice."),
    ),
    DenialCode.AWAITING_SUPPLEMENT: Words(
        _("The application waits for the applicant's supplement."),
        _("It comes back to you when the applicant has answered."),
    ),
    DenialCode.OWN_APPLICATION: Words(
        _("Nobody decides their own application."),
        _("Another holder of the post, or a substitute, decides."),
    ),
    DenialCode.STANDS_IN_FOR_APPLICANT: Words(
        _("You stand in for the applicant and therefore cannot decide this application."),
        _("Another holder of the post decides."),
    ),
    DenialCode.ACTED_FOR_APPLICANT: Words(
        _("You acted for the applicant in this application and therefore cannot decide it."),
        _("Another holder of the post, or a substitute, decides."),
    ),
    DenialCode.NOT_YOUR_TURN: Words(
        _("The application is at another step now."),
        _("You will be told when it reaches you."),
    ),
    DenialCode.NOT_A_HOLDER: Words(
        _("You do not hold the post that decides this step."),
        _("The chain on the page names who does."),
    ),
    DenialCode.ALREADY_SIGNED: Words(
        _("You have already signed another step of this application."),
        _("Every step needs a different person: another holder or a substitute signs this one."),
    ),
    DenialCode.NEEDED_LATER: Words(
        _("Only you can sign a later step of this application, so another holder signs this one."),
        _("Leave this step to the other holder named in the chain."),
    ),
    DenialCode.NOTHING_ASKED: Words(
        _("The application asks for no data item."),
        _("Choose at least one data item."),
    ),
    DenialCode.PERIOD_REVERSED: Words(
        _("The period of use ends before it begins."),
        _("Correct the dates of use."),
    ),
    DenialCode.PERIOD_PAST: Words(
        _("The period of use is already over."),
        _("The applicant withdraws and applies again with a later period; or refuse it as unnecessary."),
    ),
    DenialCode.ROWS_NOT_OWN_REGION: Words(
        _("Data returned to a lower level covers the rows of the own region only."),
        _("Ask for the rows of your own region, or apply without reflux."),
    ),
    DenialCode.NARROWED_TO_NOTHING: Words(
        _("No data item is left."),
        _("Keep at least one data item, or refuse the application with a reason."),
    ),
    DenialCode.NARROWING_WIDENS: Words(
        _("A signer can only leave data items out, not add any."),
        _("Keep only items that were asked for."),
    ),
    DenialCode.REASON_MISSING: Words(
        _("A refusal needs an explanation (Decree 809 article 21)."),
        _("Write why the application is refused."),
    ),
    DenialCode.REASON_NOT_ALLOWED: Words(
        _("An application of this kind cannot be refused for this reason."),
        _("Choose one of the reasons offered, or ask for a supplement."),
    ),
    DenialCode.CITATION_MISSING: Words(
        _("This reason needs the law it rests on, with its article."),
        _("Name the law, regulation or State Council decision and the article."),
    ),
    DenialCode.SUPPLEMENT_USED: Words(
        _("A supplement was already asked for; the law allows one notice (Decree 809 article 21)."),
        _("Decide on what was handed in."),
    ),
    DenialCode.GAPS_MISSING: Words(
        _("A supplement notice must say what is missing."),
        _("List every gap at once, each with what to hand in."),
    ),
    DenialCode.NOTHING_CHANGED: Words(
        _("Nothing was changed and nothing was explained."),
        _("Change what the notice names, or explain why it is right as it is."),
    ),
    DenialCode.CHAIN_MISSING: Words(
        _("What is asked for has changed, so the steps must be planned anew."),
        _("Send the supplement again from its page."),
    ),
}  # fmt: skip
"""One entry for every code; a test holds the two together."""


def error_for(code: DenialCode) -> NotAllowed:
    """The error that pages, REST and commands show for a denial."""
    words = DENIALS[code]
    kind = Stale if code is DenialCode.STALE else NotAllowed
    return kind(words.text, remedy=words.remedy, code=code.value)


def reason_for(code: DenialCode) -> Reason:
    """The denial as the explanation of a button that is off."""
    words = DENIALS[code]
    return Reason(code.value, words.text, {"remedy": words.remedy})
