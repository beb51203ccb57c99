"""May it be done? One answer for pages, REST and the clockwork."""

from sharing.oversight.rules import following
from sharing.oversight.terms import Actor, Command, Denial, Order, Part, State, Status

OF_PEOPLE = tuple(one for one in Command if one not in {Command.LAPSE, Command.REOPEN})
"""Commands that somebody gives; the others are the clockwork's."""


def decide(state: State, order: Order, *, actor: Actor) -> Status | Denial:
    """The status the order leads to, or why not; the same for the same arguments."""
    if order.seen != state.steps:
        return Denial.STALE
    return _following(state, order.command, actor)


def available(state: State, *, actor: Actor) -> dict[Command, Denial | None]:
    """For every command of people: None if the actor could give it now, or why not."""
    answers: dict[Command, Denial | None] = {}
    for command in OF_PEOPLE:
        after = _following(state, command, actor)
        answers[command] = after if isinstance(after, Denial) else None
    return answers


def _following(state: State, command: Command, actor: Actor) -> Status | Denial:
    """Nobody judges a case of their own department, whatever posts they hold."""
    parts = actor.parts - {Part.AUTHORITY} if actor.own_case else actor.parts
    after = following(state.kind, state.status, parts, command)
    if actor.own_case and after is Denial.OTHER_PART:
        return Denial.OWN_CASE
    return after
