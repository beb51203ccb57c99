"""Telling the people whom a step draws in, and those from whom it takes something away."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from portal.organisation.models import Role
from sharing import access
from sharing.approval.clocks import local_day
from sharing.approval.custody import Place
from sharing.approval.events import (
    AsideEvent,
    Copied,
    CustodyEvent,
    DelegationReturned,
    ExtensionConsented,
    ExtensionRefused,
    ExtensionRequested,
    OpinionAsked,
    OpinionGiven,
    SignatureTakenBack,
    SignerRemoved,
    SignersAdded,
    StageDelegated,
    StageReassigned,
    StageTransferred,
    Urged,
)
from sharing.approval.state import State
from sharing.approval.terms import Person, Stage
from sharing.models import ApplicationItem
from sharing.telling import tell_about_item

ANSWERING: Final = (Role.SHARING_OFFICE_HEAD, Role.STEWARD)
"""Who is told when an office is asked for its opinion; everybody in business there may answer."""


def tell_of_people(
    event: CustodyEvent | AsideEvent, item: ApplicationItem, after: State, now: datetime
) -> None:
    """Tell whom the event concerns; nobody of the applicant's side hears of the office's work."""
    for kind, people, params in _TELLS.get(type(event), _nobody)(event, item, after, now):
        others = set(people) - {event.by.person.official_id}
        tell_about_item(item, kind, others, now=now, name=event.by.person.name, **params)


_Told: TypeAlias = Iterable[tuple[str, Iterable[int], Mapping[str, str]]]


def _nobody(event: Any, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del event, item, after, now
    return ()


def _transferred(
    event: StageTransferred, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item, after, now
    yield "item.handed_over", [event.to.official_id], {}


def _reassigned(
    event: StageReassigned, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item
    yield "item.handed_over", [event.to.official_id], {}
    before = _holders(after.stages[event.position - 1].stage, after, now) - {event.to.official_id}
    yield "item.taken_away", before, {"other": event.to.name, "reason": event.reason}


def _delegated(event: StageDelegated, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del item, after, now
    yield "item.to_prepare", [event.to.official_id], {}


def _returned(
    event: DelegationReturned, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item, now
    delegation = after.stages[event.position - 1].delegation
    if delegation is not None:
        concerned = {delegation.to.official_id, *delegation.by.identities}
        yield "item.prepared", concerned, {}


def _taken_back(
    event: SignatureTakenBack, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    """Who had been told that it was their turn: the stage after the one that is open again."""
    del item
    following = [one.stage for one in after.stages[event.position :] if one.stage.quorum]
    for stage in following[:1]:
        yield "item.taken_back", _holders(stage, after, now), {}


def _signers_added(
    event: SignersAdded, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item, after, now
    if event.place is not Place.AFTER:
        yield "item.to_cosign", _ids(event.signers), {}


def _signer_removed(
    event: SignerRemoved, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item, after, now
    yield "item.not_to_cosign", [event.signer.official_id], {}


def _asked(event: OpinionAsked, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del item
    if event.person is not None:
        yield "item.opinion_asked", [event.person.official_id], {}
        return
    people = access.holders(event.office.id, ANSWERING, local_day(now))
    yield "item.opinion_asked", people - after.requesters, {}


def _given(event: OpinionGiven, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del item, now
    yield "item.opinion_given", after.consultations[event.asked].by.identities, {}


def _copied(event: Copied, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del item, after, now
    yield "item.copied", _ids(event.to), {}


def _urged(event: Urged, item: ApplicationItem, after: State, now: datetime) -> _Told:
    del item
    stage = after.stages[event.position - 1]
    has = stage.assignee
    people = {has.official_id} if has else _holders(stage.stage, after, now)
    yield "item.urged", people | set(_ids(stage.added_now())), {}


def _extension_asked(
    event: ExtensionRequested, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del after
    people = access.authority_of(item.provider.region, local_day(now))
    yield "item.extension_asked", people, {"days": str(event.days)}


def _extended(
    event: ExtensionConsented, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    """The demander is told of a longer limit (article 21), and so is who asked for it."""
    del item
    days = {"days": str(event.days)}
    yield "item.extended", [after.applicant.official_id], days
    stage = after.stages[event.position - 1].stage
    yield "item.extension_granted", _holders(stage, after, now), days


def _not_extended(
    event: ExtensionRefused, item: ApplicationItem, after: State, now: datetime
) -> _Told:
    del item
    stage = after.stages[event.position - 1].stage
    yield "item.extension_refused", _holders(stage, after, now), {"reason": event.reason}


def _holders(stage: Stage, after: State, now: datetime) -> set[int]:
    people = access.holders(stage.office.id, [stage.role.value], local_day(now))
    return people - after.requesters


def _ids(people: Iterable[Person]) -> list[int]:
    return [person.official_id for person in people]


_Teller: TypeAlias = Callable[[Any, ApplicationItem, State, datetime], _Told]
_TELLS: Final[Mapping[type[CustodyEvent | AsideEvent], _Teller]] = {
    StageTransferred: _transferred,
    StageReassigned: _reassigned,
    StageDelegated: _delegated,
    DelegationReturned: _returned,
    SignatureTakenBack: _taken_back,
    SignersAdded: _signers_added,
    SignerRemoved: _signer_removed,
    OpinionAsked: _asked,
    OpinionGiven: _given,
    Copied: _copied,
    Urged: _urged,
    ExtensionRequested: _extension_asked,
    ExtensionConsented: _extended,
    ExtensionRefused: _not_extended,
}
"""Claims, releases: the page says who has it, and nobody has to do anything."""
