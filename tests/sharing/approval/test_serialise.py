"""Events and policies as JSON: what is written is read back, and old writings stay readable."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sharing.approval.commands import (
    AddSigner,
    Advise,
    Claim,
    Command,
    ConsentExtension,
    Consult,
    Copy,
    Delegate,
    HandBack,
    Reassign,
    Refuse,
    RefuseExtension,
    Release,
    RemoveSigner,
    RequestExtension,
    Resubmit,
    Sign,
    TakeBack,
    Transfer,
    Urge,
    Withdraw,
)
from sharing.approval.events import EVENTS, Event, OfficeSucceeded, StageSigned
from sharing.approval.evolve import fold
from sharing.approval.policy import DEFAULT_POLICY, Limits, Policy, RelayMode
from sharing.approval.serialise import dump_policy, from_dict, kind_of, load_policy, to_dict
from sharing.approval.terms import (
    Actor,
    Grade,
    Holder,
    Masked,
    Note,
    NoteCode,
    RefusalCode,
    Role,
    StageKind,
    SupplementClock,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    BUREAU,
    CHEN,
    CHIEF,
    CONSENT_STAGE,
    COUNTY,
    COUNTY_CHIEF,
    HEAD,
    HEADS_SUBSTITUTE,
    HOME_STAGE,
    NOW,
    PLAN,
    PROVIDER_HEAD,
    REVIEWER,
    SECOND,
    STAND_IN,
    STEWARD,
    STEWARD_STAGE,
    TERMS,
    TYPIST,
    WANG,
    Case,
    plan,
    stage,
)


def written_and_read(event: Event) -> Event:
    return from_dict(json.loads(json.dumps(to_dict(event), ensure_ascii=False)))


def histories() -> dict[str, list[Event]]:
    """Four cases that together hold every kind of event."""
    noted = replace(
        HOME_STAGE,
        holders=(*HOME_STAGE.holders, Holder(WANG, acting_for=CHEN, absent=True)),
        notes=(Note(NoteCode.NO_HOLDER, Role.STEWARD, "公安厅"),),
    )
    told = stage(COUNTY, Role.AUTHORITY_REVIEWER, kind=StageKind.NOTIFY)
    consented = Case(plan(noted, told, STEWARD_STAGE, CONSENT_STAGE, emergency=True)).submit()
    consented.sign(HEADS_SUBSTITUTE).ask_supplement(STEWARD).explain(STAND_IN)
    consented.do(Sign(seen=consented.seen, narrow_fields=("name",)), STEWARD)
    consented.sign(PROVIDER_HEAD)
    refused = Case().submit()
    refused.do(
        Refuse(seen=refused.seen, code=RefusalCode.LAW_FORBIDS, text="不可", citation="第15条"),
        HEAD,
    )
    withdrawn = Case().submit()
    withdrawn.do(Withdraw(seen=withdrawn.seen, reason="不需要"), APPLICANT)
    again = Case().submit().ask_supplement(HEAD)
    again.do(
        Resubmit(seen=again.seen, terms=replace(TERMS, mode="api"), content_hash="h2", plan=PLAN),
        APPLICANT,
    )
    cases = {"consented": consented, "refused": refused, "withdrawn": withdrawn, "again": again}
    succeeded = OfficeSucceeded(
        at=NOW, position=1, office=COUNTY, holders=HOME_STAGE.holders, reason="苏编办发〔2026〕12号"
    )
    return {name: case.events for name, case in cases.items()} | {
        "succeeded": [*Case().submit().events, succeeded],
        "within": within_stages().events,
    }


def within_stages() -> Case:
    """A case with everything that happens within a stage."""
    case = Case().submit()
    steps: list[tuple[Callable[[int], Command], Actor]] = [
        (lambda n: Claim(seen=n), HEAD),
        (lambda n: Release(seen=n), HEAD),
        (lambda n: Delegate(seen=n, to=TYPIST, task="核对"), HEAD),
        (lambda n: HandBack(seen=n, opinion="可以"), TYPIST),
        (lambda n: Consult(seen=n, office=COUNTY, question="?", person=REVIEWER), HEAD),
        (lambda n: Advise(seen=n, text="同意", agrees=True), REVIEWER),
        (lambda n: Copy(seen=n, to=(CHEN,), note="知悉"), HEAD),
        (lambda n: Urge(seen=n, counts_for=NOW.date(), note="请尽快"), APPLICANT),
        (lambda n: AddSigner(seen=n, signers=(TYPIST, CHIEF), needed=1), HEAD),
        (lambda n: RemoveSigner(seen=n, official_id=TYPIST.official_id), HEAD),
        (lambda n: Transfer(seen=n, to=CHIEF, reason="更熟悉"), HEAD),
        (lambda n: Reassign(seen=n, to=SECOND, reason="调离"), COUNTY_CHIEF),
        (lambda n: Sign(seen=n), CHIEF),
        (lambda n: Sign(seen=n, masks=(Masked("name", "redact", 6),)), SECOND),
        (lambda n: TakeBack(seen=n, reason="看错"), SECOND),
        (lambda n: Sign(seen=n), SECOND),
        (lambda n: Sign(seen=n), REVIEWER),
        (lambda n: RequestExtension(seen=n, days=3, reason="量大"), STEWARD),
        (lambda n: RefuseExtension(seen=n, reason="不必"), BUREAU),
        (lambda n: RequestExtension(seen=n, days=3, reason="量大"), STEWARD),
        (lambda n: ConsentExtension(seen=n, note="同意"), BUREAU),
    ]
    for command, by in steps:
        case.do(command(case.seen), by)
    return case


@pytest.mark.parametrize(
    "name", ["within", "consented", "refused", "withdrawn", "again", "succeeded"]
)
def test_histories_survive_storage(name: str) -> None:
    events = histories()[name]
    stored = [written_and_read(event) for event in events]
    assert stored == events
    assert fold(stored) == fold(events)


def test_every_kind_of_event_was_stored() -> None:
    kinds = {kind_of(event) for events in histories().values() for event in events}
    assert kinds == set(EVENTS)


def test_kinds_are_stable() -> None:
    """These names are in every database: add to the list, never change it."""
    assert list(EVENTS) == [
        "submitted", "stage_opened", "stage_notified", "stage_signed", "fields_narrowed",
        "office_succeeded", "supplement_requested", "resubmitted", "refused", "withdrawn", "consented",
        "terms_narrowed", "signature_taken_back", "stage_transferred", "stage_reassigned",
        "stage_delegated", "delegation_returned", "stage_claimed", "stage_released", "signers_added",
        "signer_removed", "opinion_asked", "opinion_given", "copied", "urged",
        "extension_requested", "extension_consented", "extension_refused",
    ]  # fmt: skip


OLD_SIGNATURE: dict[str, Any] = {
    "kind": "stage_signed",
    "at": "2026-11-09T09:18:00+08:00",
    "position": 1,
    "by": {"person": {"official_id": 13, "name": "周建国"}},
    "content_hash": "h",
    "key of a later version": [1],
}


def test_missing_keys_take_defaults_and_unknown_ones_are_ignored() -> None:
    event = from_dict(OLD_SIGNATURE)
    assert isinstance(event, StageSigned)
    assert (event.comment, event.by.acting_for) == ("", None)
    assert event.by.person.name == "周建国"


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="renamed"):
        from_dict({**OLD_SIGNATURE, "kind": "renamed"})


def test_policies_are_data() -> None:
    policy = Policy(
        version="2",
        relay=RelayMode.NOTIFY,
        answer_unconditional_by_rule=True,
        supplement_clock=SupplementClock.RESTARTS,
        limits=Limits(home_review=None, reply_conditional=7),
    )
    assert load_policy(json.loads(json.dumps(dump_policy(policy)))) == policy
    assert load_policy({}) == DEFAULT_POLICY
    assert load_policy({"limits": {"supply": 5}}).limits == Limits(supply=5)


@pytest.mark.parametrize("data", [{"limits": {"reply_conditional": 15}}, {"relay": "perhaps"}])
def test_unlawful_policies_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"national limit|perhaps"):
        load_policy(data)


def test_codes_agree_with_the_grades_of_the_catalog() -> None:
    assert [grade.value for grade in Grade] == [1, 2, 3, 4, 5, 6]
