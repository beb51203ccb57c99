"""May it be done? One answer for pages, REST, bulk and clockwork."""

from datetime import datetime

from catalog.lifecycle.rules import following
from catalog.lifecycle.terms import DECISIONS, Actor, Command, Denial, Order, Part, State, Status


def decide(state: State, order: Order, *, actor: Actor, now: datetime) -> Status | Denial:
    """The status the order leads to, or why not; the same for the same arguments."""
    is_clock = Part.CLOCK in actor.parts
    if order.seen != state.steps and not is_clock:
        return Denial.STALE
    after = following(state.status, actor.parts, order.command)
    if isinstance(after, Denial) or is_clock:
        return after
    return _separated(state, order, actor) or _in_time(state, order, now) or after


def _separated(state: State, order: Order, actor: Actor) -> Denial | None:
    """Sender, head and authority are three people (R19); whoever stands in for one counts as one."""
    if order.command not in DECISIONS:
        return None
    if actor.identities & state.sent_by:
        return Denial.OWN_DRAFT
    if state.status is not Status.HEAD_REVIEW and actor.identities & state.approved_by:
        return Denial.ALREADY_APPROVED
    return None


def _in_time(state: State, order: Order, now: datetime) -> Denial | None:
    if order.command is not Command.SCHEDULE:
        return None
    if order.publish_at is None or order.publish_at <= now:
        return Denial.NOT_LATER
    if state.latest is not None and order.publish_at > state.latest:
        return Denial.TOO_LATE
    return None


def available(state: State, *, actor: Actor) -> dict[Command, Denial | None]:
    """For every command of people: None if the actor could give it now, or why not.

    A publication time is judged only when it is given.
    """
    answers: dict[Command, Denial | None] = {}
    for command in Command:
        if command is Command.PUBLISH:
            continue
        after = following(state.status, actor.parts, command)
        order = Order(command, state.steps)
        answers[command] = after if isinstance(after, Denial) else _separated(state, order, actor)
    return answers
