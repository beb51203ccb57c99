"""Every situation within a stage × everybody × every command, against a table written by hand.

Whatever `ALLOWED` does not name is denied and changes nothing.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from sharing.approval.commands import (
    COMMANDS,
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
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    TakeBack,
    Transfer,
    Urge,
    Withdraw,
)
from sharing.approval.custody import Place
from sharing.approval.decide import available
from sharing.approval.relations import Relation, relations_of
from sharing.approval.rules import TRANSITIONS
from sharing.approval.terms import (
    DenialCode,
    ItemStatus,
    Person,
    PostHeld,
    RefusalCode,
    Role,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    BUREAU,
    CHIEF,
    COUNTY_CHIEF,
    COUNTY_STAGE,
    GAPS,
    HEAD,
    HEADS_SUBSTITUTE,
    OUTSIDER,
    PLAN,
    PROVIDER,
    PROVIDER_CHIEF,
    PROVIDER_CLERK,
    PROVIDER_HEAD,
    REVIEWER,
    SECOND,
    STAND_IN,
    STEWARD,
    TERMS,
    TOWNSHIP,
    TYPIST,
    ZHOU,
    Case,
    actor,
)

ACTORS = {
    "applicant": APPLICANT, "stand_in": STAND_IN, "head": HEAD, "substitute": HEADS_SUBSTITUTE,
    "second": SECOND, "chief": CHIEF, "typist": TYPIST, "reviewer": REVIEWER,
    "county_chief": COUNTY_CHIEF, "steward": STEWARD, "provider_head": PROVIDER_HEAD,
    "provider_chief": PROVIDER_CHIEF, "provider_clerk": PROVIDER_CLERK, "bureau": BUREAU,
    "outsider": OUTSIDER,
}  # fmt: skip

HOLDS = "sign refuse request_supplement transfer delegate add_signer consult copy"
ALLOWED = f"""
draft      applicant  submit
draft      stand_in   submit
open       applicant  withdraw urge
open       stand_in   withdraw urge
open       head       {HOLDS} claim
open       substitute {HOLDS} claim
open       second     {HOLDS} claim
open       chief      reassign
open       county_chief reassign
open       bureau     urge
claimed    applicant  withdraw urge
claimed    stand_in   withdraw urge
claimed    head       {HOLDS} release
claimed    substitute {HOLDS} release
claimed    chief      reassign
claimed    county_chief reassign
claimed    bureau     urge
handed_on  applicant  withdraw urge
handed_on  stand_in   withdraw urge
handed_on  chief      {HOLDS} reassign
handed_on  county_chief reassign
handed_on  bureau     urge
delegated  applicant  withdraw urge
delegated  stand_in   withdraw urge
delegated  typist     hand_back consult
delegated  head       hand_back
delegated  substitute hand_back
delegated  chief      reassign
delegated  county_chief reassign
delegated  bureau     urge
added      applicant  withdraw urge
added      stand_in   withdraw urge
added      typist     sign
added      head       refuse request_supplement transfer delegate claim add_signer remove_signer consult copy
added      substitute refuse request_supplement transfer delegate claim add_signer remove_signer consult copy
added      second     refuse request_supplement transfer delegate claim add_signer remove_signer consult copy
added      chief      reassign
added      county_chief reassign
added      bureau     urge
consulted  applicant  withdraw urge
consulted  stand_in   withdraw urge
consulted  head       {HOLDS} claim
consulted  substitute {HOLDS} claim
consulted  second     {HOLDS} claim
consulted  chief      reassign
consulted  typist     advise
consulted  county_chief reassign
consulted  bureau     urge
signed     applicant  withdraw urge
signed     stand_in   withdraw urge
signed     head       take_back
signed     reviewer   {HOLDS} claim
signed     county_chief reassign
signed     bureau     urge
extending  applicant  withdraw urge
extending  stand_in   withdraw urge
extending  steward    {HOLDS} claim
extending  provider_chief reassign
extending  bureau     urge consent_extension refuse_extension
provider   applicant  withdraw urge
provider   stand_in   withdraw urge
provider   reviewer   take_back
provider   steward    {HOLDS} claim request_extension
provider   provider_chief reassign
provider   bureau     urge
supplement applicant  resubmit withdraw
supplement stand_in   resubmit withdraw
consented
refused
withdrawn
"""


def case_in(situation: str) -> Case:
    """A case in the situation, come there the ordinary way."""
    case = Case()
    if situation == "draft":
        return case
    case.submit()
    for command, by in _way_to(situation, case):
        case.do(command(case.seen), by)
    return case


def _way_to(situation: str, case: Case) -> Iterator[tuple]:
    del case
    sign = lambda seen: Sign(seen=seen)  # noqa: E731
    ways = {
        "open": [],
        "claimed": [(lambda n: Claim(seen=n), HEAD)],
        "handed_on": [(lambda n: Transfer(seen=n, to=CHIEF, reason="更熟悉"), HEAD)],
        "delegated": [(lambda n: Delegate(seen=n, to=TYPIST, task="核对依据"), HEAD)],
        "added": [(lambda n: AddSigner(seen=n, signers=(TYPIST,), place=Place.BEFORE), HEAD)],
        "consulted": [
            (lambda n: Consult(seen=n, office=TOWNSHIP, person=TYPIST, question="是否必要"), HEAD)
        ],
        "signed": [(sign, HEAD)],
        "provider": [(sign, HEAD), (sign, REVIEWER)],
        "extending": [
            (sign, HEAD), (sign, REVIEWER),
            (lambda n: RequestExtension(seen=n, days=5, reason="数据量大"), STEWARD),
        ],
        "supplement": [(lambda n: RequestSupplement(seen=n, gaps=GAPS), HEAD)],
        "consented": [(sign, HEAD), (sign, REVIEWER), (sign, STEWARD), (sign, PROVIDER_HEAD)],
        "refused": [(lambda n: Refuse(seen=n, code=RefusalCode.UNTRUE, text="不实"), HEAD)],
        "withdrawn": [(lambda n: Withdraw(seen=n), APPLICANT)],
    }  # fmt: skip
    yield from ways[situation]


NEWCOMER = Person(77, "新人")
FITTING = {
    "handed_on": (SECOND, TYPIST),
    "signed": (actor(NEWCOMER, PostHeld(COUNTY_STAGE.office.id, COUNTY_STAGE.role)), COUNTY_CHIEF),
    "provider": (actor(NEWCOMER, PostHeld(PROVIDER.id, Role.STEWARD)), PROVIDER_CLERK),
    "extending": (actor(NEWCOMER, PostHeld(PROVIDER.id, Role.STEWARD)), PROVIDER_CLERK),
}
"""Who could have the current stage, and who could work beside its holder, in each situation."""


def lawful(name: str, seen: int, situation: str) -> Command:
    """A command of that name whose content nobody could object to in the situation."""
    able, beside = FITTING.get(situation, (SECOND, CHIEF))
    commands: dict[str, Command] = {
        "submit": Submit(seen=seen, plan=PLAN, terms=TERMS, content_hash="hash-1"),
        "resubmit": Resubmit(seen=seen, terms=TERMS, content_hash="hash-2"),
        "withdraw": Withdraw(seen=seen),
        "sign": Sign(seen=seen),
        "refuse": Refuse(seen=seen, code=RefusalCode.OTHER, text="not this year"),
        "request_supplement": RequestSupplement(seen=seen, gaps=GAPS),
        "transfer": Transfer(
            seen=seen, to=SECOND if situation == "handed_on" else CHIEF if able is SECOND else able
        ),
        "delegate": Delegate(seen=seen, to=beside),
        "hand_back": HandBack(seen=seen, opinion="可以"),
        "take_back": TakeBack(seen=seen),
        "claim": Claim(seen=seen),
        "release": Release(seen=seen),
        "reassign": Reassign(seen=seen, to=able, reason="调离"),
        "add_signer": AddSigner(seen=seen, signers=(beside,)),
        "remove_signer": RemoveSigner(seen=seen, official_id=TYPIST.official_id),
        "consult": Consult(seen=seen, office=PROVIDER, question="?"),
        "advise": Advise(seen=seen, text="同意"),
        "copy": Copy(seen=seen, to=(ZHOU,)),
        "urge": Urge(seen=seen, counts_for=date(2026, 11, 9)),
        "request_extension": RequestExtension(seen=seen, days=10, reason="数据量大"),
        "consent_extension": ConsentExtension(seen=seen),
        "refuse_extension": RefuseExtension(seen=seen, reason="可按期办理"),
    }
    return commands[name]


def rows() -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for line in ALLOWED.strip().splitlines():
        situation, *rest = line.split()
        for who in ACTORS:
            found.setdefault((situation, who), set())
        if rest:
            found[situation, rest[0]] |= set(rest[1:])
    return found


@pytest.mark.parametrize(("situation", "who"), list(rows()))
def test_every_triple(situation: str, who: str) -> None:
    """Every command in every situation by everybody: carried out, or denied with a reason."""
    by, allowed = ACTORS[who], rows()[situation, who]
    case = case_in(situation)
    for name, command in COMMANDS.items():
        status = case.state.status
        button = available(case.state, by, case.now)[command]
        assert (button is None) is (name in allowed), (name, button)
        if button is not None:
            assert case.denied(lawful(name, case.seen, situation), by) is button.code
            continue
        case.do(lawful(name, case.seen, situation), by)
        assert case.state.status in TRANSITIONS[status, command]
        twice = case.denied(lawful(name, case.seen - 1, situation), by)
        assert twice is DenialCode.STALE  # the double click
        case = case_in(situation)


def test_every_relation_was_tried() -> None:
    situations = {situation for situation, _who in rows()}
    seen = {
        (case.state.status, relation)
        for case in map(case_in, situations)
        for who in ACTORS.values()
        for relation in relations_of(case.state, who)
    }
    assert {relation for _status, relation in seen} == set(Relation)
    assert {status for status, _relation in seen} == set(ItemStatus)


@pytest.mark.parametrize(
    ("situation", "who", "command", "code"),
    [
        ("claimed", "second", "sign", "with_somebody_else"),
        ("claimed", "head", "claim", "already_claimed"),
        ("open", "head", "release", "not_claimed"),
        ("delegated", "head", "sign", "delegated"),
        ("delegated", "typist", "sign", "delegate_prepares"),
        ("open", "typist", "hand_back", "not_delegated"),
        ("added", "head", "sign", "awaiting_added"),
        ("added", "typist", "refuse", "added_only_signs"),
        ("open", "head", "remove_signer", "no_added_signer"),
        ("open", "typist", "advise", "not_consulted"),
        ("open", "head", "take_back", "not_last_signer"),
        ("open", "head", "reassign", "not_the_manager"),
        ("open", "head", "urge", "may_not_urge"),
        ("open", "head", "request_extension", "not_with_provider"),
        ("extending", "steward", "request_extension", "extension_open"),
        ("extending", "steward", "consent_extension", "not_the_authority"),
        ("provider", "bureau", "consent_extension", "no_extension_asked"),
        ("open", "applicant", "reassign", "own_application"),
        ("supplement", "head", "transfer", "awaiting_supplement"),
        ("consented", "provider_head", "take_back", "closed"),
    ],
)
def test_denials_say_why(situation: str, who: str, command: str, code: str) -> None:
    case = case_in(situation)
    assert case.denied(lawful(command, case.seen, situation), ACTORS[who]) == code
