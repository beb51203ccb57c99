"""The life of a grant in words: what happened, what can be done, what waits for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Reason
from sharing.grantlife import events as e
from sharing.grantlife.commands import COMMANDS
from sharing.grantlife.rules import RULES
from sharing.grantlife.state import State
from sharing.grantlife.terms import Actor, Disposal, Part
from sharing.presenting.chains import signed_name
from sharing.presenting.timeline import Happened

Words = str | Promise

COMMAND_WORDS: Final[Mapping[str, Words]] = {
    "activate": gettext_lazy("Supply the data"),
    "ask_renewal": gettext_lazy("Ask for a renewal"),
    "withdraw_renewal": gettext_lazy("Take the request to renew back"),
    "endorse_renewal": gettext_lazy("Endorse the renewal"),
    "consent_renewal": gettext_lazy("Consent to the renewal"),
    "refuse_renewal": gettext_lazy("Refuse the renewal"),
    "narrow": gettext_lazy("Narrow the grant"),
    "suspend": gettext_lazy("Suspend for misuse"),
    "emergency_stop": gettext_lazy("Emergency stop"),
    "report_rectification": gettext_lazy("Report what was put right"),
    "extend_rectification": gettext_lazy("Set another day"),
    "restore": gettext_lazy("Restore the grant"),
    "terminate": gettext_lazy("End it: not put right"),
    "give_up": gettext_lazy("End it: no longer needed"),
    "propose_change": gettext_lazy("Plan a change or an end of the service"),
    "answer_change": gettext_lazy("Answer the planned change"),
    "record_negotiation": gettext_lazy("Record the negotiation"),
    "file_change": gettext_lazy("File the planned change"),
    "drop_change": gettext_lazy("Drop the planned change"),
    "file_emergency": gettext_lazy("File the emergency stop"),
    "confirm_disposal": gettext_lazy("Confirm the disposal"),
}
"""Buttons and page titles."""

HINTS: Final[Mapping[str, Words]] = {
    "ask_renewal": gettext_lazy(
        "The provider's steward and head decide. Until then the grant runs as it is; if they "
        "consent it goes on without interruption, with the same data items or fewer."
    ),
    "narrow": gettext_lazy(
        "At once and for good: what is given up comes back only by a new application. A pull "
        "under way stops and can be asked for again."
    ),
    "suspend": gettext_lazy(
        "Running pulls stop within seconds and deliveries cannot be opened. The recipient puts "
        "things right by the day you set (article 27)."
    ),
    "emergency_stop": gettext_lazy(
        "For a danger to the data, without anybody's fault: everything stops at once and the "
        "authority files it afterwards (article 35)."
    ),
    "give_up": gettext_lazy(
        "The grant ends at once. The data is then to be disposed of as the provider requires "
        "(article 27)."
    ),
    "propose_change": gettext_lazy(
        "A service in use is ended or changed only for a good reason, after a recorded "
        "negotiation with the recipient and filing with the authority (article 27)."
    ),
    "file_change": gettext_lazy("After the filing the change takes effect on its day."),
    "terminate": gettext_lazy("The grant ends for good because misuse was not put right."),
    "confirm_disposal": gettext_lazy(
        "Provider and authority see the confirmation; it cannot be changed afterwards."
    ),
}

_HAPPENED: Final[Mapping[e.EventType, tuple[Words, str]]] = {
    e.Granted: (gettext_lazy("The grant was made by consent"), ""),
    e.Activated: (gettext_lazy("The data can be pulled"), ""),
    e.RenewalAsked: (gettext_lazy("A renewal was asked for"), "wait"),
    e.RenewalWithdrawn: (gettext_lazy("The request to renew was taken back"), ""),
    e.RenewalEndorsed: (gettext_lazy("The steward endorsed the renewal"), "wait"),
    e.RenewalRefused: (gettext_lazy("The renewal was refused"), ""),
    e.Renewed: (gettext_lazy("The grant was renewed"), ""),
    e.Narrowed: (gettext_lazy("The grant was narrowed"), ""),
    e.MasksRaised: (gettext_lazy("Stricter masks apply: data was graded higher"), ""),
    e.Suspended: (gettext_lazy("The grant was suspended"), "wait"),
    e.RectificationReported: (gettext_lazy("The recipient reported what was put right"), "wait"),
    e.RectificationExtended: (gettext_lazy("Another day was set for putting it right"), "wait"),
    e.Restored: (gettext_lazy("The grant is in force again"), ""),
    e.Terminated: (gettext_lazy("The grant was ended"), ""),
    e.Expired: (gettext_lazy("The period was over"), ""),
    e.ChangeProposed: (gettext_lazy("The provider plans a change or an end"), "wait"),
    e.ChangeAnswered: (gettext_lazy("The recipient answered the planned change"), ""),
    e.NegotiationRecorded: (gettext_lazy("The negotiation was recorded"), "wait"),
    e.ChangeFiled: (gettext_lazy("The planned change was filed"), ""),
    e.ChangeDropped: (gettext_lazy("The planned change was dropped"), ""),
    e.ServiceChanged: (gettext_lazy("The planned change took effect"), ""),
    e.EmergencyFiled: (gettext_lazy("The emergency stop was filed"), ""),
    e.DisposalConfirmed: (gettext_lazy("The disposal of the data was confirmed"), ""),
}
DISPOSED: Final[Mapping[Disposal, Words]] = {
    Disposal.DELETED: gettext_lazy("deleted"),
    Disposal.SEALED: gettext_lazy("sealed"),
    Disposal.KEPT_BY_LAW: gettext_lazy("kept by law"),
}


def timeline(events: Iterable[e.Event]) -> list[Happened]:
    """All events of a grant, newest first."""
    lines = [_line(event) for event in events][::-1]
    if lines:
        head = lines[0]
        lines[0] = Happened(head.at, head.what, head.detail, head.state or "now")
    return lines


def _line(event: e.Event) -> Happened:
    what, state = _HAPPENED[type(event)]
    who = signed_name(event.by.person.name, event.by.acting_for) if event.by else ""
    details = [who, *_details(event)]
    return Happened(event.at, str(what), " · ".join(one for one in details if one), state)


def _details(event: e.Event) -> list[str]:
    """Days, reasons and texts of an event, in the order in which its fields stand."""
    found: list[str] = []
    for name in event.__dataclass_fields__:
        value = getattr(event, name)
        if name in {"at", "by", "disposal_due_on"} or value in (None, "", ()):
            continue
        if isinstance(value, Disposal):
            found.append(str(DISPOSED[value]))
        elif isinstance(value, bool):
            found.append(_("agreed") if value else _("not agreed"))
        elif isinstance(value, date):
            found.append(_on(name, value))
        elif name in {"withheld", "raised"}:
            found.append(", ".join(value))
        elif type(value) is str:
            found.append(value)
    return found


_DAYS: Final[Mapping[str, Words]] = {
    "until": gettext_lazy("until %(day)s"),
    "rectify_by": gettext_lazy("by %(day)s"),
    "effective_on": gettext_lazy("takes effect on %(day)s"),
    "held_on": gettext_lazy("held on %(day)s"),
    "disposed_on": gettext_lazy("on %(day)s"),
}


def _on(name: str, day: date) -> str:
    return str(_DAYS[name]) % {"day": date_format(day, "DATE_FORMAT")}


@dataclass(frozen=True)
class Choice:
    """A command somebody may give, or would if ``reason`` did not stand in the way."""

    name: str
    label: Words
    reason: Words = ""
    remedy: Words = ""


_SILENT: Final = frozenset(
    {"closed", "not_now", "not_yours", "no_renewal", "no_change", "nothing_to_file", "not_due"}
)
"""Reasons of the moment: a button that has nothing to do with it is not shown at all."""


def choices(answers: Mapping[str, Reason | None], actor: Actor) -> list[Choice]:
    """The buttons of somebody: what can be done now, then what is off with its reason."""
    parts = {held.part for held in actor.held} - {Part.CLOCK}
    shown: list[Choice] = []
    for name, label in COMMAND_WORDS.items():
        reason = answers[name]
        if not RULES[COMMANDS[name]].parts & parts:
            continue
        if reason is None:
            shown.append(Choice(name, label))
        elif reason.code not in _SILENT:
            remedy = str(reason.params.get("remedy", ""))
            shown.append(Choice(name, label, str(reason.text), remedy))
    return sorted(shown, key=lambda one: bool(one.reason))


def open_matters(state: State) -> list[tuple[Words, str]]:
    """What is under way: heading and what it waits for."""
    found: list[tuple[Words, str]] = []
    if state.renewal is not None:
        step = _("Waits for the steward.") if state.renewal.endorsed_by is None else _(
            "Endorsed; waits for the head."
        )  # fmt: skip
        found.append((_("Renewal"), f"{_on('until', state.renewal.until)} · {step}"))
    if state.suspension is not None and state.suspension.rectify_by is not None:
        step = _("Reported; to be judged.") if state.suspension.reported else _(
            "The recipient puts things right and reports."
        )  # fmt: skip
        found.append(
            (_("Rectification"), f"{_on('rectify_by', state.suspension.rectify_by)} · {step}")
        )
    if state.change is not None:
        steps: Mapping[str, str] = {
            "proposed": _("To be negotiated and recorded."),
            "negotiated": _("To be filed by the authority."),
            "filed": _("On file."),
        }
        day = _on("effective_on", state.change.effective_on)
        found.append((_("Planned change"), f"{day} · {steps[state.change.step.value]}"))
    if state.emergency_unfiled:
        found.append((_("Emergency stop"), _("To be filed by the authority.")))
    return found


def facts_table(rows: Iterable[tuple[Words, Any]]) -> list[tuple[Words, Any]]:
    """Rows without empty values."""
    return [(term, value) for term, value in rows if value not in (None, "")]
