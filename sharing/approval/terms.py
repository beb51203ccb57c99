"""The words of the approval core: stable codes and the small values made of them.

Codes are stored and sent over interfaces: never rename one. Text for people is made elsewhere.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from sharing.approval.denials import DenialCode as DenialCode  # noqa: PLC0414 - an old name
from sharing.approval.denials import Denied as Denied  # noqa: PLC0414 - an old name


class SharingType(StrEnum):
    """Sharing attribute of an entry (Decree 809 article 14)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NON_SHARED = "non_shared"


class Grade(IntEnum):
    """Grade of data (GB/T 43697-2024); a higher number asks for more care."""

    GENERAL_1 = 1
    GENERAL_2 = 2
    GENERAL_3 = 3
    GENERAL_4 = 4
    IMPORTANT = 5
    CORE = 6


class Lane(StrEnum):
    """Which of the three kinds of chain a case runs through."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    REFLUX = "reflux"


class ItemStatus(StrEnum):
    """Where a case stands; the last three are final."""

    DRAFT = "draft"
    HOME_REVIEW = "home_review"
    PROVIDER_REVIEW = "provider_review"
    SUPPLEMENT = "supplement"
    CONSENTED = "consented"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Whose office a stage belongs to."""

    HOME = "home"
    AUTHORITY = "authority"
    PROVIDER = "provider"


class Role(StrEnum):
    """Posts an official can hold (Decree 809 articles 8 and 11, R35)."""

    CLERK = "clerk"
    SHARING_OFFICE_HEAD = "sharing_office_head"
    STEWARD = "steward"
    DEPARTMENT_HEAD = "department_head"
    AUTHORITY_REVIEWER = "authority_reviewer"
    AUTHORITY_HEAD = "authority_head"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITADMIN = "auditadmin"


class StageKind(StrEnum):
    """Whether a stage waits for a signature or is only told."""

    SIGN = "sign"
    NOTIFY = "notify"


class SigningRule(StrEnum):
    """How many of those named must sign: a stage's holders, or the signers added to it."""

    ANY_ONE = "any_one"
    ALL = "all"
    N_OF_M = "n_of_m"


class StageStatus(StrEnum):
    """Where one stage of the chain stands."""

    WAITING = "waiting"
    OPEN = "open"
    PAUSED = "paused"
    SIGNED = "signed"
    NOTIFIED = "notified"
    REFUSED = "refused"
    CLOSED = "closed"


class Decides(StrEnum):
    """What the holder of a stage decides."""

    SEND = "send"
    CONFORMITY = "conformity"
    RELAY = "relay"
    COORDINATION = "coordination"
    ANSWER = "answer"
    SCOPE = "scope"
    SECURITY = "security"
    CONSENT = "consent"
    APPROVAL = "approval"


class ClockRule(StrEnum):
    """Which limit a stage runs under: two of law (article 21), two local ones."""

    REPLY_UNCONDITIONAL = "reply_unconditional"
    REPLY_CONDITIONAL = "reply_conditional"
    HOME_REVIEW = "home_review"
    AUTHORITY_REVIEW = "authority_review"


class SupplementClock(StrEnum):
    """What a supplement notice does to running limits; the Decree does not say, so policy does."""

    PAUSES = "pauses"
    RUNS = "runs"
    RESTARTS = "restarts"


class NoteCode(StrEnum):
    """What planning did to a stage and why."""

    NEAREST_AUTHORITY = "nearest_authority"
    EQUAL_NEIGHBOURS_MERGED = "equal_neighbours_merged"
    NO_HOLDER = "no_holder"
    HOLDER_ABSENT = "holder_absent"
    ONLY_HOLDER_IS_APPLICANT = "only_holder_is_applicant"
    ONLY_HOLDER_SIGNS_ELSEWHERE = "only_holder_signs_elsewhere"
    CONSENTS_MUST_DIFFER = "consents_must_differ"
    FELL_TO_SUBSTITUTE = "fell_to_substitute"
    FELL_TO_PARENT_DEPARTMENT = "fell_to_parent_department"
    FELL_TO_CLERK = "fell_to_clerk"
    FELL_TO_DEPARTMENT_HEAD = "fell_to_department_head"
    FELL_TO_AUTHORITY_HEAD = "fell_to_authority_head"
    FELL_TO_AUTHORITY = "fell_to_authority"
    ANSWERED_BY_RULE = "answered_by_rule"


