"""Texts of the notices of the catalog."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import describe_group, register

TEXTS = {
    "review.to_approve": _(
        "%(name)s sent “%(title)s”: approve it for the department, or return it."
    ),
    "review.to_review": _("%(department)s submits “%(title)s” for review, due on %(due)s."),
    "review.returned": _("“%(title)s” was returned by %(name)s: %(text)s"),
    "review.taken_back": _("%(name)s took “%(title)s” back; nothing is left to do."),
    "review.approved": _("“%(title)s” was approved for the department and is with %(authority)s."),
    "review.scheduled": _("“%(title)s” was approved and will be published on %(at)s."),
    "review.published": _("“%(title)s” is published in the catalog."),
    "review.blocked": _("“%(title)s” was marked as secret and never comes into the catalog."),
    "review.not_published": _(
        "“%(title)s” could not be published at the chosen time and came back: %(text)s"
    ),
    "review.interrupted": _("“%(title)s” is no longer under review: %(text)s"),
    "review.overdue": _("The review of “%(title)s” of %(department)s was due on %(due)s."),
    "transfer.offered": _(
        "%(department)s hands %(number)s entries over to your department: accept or refuse them."
    ),
    "transfer.refused": _(
        "%(department)s refused the entry “%(title)s”: %(text)s You decide where it belongs."
    ),
    "transfer.decided": _(
        "The authority decided that “%(title)s” belongs to %(department)s: %(text)s"
    ),
    "duty.recorded": _(
        "%(basis)s: %(number)s entries of %(department)s are to be updated and sent by %(due)s."
    ),
    "duty.due_soon": _(
        "Entries of %(department)s are to be updated and sent by %(due)s (%(basis)s)."
    ),
    "duty.overdue": _(
        "Entries of %(department)s should have been updated and sent by %(due)s (%(basis)s)."
    ),
    "duty.extension_asked": _(
        "%(department)s asks for more days to update its entries (%(basis)s): %(text)s"
    ),
    "duty.extension_granted": _(
        "More days are granted to update the entries of %(department)s, until %(due)s. %(text)s"
    ),
    "duty.extension_denied": _(
        "No more days are granted to update the entries of %(department)s: %(text)s"
    ),
    "demand.to_assign": _("%(department)s asks for “%(title)s”: find who can answer."),
    "demand.to_answer": _("%(department)s asks your department for “%(title)s”."),
    "demand.moved": _("Your demand “%(title)s” is now with %(responder)s. %(text)s"),
    "demand.answered": _("Your demand “%(title)s” is answered: “%(entry)s” is in the catalog."),
    "demand.promised": _("“%(title)s” will be in the catalog by %(day)s. %(text)s"),
    "demand.refused": _("Your demand “%(title)s” was refused by %(responder)s: %(text)s"),
    "demand.taken_back": _("%(department)s took the demand “%(title)s” back."),
    "collection.kept": _(
        "%(department)s collects data with “%(title)s” that the catalog has already: %(text)s"
    ),
    "search.one_new": _("New in your saved search “%(name)s”: “%(title)s”."),
    "search.many_new": _(
        "Your saved search “%(name)s” has %(number)s new entries, such as “%(title)s”."
    ),
    "followed.changed": _("The entry “%(title)s”, which you follow, has changed."),
    "followed.gone": _(
        "An entry that you followed is no longer shown to you; it was withdrawn or limited."
    ),
    "drift.found": _(
        "“%(title)s” and the table that carries it differ: %(number)s new differences."
    ),
    "source.unreachable": _(
        "The data source “%(name)s” could not be read on %(nights)s days in a row."
    ),
    "harvest.first": _(
        "The first harvest of “%(source)s” waits for you: %(new)s entries would come in."
    ),
    "harvest.not_agreed": _(
        "The harvest of “%(source)s” waits for you: new %(new)s, changed %(changed)s, gone "
        "%(gone)s."
    ),
    "harvest.many_gone": _(
        "The harvest of “%(source)s” would withdraw %(gone)s entries, more than three of ten. It "
        "waits for you."
    ),
    "harvest.failed": _("The harvest of “%(source)s” was stopped by a fault; see what to do."),
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    for kind, text in TEXTS.items():
        register(kind, text)
    describe_group("review", _("Entries on their way into the catalog"), urgent=["overdue"])
    describe_group("transfer", _("Entries that change hands"))
    describe_group("duty", _("Duties to update entries"), urgent=["overdue"])
    describe_group("demand", _("Demands for data"))
    describe_group("collection", _("Collection of data"))
    describe_group("search", _("Saved searches"), required=False)
    describe_group("followed", _("Entries that I follow"), required=False)
    describe_group("drift", _("Tables that changed"), required=False)
    describe_group("source", _("Data sources"))
    describe_group("harvest", _("Harvests of other catalogs"))
