"""The reference document of the approval core, written from the data that the core obeys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sharing.approval import wording
from sharing.approval.blueprint import BLUEPRINTS, Seat
from sharing.approval.commands import COMMANDS, NAMES, SIGNER_COMMANDS, CommandType
from sharing.approval.document_policy import policies
from sharing.approval.events import EVENTS
from sharing.approval.policy import DEFAULT_POLICY, NATIONAL_LIMITS
from sharing.approval.relations import Relation
from sharing.approval.rules import (
    COPIED_TO_AUTHORITY,
    NEEDS_CITATION,
    REFUSALS,
    TRANSITIONS,
    denial,
)
from sharing.approval.seating import takes_over
from sharing.approval.state import FINAL
from sharing.approval.terms import ItemStatus, RefusalCode, Role, Side

_OPEN: Final = [status for status in ItemStatus if status not in FINAL]
_BEFORE: Final = (Relation.APPLICANT, Relation.OUTSIDER)
"""What somebody can be to a case that is not submitted."""
_STATUS_OF: Final = {
    Side.HOME: ItemStatus.HOME_REVIEW,
    Side.AUTHORITY: ItemStatus.HOME_REVIEW,
    Side.PROVIDER: ItemStatus.PROVIDER_REVIEW,
}


def render() -> str:
    """The whole document as Markdown; always the same text for the same rules."""
    return "\n\n".join(section for part in _PARTS for section in part()) + "\n"


def _opening() -> Iterator[str]:
    yield "# Approval: who may do what when"
    yield (
        "This page is generated from `sharing/approval/`; change the rules there, not the text "
        "here. A *case* is one entry asked of one provider. Commands are answered with events or "
        "with a denial code, and the state of a case is the fold of its events."
    )


def _states() -> Iterator[str]:
    yield "## States"
    yield _meanings("status", wording.STATUSES)
    yield _diagram()


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    arrows: dict[tuple[ItemStatus, ItemStatus], list[str]] = {}
    for (before, command), after in TRANSITIONS.items():
        for status in ItemStatus:
            if status in after:
                arrows.setdefault((before, status), []).append(NAMES[command])
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
    lines += [f"    {status} --> [*]" for status in ItemStatus if status in FINAL]
    return "\n".join([*lines, "```"])


def _matrix() -> Iterator[str]:
    yield "## State × relation × command"
    yield (
        "Rights come from what somebody is to the case. The applicant is nothing else; everybody "
        "else may do what any of their relations permits, and the first one explains denials. "
        "**yes** means the command is carried out if its content is lawful, any other cell is "
        "the denial. Every command carries the number of events its sender had seen and is "
        "`stale` when there are more."
    )
    yield _meanings("relation", wording.RELATIONS)
    for status in _OPEN:
        relations = [one for one in Relation if status is not ItemStatus.DRAFT or one in _BEFORE]
        yield f"### {status}"
        yield _table(
            ["command", *(f"`{relation}`" for relation in relations)],
            [
                [f"`{name}`", *(_cell(status, relation, command) for relation in relations)]
                for name, command in COMMANDS.items()
            ],
        )
    ended = ", ".join(f"`{status}`" for status in ItemStatus if status in FINAL)
    yield f"In {ended} every command of everybody is denied: `closed`."
    yield _OBSTACLES


_OBSTACLES: Final = """\
Who passes the table is still denied: with `acted_for_applicant`, whatever they want to decide; with
`already_signed`, when they would decide a second stage (nobody signs one chain twice, in their own
name or another's); with `needed_later` (`sign`, `claim` and whoever is to get the stage), when a
later stage would be left without a signer and somebody else can sign here; and as the list of
denials says for `sign` (`period_past`, `awaiting_added`, `awaiting_holder`), `request_supplement`
(`supplement_used`), `urge` (`urged_today`), `transfer`, `delegate` and `claim` (`several_sign`,
`already_claimed`), `release`, `remove_signer` and the extension. A signer who now stands in for the
applicant does not resubmit (`already_signed`). Whoever stands in for the applicant is denied with
`stands_in_for_applicant` where the table says `own_application`."""


def _cell(status: ItemStatus, relation: Relation, command: CommandType) -> str:
    code = denial(status, relation, command)
    return "**yes**" if code is None else str(code)


def _posts() -> Iterator[str]:
    yield "## State × post × command"
    yield (
        "What a post may do in each state when the current stage waits for it, by the default "
        "chains below and, in brackets, by the posts their stages fall to. The applicant needs no "
        "particular post."
    )
    reviews = (ItemStatus.HOME_REVIEW, ItemStatus.PROVIDER_REVIEW)
    rows = [[f"`{role}`", *(_post_cell(role, status) for status in reviews)] for role in Role]
    yield _table(["post", *(f"`{status}`" for status in reviews)], rows)


def _post_cell(role: Role, status: ItemStatus) -> str:
    seats = [s for chain in BLUEPRINTS.values() for s in chain if _STATUS_OF[s.side] is status]
    commands = ", ".join(NAMES[command] for command in SIGNER_COMMANDS)
    if any(seat.role is role for seat in seats):
        return commands
    if any(role in takes_over(seat) for seat in seats) or role in _AUTHORITY_POSTS:
        return f"({commands})"
    return "–"


_AUTHORITY_POSTS: Final = (Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD)
"""Every stage that its own office cannot sign falls to the authority of its region."""


def _chains() -> Iterator[str]:
    yield "## Chains"
    yield (
        "A chain is planned from both organisation trees and frozen at submission: a stage names "
        "an office and a post, and who holds the post when the stage is signed counts. *Careful* "
        "stages exist for data of important or core grade."
    )
    for lane, seats in BLUEPRINTS.items():
        yield f"### {lane}: {wording.LANES[lane]}"
        yield _table(
            ["side", "post", "decides", "falls to", "only"], [_seat_row(seat) for seat in seats]
        )
    yield _FALLING
    yield _meanings("note", wording.NOTES)
    yield "Nothing can be planned, and everything that stands in the way is named at once, when:"
    yield _meanings("fault", wording.FAULTS)


def _seat_row(seat: Seat) -> list[str]:
    falls = ", ".join(f"`{role}`" for role in takes_over(seat)) or "–"
    only = "careful" if seat.careful else ""
    decides = f"`{seat.decides}`: {wording.DECIDES[seat.decides]}"
    return [f"`{seat.side}`", f"`{seat.role}`", decides, falls, only]


_FALLING: Final = """\
Authorities: the own region's authority (`conformity`), those of the regions above it up to the
lowest common superior of both regions (`relay`), and the authority of the provider's region
(`coordination`); each once. A region without an authority uses the nearest one above. Policy makes
all but the own one sign, be told, or stay out.

A stage that nobody at its post can sign falls to a substitute of a holder, to the department of an
internal unit, to the posts under "falls to", and to the authority of its region, and says so in a
note. The applicant, and who stands in for the applicant, are never counted; nobody is counted for
two stages; one department never gives both consents (R19). Neighbouring stages of one post, or of
one office with one and the same only person, become one stage. An emergency has a
chain of its own (see Policies)."""


def _refusals() -> Iterator[str]:
    yield "## Refusals"
    yield (
        "Missing material is no reason to refuse: ask once for a supplement (article 21, R17). "
        "Every refusal needs a text."
    )
    rows = [
        [f"`{lane}`", f"`{side}`", _codes(allowed), "yes" if lane in COPIED_TO_AUTHORITY else "no"]
        for (lane, side), allowed in REFUSALS.items()
    ]
    yield _table(["lane", "side", "reasons", "copied to the authority"], rows)
    yield _meanings("reason", wording.REFUSALS)
    yield f"A citation is required for: {_codes(NEEDS_CITATION)}."


def _codes(codes: Iterable[RefusalCode]) -> str:
    chosen = set(codes)
    return ", ".join(f"`{code}`" for code in RefusalCode if code in chosen)


def _supplement() -> Iterator[str]:
    yield "## Supplement and resubmission"
    yield _SUPPLEMENT


_SUPPLEMENT: Final = """\
- One supplement notice per case, by whoever's stage is current, and it lists every gap.
- Terms are the fields, rows, period, mode and purpose. Signatures hold for the terms they were
  given for: a resubmission with **other terms** needs a newly planned chain, voids every signature
  and starts again at the first stage.
- With the **same terms** (as narrowed so far), only explained better, the case goes on at the
  stage that asked and earlier signatures stand.
- A signer may leave fields out, narrow the rows to a region below, shorten the period and set
  stronger masks, never the other way; what was left out comes back only by a new round.
- A resubmission lists what is different, part by part, before and after, for the signers."""


def _people() -> Iterator[str]:
    yield "## Within a stage"
    yield _PEOPLE


_PEOPLE: Final = """\
Chain and clocks stay as they were frozen; a stage can move between the people of its office.

- `claim` makes a stage one holder's, `release` everybody's again; the others see who has it.
- `transfer` gives it to an official whose post planning would let it fall to; that one has it alone.
- `delegate` lets any official of the office work on it. It comes back by `hand_back` with an
  opinion, or is called back, and the delegator decides; both are recorded.
- `reassign` is for a holder who is gone: the head of the office, or of the authority over it, names
  another fitting official with a reason, and never themselves.
- `add_signer` lets officials of the office sign before, beside or after the holder: all, any one or
  n of them. An added signature counts for the separation of people. `remove_signer` does without one
  that is missing.
- `take_back` undoes the last signature, and what it narrowed, while nobody has acted since.
- `consult` asks an office or an official anywhere; `advise` answers. No clock and no stage waits.
- `copy` lets others know; `urge` reminds, once for a working day of each side.
- `request_extension` asks, before the limit ends, for one to ten working days in all. With the
  consent of the authority of the provider's level they lengthen the reply limit, and the applicant
  is told (article 21, R13).
- When another office takes a stage over, claims, transfers and delegations on it end."""


def _clocks() -> Iterator[str]:
    yield "## Clocks"
    yield _CLOCKS
    limits = DEFAULT_POLICY.limits
    yield _table(
        ["limit", "default, working days", "national limit"],
        [
            [f"`{field.name}`", str(getattr(limits, field.name)), _national(field.name)]
            for field in fields(limits)
        ],
    )


_CLOCKS: Final = """\
Due dates are derived from events and the calendar, never stored as truth. The day a clock starts
is not counted, make-up working days are, and a date that reaches into a year whose holidays are not
published is provisional (R16). Each stage before the provider has a limit of its own. All provider
stages share one reply limit from the day the application arrives (article 21), divided among them;
who signs early leaves the rest to the next. While a supplement is awaited the clock stands still
(policy may let it run or start anew): working days after the notice up to and including the day of
the answer do not count, and a notice on the last day leaves one day. A limit that had run out before
the notice stays run out. Supply is due 20 working days after consent (article 22). A policy may only
shorten national limits (R46)."""


def _national(name: str) -> str:
    return str(NATIONAL_LIMITS.get(name, "local, may be none"))


def _vocabulary() -> Iterator[str]:
    yield "## Denials"
    yield _meanings("code", wording.DENIALS)
    yield "## Commands and events"
    yield _table(["command", "carries"], [_record(*entry) for entry in COMMANDS.items()])
    yield _table(["event", "records"], [_record(*entry) for entry in EVENTS.items()])


def _record(name: str, record: Any) -> list[str]:
    return [f"`{name}`", ", ".join(f"`{field.name}`" for field in fields(record))]


def _meanings(heading: str, meanings: Mapping[Any, str]) -> str:
    return _table([heading, "meaning"], [[f"`{c}`", text] for c, text in meanings.items()])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


_PARTS: Final = (
    _opening,
    _states,
    _matrix,
    _posts,
    _chains,
    _refusals,
    _supplement,
    _people,
    _clocks,
    policies,
    _vocabulary,
)
