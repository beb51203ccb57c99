"""Who may do what when, as data. ``decide`` enforces it, pages draw buttons from it, and
``document`` prints it; nothing else knows it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sharing.approval.commands import (
    CommandType,
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    Withdraw,
)
from sharing.approval.state import FINAL, State
from sharing.approval.terms import Actor, DenialCode, ItemStatus, Lane, RefusalCode, Side


class Relation(StrEnum):
    """What an actor is to a case; the first that fits counts."""

    APPLICANT = "applicant"
    HOLDER = "holder"
    OTHER_HOLDER = "other_holder"
    OUTSIDER = "outsider"


def relation_of(state: State, actor: Actor) -> Relation:
    """What ``actor`` is to the case.

    Who stands in for the applicant counts as the applicant, so that a delegate of the requester
    never signs either.
    """
    if actor.official_id == state.applicant.official_id or actor.stands_in_for(state.applicant):
        return Relation.APPLICANT
    current = state.current_stage
    if current is not None and actor.posts_for(current.stage):
        return Relation.HOLDER
    if any(actor.posts_for(stage.stage) for stage in state.stages):
        return Relation.OTHER_HOLDER
    return Relation.OUTSIDER


_REVIEW: Final[Mapping[Relation, frozenset[CommandType]]] = {
    Relation.APPLICANT: frozenset({Withdraw}),
    Relation.HOLDER: frozenset({Sign, Refuse, RequestSupplement}),
}

PERMITTED: Final[Mapping[ItemStatus, Mapping[Relation, frozenset[CommandType]]]] = {
    ItemStatus.DRAFT: {Relation.APPLICANT: frozenset({Submit})},
    ItemStatus.HOME_REVIEW: _REVIEW,
    ItemStatus.PROVIDER_REVIEW: _REVIEW,
    ItemStatus.SUPPLEMENT: {Relation.APPLICANT: frozenset({Resubmit, Withdraw})},
    ItemStatus.CONSENTED: {},
    ItemStatus.REFUSED: {},
    ItemStatus.WITHDRAWN: {},
}
"""Status × relation → commands. What is not here is denied."""

_AFTER_SIGNING: Final = frozenset(
    {ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW, ItemStatus.CONSENTED}
)

TRANSITIONS: Final[Mapping[tuple[ItemStatus, CommandType], frozenset[ItemStatus]]] = {
    (ItemStatus.DRAFT, Submit): frozenset({ItemStatus.HOME_REVIEW}),
    (ItemStatus.HOME_REVIEW, Sign): _AFTER_SIGNING,
    (ItemStatus.HOME_REVIEW, Refuse): frozenset({ItemStatus.REFUSED}),
    (ItemStatus.HOME_REVIEW, RequestSupplement): frozenset({ItemStatus.SUPPLEMENT}),
    (ItemStatus.HOME_REVIEW, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
    (ItemStatus.PROVIDER_REVIEW, Sign): _AFTER_SIGNING - {ItemStatus.HOME_REVIEW},
    (ItemStatus.PROVIDER_REVIEW, Refuse): frozenset({ItemStatus.REFUSED}),
    (ItemStatus.PROVIDER_REVIEW, RequestSupplement): frozenset({ItemStatus.SUPPLEMENT}),
    (ItemStatus.PROVIDER_REVIEW, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
    (ItemStatus.SUPPLEMENT, Resubmit): frozenset(
        {ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW}
    ),
    (ItemStatus.SUPPLEMENT, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
}
"""Status × command → statuses it may lead to."""

_WRONG_STATUS: Final[Mapping[CommandType, DenialCode]] = {
    Submit: DenialCode.ALREADY_SUBMITTED,
    Resubmit: DenialCode.NO_SUPPLEMENT_ASKED,
    Sign: DenialCode.AWAITING_SUPPLEMENT,
    Refuse: DenialCode.AWAITING_SUPPLEMENT,
    RequestSupplement: DenialCode.AWAITING_SUPPLEMENT,
}

_NOT_A_SIGNER: Final[Mapping[Relation, DenialCode]] = {
    Relation.APPLICANT: DenialCode.OWN_APPLICATION,
    Relation.OTHER_HOLDER: DenialCode.NOT_YOUR_TURN,
    Relation.OUTSIDER: DenialCode.NOT_A_HOLDER,
}


def denial(status: ItemStatus, relation: Relation, command: CommandType) -> DenialCode | None:
    """Why the table forbids the command, or None if it permits it.

    The status is blamed before the person: whoever could not have done it anyway learns no more
    than that it cannot be done now.
    """
    by_relation = PERMITTED[status]
    if command in by_relation.get(relation, frozenset()):
        return None
    if status in FINAL:
        return DenialCode.CLOSED
    if not any(command in commands for commands in by_relation.values()):
        in_draft = status is ItemStatus.DRAFT
        return DenialCode.NOT_SUBMITTED if in_draft else _WRONG_STATUS[command]
    if command in _REVIEW[Relation.HOLDER]:
        return _NOT_A_SIGNER[relation]
    return DenialCode.NOT_THE_APPLICANT


_UNTRUTHFUL: Final = frozenset({RefusalCode.UNTRUE, RefusalCode.UNLAWFUL, RefusalCode.UNNECESSARY})
_ANY: Final = frozenset(RefusalCode)

REFUSALS: Final[Mapping[tuple[Lane, Side], frozenset[RefusalCode]]] = {
    # An unconditional entry may only be refused because the application itself is not true,
    # lawful or necessary (article 20, R18), whoever refuses.
    (Lane.UNCONDITIONAL, Side.HOME): _UNTRUTHFUL,
    (Lane.UNCONDITIONAL, Side.AUTHORITY): _UNTRUTHFUL,
    (Lane.UNCONDITIONAL, Side.PROVIDER): _UNTRUTHFUL,
    (Lane.CONDITIONAL, Side.HOME): _ANY,
    (Lane.CONDITIONAL, Side.AUTHORITY): _ANY,
    (Lane.CONDITIONAL, Side.PROVIDER): _ANY,
    # Article 24: superiors return data "on condition of safety" and set no further conditions.
    (Lane.REFLUX, Side.HOME): _UNTRUTHFUL | {RefusalCode.SECURITY},
    (Lane.REFLUX, Side.AUTHORITY): _UNTRUTHFUL | {RefusalCode.SECURITY},
    (Lane.REFLUX, Side.PROVIDER): frozenset({RefusalCode.SECURITY}),
}
"""Lane × side of the stage → lawful reasons to refuse."""

NEEDS_CITATION: Final = frozenset({RefusalCode.LAW_FORBIDS})
"""Reasons that must name the law they rest on (R18)."""

COPIED_TO_AUTHORITY: Final = frozenset({Lane.UNCONDITIONAL, Lane.REFLUX})
"""Lanes in which a refusal is so unusual that the provider's authority gets a copy (R18)."""
