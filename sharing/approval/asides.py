"""What happens beside the chain, folded from events: opinions, copies, reminders, extensions."""

from dataclasses import replace
from typing import assert_never

from sharing.approval.custody import Consultation, Extension
from sharing.approval.events import (
    AsideEvent,
    Copied,
    ExtensionConsented,
    ExtensionRefused,
    ExtensionRequested,
    OpinionAsked,
    OpinionGiven,
    Urged,
)
from sharing.approval.holding import with_stage
from sharing.approval.state import State


def aside_event(state: State, event: AsideEvent) -> State:
    """The state after something that moves no stage; only a consented extension moves a clock."""
    match event:
        case OpinionAsked():
            return _asked(state, event)
        case OpinionGiven():
            return replace(state, consultations=_answered(state, event))
        case Copied():
            copied = {person.official_id for person in event.to}
            return replace(state, involved=state.involved | copied)
        case Urged():
            return replace(state, urged=(*state.urged, event))
        case ExtensionRequested():
            asked = Extension(
                position=event.position, by=event.by, days=event.days, reason=event.reason,
                asked_at=event.at,
            )  # fmt: skip
            return replace(state, extension=asked)
        case ExtensionConsented():
            stage = state.stages[event.position - 1]
            longer = replace(stage, extended_days=stage.extended_days + event.days)
            return replace(with_stage(state, longer), extension=None)
        case ExtensionRefused():
            return replace(state, extension=None)
        case _:  # pragma: no cover
            assert_never(event)


def _asked(state: State, event: OpinionAsked) -> State:
    asked = Consultation(
        position=event.position,
        by=event.by,
        office=event.office,
        question=event.question,
        asked_at=event.at,
        person=event.person,
    )
    named = {event.person.official_id} if event.person else set()
    offices = set() if event.person else {event.office.id}
    return replace(
        state,
        consultations=(*state.consultations, asked),
        involved=state.involved | named,
        involved_offices=state.involved_offices | offices,
    )


def _answered(state: State, event: OpinionGiven) -> tuple[Consultation, ...]:
    answered = replace(
        state.consultations[event.asked],
        answered_by=event.by,
        answered_at=event.at,
        answer=event.text,
        agrees=event.agrees,
    )
    number = event.asked
    return (*state.consultations[:number], answered, *state.consultations[number + 1 :])
