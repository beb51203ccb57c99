"""What notices and ledger entries about concerns say."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal.ledger import kinds as ledger
from portal.notices.kinds import Params, register
from sharing.models import ConcernKind

NOTICES = {
    "concern.to_answer": _("The %(kind)s %(number)s %(title)s is for you to answer."),
    "concern.moved": _("Your %(kind)s %(number)s %(title)s was passed on to another department."),
    "concern.corrected": _("Your correction %(number)s %(title)s was confirmed and carried out."),
    "concern.rejected": _("Your %(kind)s %(number)s %(title)s was rejected; the page says why."),
    "concern.upheld": _("Your objection %(number)s %(title)s was handled; please rate it."),
    "concern.closed": _("The %(kind)s %(number)s %(title)s is done: nothing is left to confirm."),
    "concern.answered": _("The complaint %(number)s that you took in was answered."),
    "concern.taken_back": _("The %(kind)s %(number)s %(title)s was taken back."),
    "concern.due_soon": _("The %(kind)s %(number)s is due on %(due)s."),
    "concern.overdue": _("The %(kind)s %(number)s was due on %(due)s."),
    "correction.take_over": _(
        "An error in “%(title)s” was corrected (%(number)s): take the correction over and confirm it."
    ),
    "dispute.moved": _("The dispute %(number)s about “%(title)s” has moved on."),
    "dispute.to_authority": _("The dispute %(number)s about “%(title)s” has come to your authority."),
    "dispute.to_carry_out": _(
        "The dispute %(number)s about “%(title)s” was decided: carry the decision out and confirm it."
    ),
    "complaint.assigned": _("The complaint %(number)s was given to you."),
}  # fmt: skip

LEDGER = {
    "concern.raised": _("concern raised"),
    "concern.accepted": _("concern accepted for handling"),
    "concern.forwarded": _("concern passed on"),
    "concern.corrected": _("error confirmed and corrected"),
    "concern.rejected": _("concern rejected"),
    "concern.upheld": _("objection upheld"),
    "concern.rated": _("handling rated"),
    "concern.round_recorded": _("round of negotiation recorded"),
    "concern.declared": _("result of the negotiation recorded"),
    "concern.referred": _("dispute referred to the authority"),
    "concern.opinion_given": _("opinion of the authority given"),
    "concern.responded": _("opinion of the authority answered"),
    "concern.escalated": _("dispute reported to the people's government"),
    "concern.decision_recorded": _("decision of the people's government recorded"),
    "concern.settled": _("dispute settled"),
    "concern.assigned": _("complaint given to an official"),
    "concern.answered": _("complaint answered"),
    "concern.not_accepted": _("complaint not accepted"),
    "concern.confirmed": _("task of a concern confirmed"),
    "concern.closed": _("concern done"),
    "concern.taken_back": _("concern taken back"),
    "concern.deadline_moved": _("due date of a concern recomputed"),
    "complaint.contact_read": _("contact of a complaint read"),
    "complaint.contact_erased": _("contact of a complaint erased"),
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    for kind, text in NOTICES.items():
        register(kind, text, _in_words)
    ledger.register(LEDGER)


def _in_words(params: Params) -> Mapping[str, object]:
    """The kind of concern in the reader's language."""
    what = params.get("what")
    return {**params, "kind": ConcernKind(what).label if what in ConcernKind.values else ""}
