"""Commands on items: one lock, one decision, its events, their effects, one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from catalog import hooks
from portal.errors import Invalid, NotAllowed, Reason
from portal.organisation.models import Official
from sharing import access, autonomy, cases, offers, planning
from sharing.actions import content as contents
from sharing.actions import differences
from sharing.actions.checks import submission_faults
from sharing.actions.effects import take_effect
from sharing.actions.narrowing import check_narrowing
from sharing.actions.statements import own_statement
from sharing.approval.clocks import local_day
from sharing.approval.commands import NAMES, Command, CommandType, Resubmit, Sign, Submit, Withdraw
from sharing.approval.decide import available, decide
from sharing.approval.evolve import fold
from sharing.approval.state import State
from sharing.approval.terms import DenialCode, Denied, ItemStatus
from sharing.models import Application, ApplicationItem
from sharing.reasons import error_for, reason_for

T = TypeVar("T")
LOCK_NOT_AVAILABLE: Final = "55P03"
ONE_OPEN: Final = "sharing_item_one_open"


def execute(
    *, by: Official, item_id: UUID | str, command: Command, now: datetime
) -> ApplicationItem:
    """Carry out ``command`` on the item: the only way its status changes.

    Locks the row, loads the events, asks the core, stores what it answers and what follows from
    it. Raises NotVisible, Stale when more has happened than ``command.seen``, NotAllowed with the
    reason. Of two at once the second sees what the first did.
    """
    return _settled(lambda: _execute(by, item_id, command, now))


def submit_application(
    *, by: Official, application_id: UUID | str, seen: int = 0, now: datetime
) -> Application:
    """Send a draft into its chain; Invalid lists everything that is missing, with remedies.

    ``seen`` is the number of events the page showed: 0 for a draft.
    """
    return _settled(lambda: _submit(by, application_id, seen, now))


def resubmit_application(  # noqa: PLR0913 - what a supplement consists of
    *, by: Official, item_id: UUID | str, seen: int, content: Mapping[str, Any],
    fields: Sequence[str] | None = None, explanation: str = "", now: datetime,
) -> ApplicationItem:  # fmt: skip
    """Answer the supplement notice with changed ``content`` and ``fields`` (None: as they were).

    With other terms (fields, rows, period, mode, purpose) the chain is planned and signed anew.
    """
    change = (content, fields, explanation)
    return _settled(lambda: _resubmit(by, item_id, seen, change, now))


def withdraw_application(
    *, by: Official, item_id: UUID | str, seen: int, reason: str = "", now: datetime
) -> ApplicationItem:
    """Take the item back for good."""
    return execute(by=by, item_id=item_id, command=Withdraw(seen=seen, reason=reason), now=now)


def available_commands(
    item: ApplicationItem, official: Official, now: datetime
) -> dict[str, Reason | None]:
    """For every command by name: None if the official could give it now, or why not.

    The buttons of pages and the answers of ``execute`` come from the same decision.
    """
    state = cases.load(item).state
    answers = available(state, access.actor_for(official, local_day(now)), now)
    return {
        NAMES[command]: _explained(item, state, command, denied)
        for command, denied in answers.items()
    }


def _explained(
    item: ApplicationItem, state: State, command: CommandType, denied: Denied | None
) -> Reason | None:
    if denied is not None:
        return reason_for(denied.code)
    if command is Sign and (error := _not_offered(item, state, only_entry=True)) is not None:
        return Reason(error.reason, error.message, {"remedy": error.remedy})
    return None


def _settled(work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction; tell conflicts with others in words."""
    try:
        with transaction.atomic():
            return work()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise NotAllowed(
            _("Somebody else is working on this application at this moment."),
            remedy=_("Try again in a few seconds. What you entered is kept."),
            code="busy",
        ) from error
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        raise NotAllowed(
            _("Your department already has an open application for this entry."),
            remedy=_("Wait for its decision, or withdraw it first."),
            code="duplicate",
        ) from error


def lock_item(by: Official, item_id: UUID | str, now: datetime) -> ApplicationItem:
    """The item, locked until the transaction ends; NotVisible if it does not exist for ``by``."""
    seen = access.get_item(by, item_id, local_day(now))
    return (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related(
            "application__applicant",
            "application__department__region",
            "provider__region",
            "resource__live",
            "version",
        )
        .get(pk=seen.pk)
    )


def _execute(by: Official, item_id: UUID | str, command: Command, now: datetime) -> ApplicationItem:
    return _counted(_carry_out(lock_item(by, item_id, now), by, command, now))


def _counted(item: ApplicationItem) -> ApplicationItem:
    """The item, after the catalog has heard that its entry may be used more or less."""
    hooks.use_changed([item.resource_id])
    return item


