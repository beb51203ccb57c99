"""What follows from the events of a case, in the transaction that stores them: ledger, notices, grant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from portal.ledger.records import record
from portal.organisation.models import Official
from sharing import access, cases, grants
from sharing.actions import emergencies
from sharing.actions.drawing_in import tell_of_people
from sharing.approval.clocks import local_day
from sharing.approval.custody import Place
from sharing.approval.events import (
    AsideEvent,
    Consented,
    Copied,
    CustodyEvent,
    DelegationReturned,
    Event,
    ExtensionConsented,
    ExtensionRefused,
    ExtensionRequested,
    FieldsNarrowed,
    OfficeSucceeded,
    OpinionAsked,
    OpinionGiven,
    Refused,
    Resubmitted,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageDelegated,
    StageNotified,
    StageOpened,
    StageReassigned,
    StageSigned,
    StageTransferred,
    Submitted,
    SupplementRequested,
    TermsNarrowed,
    Urged,
    Withdrawn,
)
from sharing.approval.serialise import kind_of
from sharing.approval.state import State
from sharing.approval.terms import ItemStatus, Office, Person, Stage
from sharing.models import ApplicationItem
from sharing.telling import tell_about_item

ARTICLES: Final[dict[type[Event], str]] = {
    Submitted: "20",
    SupplementRequested: "21",
    Resubmitted: "21",
    Refused: "21",
    Consented: "21",
    ExtensionRequested: "21",
    ExtensionConsented: "21",
    ExtensionRefused: "21",
}
"""Where the law speaks of what happened."""


def take_effect(
    item: ApplicationItem,
    events: Sequence[Event],
    after: State,
    *,
    by: Official | None,
    now: datetime,
) -> None:
    """Enter every event into the ledger, tell whom it concerns, and make the grant on consent."""
    first = after.version - len(events) + 1
    for seq, event in enumerate(events, start=first):
        _enter(item, event, seq, after, by=by)
    for event in events:
        _tell(event, item, after, now)
        emergencies.decided(item, event, now=now)
        if isinstance(event, Consented):
            plan, _ = after.asked
            grant = grants.create_for(
                item, terms=event.terms, supply_days=plan.supply_days, now=now
            )
            grants.activate(grant, now=now)


def _enter(
    item: ApplicationItem, event: Event, seq: int, after: State, *, by: Official | None
) -> None:
    """One entry for one event: their numbers must agree (invariant 25)."""
    acted = cases.signature(event)
    record(
        f"item.{kind_of(event)}",
        by=by if acted else None,
        obj=item,
        now=event.at,
        label=f"{item.application.number} {item.version.title}",
        acting_for=acted.acting_for.name if acted and acted.acting_for else "",
        departments=_readers(item, after),
        data={"seq": seq, **_details(event, after)},
        article=ARTICLES.get(type(event), ""),
    )


def _readers(item: ApplicationItem, after: State) -> set[int]:
    """The requesting department and every office the case has reached."""
    reached = {stage.stage.office.id for stage in after.stages if stage.opened_at is not None}
    return {item.application.department_id, *reached}


_DETAILS: Final[dict[type[Event], tuple[str, ...]]] = {
    Submitted: ("content_hash",),
    Resubmitted: ("content_hash",),
    StageSigned: ("content_hash",),
    FieldsNarrowed: ("kept", "withheld"),
    Refused: ("code", "text", "citation"),
    Withdrawn: ("reason",),
    Consented: ("by_rule",),
    OfficeSucceeded: ("reason",),
    TermsNarrowed: ("narrowed",),
    SignatureTakenBack: ("reason",),
    StageTransferred: ("to", "reason"),
    StageReassigned: ("to", "reason"),
    StageDelegated: ("to", "task"),
    DelegationReturned: ("opinion",),
    SignersAdded: ("signers", "place", "rule", "needed", "reason"),
    SignerRemoved: ("signer", "reason"),
    OpinionAsked: ("office", "person", "question"),
    OpinionGiven: ("asked", "text", "agrees"),
    Copied: ("to", "note"),
    Urged: ("by_authority", "counts_for", "note"),
    ExtensionRequested: ("days", "reason"),
    ExtensionConsented: ("days", "note"),
    ExtensionRefused: ("reason",),
}
"""What the ledger says of an event beside its stage."""


def _details(event: Event, after: State) -> dict[str, Any]:
    shown = {name: _plain(getattr(event, name)) for name in _DETAILS.get(type(event), ())}
    if isinstance(event, Consented) and event.by_rule and after.plan and after.plan.rule:
        rule = after.plan.rule
        shown |= {"rule": f"{rule.name} v{rule.version}", "set_by": rule.set_by.name}
    position: int | None = getattr(event, "position", None)
    return shown if position is None else shown | _stage(after, position)


def _plain(value: Any) -> Any:
    """Names instead of people and offices, as the ledger keeps them."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.name if isinstance(value, Person | Office) else value


