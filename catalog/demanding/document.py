"""The table of the demand desk as a page of the reference."""

from typing import Final

from catalog.demanding.rules import TABLE
from catalog.demanding.terms import FINAL, OPEN, Command, Part, Status

STATUSES: Final = {
    Status.ASSIGNING: "the competent authority of the asker's region finds who can answer",
    Status.ANSWERING: "the department asked replies; its clock runs where a region has set a limit",
    Status.PROMISED: "the department will catalogue the data by the day it named",
    Status.ANSWERED: "an entry of the catalog answers it",
    Status.REFUSED: "refused with one of four reasons",
    Status.TAKEN_BACK: "its asker took it back",
}
PARTS: Final = {
    Part.ASKER: "holds a post in the department that asks",
    Part.AUTHORITY: "reviewer or head of the authority of the asker's region",
    Part.RESPONDER: "looks after the entries of the department asked",
}

_PAGE: Final = """\
# Demands

This page is generated from `catalog/demanding/rules.py`; change it there, not here. A demand is a need for data that the catalog does not answer yet.

## Who does what when

{table}

What is not in the table is denied. Besides: whoever gives an order has seen every step before it (else `stale`); nobody replies to a demand of their own department; a demand is passed on neither to its asker nor to who has it already; an asker re-opens a demand once.

## States

{statuses}

## Parts

{parts}
"""


def render() -> str:
    """The page."""
    lines = [["state", "part", *(one.value for one in Command)]]
    lines.append(["---"] * len(lines[0]))
    for status in Status:
        for part in Part:
            row = [TABLE.get((status, part, one)) for one in Command]
            if any(row):
                cells = [f"`{one.value}`" if one else "" for one in row]
                lines.append([f"`{status.value}`", part.value, *cells])
    return _PAGE.format(
        table="\n".join(f"| {' | '.join(line)} |" for line in lines),
        statuses="\n".join(
            f"- `{one.value}`{_mark(one)}: {text}" for one, text in STATUSES.items()
        ),
        parts="\n".join(f"- {one.value}: {text}" for one, text in PARTS.items()),
    )


def _mark(status: Status) -> str:
    if status in FINAL:
        return " (final)"
    return " (open)" if status in OPEN else ""
