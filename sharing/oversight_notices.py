"""Texts of the notices about cases of oversight; numbers and names only."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.notices.kinds import Params, register
from sharing.violations.words import what

TEXTS: Final[Mapping[str, Text]] = {
    "oversight.found": _("%(what)s: %(label)s (%(number)s)."),
    "oversight.many": _("%(count)s cases of supervision or violations were entered."),
    "oversight.ask": _("The authority asks you to explain %(number)s, %(label)s, by %(due)s."),
    "oversight.answered": _("%(number)s, %(label)s: the department has answered."),
    "oversight.set_date": _("The authority wants %(number)s, %(label)s, settled by %(due)s."),
    "oversight.close": _("The supervision %(number)s of %(label)s was closed."),
    "oversight.confirm": _("The violation %(number)s, %(label)s, was confirmed."),
    "oversight.dismiss": _("The violation %(number)s, %(label)s, was dismissed."),
    "oversight.rectify": _("The violation %(number)s, %(label)s, is recorded as rectified."),
}


def register_all() -> None:
    """Make the kinds known; called when the app is ready."""
    for kind, text in TEXTS.items():
        register(kind, text, _named if kind == "oversight.found" else None)


def _named(params: Params) -> Mapping[str, object]:
    """What it is about, in words."""
    return {**params, "what": what(str(params.get("kind", "")), str(params.get("code", "")))}
