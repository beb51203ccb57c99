"""Who may do what when, as data. ``decide`` enforces it, pages draw buttons from it, and
``document`` prints it; nothing else knows it.
"""

from collections.abc import Mapping
from typing import Final

from sharing.approval.commands import (
    COMMANDS,
    AddSigner,
    Advise,
    Claim,
    CommandType,
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
from sharing.approval.relations import Relation
from sharing.approval.state import FINAL
from sharing.approval.terms import DenialCode, ItemStatus, Lane, RefusalCode, Side

_HOLDER: Final[frozenset[CommandType]] = frozenset(
    {Sign, Refuse, RequestSupplement, Transfer, Delegate, Claim, Release, AddSigner, RemoveSigner,
     Consult, Copy}
)  # fmt: skip
"""What whoever has the stage may do."""

_REVIEW: Final[Mapping[Relation, frozenset[CommandType]]] = {
    Relation.APPLICANT: frozenset({Withdraw, Urge}),
    Relation.DELEGATE: frozenset({HandBack, Consult}),
    Relation.DELEGATOR: frozenset({HandBack}),
    Relation.ADDED_SIGNER: frozenset({Sign}),
    Relation.HOLDER: _HOLDER,
    Relation.SIGNER: frozenset({TakeBack}),
    Relation.CONSULTED: frozenset({Advise}),
    Relation.MANAGER: frozenset({Reassign}),
    Relation.AUTHORITY: frozenset({Urge}),
}
_AT_PROVIDER: Final[Mapping[Relation, frozenset[CommandType]]] = {
    **_REVIEW,
    Relation.HOLDER: _HOLDER | {RequestExtension},
    Relation.AUTHORITY: frozenset({Urge, ConsentExtension, RefuseExtension}),
}

PERMITTED: Final[Mapping[ItemStatus, Mapping[Relation, frozenset[CommandType]]]] = {
    ItemStatus.DRAFT: {Relation.APPLICANT: frozenset({Submit})},
    ItemStatus.HOME_REVIEW: _REVIEW,
    ItemStatus.PROVIDER_REVIEW: _AT_PROVIDER,
    ItemStatus.SUPPLEMENT: {Relation.APPLICANT: frozenset({Resubmit, Withdraw})},
    ItemStatus.CONSENTED: {},
    ItemStatus.REFUSED: {},
    ItemStatus.WITHDRAWN: {},
}
"""Status × relation → commands. What is not here is denied."""

_AFTER_SIGNING: Final = frozenset(
    {ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW, ItemStatus.CONSENTED}
)

_MOVES: Final[Mapping[tuple[ItemStatus, CommandType], frozenset[ItemStatus]]] = {
    (ItemStatus.DRAFT, Submit): frozenset({ItemStatus.HOME_REVIEW}),
    (ItemStatus.HOME_REVIEW, Sign): _AFTER_SIGNING,
    (ItemStatus.HOME_REVIEW, RemoveSigner): _AFTER_SIGNING,
    (ItemStatus.HOME_REVIEW, Refuse): frozenset({ItemStatus.REFUSED}),
    (ItemStatus.HOME_REVIEW, RequestSupplement): frozenset({ItemStatus.SUPPLEMENT}),
    (ItemStatus.HOME_REVIEW, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
    (ItemStatus.PROVIDER_REVIEW, Sign): _AFTER_SIGNING - {ItemStatus.HOME_REVIEW},
    (ItemStatus.PROVIDER_REVIEW, RemoveSigner): _AFTER_SIGNING - {ItemStatus.HOME_REVIEW},
    (ItemStatus.PROVIDER_REVIEW, TakeBack): frozenset(
        {ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW}
    ),
    (ItemStatus.PROVIDER_REVIEW, Refuse): frozenset({ItemStatus.REFUSED}),
    (ItemStatus.PROVIDER_REVIEW, RequestSupplement): frozenset({ItemStatus.SUPPLEMENT}),
    (ItemStatus.PROVIDER_REVIEW, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
    (ItemStatus.SUPPLEMENT, Resubmit): frozenset(
        {ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW}
    ),
    (ItemStatus.SUPPLEMENT, Withdraw): frozenset({ItemStatus.WITHDRAWN}),
}

TRANSITIONS: Final[Mapping[tuple[ItemStatus, CommandType], frozenset[ItemStatus]]] = {
    (status, command): _MOVES.get((status, command), frozenset({status}))
    for status, by_relation in PERMITTED.items()
    for command in COMMANDS.values()
    if any(command in commands for commands in by_relation.values())
}
"""Status × command → statuses it may lead to; what is not a move leaves the case where it is."""

_WRONG_STATUS: Final[Mapping[CommandType, DenialCode]] = {
    Submit: DenialCode.ALREADY_SUBMITTED,
    Resubmit: DenialCode.NO_SUPPLEMENT_ASKED,
}
_ONLY_AT_PROVIDER: Final = frozenset({RequestExtension, ConsentExtension, RefuseExtension})

_NOT_A_SIGNER: Final[Mapping[Relation, DenialCode]] = {
    Relation.DELEGATE: DenialCode.DELEGATE_PREPARES,
    Relation.DELEGATOR: DenialCode.DELEGATED,
    Relation.ADDED_SIGNER: DenialCode.ADDED_ONLY_SIGNS,
    Relation.COLLEAGUE: DenialCode.WITH_SOMEBODY_ELSE,
    Relation.SIGNER: DenialCode.NOT_YOUR_TURN,
    Relation.OTHER_HOLDER: DenialCode.NOT_YOUR_TURN,
}
_NOT_FOR_YOU: Final[Mapping[CommandType, DenialCode]] = {
    Submit: DenialCode.NOT_THE_APPLICANT,
    Resubmit: DenialCode.NOT_THE_APPLICANT,
    Withdraw: DenialCode.NOT_THE_APPLICANT,
    HandBack: DenialCode.NOT_DELEGATED,
    TakeBack: DenialCode.NOT_LAST_SIGNER,
    Advise: DenialCode.NOT_CONSULTED,
    Urge: DenialCode.MAY_NOT_URGE,
    Reassign: DenialCode.NOT_THE_MANAGER,
    ConsentExtension: DenialCode.NOT_THE_AUTHORITY,
    RefuseExtension: DenialCode.NOT_THE_AUTHORITY,
}
"""Commands that are not the holder's, and why others may not give them."""


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
        return _wrong_status(status, command)
    if relation is Relation.APPLICANT:
        return DenialCode.OWN_APPLICATION
    if command in _NOT_FOR_YOU:
        return _NOT_FOR_YOU[command]
    return _NOT_A_SIGNER.get(relation, DenialCode.NOT_A_HOLDER)


def _wrong_status(status: ItemStatus, command: CommandType) -> DenialCode:
    if status is ItemStatus.DRAFT:
        return DenialCode.NOT_SUBMITTED
    if status is ItemStatus.HOME_REVIEW and command in _ONLY_AT_PROVIDER:
        return DenialCode.NOT_WITH_PROVIDER
    return _WRONG_STATUS.get(command, DenialCode.AWAITING_SUPPLEMENT)


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
