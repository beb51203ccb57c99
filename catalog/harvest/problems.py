"""What can go wrong with a source as a whole, and with a single record; each with its remedy."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.exchange.defects import Defect
from catalog.exchange.speaking import filled
from portal.errors import PortalError, Text


class HarvestProblem(PortalError):
    """The source cannot be read (further); nothing of the catalog was changed by it."""

    code = "harvest_problem"


class Unreachable(HarvestProblem):
    """The source did not answer, or not to the end; waiting may help."""

    code = "harvest_unreachable"


def not_allowed(host: str) -> HarvestProblem:
    """The host is not on the list, or leads to an address that is not."""
    return HarvestProblem(
        filled(
            _("The host %(host)s is not on the list of hosts that may be harvested."), host=host
        ),
        remedy=_("Ask the system administrator to add it to HARVEST_HOSTS."),
        code="harvest_host",
    )


def unreadable(what: Text) -> HarvestProblem:
    """The answer came, but it is not what it should be."""
    return HarvestProblem(
        filled(_("The answer of the source cannot be read: %(what)s"), what=what),
        remedy=_("Check kind and address of the source; what was read so far is kept."),
        code="harvest_unreadable",
    )


class Fault(StrEnum):
    """Why a record is left out."""

    NOT_A_RECORD = "not_a_record"
    NO_IDENTIFIER = "no_identifier"
    NO_TITLE = "no_title"
    TWICE = "twice"
    UNKNOWN_PROVIDER = "unknown_provider"
    OUTSIDE = "outside"


_ASK = _("Ask the source to correct the record; the next run reads it anew.")
_FAULTS: Mapping[Fault, tuple[Text, Text]] = {
    Fault.NOT_A_RECORD: (_("This is not a record: %(value)s"), _ASK),
    Fault.NO_IDENTIFIER: (
        _("The record has no identifier, so it could not be known again."), _ASK,
    ),
    Fault.NO_TITLE: (_("The record has no title."), _ASK),
    Fault.TWICE: (
        _("Another record of other content has the same identifier (record %(value)s)."), _ASK,
    ),
    Fault.UNKNOWN_PROVIDER: (
        _("No department is known under the name “%(value)s”."),
        _(
            "Have the department added under this name or short name, or name a department for "
            "such records at the source."
        ),
    ),
    Fault.OUTSIDE: (
        _("“%(value)s” is not a department of your region."),
        _("Leave it to the authority of that region, or name a department at the source."),
    ),
}  # fmt: skip


def fault(code: Fault, value: object = "") -> dict[str, str]:
    """A fault of a record as it is kept."""
    return {"code": str(code), "value": str(value)[:200]}


def fault_texts(kept: Mapping[str, Any]) -> tuple[str, str]:
    """Message and remedy of a kept fault in the language in force."""
    message, remedy = _FAULTS[Fault(kept["code"])]
    return str(message) % {"value": kept["value"]}, str(remedy)


def note_text(kept: list[str]) -> str:
    """A kept note, which is a kind of defect and a value, in the language in force."""
    kind, value = kept
    label = str(Defect(kind).label)
    return f"{label} ({value})" if value else label


def frozen(error: PortalError, at: str) -> dict[str, Any]:
    """A problem in every language, and at which point of the run it happened."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = [str(error.message), str(error.remedy)]
    return {"at": at, "code": error.reason, "texts": texts}


def problem_texts(kept: Mapping[str, Any]) -> tuple[str, str]:
    """Message and remedy of a frozen problem in the language in force."""
    texts = kept.get("texts") or {}
    if not texts:
        return "", ""
    message, remedy = texts.get(get_language() or "") or next(iter(texts.values()))
    return message, remedy
