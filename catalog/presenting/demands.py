"""A demand in words: where it is, whose turn it is, what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import visible_to
from catalog.demanding.terms import Status
from catalog.models import Demand, DemandStatus, DemandStep, Resource
from portal.errors import Text
from portal.organisation.models import Department, Official

TAGS: Final[Mapping[str, tuple[str, str]]] = {
    Status.ASSIGNING: ("run", "search"),
    Status.ANSWERING: ("run", "clock"),
    Status.PROMISED: ("wait", "clock"),
    Status.ANSWERED: ("ok", "check"),
    Status.REFUSED: ("stop", "cross"),
    Status.TAKEN_BACK: ("", "pause"),
}
_NEXT: Final[Mapping[str, Text]] = {
    Status.ASSIGNING: gettext_lazy("The competent authority finds the department that can answer."),
    Status.ANSWERING: gettext_lazy("The department asked answers with an entry, a day or a reason."),
    Status.PROMISED: gettext_lazy("The department enters the data in the catalog by the day it named."),
    Status.ANSWERED: gettext_lazy("Apply for the data on the page of the entry."),
    Status.REFUSED: gettext_lazy("If the reason does not hold, the asker re-opens the demand once."),
    Status.TAKEN_BACK: gettext_lazy("Nothing is left to do."),
}  # fmt: skip
_HAPPENED: Final[Mapping[str, Text]] = {
    "send": gettext_lazy("Asked for"),
    "assign": gettext_lazy("Assigned by the authority"),
    "answer": gettext_lazy("Answered with an entry"),
    "promise": gettext_lazy("Will be catalogued"),
    "refuse": gettext_lazy("Refused"),
    "transfer": gettext_lazy("Passed on to another department"),
    "return": gettext_lazy("Sent back to the authority"),
    "take_back": gettext_lazy("Taken back"),
    "reopen": gettext_lazy("Re-opened"),
}


def tag_of(demand: Demand) -> tuple[str, Text, str]:
    """Kind of tag, word and icon for where a demand is."""
    tone, icon = TAGS[demand.status]
    return tone, DemandStatus(demand.status).label, icon


def next_step(demand: Demand) -> Text:
    """What happens next."""
    return _NEXT[demand.status]


def clock_of(demand: Demand) -> date | None:
    """The day that counts now: the one promised, else the due date; None without either."""
    if not demand.is_open:
        return None
    return demand.promised_on or demand.due_on


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step in words."""

    at: datetime
    what: str
    who: str
    to: Department | None
    text: str
    reason: str
    citation: str
    promised_on: date | None
    entry: Resource | None
    tone: str


def steps_of(demand: Demand, official: Official, on: date) -> list[ShownStep]:
    """What happened, newest first; entries that the reader does not see are not named."""
    rows = list(demand.steps.select_related("actor", "acting_for", "target").order_by("-seq"))
    wanted = [row.entry_id for row in rows if row.entry_id]
    seen = {
        one.pk: one
        for one in visible_to(official, on).filter(pk__in=wanted).select_related("live")
    } if wanted else {}  # fmt: skip
    return [_step(row, seen.get(row.entry_id) if row.entry_id else None) for row in rows]


def _step(row: DemandStep, entry: Resource | None) -> ShownStep:
    who = row.actor.full_name
    if row.acting_for is not None:
        who = _("%(name)s, standing in for %(principal)s") % {
            "name": who, "principal": row.acting_for.full_name,
        }  # fmt: skip
    return ShownStep(
        at=row.at,
        what=str(_HAPPENED[row.command]),
        who=who,
        to=row.target,
        text=row.text,
        reason=str(row.get_refusal_type_display()) if row.refusal_type else "",
        citation=row.citation,
        promised_on=row.promised_on,
        entry=entry,
        tone={"refuse": "stop", "promise": "wait", "reopen": "wait"}.get(row.command, ""),
    )