def _stage(after: State, position: int) -> dict[str, Any]:
    stage = after.stages[position - 1].stage
    return {"position": position, "office": stage.office.name, "role": stage.role}


_TO_HOLDERS: Final[dict[type[Event], str]] = {
    StageOpened: "item.to_sign",
    StageNotified: "item.to_know",
}
_TO_APPLICANT: Final[dict[type[Event], str]] = {
    SupplementRequested: "item.supplement",
    Refused: "item.refused",
    Consented: "item.consented",
}


def _tell(event: Event, item: ApplicationItem, after: State, now: datetime) -> None:
    """Tell whom the event concerns; what is only a step on the way concerns nobody."""
    if isinstance(event, StageOpened | StageNotified):
        stage = after.stages[event.position - 1].stage
        _tell_holders(item, _TO_HOLDERS[type(event)], stage, after, now)
    elif _comes_again(event, after):
        _tell_holders(item, "item.to_sign", after.waiting.stage, after, now)
    elif isinstance(event, StageSigned):
        _tell_added(event, item, after, now)
    elif isinstance(event, Withdrawn):
        _tell_of_withdrawal(item, after, now)
    elif isinstance(event, CustodyEvent | AsideEvent):
        tell_of_people(event, item, after, now)
    else:
        _tell_applicant(event, item, after, now)


def _comes_again(event: Event, after: State) -> bool:
    """Whether a stage that is open already waits for somebody who does not know it yet."""
    if isinstance(event, OfficeSucceeded):
        return after.current == event.position and after.status is not ItemStatus.SUPPLEMENT
    return isinstance(event, Resubmitted) and event.plan is None


def _tell_applicant(event: Event, item: ApplicationItem, after: State, now: datetime) -> None:
    if kind := _TO_APPLICANT.get(type(event)):
        reason = event.text if isinstance(event, Refused) else ""
        tell_about_item(item, kind, {after.applicant.official_id}, now=now, reason=reason)
    if isinstance(event, Refused) and event.copy_to_authority:
        copied = access.authority_of(item.provider.region, local_day(now))
        tell_about_item(item, "item.refusal_copied", copied, now=now, reason=event.text)


def _tell_added(event: StageSigned, item: ApplicationItem, after: State, now: datetime) -> None:
    """Added signers who sign after the holder learn that it is their turn."""
    stage = after.stages[event.position - 1]
    if event.added or stage.is_complete:
        return
    people = {
        person.official_id
        for group in stage.groups
        if group.place is Place.AFTER
        for person in group.pending
    }
    tell_about_item(item, "item.to_cosign", people, now=now, name=event.by.person.name)


def _tell_of_withdrawal(item: ApplicationItem, after: State, now: datetime) -> None:
    for stage in after.stages:
        if stage.opened_at is not None and not stage.signatures:
            _tell_holders(item, "item.withdrawn", stage.stage, after, now)


def _tell_holders(
    item: ApplicationItem, kind: str, stage: Stage, after: State, now: datetime
) -> None:
    """Tell who holds the post of ``stage`` today, but nobody of the applicant's side."""
    people = access.holders(stage.office.id, [stage.role.value], local_day(now))
    tell_about_item(item, kind, people - after.requesters, now=now)
