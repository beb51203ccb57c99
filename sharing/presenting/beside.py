"""What happened within a stage, in words: one line and one detail for each event."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.approval.events import (
    AsideEvent,
    Copied,
    CustodyEvent,
    DelegationReturned,
    ExtensionConsented,
    ExtensionRefused,
    ExtensionRequested,
    OpinionAsked,
    OpinionGiven,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageClaimed,
    StageDelegated,
    StageReassigned,
    StageReleased,
    StageTransferred,
    Urged,
)
from sharing.approval.terms import Person
from sharing.presenting.chains import signed_name

Line: TypeAlias = tuple[str, str, str]
"""What happened, more about it, kind of mark."""


def beside(event: CustodyEvent | AsideEvent, *, office: str) -> Line:
    """The line of the timeline for ``event`` at the stage of ``office``."""
    by = signed_name(event.by.person.name, event.by.acting_for)
    what, detail = _LINES[type(event)](event, {"by": by, "office": office})
    mark = "wait" if isinstance(event, ExtensionRequested | StageDelegated) else ""
    return what, detail, mark


_Names: TypeAlias = dict[str, str]
_Said: TypeAlias = tuple[str, str]


def _transferred(event: StageTransferred, names: _Names) -> _Said:
    return _("%(by)s handed it on to %(to)s") % (names | _to(event.to)), event.reason


def _reassigned(event: StageReassigned, names: _Names) -> _Said:
    return _("%(by)s gave it to %(to)s") % (names | _to(event.to)), event.reason


def _delegated(event: StageDelegated, names: _Names) -> _Said:
    return _("%(by)s has %(to)s prepare it") % (names | _to(event.to)), event.task


def _returned(event: DelegationReturned, names: _Names) -> _Said:
    if event.opinion:
        return _("%(by)s handed it back") % names, event.opinion
    return _("%(by)s called it back") % names, ""


def _claimed(event: StageClaimed, names: _Names) -> _Said:
    del event
    return _("%(by)s took it on") % names, names["office"]


def _released(event: StageReleased, names: _Names) -> _Said:
    del event
    return _("%(by)s released it") % names, names["office"]


def _added(event: SignersAdded, names: _Names) -> _Said:
    return _("%(by)s asked for the signature of %(to)s as well") % (
        names | {"to": _people(event.signers)}
    ), event.reason


def _removed(event: SignerRemoved, names: _Names) -> _Said:
    return _("%(by)s does without the signature of %(to)s") % (
        names | _to(event.signer)
    ), event.reason


def _taken_back(event: SignatureTakenBack, names: _Names) -> _Said:
    return _("%(by)s took the signature back") % names, event.reason


def _asked(event: OpinionAsked, names: _Names) -> _Said:
    whom = event.person.name if event.person else event.office.name
    return _("%(by)s asked %(to)s for an opinion") % (names | {"to": whom}), event.question


def _given(event: OpinionGiven, names: _Names) -> _Said:
    if event.agrees is None:
        return _("%(by)s gave an opinion") % names, event.text
    if event.agrees:
        return _("%(by)s gave an opinion: for it") % names, event.text
    return _("%(by)s gave an opinion: against it") % names, event.text


def _copied(event: Copied, names: _Names) -> _Said:
    return _("%(by)s sent a copy to %(to)s") % (names | {"to": _people(event.to)}), event.note


def _urged(event: Urged, names: _Names) -> _Said:
    if event.by_authority:
        return _("%(by)s of the authority sent a reminder") % names, event.note
    return _("%(by)s sent a reminder") % names, event.note


def _extension_asked(event: ExtensionRequested, names: _Names) -> _Said:
    text = ngettext(
        "%(by)s asked for %(days)s more working day",
        "%(by)s asked for %(days)s more working days",
        event.days,
    )
    return text % {"by": names["by"], "days": event.days}, event.reason


def _extended(event: ExtensionConsented, names: _Names) -> _Said:
    text = ngettext(
        "%(by)s consented to %(days)s more working day",
        "%(by)s consented to %(days)s more working days",
        event.days,
    )
    return text % {"by": names["by"], "days": event.days}, event.note


def _not_extended(event: ExtensionRefused, names: _Names) -> _Said:
    return _("%(by)s refused more time") % names, event.reason


def _to(person: Person) -> _Names:
    return {"to": person.name}


def _people(people: Iterable[Person]) -> str:
    return _("; ").join(person.name for person in people)


_LINES: Final[Mapping[type[CustodyEvent | AsideEvent], Callable[[Any, _Names], _Said]]] = {
    StageTransferred: _transferred,
    StageReassigned: _reassigned,
    StageDelegated: _delegated,
    DelegationReturned: _returned,
    StageClaimed: _claimed,
    StageReleased: _released,
    SignersAdded: _added,
    SignerRemoved: _removed,
    SignatureTakenBack: _taken_back,
    OpinionAsked: _asked,
    OpinionGiven: _given,
    Copied: _copied,
    Urged: _urged,
    ExtensionRequested: _extension_asked,
    ExtensionConsented: _extended,
    ExtensionRefused: _not_extended,
}
