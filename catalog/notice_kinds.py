"""Texts of the notices of the catalog."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import register

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
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    for kind, text in TEXTS.items():
        register(kind, text)
