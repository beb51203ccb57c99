"""The reference page of corrections, objections, disputes and complaints."""

from collections.abc import Iterator
from typing import Final

from sharing.disputes.rules import (
    CLOCKS,
    FIRST,
    FORWARDED_ONCE,
    NEEDS,
    TABLES,
    open_statuses,
    statuses,
    verbs,
)
from sharing.disputes.terms import DenialCode, Kind, Part, Verb

PARTS: Final = {
    Part.RAISER: "holds a business post in the department that raised it",
    Part.HANDLER: "looks after the data of the department that handles it; in a dispute, of the other department",
    Part.AUTHORITY: "reviewer or head of the competent authority that has it",
    Part.ASSIGNEE: "the official to whom the authority gave the complaint",
    Part.TASKED: "holds a business post in a department with something left to do and confirm",
}
_TITLES: Final = {
    Kind.CORRECTION: "Corrections (article 26, R15, R28)",
    Kind.OBJECTION: "Objections (R27)",
    Kind.DISPUTE: "Disputes (article 28, R26)",
    Kind.COMPLAINT: "Complaints (article 37, R43)",
}
DENIALS: Final = {
    DenialCode.STALE: "more has happened than the sender of the order had seen",
    DenialCode.CLOSED: "nothing is left to do",
    DenialCode.NOT_NOW: "nobody can do this in the present state",
    DenialCode.NOT_YOURS: "somebody else can",
    DenialCode.OWN_CONCERN: "nobody answers what they raised themselves, as a stand-in neither",
    DenialCode.FORWARDED_ALREADY: "a correction is passed on once",
    DenialCode.TO_RAISER: "it cannot be passed on to the department that raised it",
    DenialCode.SAME_DEPARTMENT: "that department has it already",
    DenialCode.ALREADY_RECORDED: "this side has recorded that already",
    DenialCode.NO_SUCH_TASK: "that is not among what the department has to confirm",
    DenialCode.INCOMPLETE: "something that belongs to the order is missing; everything is named",
}

_PAGE: Final = """\
# Corrections, objections, disputes, complaints: who may do what when

This page is generated from `sharing/disputes/`; change the rules there, not the text here. Orders are answered with events or with a denial code, and the state of a concern is the fold of its events. What is not in a table is denied; every order carries the number of events its sender had seen.

## Parts

{parts}

{kinds}

## What belongs to an order

{needs}

## Denials

{denials}

## The ladder of a dispute

1. **Negotiation** of the two departments, round by round. Both record that they agree, or that it failed; a side may change what it recorded until the other has recorded its own. If the two records differ, it failed. Where a local limit has passed, the record of failure of one side is enough.
2. **Mediation** by the authority of the lowest region that stands above both departments, worked out from the region tree; an authority that is itself a party leaves it to the next one above. Both sides accept its opinion, or one does not.
3. **Decision** of that authority's own people's government, recorded by the authority with document number and day. What the decision orders is confirmed by each department.
"""


def render() -> str:
    """The page; always the same text for the same rules."""
    return _PAGE.format(
        parts="\n".join(f"- `{part}`: {text}" for part, text in PARTS.items()),
        kinds="\n\n".join(section for kind in Kind for section in _kind(kind)),
        needs=_rows(
            ("verb", "what"),
            [(f"`{verb}`", ", ".join(NEEDS.get(verb, ())) or "–") for verb in Verb],
        ),
        denials=_rows(("code", "meaning"), [(f"`{c}`", text) for c, text in DENIALS.items()]),
    )


def _kind(kind: Kind) -> Iterator[str]:
    yield f"## {_TITLES[kind]}"
    columns = verbs(kind)
    table = [
        (f"`{status}`", f"`{part}`", *("**yes**" if ok else "" for ok in cells))
        for status in statuses(kind)
        for part in Part
        if any(cells := [(status, part, verb) in TABLES[kind] for verb in columns])
    ]
    yield _rows(("state", "part", *columns), table)
    yield _diagram(kind)
    clocks = [f"`{status}`: `{rule}`" for (owner, status), rule in CLOCKS.items() if owner is kind]
    text = f"Limits that run: {', '.join(clocks)}."
    if kind in FORWARDED_ONCE:
        text += " It is passed on once, and the clock goes on."
    yield text


def _diagram(kind: Kind) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, _part, verb), afters in TABLES[kind].items():
        for after in sorted(afters):
            names = arrows.setdefault((before, after), [])
            if verb not in names:
                names.append(verb)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {FIRST[kind]}"]
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
    lines += [
        f"    {status} --> [*]" for status in statuses(kind) if status not in open_statuses(kind)
    ]
    return "\n".join([*lines, "```"])


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