def _carry_out(
    item: ApplicationItem, by: Official, command: Command, now: datetime
) -> ApplicationItem:
    """Decide ``command`` on the locked item and store what follows."""
    state = cases.state_of(item)
    actor = access.actor_for(by, local_day(now))
    decision = decide(state, command, actor=actor, now=now)
    if isinstance(decision, Denied):
        raise error_for(decision.code)
    if isinstance(command, Sign):
        kept = command.narrow_fields
        if (error := _not_offered(item, state, kept=kept)) is not None:
            raise error
        check_narrowing(item, command)
    after = fold(decision, start=state)
    cases.append(item, decision)
    planned_anew = len(after.stages) != len(state.stages) or after.plan is not state.plan
    cases.project(item, after, before=None if planned_anew else state)
    take_effect(item, decision, after, by=by, now=now)
    return item


def execute_locked(
    item: ApplicationItem, *, by: Official, command: Command, now: datetime
) -> ApplicationItem:
    """Carry out ``command`` on an item whose row the caller has locked, as ``lock_item`` does."""
    return _counted(_carry_out(item, by, command, now))


def settled(work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction; conflicts with others become NotAllowed."""
    return _settled(work)


def _not_offered(
    item: ApplicationItem, state: State, *, kept: Sequence[str] | None = None,
    only_entry: bool = False,
) -> NotAllowed | None:  # fmt: skip
    """Why consent would grant what the catalog no longer offers (``kept`` narrows it)."""
    plan, terms = state.asked
    if (stopped := autonomy.hindrance(plan)) is not None:
        return stopped
    keys = () if only_entry else terms.fields if kept is None else kept
    return offers.hindrance(item.resource, keys, agreed=item.version)


def _submit(by: Official, application_id: UUID | str, seen: int, now: datetime) -> Application:
    on = local_day(now)
    found = access.get_application(by, application_id, on)
    application = Application.objects.select_for_update(of=("self",)).get(pk=found.pk)
    rows = list(application.items.order_by("pk"))
    for row in rows:
        item = lock_item(by, row.pk, now)
        item.application = application = _with_people(application, item.application)
        _send(item, by, seen, now)
    hooks.use_changed(row.resource_id for row in rows)
    return application


def _with_people(application: Application, loaded: Application) -> Application:
    """One and the same application object, with applicant, department and region loaded."""
    application.applicant, application.department = loaded.applicant, loaded.department
    return application


def _send(item: ApplicationItem, by: Official, seen: int, now: datetime) -> None:
    application = item.application
    if item.status != ItemStatus.DRAFT.value:
        raise error_for(DenialCode.ALREADY_SUBMITTED)
    if item.resource.live is not None:
        item.version = item.resource.live
    if faults := submission_faults(application, item, by=by, now=now):
        raise Invalid(_("The application cannot be sent yet."), faults)
    planned = planning.plan(application, item, now)
    item.policy = planned.policy
    item.save(update_fields=["version", "policy"])
    application.submitted_at = application.submitted_at or now
    application.updated_at = now
    application.save(update_fields=["submitted_at", "updated_at"])
    command = Submit(
        seen=seen,
        plan=planned.plan,
        terms=planning.terms_of(application, item),
        content_hash=planning.content_hash(application, item),
    )
    _carry_out(item, by, command, now)


def _resubmit(
    by: Official,
    item_id: UUID | str,
    seen: int,
    change: tuple[Mapping[str, Any], Sequence[str] | None, str],
    now: datetime,
) -> ApplicationItem:
    content, fields, explanation = change
    item = lock_item(by, item_id, now)
    application = item.application
    if item.status != ItemStatus.SUPPLEMENT.value:
        raise error_for(DenialCode.NO_SUPPLEMENT_ASKED)
    entered = planning.terms_of(application, item)
    before = differences.parts(application, item)
    if faults := contents.value_faults(contents.content_of(application, item) | dict(content)):
        raise Invalid(_("Some entries need correction."), faults)
    application = own_statement(item, content, by=by, now=now)
    contents.apply(application, item, content)
    if fields is not None:
        item.fields = list(fields)
    agreed = item.version
    if item.resource.live is not None:
        item.version = item.resource.live
    if faults := submission_faults(application, item, by=by, now=now):
        raise Invalid(_("The application cannot be sent yet."), faults)
    planned = planning.plan(application, item, now)
    terms = planning.terms_of(application, item)
    standing = cases.load(item).state.asked[1]
    if terms.asks_the_same_as(entered):
        terms = standing  # nothing else is asked for: what signers left out stays left out
    if terms.asks_the_same_as(standing):
        item.version = agreed  # the round goes on, so it goes on about the same version
    else:
        item.policy = planned.policy
    application.updated_at = now
    application.save(
        update_fields=[*contents.TEXTS, *contents.DATES, *contents.FLAGS, "mode", "updated_at"]
    )
    item.save(update_fields=["version", "fields", "row_region", "policy"])
    command = Resubmit(
        seen=seen,
        terms=terms,
        content_hash=planning.content_hash(application, item),
        explanation=explanation,
        plan=planned.plan,
        changes=differences.between(before, differences.parts(application, item)),
    )
    return _counted(_carry_out(item, by, command, now))
