"""Commands on grants: one lock, one decision, its events, what follows, one transaction."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed, Reason
from portal.organisation.models import Official
from portal.worktime import access as worktime
from sharing import access
from sharing.approval.clocks import local_day
from sharing.grant_reasons import error_for, reason_for
from sharing.granting import life
from sharing.granting.attached import is_attached
from sharing.granting.effects import take_effect
from sharing.granting.people import actor_for
from sharing.grantlife.commands import NAMES, Command
from sharing.grantlife.decide import available, decide
from sharing.grantlife.state import State
from sharing.grantlife.terms import CLOCKWORK, Actor, Denied, Facts
from sharing.models import Grant

LOCK_NOT_AVAILABLE: Final = "55P03"


def execute_on_grant(
    *, by: Official, grant_id: UUID | str, command: Command, now: datetime
) -> Grant:
    """Carry out ``command``: the only way a grant changes by people's hands.

    Locks the row, loads the events, asks the core, stores what it answers and what follows from
    it. Raises NotVisible, Forbidden, Invalid, Stale when more has happened than ``command.seen``,
    NotAllowed with the reason. Of two at once the second sees what the first did.
    """
    on = local_day(now)
    pk = access.get_grant(by, grant_id, on).pk
    try:
        with transaction.atomic():
            grant = lock(pk)
            return _carry_out(grant, command, actor_for(by, grant, on), by=by, now=now)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise NotAllowed(
            _("Somebody else is working on this grant at this moment."),
            remedy=_("Try again in a few seconds. What you entered is kept."),
            code="busy",
        ) from error


@transaction.atomic
def run_by_clock(*, grant_id: UUID, command: Command, now: datetime) -> Grant | None:
    """Carry out what happens by itself; None when the core does not allow it (any more)."""
    grant = lock(grant_id)
    return grant if _by_clock(grant, life.load(grant), command, now) else None


def begin_by_clock(grant: Grant, *, command: Command, now: datetime) -> bool:
    """As ``run_by_clock``, right after consent, while the row is still to be inserted."""
    return _by_clock(grant, life.begun(grant), command, now)


def _by_clock(grant: Grant, state: State, command: Command, now: datetime) -> bool:
    facts = facts_for(grant, local_day(now))
    decision = decide(state, command, actor=CLOCKWORK, now=now, facts=facts)
    if isinstance(decision, Denied):
        return False
    take_effect(grant, decision, state, life.append(grant, decision, state), by=None)
    return True


def available_commands(grant: Grant, official: Official, now: datetime) -> dict[str, Reason | None]:
    """For every command by name: None if the official could give it now, or why not.

    The buttons of pages and the answers of ``execute_on_grant`` come from the same decision.
    """
    on = local_day(now)
    answers = available(
        life.load(grant),
        actor=actor_for(official, grant, on),
        now=now,
        facts=facts_for(grant, on),
    )
    return {
        NAMES[kind]: None if denied is None else reason_for(denied)
        for kind, denied in answers.items()
    }


def lock(pk: UUID) -> Grant:
    """The grant, locked until the transaction ends; locks are taken in the order grant, pull, entry."""
    return (
        Grant.objects.select_for_update(of=("self",))
        .select_related(
            "department", "resource__provider", "resource__live", "version", "item__application"
        )
        .get(pk=pk)
    )


def facts_for(grant: Grant, on: date) -> Facts:
    """What the core asks of the catalog, the calendar and the local settings."""
    days = settings.GRANT_DISPOSAL_DAYS
    due = worktime.calendar().add_working_days(on, days).on if days is not None else None
    return Facts(
        attached=is_attached(grant.resource_id),
        disposal_due_on=due,
        renewal_window_days=settings.GRANT_RENEWAL_DAYS,
    )


def _carry_out(
    grant: Grant, command: Command, actor: Actor, *, by: Official | None, now: datetime
) -> Grant:
    state = life.load(grant)
    facts = facts_for(grant, local_day(now))
    decision = decide(state, command, actor=actor, now=now, facts=facts)
    if isinstance(decision, Denied):
        raise error_for(decision.code, command)
    after = life.append(grant, decision, state)
    take_effect(grant, decision, state, after, by=by)
    return grant
