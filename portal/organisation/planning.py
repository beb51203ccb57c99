"""What a change of departments means for posts and departments, and what stands in its way. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Text

RENAME, MERGE, SPLIT, DISSOLVE, MOVE = "rename", "merge", "split", "dissolve", "move"
AUTHORITY: Final = "authority"
AUTHORITY_POSTS: Final = frozenset({"authority_reviewer", "authority_head"})
FROM, TO = {RENAME: (1, 1), MERGE: (2, 50), SPLIT: (1, 1), DISSOLVE: (1, 1), MOVE: (1, 50)}, {
    RENAME: (1, 1), MERGE: (1, 1), SPLIT: (2, 20), DISSOLVE: (0, 1), MOVE: (0, 0),
}  # fmt: skip
"""How many departments each kind of change begins with, and how many take over."""


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post that is held on the day of the change or later."""

    id: int
    department: int
    official: str
    role: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A department as planning sees it."""

    id: int
    name: str
    region: str
    kind: str
    superior: int | None = None
    parent: int | None = None
    valid_from: date | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes over: an existing department (``department``), or a new one.

    ``wrong_code`` says what is wrong with the new one's credit code.
    """

    position: int
    name: str
    department: Facts | None = None
    uscc: str = ""
    wrong_code: str = ""
    posts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that planning has to know.

    ``superiors`` and ``parents`` map every department to the one above it; ``names`` are (region,
    name) of the departments in office, ``codes`` the credit codes in use, ``pending`` departments
    that another open change is about. ``region`` is (code, name, name of the successor) of the new
    region when it is an abolished one.
    """

    kind: str
    effective_on: date
    sources: tuple[Facts, ...]
    receivers: tuple[Receiver, ...]
    posts: tuple[PostFacts, ...] = ()
    superior: Facts | None = None
    moves_region: bool = False
    abolished: tuple[str, str] | None = None
    superiors: Mapping[int, int | None] | None = None
    names: frozenset[tuple[str, str]] = frozenset()
    codes: frozenset[str] = frozenset()
    pending: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """``moves`` maps posts to the position of the receiver; ``leaving`` departments end.

    ``main`` is the position of the receiver that takes what nobody else takes, if there is one.
    """

    leaving: frozenset[int]
    moves: Mapping[int, int]
    main: int | None
    faults: tuple[Fault, ...]


def plan(situation: Situation) -> Plan:
    """What happens, and every fault at once; a plan with faults is for looking at only."""
    leaving = _leaving(situation)
    main = situation.receivers[0].position if situation.receivers else None
    moves = dict(_moves(situation, leaving, main))
    faults = [
        *_numbers(situation),
        *_departments(situation),
        *_new_ones(situation, leaving),
        *_places(situation),
        *_posts(situation, leaving, moves),
    ]
    return Plan(leaving, moves, main, tuple(faults))


def _leaving(situation: Situation) -> frozenset[int]:
    """Departments that end: all of those concerned but the ones that go on as a receiver."""
    if situation.kind in {RENAME, MOVE}:
        return frozenset()
    staying = {one.department.id for one in situation.receivers if one.department is not None}
    return frozenset(one.id for one in situation.sources if one.id not in staying)


def _moves(
    situation: Situation, leaving: frozenset[int], main: int | None
) -> Iterator[tuple[int, int]]:
    """Where each post goes: to who names it, else, from a department that ends, to the main one."""
    for post in situation.posts:
        named = next((one for one in situation.receivers if post.id in one.posts), None)
        if named is not None and not (named.department and named.department.id == post.department):
            yield post.id, named.position
        elif post.department in leaving and main is not None:
            yield post.id, main


def _fault(field: str, message: Text, remedy: Text, code: str) -> Fault:
    return Fault(field, message, remedy, code)


def _numbers(situation: Situation) -> Iterator[Fault]:
    least, most = FROM[situation.kind]
    if not least <= len(situation.sources) <= most:
        text = _("This kind of change is about %(least)s to %(most)s departments.")
        remedy = _("Choose the departments concerned.")
        yield _fault("sources", str(text) % {"least": least, "most": most}, remedy, "sources")
    least, most = TO[situation.kind]
    if not least <= len(situation.receivers) <= most:
        text = _("In this kind of change %(least)s to %(most)s departments take over.")
        remedy = _("Correct the list of departments that take over.")
        yield _fault("receivers", str(text) % {"least": least, "most": most}, remedy, "receivers")


def _departments(situation: Situation) -> Iterator[Fault]:
    concerned = [*situation.sources, *(one.department for one in situation.receivers)]
    for one in {facts.id: facts for facts in concerned if facts is not None}.values():
        if one.gone:
            message = str(_("%(name)s no longer exists on that day.")) % {"name": one.name}
            yield _fault("sources", message, _("Choose its successor."), "gone")
        elif one.valid_from is not None and one.valid_from >= situation.effective_on:
            message = str(_("%(name)s does not exist yet before that day.")) % {"name": one.name}
            yield _fault("effective_on", message, _("Choose a later day."), "too_early")
        if one.id in situation.pending:
            message = str(_("Another change of %(name)s is open.")) % {"name": one.name}
            yield _fault("sources", message, _("Finish it or give it up first."), "pending")
    regions = {one.region for one in situation.sources}
    if situation.kind in {MERGE, SPLIT} and len(regions) > 1:
        text = _("Departments of several regions do not become one.")
        yield _fault("sources", text, _("Change each region's own departments."), "regions")


def _new_ones(situation: Situation, leaving: frozenset[int]) -> Iterator[Fault]:
    freed = {(one.region, one.name) for one in situation.sources if one.id in leaving}
    region = situation.sources[0].region if situation.sources else ""
    seen: set[str] = set()
    for one in situation.receivers:
        own = one.department.region if one.department else region
        taken = {(own, one.department.name)} if one.department else set()
        others = situation.names - freed - taken
        if one.name and (one.name in seen or (own, one.name) in others):
            message = _("The region already has a department called %(name)s.")
            remedy = _("Choose another name, or that department itself.")
            yield _fault("name", str(message) % {"name": one.name}, remedy, "name_taken")
        seen.add(one.name)
        if one.department is None and situation.kind != RENAME:
            yield from _code(one, situation.codes)
    if situation.kind == RENAME and _keeps_its_name(situation):
        remedy = _("Enter the new name in the list of departments that take over.")
        yield _fault("name", _("The name is the one it has."), remedy, "same_name")


def _keeps_its_name(situation: Situation) -> bool:
    if not situation.sources or not situation.receivers:
        return False
    return situation.receivers[0].name in {"", situation.sources[0].name}


def _code(one: Receiver, codes: frozenset[str]) -> Iterator[Fault]:
    """What is wrong with the credit code of a department that is to be made."""
    if not one.uscc:
        message = str(_("%(name)s has no unified social credit code.")) % {"name": one.name}
        yield _fault("uscc", message, _("Enter the code of the new department."), "no_code")
    elif one.wrong_code:
        remedy = _("Compare it with the certificate of the department.")
        yield _fault("uscc", one.wrong_code, remedy, "wrong_code")
    elif one.uscc in codes:
        message = str(_("%(code)s is the code of another department.")) % {"code": one.uscc}
        remedy = _("Choose that department, or enter the new one's own code.")
        yield _fault("uscc", message, remedy, "code_taken")


def _places(situation: Situation) -> Iterator[Fault]:
    if situation.kind != MOVE:
        return
    if situation.superior is None and not situation.moves_region:
        remedy = _("Choose the new superior or the new region.")
        yield _fault("superior", _("Nothing changes."), remedy, "nothing")
    if situation.abolished is not None:
        name, successor = situation.abolished
        message = str(_("%(name)s was abolished.")) % {"name": name}
        goal = str(_("Choose %(name)s.")) % {"name": successor} if successor else ""
        yield _fault("region", message, goal or _("Choose another region."), "abolished")
    if situation.superior is None:
        return
    above = {situation.superior.id, *_upwards(situation.superior.id, situation.superiors or {})}
    for one in situation.sources:
        if one.id in above:
            message = str(_("%(name)s would stand above itself.")) % {"name": one.name}
            remedy = _("Choose a superior that does not stand below it.")
            yield _fault("superior", message, remedy, "cycle")


def _upwards(start: int, above: Mapping[int, int | None]) -> Iterator[int]:
    seen: set[int] = set()
    place = above.get(start)
    while place is not None and place not in seen:
        yield place
        seen.add(place)
        place = above.get(place)


def _posts(
    situation: Situation, leaving: frozenset[int], moves: Mapping[int, int]
) -> Iterator[Fault]:
    by_position = {one.position: one for one in situation.receivers}
    is_authority = any(one.kind == AUTHORITY and one.id in leaving for one in situation.sources)
    for post in situation.posts:
        names = {"official": post.official}
        if post.department in leaving and post.id not in moves:
            message = str(_("The post of %(official)s has no successor.")) % names
            remedy = _("Let it end before that day, or name a department that takes over.")
            yield _fault("posts", message, remedy, "post_without_successor")
        elif post.id in moves and post.role in AUTHORITY_POSTS:
            to = by_position[moves[post.id]]
            kept = to.department.kind == AUTHORITY if to.department else is_authority
            if not kept:
                text = _("%(official)s holds a post that exists only in a competent authority.")
                remedy = _("Let it end before that day, or let the authority take it over.")
                yield _fault("posts", str(text) % names, remedy, "authority_post")
