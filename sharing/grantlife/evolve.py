"""From one state to the next: what an event means. Never denies, never looks outside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from sharing.grantlife import events as e
from sharing.grantlife.state import Change, Renewal, State, Suspension
from sharing.grantlife.terms import Cause, ChangeStep, Part, RenewalStep, Status


def fold(events: Iterable[e.Event], *, start: State | None = None) -> State:
    """The state after ``events``; ValueError unless the first one made the grant."""
    state = start
    for event in events:
        if state is None:
            if not isinstance(event, e.Granted):
                raise ValueError("the life of a grant begins with its grant")
            state = _granted(event)
        else:
            state = evolve(state, event)
    if state is None:
        raise ValueError("a grant without events")
    return state


def evolve(state: State, event: e.Event) -> State:
    """The state after one more event."""
    after = _APPLY[type(event)](state, event)
    return replace(after, version=state.version + 1)


def _granted(event: e.Granted) -> State:
    suspension = None
    if event.status is Status.SUSPENDED:  # older than events: who imposed it is not known
        suspension = Suspension(part=Part.STEWARD, cause=Cause.MISUSE)
    return State(
        status=event.status,
        terms=event.terms,
        since=event.at,
        by=event.by,
        reason=event.reason,
        suspension=suspension,
        disposal_due_on=event.disposal_due_on,
    )


def _moved(state: State, event: e.Event, status: Status, reason: str = "") -> State:
    return replace(state, status=status, since=event.at, by=event.by, reason=reason)


def _asked(state: State, event: e.RenewalAsked) -> State:
    return replace(state, renewal=Renewal(until=event.until, keep=event.keep, asked_by=event.by))


def _endorsed(state: State, event: e.RenewalEndorsed) -> State:
    if state.renewal is None:
        raise ValueError("no renewal is open")
    renewal = replace(
        state.renewal, step=RenewalStep.ENDORSED, keep=event.keep, endorsed_by=event.by
    )
    return replace(state, renewal=renewal)


def _suspended(state: State, event: e.Suspended) -> State:
    suspension = Suspension(part=event.part, cause=event.cause, rectify_by=event.rectify_by)
    return replace(
        _moved(state, event, Status.SUSPENDED, event.reason),
        suspension=suspension,
        emergency_unfiled=state.emergency_unfiled or event.cause is Cause.SAFETY,
    )


def _in_suspension(state: State, **changes: Any) -> State:
    if state.suspension is None:
        raise ValueError("the grant is not suspended")
    return replace(state, suspension=replace(state.suspension, **changes))


def _restored(state: State, event: e.Restored) -> State:
    return replace(_moved(state, event, Status.ACTIVE, event.reason), suspension=None)


def _ended(state: State, event: e.Terminated | e.Expired) -> State:
    status = Status.TERMINATED if isinstance(event, e.Terminated) else Status.EXPIRED
    reason = event.reason if isinstance(event, e.Terminated) else ""
    return replace(
        _moved(state, event, status, reason),
        renewal=None,
        change=None,
        suspension=None,
        disposal_due_on=event.disposal_due_on,
    )


def _proposed(state: State, event: e.ChangeProposed) -> State:
    change = Change(
        kind=event.change, effective_on=event.effective_on, reason=event.reason, terms=event.terms
    )
    return replace(state, change=change)


def _change_at(state: State, step: ChangeStep) -> State:
    if state.change is None:
        raise ValueError("no change is planned")
    return replace(state, change=replace(state.change, step=step))


def _narrowed(state: State, event: e.Narrowed) -> State:
    """An open renewal asks for no more than is left."""
    renewal = state.renewal
    if renewal is not None:
        keep = tuple(key for key in renewal.keep if key in event.terms.keys)
        renewal = replace(renewal, keep=keep) if keep else None
    return replace(state, terms=event.terms, renewal=renewal)


_APPLY: Final[Mapping[e.EventType, Callable[[State, Any], State]]] = {
    e.Activated: lambda state, event: _moved(state, event, Status.ACTIVE),
    e.RenewalAsked: _asked,
    e.RenewalWithdrawn: lambda state, _event: replace(state, renewal=None),
    e.RenewalEndorsed: _endorsed,
    e.RenewalRefused: lambda state, _event: replace(state, renewal=None),
    e.Renewed: lambda state, event: replace(state, terms=event.terms, renewal=None),
    e.Narrowed: _narrowed,
    e.MasksRaised: lambda state, event: replace(state, terms=event.terms),
    e.Suspended: _suspended,
    e.RectificationReported: lambda state, _event: _in_suspension(state, reported=True),
    e.RectificationExtended: lambda state, event: _in_suspension(
        state, reported=False, rectify_by=event.rectify_by
    ),
    e.Restored: _restored,
    e.Terminated: _ended,
    e.Expired: _ended,
    e.ChangeProposed: _proposed,
    e.ChangeAnswered: lambda state, _event: state,
    e.NegotiationRecorded: lambda state, _event: _change_at(state, ChangeStep.NEGOTIATED),
    e.ChangeFiled: lambda state, _event: _change_at(state, ChangeStep.FILED),
    e.ChangeDropped: lambda state, _event: replace(state, change=None),
    e.ServiceChanged: lambda state, _event: replace(state, change=None),
    e.EmergencyFiled: lambda state, _event: replace(state, emergency_unfiled=False),
    e.DisposalConfirmed: lambda state, event: replace(state, disposed_on=event.disposed_on),
}
