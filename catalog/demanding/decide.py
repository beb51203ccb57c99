"""May it be done? One answer for pages and REST."""

from catalog.demanding.rules import following
from catalog.demanding.terms import (
    PASSING_ON,
    REPLIES,
    Actor,
    Command,
    Denial,
    Order,
    State,
    Status,
)


def decide(state: State, order: Order, *, actor: Actor) -> Status | Denial:
    """The status the order leads to, or why not; the same for the same arguments."""
    if order.seen != state.steps:
        return Denial.STALE
    after = following(state.status, actor.parts, order.command)
    if isinstance(after, Denial):
        return after
    return _separated(state, order.command, actor) or _passed_on(state, order) or after


def _separated(state: State, command: Command, actor: Actor) -> Denial | None:
    if command in REPLIES and state.department in actor.departments:
        return Denial.OWN_DEMAND
    if command is Command.REOPEN and state.reopened:
        return Denial.REOPENED_ALREADY
    return None


def _passed_on(state: State, order: Order) -> Denial | None:
    if order.command not in PASSING_ON or order.target is None:
        return None
    if order.target == state.department:
        return Denial.TO_ASKER
    return Denial.SAME_DEPARTMENT if order.target == state.responder else None


def available(state: State, *, actor: Actor) -> dict[Command, Denial | None]:
    """For every command: None if the actor could give it now, or why not."""
    answers: dict[Command, Denial | None] = {}
    for command in Command:
        after = following(state.status, actor.parts, command)
        denied = after if isinstance(after, Denial) else _separated(state, command, actor)
        answers[command] = denied
    return answers
