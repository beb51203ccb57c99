"""Chains as pages show them: planned before submission, under way and decided after it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.pages.chain import ChainGroup, ChainStage, StageState, planned_days, running_days
from portal.pages.dates import moment
from portal.worktime.calendar import Calendar
from sharing.approval.clocks import StageDue, elapsed
from sharing.approval.events import FieldsNarrowed, Refused
from sharing.approval.state import StageState as CaseStage
from sharing.approval.state import State
from sharing.approval.terms import (
    Holder,
    ItemStatus,
    Plan,
    Side,
    Stage,
    StageKind,
    StageStatus,
)
from sharing.cases import Case
from sharing.planning import Planned
from sharing.presenting import words
from sharing.usual_days import Place, Usual

DONE: Final = {
    StageStatus.SIGNED,
    StageStatus.NOTIFIED,
    StageStatus.REFUSED,
    StageStatus.CLOSED,
}


def planned_chain(planned: Planned, usual: Mapping[Place, Usual] | None = None) -> list[ChainGroup]:
    """The chain that a draft would enter, with its due dates and ``usual`` days from history."""
    timetable = planned.timetable
    stages = [
        (stage, _planned_stage(stage, row, usual))
        for stage, row in zip(planned.plan.stages, timetable.stages, strict=True)
    ]
    return [*_groups(stages), _supply(planned.plan, timetable.supply)]


def running_chain(case: Case, calendar: Calendar, now: datetime) -> list[ChainGroup]:
    """The chain of a submitted case; empty for a draft."""
    plan = case.state.plan
    if plan is None or case.timetable is None:
        return []
    begun = ChainStage(
        office=_("Submitted"),
        role=case.state.applicant.name,
        state=StageState.DONE,
        headline=moment(case.state.submitted_at, timezone.localdate(now))
        if case.state.submitted_at
        else "",
        icon="check",
    )
    stages = [
        (one.stage, _running_stage(case, one, row, calendar, now))
        for one, row in zip(case.state.stages, case.timetable.stages, strict=True)
    ]
    groups = _groups(stages)
    if groups:
        first = groups[0]
        groups[0] = ChainGroup(
            side=first.side,
            office=first.office,
            law=first.law,
            law_label=first.law_label,
            stages=[begun, *first.stages],
        )
    if case.state.status in {ItemStatus.REFUSED, ItemStatus.WITHDRAWN}:
        return groups
    return [*groups, _supply(plan, case.timetable.supply, consented=_is_consented(case.state))]


def _is_consented(state: State) -> bool:
    return state.status is ItemStatus.CONSENTED


def _groups(stages: Iterable[tuple[Stage, ChainStage]]) -> list[ChainGroup]:
    groups = []
    for side, members in groupby(stages, key=lambda pair: pair[0].side):
        found = list(members)
        offices = list(dict.fromkeys(stage.office.name for stage, _shown in found))
        groups.append(
            ChainGroup(
                side=words.SIDES[side],
                office=" → ".join(offices),
                law=_reply_limit(found) if side is Side.PROVIDER else "",
                law_label=_("article 21") if side is Side.PROVIDER else "",
                stages=[shown for _stage, shown in found],
            )
        )
    return groups


def _reply_limit(found: Sequence[tuple[Stage, ChainStage]]) -> str:
    days = sum(stage.limit_days or 0 for stage, _shown in found)
    if not days:
        return ""
    text = ngettext(
        "Legal limit for the reply: %(days)d working day.",
        "Legal limit for the reply: %(days)d working days.",
        days,
    )
    return text % {"days": days}


def _planned_stage(stage: Stage, row: StageDue, usual: Mapping[Place, Usual] | None) -> ChainStage:
    past = (usual or {}).get((stage.office.id, stage.role.value))
    told = [] if usual is None or stage.kind is StageKind.NOTIFY else [usually(past)]
    return ChainStage(
        office=stage.office.name,
        role=words.role(stage.role),
        number=stage.position,
        holders=holder_names(stage.holders),
        task=task(stage),
        due=row.due.on if row.due else None,
        clock=_clock(stage.limit_days, provisional=bool(row.due and row.due.provisional)),
        days=planned_days(stage.limit_days, past.median if past else None),
        notes=[*told, *(words.NOTES[note.code] for note in stage.notes)],
    )


def usually(past: Usual | None) -> str:
    """How long an office usually takes, as a sentence."""
    if past is None:
        return _("No history yet of how long this takes.")
    return ngettext(
        "Usually %(median)d working days, four in five within %(most)d (%(cases)d case).",
        "Usually %(median)d working days, four in five within %(most)d (%(cases)d cases).",
        past.cases,
    ) % {"median": past.median, "most": past.most, "cases": past.cases}


def _running_stage(
    case: Case, one: CaseStage, row: StageDue, calendar: Calendar, now: datetime
) -> ChainStage:
    stage = one.stage
    used, paused = 0, 0
    if one.opened_at is not None:
        until = one.closed_at or now
        used, paused = elapsed(case.state, calendar, since=one.opened_at, until=until)
    is_done = one.status in DONE
    late = bool(
        not is_done and row.due and not row.projected and row.due.on < timezone.localdate(now)
    )
    return ChainStage(
        office=stage.office.name,
        role=words.role(stage.role),
        number=stage.position,
        state=_state(one.status),
        is_late=late,
        holders=_who(one),
        task="" if is_done else task(stage),
        due=row.due.on if row.due and not is_done else None,
        headline=_headline(one, now),
        clock=_used(one.limit_days, used, paused)
        if one.opened_at
        else _clock(one.limit_days, provisional=bool(row.due and row.due.provisional)),
        said=_said(case, one),
        notes=[] if is_done else [words.NOTES[note.code] for note in stage.notes],
        days=running_days(one.limit_days, used, paused),
    )


def _state(status: StageStatus) -> StageState:
    if status in DONE:
        return StageState.DONE
    return {
        StageStatus.OPEN: StageState.NOW,
        StageStatus.PAUSED: StageState.PAUSED,
    }.get(status, StageState.WAITING)


def _who(one: CaseStage) -> str:
    if not one.signatures:
        return holder_names(one.stage.holders)
    return _("; ").join(
        signed_name(signed.by.person.name, signed.by.acting_for) for signed in one.signatures
    )


def signed_name(name: str, acting_for: object) -> str:
    """The name of who signed, with whom they stood in for."""
    principal = getattr(acting_for, "name", "")
    if not principal:
        return name
    return _("%(name)s for %(principal)s") % {"name": name, "principal": principal}


def holder_names(holders: Sequence[Holder]) -> str:
    """Who may sign, those who are away left out while somebody is there."""
    present = [holder for holder in holders if not holder.absent] or list(holders)
    names = dict.fromkeys(signed_name(one.person.name, one.acting_for) for one in present)
    return _("; ").join(names)


def task(stage: Stage) -> str:
    """What the holder of a stage decides."""
    if stage.kind is StageKind.NOTIFY:
        return _("is told; nothing waits for it")
    return _("; ").join(str(words.DECIDES[code]) for code in stage.decides)


def _headline(one: CaseStage, now: datetime) -> str:
    if one.closed_at is None or one.status not in DONE:
        return ""
    when = moment(one.closed_at, timezone.localdate(now))
    verb = {
        StageStatus.SIGNED: _("signed"),
        StageStatus.NOTIFIED: _("told"),
        StageStatus.REFUSED: _("refused"),
    }.get(one.status, _("closed"))
    return _("%(when)s %(what)s") % {"when": when, "what": verb}


def _clock(limit: int | None, *, provisional: bool = False) -> str:
    if limit is None:
        return _("no limit")
    text = ngettext("limit %(days)d working day", "limit %(days)d working days", limit) % {
        "days": limit
    }
    if provisional:
        return _("%(limit)s · provisional: next year's holidays are not announced yet") % {
            "limit": text
        }
    return text


def _used(limit: int | None, used: int, paused: int) -> str:
    if limit is None:
        return ngettext("used %(used)d working day", "used %(used)d working days", used) % {
            "used": used
        }
    text = _("used %(used)d of %(limit)d working days") % {"used": used, "limit": limit}
    if paused:
        return _("%(text)s; %(paused)d not counted while paused") % {"text": text, "paused": paused}
    return text


def _said(case: Case, one: CaseStage) -> str:
    lines = [signed.comment for signed in one.signatures if signed.comment]
    lines += [
        _left_out(len(event.withheld))
        for event in case.events
        if isinstance(event, FieldsNarrowed) and event.position == one.stage.position
    ]
    decision = case.state.decision
    if isinstance(decision, Refused) and decision.position == one.stage.position:
        lines.append(f"{words.REFUSALS[decision.code]}: {decision.text}")
    return _("; ").join(lines)


def _left_out(count: int) -> str:
    return ngettext("left out %(count)d data item", "left out %(count)d data items", count) % {
        "count": count
    }


def _supply(plan: Plan, supply: object, *, consented: bool = False) -> ChainGroup:
    due = getattr(supply, "on", None)
    text = ngettext(
        "Within %(days)d working day of consent.",
        "Within %(days)d working days of consent.",
        plan.supply_days,
    )
    detail = _("with quality report and signed manifest")
    if getattr(supply, "provisional", False):
        detail = _("%(limit)s · provisional: next year's holidays are not announced yet") % {
            "limit": detail
        }
    box = ChainStage(
        office=_("Grant and first delivery"),
        state=StageState.NOW if consented else StageState.WAITING,
        due=due,
        detail=detail,
        icon="download",
    )
    return ChainGroup(
        side=_("Supply"),
        law=text % {"days": plan.supply_days},
        law_label=_("article 22"),
        stages=[box],
    )
