"""Texts of the notices of the catalog."""

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import register

TEXTS = {
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
