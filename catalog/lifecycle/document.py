"""The table of the life cycle as a page of the reference."""

from typing import Final

from catalog.lifecycle.rules import TABLE
from catalog.lifecycle.terms import FINAL, UNDER_REVIEW, Command, Part, Status

STATUSES: Final = {
    Status.DRAFT: "never sent",
    Status.HEAD_REVIEW: "waits for the department's approval (Decree 809 article 13)",
    Status.AUTHORITY_REVIEW: "waits for the competent authority; its clock runs (articles 16, 17)",
    Status.SCHEDULED: "reviewed, published by itself at the chosen time",
    Status.RETURNED: "came back with remarks or faults",
    Status.TAKEN_BACK: "its sender took it back",
    Status.PUBLISHED: "is or was the live version",
    Status.BLOCKED: "marked as state secret or work secret (article 3)",
}
PARTS: Final = {
    Part.STEWARD: "looks after the entry",
    Part.SENDER: "sent this round, or stands in for who did",
    Part.HEAD: "head of the providing department or of its sharing office",
    Part.AUTHORITY: "reviewer or head of the authority of the provider's region",
    Part.CLOCK: "the portal itself: at the chosen time, or when the entry is withdrawn",
}

_PAGE: Final = """\
# Reviews of versions

This page is generated from `catalog/lifecycle/rules.py`; change it there, not here. A version of an entry comes into the catalog through these steps only, unless a command of the portal itself publishes it.

## Who does what when

{table}

What is not in the table is denied. Besides: whoever gives an order has seen every step before it (else `stale`); approving, scheduling, returning and blocking are never for somebody on the sender's side, and the authority's step never for who approved for the department (R19); a publication time is in the future and not after the due date, unless the provider itself wants a later one.

## States

{statuses}

## Parts

{parts}
"""


def render() -> str:
    """The page."""
    commands = [command for command in Command if command is not Command.SEND]
    header = ["state", "part", *[Command.SEND.value, *(one.value for one in commands)]]
    lines = [header, ["---"] * len(header)]
    for status in Status:
        for part in Part:
            row = [TABLE.get((status, part, one)) for one in (Command.SEND, *commands)]
            if any(row):
                lines.append(
                    [f"`{status}`", part.value, *(f"`{one}`" if one else "" for one in row)]
                )
    return _PAGE.format(
        table="\n".join(f"| {' | '.join(line)} |" for line in lines),
        statuses=_list({f"`{one}`{_mark(one)}": text for one, text in STATUSES.items()}),
        parts=_list({one.value: text for one, text in PARTS.items()}),
    )


def _mark(status: Status) -> str:
    if status in FINAL:
        return " (final)"
    return " (content stands still)" if status in UNDER_REVIEW else ""


def _list(words: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in words.items())
