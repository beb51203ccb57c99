"""Words for the codes of the approval core, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.organisation.models import Role as Post
from sharing.approval.terms import (
    Decides,
    ItemStatus,
    Lane,
    NoteCode,
    RefusalCode,
    Role,
    Side,
)

Words = str | Promise

SIDES: Final[Mapping[Side, Words]] = {
    Side.HOME: _("Own office"),
    Side.AUTHORITY: _("Competent authorities"),
    Side.PROVIDER: _("Provider"),
}

DECIDES: Final[Mapping[Decides, Words]] = {
    Decides.SEND: _("decides whether the application is sent"),
    Decides.CONFORMITY: _("checks basis and purpose"),
    Decides.RELAY: _("passes it on to the next level"),
    Decides.COORDINATION: _("coordinates in the provider's region"),
    Decides.ANSWER: _("decides whether to share"),
    Decides.SCOPE: _("checks item by item what is given"),
    Decides.SECURITY: _("gives the security opinion"),
    Decides.CONSENT: _("decides whether to consent"),
    Decides.APPROVAL: _("approves data of important or core grade"),
}

NOTES: Final[Mapping[NoteCode, Words]] = {
    NoteCode.NEAREST_AUTHORITY: _("This level has no authority; the nearest one above decides."),
    NoteCode.EQUAL_NEIGHBOURS_MERGED: _("Two equal steps were made one."),
    NoteCode.NO_HOLDER: _("The post is vacant."),
    NoteCode.HOLDER_ABSENT: _("The holder is away."),
    NoteCode.ONLY_HOLDER_IS_APPLICANT: _("The only holder of the post is the applicant."),
    NoteCode.ONLY_HOLDER_SIGNS_ELSEWHERE: _("The only holder signs another step of this chain."),
    NoteCode.CONSENTS_MUST_DIFFER: _("The two consents must come from different departments."),
    NoteCode.FELL_TO_SUBSTITUTE: _("The substitute decides."),
    NoteCode.FELL_TO_PARENT_DEPARTMENT: _("The superior unit decides."),
    NoteCode.FELL_TO_CLERK: _("A clerk decides."),
    NoteCode.FELL_TO_DEPARTMENT_HEAD: _("The head of the department decides."),
    NoteCode.FELL_TO_AUTHORITY_HEAD: _("The head of the authority decides."),
    NoteCode.FELL_TO_AUTHORITY: _("The authority decides."),
    NoteCode.ANSWERED_BY_RULE: _("Answered by rule, without a person."),
}

REFUSALS: Final[Mapping[RefusalCode, Words]] = {
    RefusalCode.LAW_FORBIDS: _("A law or regulation forbids it"),
    RefusalCode.NOT_HELD: _("This department does not hold the data"),
    RefusalCode.NOT_READY: _("The data cannot be shared yet"),
    RefusalCode.BEYOND_DUTY: _("The applicant's duties do not need it"),
    RefusalCode.UNTRUE: _("The application is not true"),
    RefusalCode.UNLAWFUL: _("The application is not lawful"),
    RefusalCode.UNNECESSARY: _("The application is not necessary"),
    RefusalCode.SECURITY: _("The data would not be safe"),
    RefusalCode.OTHER: _("Another reason"),
}

PARTS: Final[Mapping[str, Words]] = {
    "use_basis": _("Legal basis of use"),
    "use_scenario": _("Use scenario"),
    "use_scope": _("Scope of use"),
    "fields": _("Data items"),
    "row_region": _("Rows"),
    "ends_on": _("Period of use"),
    "other": _("Other"),
}
"""Parts of an application that a supplement notice may name."""

LANES: Final[Mapping[Lane, Words]] = {
    Lane.UNCONDITIONAL: _("unconditional sharing"),
    Lane.CONDITIONAL: _("conditional sharing"),
    Lane.REFLUX: _("reflux"),
}

STATUSES: Final[Mapping[ItemStatus, tuple[str, Words]]] = {
    ItemStatus.DRAFT: ("", _("draft")),
    ItemStatus.HOME_REVIEW: ("run", _("review on the requesting side")),
    ItemStatus.PROVIDER_REVIEW: ("run", _("review by the provider")),
    ItemStatus.SUPPLEMENT: ("wait", _("supplement asked for")),
    ItemStatus.CONSENTED: ("ok", _("consented")),
    ItemStatus.REFUSED: ("stop", _("refused")),
    ItemStatus.WITHDRAWN: ("", _("withdrawn")),
}
"""Kind of tag and word for every status."""


_OTHER_PARTS: Final[Mapping[str, Words]] = {
    "mode": _("Sharing mode"),
    "period": _("Period of use"),
}
"""Parts that a supplement changes and no notice names by themselves."""


NARROWED: Final[Mapping[str, Words]] = {
    "row_region": _("rows"),
    "period": _("period of use"),
    "masks": _("masks"),
}
"""What beside data items a signature may make stricter."""
POSTS: Final = frozenset(Post.values)
"""Codes of posts."""


def role(code: Role | str) -> Words:
    """The name of a post."""
    return Post(str(code)).label


def status(code: ItemStatus | str) -> tuple[str, Words]:
    """Kind of tag and word for a status."""
    return STATUSES[ItemStatus(str(code))]


def part(field: str) -> Words:
    """The part of an application that a gap concerns."""
    return {**PARTS, **_OTHER_PARTS}.get(field, PARTS["other"])
