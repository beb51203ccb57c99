"""What somebody is to a case, and in whose names they could act in each relation."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from sharing.approval.custody import Consultation
from sharing.approval.state import StageState, State
from sharing.approval.terms import Actor, Person, PostHeld, Role, Side, Signature


class Relation(StrEnum):
    """What an actor is to a case. An actor may be several things; the first explains denials."""

    APPLICANT = "applicant"
    DELEGATE = "delegate"
    DELEGATOR = "delegator"
    ADDED_SIGNER = "added_signer"
    HOLDER = "holder"
    COLLEAGUE = "colleague"
    SIGNER = "signer"
    CONSULTED = "consulted"
    OTHER_HOLDER = "other_holder"
    MANAGER = "manager"
    AUTHORITY = "authority"
    OUTSIDER = "outsider"


ADMINISTRATORS: Final = frozenset({Role.SYSADMIN, Role.AUDITADMIN})
"""Posts that never have a hand in a case (R35); the security administrator gives an opinion."""

Ways: TypeAlias = tuple[Signature, ...]


def relations_of(state: State, actor: Actor) -> tuple[Relation, ...]:
    """Everything ``actor`` is to the case, in order; never empty.

    The applicant, and who stands in for the applicant, is nothing else, so that a delegate of the
    requester never signs either.
    """
    if is_applicant(state, actor):
        return (Relation.APPLICANT,)
    found = tuple(relation for relation, ways in _WAYS.items() if ways(state, actor))
    return found or (Relation.OUTSIDER,)


def relation_of(state: State, actor: Actor) -> Relation:
    """The relation that explains denials."""
    return relations_of(state, actor)[0]


def is_applicant(state: State, actor: Actor) -> bool:
    """Whether the actor is the applicant or stands in for the applicant now."""
    own = actor.official_id == state.applicant.official_id
    return own or actor.stands_in_for(state.applicant)


def ways_as(relation: Relation, state: State, actor: Actor) -> Ways:
    """In whose names ``actor`` could act in this relation, the own one first."""
    ways = _WAYS.get(relation)
    return ways(state, actor) if ways else ()


def open_consultation(state: State, actor: Actor) -> tuple[int, Consultation, Signature] | None:
    """The first question without an answer that ``actor`` may answer, with its number."""
    for number, asked in enumerate(state.consultations):
        if asked.answered_by is None and (ways := _may_answer(asked, actor)):
            return number, asked, ways[0]
    return None


def _posts_to_ways(actor: Actor, posts: tuple[PostHeld, ...]) -> Ways:
    return tuple(Signature(actor.person, post.acting_for) for post in posts)


def _as_named(actor: Actor, person: Person) -> Ways:
    """The ways to act as ``person``: themselves, or by standing in for them."""
    if actor.official_id == person.official_id:
        return (Signature(actor.person),)
    return (Signature(actor.person, person),) if actor.stands_in_for(person) else ()


def _in_turn(stage: StageState, actor: Actor) -> Ways:
    """Ways to decide the stage: by its post, or as the one person who has it."""
    has = stage.custody
    if has is None:
        return _posts_to_ways(actor, actor.posts_for(stage.stage))
    fitting = (
        post for post in actor.posts if (post.office_id, post.role) == (stage.stage.office.id, has.role)
    )  # fmt: skip
    ways = (Signature(actor.person, post.acting_for) for post in fitting)
    return tuple(
        by for by in ways if (by.acting_for or by.person).official_id == has.person.official_id
    )


def _delegate(state: State, actor: Actor) -> Ways:
    stage = state.current_stage
    if stage is None or stage.delegation is None or not stage.is_away:
        return ()
    return _as_named(actor, stage.delegation.to)


def _delegator(state: State, actor: Actor) -> Ways:
    stage = state.current_stage
    return _in_turn(stage, actor) if stage is not None and stage.is_away else ()


def _holder(state: State, actor: Actor) -> Ways:
    stage = state.current_stage
    return () if stage is None or stage.is_away else _in_turn(stage, actor)


def _added(state: State, actor: Actor) -> Ways:
    stage = state.current_stage
    if stage is None:
        return ()
    pending = (person for group in stage.groups for person in group.pending)
    return tuple(by for person in pending for by in _as_named(actor, person))


def _colleague(state: State, actor: Actor) -> Ways:
    """Ways of somebody whose post fits although somebody else has the stage."""
    stage = state.current_stage
    if stage is None or _in_turn(stage, actor):
        return ()
    return _posts_to_ways(actor, actor.posts_for(stage.stage))


def _signer(state: State, actor: Actor) -> Ways:
    last = state.last_signed
    if last is None or actor.official_id not in last.by.identities:
        return ()
    office = state.stages[last.position - 1].stage.office.id
    if all(post.office_id != office for post in actor.posts):
        return ()
    return (last.by if last.by.person == actor.person else Signature(actor.person),)


def _consulted(state: State, actor: Actor) -> Ways:
    found = open_consultation(state, actor)
    return () if found is None else (found[2],)


def _may_answer(asked: Consultation, actor: Actor) -> Ways:
    if asked.person is not None:
        return _as_named(actor, asked.person)
    there = (
        post
        for post in actor.posts
        if post.office_id == asked.office.id and post.role not in ADMINISTRATORS
    )
    return _posts_to_ways(actor, tuple(there))


def _other_holder(state: State, actor: Actor) -> Ways:
    others = (one for one in state.stages if one.stage.position != state.current)
    return tuple(by for one in others for by in _posts_to_ways(actor, actor.posts_for(one.stage)))


def _manager(state: State, actor: Actor) -> Ways:
    """The head of the office that has the case, or of the authority over it."""
    stage = state.current_stage
    if stage is None:
        return ()
    office = stage.stage.office
    posts = (
        post
        for post in actor.posts
        if (post.office_id == office.id and post.role is Role.DEPARTMENT_HEAD)
        or (post.role is Role.AUTHORITY_HEAD and post.supervises(office.region_code))
    )
    return _posts_to_ways(actor, tuple(posts))


def _authority(state: State, actor: Actor) -> Ways:
    """The authority of the provider's level (article 21: the competent authority of the level)."""
    regions = {
        one.stage.office.region_code for one in state.stages if one.stage.side is Side.PROVIDER
    }
    posts = (post for post in actor.posts if any(post.supervises(region) for region in regions))
    return _posts_to_ways(actor, tuple(posts))


_WAYS: Final[Mapping[Relation, Callable[[State, Actor], Ways]]] = {
    Relation.DELEGATE: _delegate,
    Relation.DELEGATOR: _delegator,
    Relation.ADDED_SIGNER: _added,
    Relation.HOLDER: _holder,
    Relation.COLLEAGUE: _colleague,
    Relation.SIGNER: _signer,
    Relation.CONSULTED: _consulted,
    Relation.OTHER_HOLDER: _other_holder,
    Relation.MANAGER: _manager,
    Relation.AUTHORITY: _authority,
}
