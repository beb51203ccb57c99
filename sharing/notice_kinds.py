"""Texts of the notices of sharing; numbers and names only, never the data itself."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import Params, describe_group, register
from sharing import oversight_notices
from sharing.pulling.failures import explain

TEXTS = {
    "item.to_sign": _("%(department)s asks for “%(title)s” (%(number)s): your decision is needed."),
    "item.to_know": _("%(department)s asks for “%(title)s” (%(number)s): for your information."),
    "item.supplement": _("Your application %(number)s for “%(title)s” needs a supplement."),
    "item.refused": _("Your application %(number)s for “%(title)s” was refused: %(reason)s"),
    "item.refusal_copied": _(
        "The application %(number)s of %(department)s for “%(title)s” was refused: %(reason)s"
    ),
    "item.consented": _("Your application %(number)s for “%(title)s” was consented to."),
    "item.withdrawn": _("%(department)s took the application %(number)s for “%(title)s” back."),
    "item.handed_over": _(
        "%(name)s handed you the application %(number)s for “%(title)s”: your decision is needed."
    ),
    "item.to_prepare": _(
        "%(name)s asks you to prepare the application %(number)s for “%(title)s”."
    ),
    "item.prepared": _("%(name)s handed back the application %(number)s for “%(title)s”."),
    "item.taken_away": _(
        "The application %(number)s for “%(title)s” was given to %(other)s by %(name)s: %(reason)s"
    ),
    "item.to_cosign": _(
        "%(name)s asks you to sign the application %(number)s for “%(title)s” as well."
    ),
    "item.not_to_cosign": _(
        "Your signature on the application %(number)s for “%(title)s” is no longer needed."
    ),
    "item.opinion_asked": _(
        "%(name)s asks for your opinion on the application %(number)s for “%(title)s”."
    ),
    "item.opinion_given": _(
        "%(name)s gave an opinion on the application %(number)s for “%(title)s”."
    ),
    "item.copied": _("%(name)s lets you know of the application %(number)s for “%(title)s”."),
    "item.urged": _("%(name)s asks you to decide the application %(number)s for “%(title)s”."),
    "item.taken_back": _(
        "%(name)s took the signature on the application %(number)s for “%(title)s” back."
    ),
    "item.extension_asked": _(
        "%(name)s asks for %(days)s more working days to reply to %(number)s for “%(title)s”."
    ),
    "item.extended": _(
        "The reply to your application %(number)s for “%(title)s” has %(days)s more working days."
    ),
    "item.extension_granted": _(
        "There are %(days)s more working days to reply to %(number)s for “%(title)s”."
    ),
    "item.extension_refused": _(
        "There is no more time to reply to %(number)s for “%(title)s”: %(reason)s"
    ),
    "item.rule_stopped": _(
        "The rule that would have answered your application %(number)s for “%(title)s” was stopped: %(reason)s. Withdraw it and send a copy; then people decide."
    ),
    "item.due_soon": _("The application %(number)s for “%(title)s” is due on %(due)s."),
    "item.overdue": _("The application %(number)s for “%(title)s” was due on %(due)s."),
    "item.stuck": _(
        "Nobody can decide on %(number)s in %(office)s, nor anybody above: name a substitute."
    ),
    "grant.active": _("The data “%(title)s” can be pulled now (grant %(number)s)."),
    "grant.suspended": _("The grant %(number)s for “%(title)s” was suspended: %(reason)s"),
    "grant.resumed": _("The grant %(number)s for “%(title)s” is in force again."),
    "grant.terminated": _("The grant %(number)s for “%(title)s” was terminated: %(reason)s"),
    "grant.expired": _("The grant %(number)s for “%(title)s” has expired."),
    "grant.entry_withdrawn": _(
        "The provider has withdrawn “%(title)s” (grant %(number)s): %(reason)s"
    ),
    "grant.supply_due": _("“%(title)s” must be supplied by %(due)s (grant %(number)s)."),
    "grant.emergency_opened": _(
        "“%(title)s” is used before consent, in an emergency (grant %(number)s): %(reason)s"
    ),
    "grant.supply_overdue": _(
        "“%(title)s” should have been supplied by %(due)s (grant %(number)s)."
    ),
    "clock.due_soon": _("%(number)s “%(title)s” is due on %(due)s."),
    "clock.overdue": _("%(number)s “%(title)s” was due on %(due)s."),
    "clock.supervisor": _(
        "%(number)s “%(title)s” was due on %(due)s and lies with your office: see to it."
    ),
    "clock.many_soon": _("%(count)s matters that wait for you are due soon."),
    "clock.many_late": _("%(count)s matters of your office are overdue."),
    "grant.renewal_asked": _(
        "A renewal of “%(title)s” until %(until)s is asked for (grant %(number)s)."
    ),
    "grant.renewal_withdrawn": _(
        "The request to renew “%(title)s” was taken back (grant %(number)s)."
    ),
    "grant.renewal_endorsed": _(
        "The renewal of “%(title)s” is endorsed and needs your decision (grant %(number)s)."
    ),
    "grant.renewal_refused": _("“%(title)s” will not be renewed: %(reason)s (grant %(number)s)."),
    "grant.renewed": _("The grant %(number)s for “%(title)s” was renewed."),
    "grant.narrowed": _("The grant %(number)s for “%(title)s” was narrowed: %(reason)s"),
    "grant.masks_raised": _(
        "Stricter masks apply to “%(title)s” from now on, because data was graded higher (grant %(number)s)."
    ),
    "grant.rectification_reported": _(
        "The recipient of “%(title)s” reports what was put right (grant %(number)s)."
    ),
    "grant.rectification_extended": _(
        "“%(title)s” must be put right by %(rectify_by)s: %(reason)s (grant %(number)s)."
    ),
    "grant.change_proposed": _(
        "The provider wants to change or end “%(title)s” from %(effective_on)s: %(reason)s (grant %(number)s)."
    ),
    "grant.change_answered": _(
        "The recipient answered the planned change of “%(title)s”: %(text)s (grant %(number)s)."
    ),
    "grant.negotiation_recorded": _(
        "The negotiation about “%(title)s” is recorded and waits to be filed (grant %(number)s)."
    ),
    "grant.change_filed": _(
        "The planned change of “%(title)s” is on file as %(filing_number)s (grant %(number)s)."
    ),
    "grant.change_dropped": _("“%(title)s” stays as it is: %(reason)s (grant %(number)s)."),
    "grant.service_changed": _(
        "The filed change of “%(title)s” takes effect: %(reason)s (grant %(number)s)."
    ),
    "grant.emergency_filed": _(
        "The emergency stop of “%(title)s” is on file as %(filing_number)s (grant %(number)s)."
    ),
    "grant.disposal_confirmed": _("The disposal of “%(title)s” is confirmed (grant %(number)s)."),
    "grant.ends_soon": _(
        "The grant %(number)s for “%(title)s” ends on %(due)s: ask for a renewal, or prepare the disposal."
    ),
    "grant.renewal_due": _(
        "The renewal of “%(title)s” waits for you; the grant %(number)s ends on %(due)s."
    ),
    "grant.rectification_due": _(
        "“%(title)s” must be put right and reported by %(due)s (grant %(number)s)."
    ),
    "grant.rectification_over": _(
        "The limit for putting “%(title)s” right is %(due)s: restore, extend or end it (grant %(number)s)."
    ),
    "grant.filing_due": _(
        "A planned change of “%(title)s” on %(due)s waits to be filed (grant %(number)s)."
    ),
    "grant.disposal_due": _(
        "Confirm what became of the data “%(title)s” (grant %(number)s, %(due)s)."
    ),
    "grant.usage_due": _(
        "Record how “%(title)s” is used (grant %(number)s, due %(due)s; article 29)."
    ),
    "delivery.published": _("“%(title)s” has arrived: %(rows)s rows (delivery %(number)s)."),
    "pull.given_up": _("“%(title)s” could not be fetched (grant %(number)s): %(why)s"),
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    oversight_notices.register_all()
    for kind, text in TEXTS.items():
        register(kind, text, _say_why if kind == "pull.given_up" else None)
    describe_group("item", _("Applications"), urgent=["overdue", "stuck"])
    describe_group("grant", _("Grants"), urgent=["suspended", "terminated"])
    describe_group("delivery", _("Deliveries"), required=False)
    describe_group("pull", _("Pulls that failed"))
    describe_group("clock", _("Due dates"), urgent=["overdue", "supervisor", "many_late"])
    describe_group("oversight", _("Supervision and violations"))
    for prefix in ("concern", "correction", "dispute", "complaint"):
        describe_group(prefix, _("Corrections, objections and disputes"))


def _say_why(params: Params) -> Mapping[str, object]:
    """The failure code among ``params`` in words."""
    detail = params.get("detail")
    words = explain(str(params.get("code", "")), detail if isinstance(detail, Mapping) else {})
    return {**params, "why": f"{words.text} {words.remedy}"}
