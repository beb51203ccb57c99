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
        _("A signer can only give less than what was asked for, not more."),
        _("Keep to the data items, rows, days and masks that were asked for, or stricter ones."),
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
    DenialCode.WITH_SOMEBODY_ELSE: Words(
        _("Another official of your office has this application."),
        _("The page names who; that person can release it or hand it on."),
    ),
    DenialCode.DELEGATED: Words(
        _("The application is being prepared by the official you gave it to."),
        _("Wait until it comes back, or call it back."),
    ),
    DenialCode.DELEGATE_PREPARES: Words(
        _("You prepare this application; the official who gave it to you decides."),
        _("Hand it back with your opinion."),
    ),
    DenialCode.ADDED_ONLY_SIGNS: Words(
        _("You were asked to sign as well; everything else is up to the holder."),
        _("Sign, or tell the holder why not."),
    ),
    DenialCode.AWAITING_ADDED: Words(
        _("The officials who were asked to sign as well have not signed yet."),
        _("Wait for them, or do without them."),
    ),
    DenialCode.AWAITING_HOLDER: Words(
        _("You sign after the holder of this step."),
        _("You will be told when it is your turn."),
    ),
    DenialCode.ALREADY_CLAIMED: Words(
        _("The application is already in one person's hands."),
        _("The page names who has it."),
    ),
    DenialCode.NOT_CLAIMED: Words(
        _("Only an application that you took on can be released."),
        _("Hand it to somebody else instead."),
    ),
    DenialCode.SEVERAL_SIGN: Words(
        _("Several officials sign this step together."),
        _("Each of them signs for themselves."),
    ),
    DenialCode.NOT_DELEGATED: Words(
        _("This step was not given to you to prepare, nor by you."),
        _("Only who gave it away or prepares it can bring it back."),
    ),
    DenialCode.NOT_LAST_SIGNER: Words(
        _("You have no signature here that could be taken back."),
        _("A signature can be taken back only while nobody has acted after it."),
    ),
    DenialCode.NO_ADDED_SIGNER: Words(
        _("No further signature is awaited here."),
        _("The page names whose signatures are awaited."),
    ),
    DenialCode.NOT_CONSULTED: Words(
        _("Nobody waits for your opinion on this application."),
        _("An opinion can be given when somebody has asked for it."),
    ),
    DenialCode.MAY_NOT_URGE: Words(
        _("Only the applicant and the authority of the provider's level send reminders."),
        _("Ask the applicant named on the application."),
    ),
    DenialCode.URGED_TODAY: Words(
        _("A reminder was already sent for this working day."),
        _("Send the next one on the next working day."),
    ),
    DenialCode.NOT_WITH_PROVIDER: Words(
        _("The limit for the reply runs only once the provider has the application."),
        _("Wait until the application has reached the provider."),
    ),
    DenialCode.NOT_THE_AUTHORITY: Words(
        _("Only the authority of the provider's level decides on more time."),
        _("Ask the authority (Decree 809 article 21)."),
    ),
    DenialCode.NOT_THE_MANAGER: Words(
        _("Only the head of the office, or of the authority over it, gives a step to somebody else."),
        _("Ask the head of the office."),
    ),
    DenialCode.EXTENSION_OPEN: Words(
        _("More time was asked for, and the authority has not decided yet."),
        _("Wait for the decision of the authority; the limit goes on."),
    ),
    DenialCode.EXTENSION_USED_UP: Words(
        _("The reply was already extended by ten working days, the most the law allows."),
        _("Decide within the limit (Decree 809 article 21)."),
    ),
    DenialCode.NO_EXTENSION_ASKED: Words(
        _("Nobody has asked for more time."),
        _("The provider asks first."),
    ),
    DenialCode.OWN_EXTENSION: Words(
        _("Nobody decides on more time for themselves."),
        _("Another official of the authority decides."),
    ),
    DenialCode.NOBODY_NAMED: Words(
        _("Name at least one official, each once, and no more signatures than officials."),
        _("Choose the officials."),
    ),
    DenialCode.TARGET_UNFIT: Words(
        _("This official holds no post of the office that fits this step."),
        _("Choose an official of the office whose post may decide it."),
    ),
    DenialCode.TARGET_IS_APPLICANT: Words(
        _("This official acts for the applicant and has no part in the decision."),
        _("Choose somebody else."),
    ),
    DenialCode.TARGET_SIGNED: Words(
        _("This official has already signed another step of this application."),
        _("Every step needs a different person: choose somebody else."),
    ),
    DenialCode.TARGET_HAS_IT: Words(
        _("This official already has the application, or was already asked."),
        _("Choose somebody else."),
    ),
    DenialCode.TEXT_MISSING: Words(
        _("A text is missing."),
        _("Write what the others have to know."),
    ),
    DenialCode.DAYS_OUT_OF_RANGE: Words(
        _("A reply can be extended by one to ten working days in all."),
        _("Enter fewer working days (Decree 809 article 21)."),
    ),
    DenialCode.LIMIT_PASSED: Words(
        _("The limit for the reply has already run out."),
        _("Decide now; more time can be asked for only before the limit ends."),
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
