"""What entries are called on pages. Apps register theirs from ``AppConfig.ready``."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

_kinds: dict[str, Text] = {}


def register(kinds: Mapping[str, Text]) -> None:
    """Name kinds of entries: dotted name to lazily translated text."""
    _kinds.update(kinds)


def text_of(kind: str) -> str:
    """The name of a kind in the language in use; its dotted name when it has no other."""
    return str(_kinds.get(kind, kind))


def choices() -> list[tuple[str, str]]:
    """All named kinds, for a filter, in the order of their dotted names."""
    return [(kind, str(text)) for kind, text in sorted(_kinds.items())]


CORE: Mapping[str, Text] = {
    "account.locked_out": _("account locked after failed sign-ins"),
    "account.password_changed": _("password changed by its owner"),
    "account.recovery_codes_made": _("recovery codes made"),
    "account.second_factor_added": _("second factor added"),
    "account.second_factor_removed": _("second factor removed"),
    "account.signed_in": _("signed in"),
    "account.signed_out": _("signed out"),
    "access.refused": _("access refused"),
    "calendar.day_removed": _("day of the calendar removed"),
    "calendar.day_set": _("day of the calendar set"),
    "calendar.imported": _("calendar imported"),
    "calendar.loaded": _("calendar loaded"),
    "calendar.year_published": _("calendar year published"),
    "calendar.year_set": _("calendar year changed"),
    "department.changed": _("department changed"),
    "department.created": _("department created"),
    "limit.set": _("legal limit set"),
    "official.activated": _("account activated by its owner"),
    "official.activation_offered": _("activation link made"),
    "official.changed": _("account changed"),
    "official.created": _("account created"),
    "official.deactivated": _("account switched off"),
    "official.reactivated": _("account switched on"),
    "official.second_factor_removed": _("second factor taken away by an administrator"),
    "post.appointed": _("post given"),
    "department_change.cancelled": _("change of departments given up"),
    "department_change.confirmed": _("change of departments confirmed"),
    "department_change.done": _("change of departments in force"),
    "department_change.prepared": _("change of departments prepared"),
    "post.moved": _("post moved with its department"),
    "post.relieved": _("end of a post set"),
    "region.changed": _("region changed"),
    "region.created": _("region added"),
    "regions.loaded": _("regions loaded"),
    "substitution.made": _("substitution made"),
    "substitution.revoked": _("substitution ended early"),
    "token.issued": _("API token issued"),
    "token.revoked": _("API token revoked"),
}
"""Kinds that the core apps write."""
