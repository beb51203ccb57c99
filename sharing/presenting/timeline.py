"""What happened to a case, newest first, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sharing.approval.events import (
    AsideEvent,
    Consented,
    CustodyEvent,
    Event,
    FieldsNarrowed,
    OfficeSucceeded,
    Refused,
    Resubmitted,
    StageNotified,
    StageOpened,
    StageSigned,
    Submitted,
    SupplementRequested,
    TermsNarrowed,
    Withdrawn,
)
from sharing.approval.terms import Plan
from sharing.cases import Case
from sharing.presenting import words
from sharing.presenting.beside import beside
from sharing.presenting.chains import holder_names, signed_name


@dataclass(frozen=True)
class Happened:
    """One line of the timeline (templates/_timeline.html)."""

    at: datetime
    what: str
    detail: str = ""
    state: str = ""


def timeline(case: Case) -> list[Happened]:
    """All events of a case, newest first."""
    lines: list[Happened] = []
    plan: Plan | None = None
    for event in case.events:
        if isinstance(event, Submitted) or (isinstance(event, Resubmitted) and event.plan):
            plan = event.plan
        lines += _lines(event, plan)
        if isinstance(event, OfficeSucceeded) and plan is not None:
            plan = _with_office(plan, event)
    newest_first = lines[::-1]
    if newest_first:
        head = newest_first[0]
        newest_first[0] = Happened(head.at, head.what, head.detail, head.state or "now")
    return newest_first


def _lines(event: Event, plan: Plan | None) -> Iterable[Happened]:
    match event:
        case Submitted():
            yield Happened(event.at, _("%(name)s submitted the application") % {"name": _by(event)})
        case StageOpened():
            office = _office(plan, event.position)
            yield Happened(event.at, _("reached %(office)s") % {"office": office})
        case StageNotified():
            office = _office(plan, event.position)
            yield Happened(event.at, _("%(office)s was told") % {"office": office})
        case StageSigned():
            office = _office(plan, event.position)
            what = _("%(office)s signed") % {"office": office}
            detail = _by(event)
            yield Happened(
                event.at, what, f"{detail} · {event.comment}" if event.comment else detail
            )
        case FieldsNarrowed() | TermsNarrowed():
            yield Happened(event.at, _narrowed(event), _by(event))
        case OfficeSucceeded():
            yield Happened(event.at, _taken_over(event, plan), event.reason)
        case _ if isinstance(event, CustodyEvent | AsideEvent):
            what, detail, state = beside(event, office=_office(plan, event.position))
            yield Happened(event.at, what, detail, state)
        case _:
            yield _decided(event, plan)


def _taken_over(event: OfficeSucceeded, plan: Plan | None) -> str:
    """Another office, another post of it, or other people in the same post."""
    before = plan.stages[event.position - 1] if plan is not None else None
    names = {"old": _office(plan, event.position), "new": event.office.name}
    if event.role is not None and before is not None and event.role is not before.role:
        names["new"] = f"{event.office.name} · {words.role(event.role)}"
    elif before is not None and before.office.id == event.office.id:
        return _("%(old)s: now with %(people)s") % {
            "old": names["old"], "people": holder_names(event.holders),
        }  # fmt: skip
    return _("%(new)s took over from %(old)s") % names


def _with_office(plan: Plan, event: OfficeSucceeded) -> Plan:
    stages = (
        replace(stage, office=event.office, role=event.role or stage.role)
        if stage.position == event.position
        else stage
        for stage in plan.stages
    )
    return replace(plan, stages=tuple(stages))


def _decided(event: Event, plan: Plan | None) -> Happened:
    match event:
        case SupplementRequested():
            office = _office(plan, event.position)
            what = _("%(office)s asked for a supplement; the clock stands still") % {
                "office": office
            }
            return Happened(event.at, what, _by(event), "wait")
        case Resubmitted():
            what = _("The supplement was handed in")
            started_anew = _("The terms changed: the chain starts over") if event.plan else ""
            return Happened(event.at, what, started_anew or event.explanation)
        case Refused():
            office = _office(plan, event.position)
            what = _("%(office)s refused: %(reason)s") % {
                "office": office,
                "reason": words.REFUSALS[event.code],
            }
            return Happened(event.at, what, event.text)
        case Withdrawn():
            return Happened(
                event.at,
                _("%(name)s withdrew the application") % {"name": _by(event)},
                event.reason,
            )
        case Consented():
            return Happened(event.at, _("Consented; a grant follows"))
        case _:
            raise ValueError(event)


def _by(event: Event) -> str:
    by = getattr(event, "by", None)
    return signed_name(by.person.name, by.acting_for) if by else ""


def _office(plan: Plan | None, position: int) -> str:
    if plan is None:
        return ""
    stage = plan.stages[position - 1]
    return f"{stage.office.name} · {words.role(stage.role)}"


def _narrowed(event: FieldsNarrowed | TermsNarrowed) -> str:
    if isinstance(event, TermsNarrowed):
        parts = _("; ").join(str(words.NARROWED[name]) for name in event.narrowed)
        return _("Narrowed: %(parts)s") % {"parts": parts}
    count = len(event.withheld)
    return ngettext(
        "%(count)d data item was left out", "%(count)d data items were left out", count
    ) % {"count": count}