class RefusalCode(StrEnum):
    """Lawful reasons to refuse; there is none for incomplete material (article 21, R17)."""

    LAW_FORBIDS = "law_forbids"
    NOT_HELD = "not_held"
    NOT_READY = "not_ready"
    BEYOND_DUTY = "beyond_duty"
    UNTRUE = "untrue"
    UNLAWFUL = "unlawful"
    UNNECESSARY = "unnecessary"
    SECURITY = "security"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Person:
    """An official and the name as it was."""

    official_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Office:
    """A department as it was named when the chain was planned."""

    id: int
    name: str
    region_code: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may sign: the holder of the post, or who stands in for the holder."""

    person: Person
    acting_for: Person | None = None
    absent: bool = False

    @property
    def identities(self) -> frozenset[int]:
        """Everybody in whose name this holder would sign."""
        return _identities(self.person, self.acting_for)


@dataclass(frozen=True, slots=True)
class PostHeld:
    """One post an actor may use, their own or that of the person they stand in for."""

    office_id: int
    role: Role
    acting_for: Person | None = None
    region: str = ""
    """Code of the office's region; empty where it does not matter."""

    def supervises(self, region: str) -> bool:
        """Whether the post belongs to the authority of ``region`` (Decree 809 article 8).

        Townships and villages have no authority: the county's code is the beginning of theirs.
        """
        is_authority = self.role in {Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD}
        return is_authority and bool(self.region) and region.startswith(self.region)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command, with every post they may use at that moment."""

    official_id: int
    name: str
    posts: tuple[PostHeld, ...] = ()

    @property
    def person(self) -> Person:
        """The actor as recorded in events."""
        return Person(self.official_id, self.name)

    def stands_in_for(self, person: Person) -> bool:
        """Whether the actor may use a post of ``person``."""
        return any(
            post.acting_for is not None and post.acting_for.official_id == person.official_id
            for post in self.posts
        )

    def posts_for(self, stage: "Stage") -> tuple[PostHeld, ...]:
        """Posts that entitle to ``stage``, the actor's own first."""
        fitting = [p for p in self.posts if (p.office_id, p.role) == (stage.office.id, stage.role)]
        return tuple(sorted(fitting, key=lambda post: post.acting_for is not None))


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, and for whom if they stood in."""

    person: Person
    acting_for: Person | None = None

    @property
    def identities(self) -> frozenset[int]:
        """Everybody in whose name it was done."""
        return _identities(self.person, self.acting_for)


@dataclass(frozen=True, slots=True)
class Note:
    """What planning did to a stage; ``role`` and ``office`` are the ones it concerned."""

    code: NoteCode
    role: Role
    office: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing from an application and what to do about it."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part of an application before and after its supplement, as people read it."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A mask that a signer set on a field; a higher ``strength`` shows less."""

    field: str
    mask: str
    strength: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked for, and in the end granted: a change of any of these is a new question.

    ``masks`` holds only what signers set beyond the masks of the catalog.
    """

    fields: tuple[str, ...]
    period_start: date
    period_end: date
    row_region: str = ""
    mode: str = ""
    purpose: str = ""
    masks: tuple[Masked, ...] = ()

    def asks_the_same_as(self, other: "Terms") -> bool:
        """Whether both ask for the same; the order of the fields means nothing."""
        in_order = replace(self, fields=other.fields)
        return in_order == other and set(self.fields) == set(other.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a frozen chain: an office and a post, not a person.

    ``limit_days`` of a provider's stage is its share of the one reply limit; the shares of all
    provider stages add up to it. ``holders`` are the people named when the chain was planned;
    who signs is checked against the posts held at that moment. ``needed`` counts for N_OF_M only.
    """

    position: int
    side: Side
    office: Office
    role: Role
    decides: tuple[Decides, ...]
    kind: StageKind = StageKind.SIGN
    rule: SigningRule = SigningRule.ANY_ONE
    clock_rule: ClockRule | None = None
    limit_days: int | None = None
    holders: tuple[Holder, ...] = ()
    notes: tuple[Note, ...] = ()
    needed: int = 1

    @property
    def quorum(self) -> int:
        """How many people must sign."""
        if self.kind is StageKind.NOTIFY:
            return 0
        named = len({holder.person.official_id for holder in self.holders})
        return signatures_wanted(self.rule, max(named, self.needed), self.needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef:
    """The rule of a provider that answered instead of a person: its version and who set it."""

    id: int
    name: str
    version: int
    set_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A chain with everything that later decisions and clocks need, frozen at submission.

    ValueError unless positions count from 1 and a signature of the requesting side comes before
    the provider's (article 20: nothing is sent without the own office's consent).
    """

    lane: Lane
    stages: tuple[Stage, ...]
    emergency: bool = False
    supplement_clock: SupplementClock = SupplementClock.PAUSES
    supply_days: int = 20
    policy_version: str = ""
    rule: RuleRef | None = None

    def __post_init__(self) -> None:
        if [stage.position for stage in self.stages] != list(range(1, len(self.stages) + 1)):
            raise ValueError("positions of a chain count from 1")
        if not self.stages or self.stages[0].side is Side.PROVIDER or not self.stages[0].quorum:
            raise ValueError("a chain begins with a signature of the requesting side")


def signatures_wanted(rule: SigningRule, named: int, needed: int) -> int:
    """How many of ``named`` people must sign by ``rule``; at least one."""
    if rule is SigningRule.ALL:
        return max(1, named)
    if rule is SigningRule.N_OF_M:
        return max(1, min(needed, named))
    return 1


def _identities(person: Person, acting_for: Person | None) -> frozenset[int]:
    ids = {person.official_id}
    if acting_for is not None:
        ids.add(acting_for.official_id)
    return frozenset(ids)
