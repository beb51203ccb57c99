"""Texts of the notices about leave and vacant posts."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import Params, describe_group, register
from portal.organisation.models import Role

TEXTS = {
    "leave.arranged_away": _("From %(begin)s to %(end)s %(substitute)s stands in for you."),
    "leave.arranged_stand_in": _("From %(begin)s to %(end)s you stand in for %(principal)s."),
    "leave.begun_away": _(
        "From today to %(end)s %(substitute)s stands in for you; what is open is done there."
    ),
    "leave.begun_stand_in": _(
        "From today to %(end)s you stand in for %(principal)s; what is open there waits for you."
    ),
    "leave.ended_away": _("%(substitute)s no longer stands in for you; what is open is back."),
    "leave.ended_stand_in": _("You no longer stand in for %(principal)s."),
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    for kind, text in TEXTS.items():
        register(kind, text)
    register(
        "seat.vacant",
        _("Nobody is %(post)s in %(department)s any more: name a successor or a substitute."),
        _name_post,
    )
    describe_group("leave", _("Leave and substitutes"))
    describe_group("seat", _("Posts that nobody holds"))


def _name_post(params: Params) -> Mapping[str, object]:
    role = str(params.get("role", ""))
    label = Role(role).label if role in Role.values else role
    return {**params, "post": label}
