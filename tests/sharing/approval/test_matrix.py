"""Every state × relation × command, against a table written by hand from the brief of the rules.

The tables are not derived from `rules`; they are the oracle. Columns of the first are submit,
resubmit, withdraw, sign, refuse, request_supplement; `yes` or the code of the denial. What happens
within a stage is in `test_within_a_stage`.
"""

from collections.abc import Iterator

import pytest

from sharing.approval.commands import (
    COMMANDS,
    Command,
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    Withdraw,
)
from sharing.approval.decide import available
from sharing.approval.relations import Relation, relation_of
from sharing.approval.rules import PERMITTED, TRANSITIONS
from sharing.approval.terms import Actor, DenialCode, ItemStatus, RefusalCode
from tests.sharing.approval.cases import (
    APPLICANT,
    GAPS,
    HEAD,
    HEADS_SUBSTITUTE,
    OUTSIDER,
    PLAN,
    PROVIDER_HEAD,
    REVIEWER,
    STAND_IN,
    STEWARD,
    TERMS,
    Case,
)

TABLE = """
draft            applicant      yes               not_submitted       not_submitted     not_submitted           not_submitted           not_submitted
draft            stand_in       yes               not_submitted       not_submitted     not_submitted           not_submitted           not_submitted
draft            head           not_the_applicant not_submitted       not_submitted     not_submitted           not_submitted           not_submitted
draft            outsider       not_the_applicant not_submitted       not_submitted     not_submitted           not_submitted           not_submitted
home_review      applicant      already_submitted no_supplement_asked yes               own_application         own_application         own_application
home_review      stand_in       already_submitted no_supplement_asked yes               stands_in_for_applicant stands_in_for_applicant stands_in_for_applicant
home_review      head           already_submitted no_supplement_asked not_the_applicant yes                     yes                     yes
home_review      substitute     already_submitted no_supplement_asked not_the_applicant yes                     yes                     yes
home_review      reviewer       already_submitted no_supplement_asked not_the_applicant not_your_turn           not_your_turn           not_your_turn
home_review      steward        already_submitted no_supplement_asked not_the_applicant not_your_turn           not_your_turn           not_your_turn
home_review      provider_head  already_submitted no_supplement_asked not_the_applicant not_your_turn           not_your_turn           not_your_turn
home_review      outsider       already_submitted no_supplement_asked not_the_applicant not_a_holder            not_a_holder            not_a_holder
provider_review  applicant      already_submitted no_supplement_asked yes               own_application         own_application         own_application
provider_review  stand_in       already_submitted no_supplement_asked yes               stands_in_for_applicant stands_in_for_applicant stands_in_for_applicant
provider_review  steward        already_submitted no_supplement_asked not_the_applicant yes                     yes                     yes
provider_review  head           already_submitted no_supplement_asked not_the_applicant not_your_turn           not_your_turn           not_your_turn
provider_review  provider_head  already_submitted no_supplement_asked not_the_applicant not_your_turn           not_your_turn           not_your_turn
provider_review  outsider       already_submitted no_supplement_asked not_the_applicant not_a_holder            not_a_holder            not_a_holder
supplement       applicant      already_submitted yes                 yes               awaiting_supplement     awaiting_supplement     awaiting_supplement
supplement       stand_in       already_submitted yes                 yes               awaiting_supplement     awaiting_supplement     awaiting_supplement
supplement       reviewer       already_submitted not_the_applicant   not_the_applicant awaiting_supplement     awaiting_supplement     awaiting_supplement
supplement       head           already_submitted not_the_applicant   not_the_applicant awaiting_supplement     awaiting_supplement     awaiting_supplement
supplement       outsider       already_submitted not_the_applicant   not_the_applicant awaiting_supplement     awaiting_supplement     awaiting_supplement
"""

ACTORS = {
    "applicant": APPLICANT,
    "stand_in": STAND_IN,
    "head": HEAD,
    "substitute": HEADS_SUBSTITUTE,
    "reviewer": REVIEWER,
    "steward": STEWARD,
    "provider_head": PROVIDER_HEAD,
    "outsider": OUTSIDER,
}
ENDED = ("consented", "refused", "withdrawn")


def case_in(status: str) -> Case:
    """A case that came to ``status`` the ordinary way."""
    case = Case()
    if status == "draft":
        return case
    case.submit()
    if status == "provider_review":
        case.sign(HEAD, REVIEWER)
    elif status == "supplement":
        case.sign(HEAD).ask_supplement(REVIEWER)
    elif status == "consented":
        case.sign(HEAD, REVIEWER, STEWARD, PROVIDER_HEAD)
    elif status == "refused":
        case.do(Refuse(seen=case.seen, code=RefusalCode.UNTRUE, text="no such matter"), HEAD)
    elif status == "withdrawn":
        case.do(Withdraw(seen=case.seen), APPLICANT)
    assert case.state.status == status
    return case


def lawful(name: str, seen: int) -> Command:
    """A command of that name whose content nobody could object to."""
    commands: dict[str, Command] = {
        "submit": Submit(seen=seen, plan=PLAN, terms=TERMS, content_hash="hash-1"),
        "resubmit": Resubmit(seen=seen, terms=TERMS, content_hash="hash-2"),
        "withdraw": Withdraw(seen=seen, reason="no longer needed"),
        "sign": Sign(seen=seen),
        "refuse": Refuse(seen=seen, code=RefusalCode.OTHER, text="not this year"),
        "request_supplement": RequestSupplement(seen=seen, gaps=GAPS),
    }
    return commands[name]


def triples() -> Iterator[tuple[str, str, str, str]]:
    for line in TABLE.strip().splitlines():
        status, who, *cells = line.split()
        for command, cell in zip(list(COMMANDS)[:6], cells, strict=True):
            yield status, who, command, cell
    for status in ENDED:
        for who in ACTORS:
            for command in list(COMMANDS)[:6]:
                yield status, who, command, "closed"


@pytest.mark.parametrize(("status", "who", "command", "expected"), list(triples()))
def test_every_triple(status: str, who: str, command: str, expected: str) -> None:
    case, by = case_in(status), ACTORS[who]
    button = available(case.state, by, case.now)[COMMANDS[command]]
    if expected == "yes":
        assert button is None
        case.do(lawful(command, case.seen), by)
        assert case.state.status in TRANSITIONS[ItemStatus(status), COMMANDS[command]]
    else:
        assert button is not None
        assert button.code == expected
        assert case.denied(lawful(command, case.seen), by) == expected


def test_transitions_are_exactly_what_is_permitted() -> None:
    permitted = {
        (status, command)
        for status, by_relation in PERMITTED.items()
        for commands in by_relation.values()
        for command in commands
    }
    assert set(TRANSITIONS) == permitted


def test_the_applicant_comes_before_the_holder() -> None:
    """Holding the post does not help who applied, nor who stands in for the applicant."""
    case = case_in("home_review")
    for by in (APPLICANT, STAND_IN):
        both = Actor(by.official_id, by.name, (*by.posts, *HEAD.posts))
        assert relation_of(case.state, both) is Relation.APPLICANT
        assert case.denied(Sign(seen=case.seen), both) in {
            DenialCode.OWN_APPLICATION, DenialCode.STANDS_IN_FOR_APPLICANT,
        }  # fmt: skip
