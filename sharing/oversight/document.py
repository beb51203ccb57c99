"""The table of oversight as a page of the reference."""

from typing import Final

from sharing.oversight.ladder import Ladder, steps
from sharing.oversight.rules import TABLE
from sharing.oversight.terms import FINAL, Command, Kind, Part, Status

STATUSES: Final = {
    Status.OPEN: "found by the clockwork; the authority looks at it, the department may answer",
    Status.ASKED: "the authority asked for an explanation by a day",
    Status.ANSWERED: "the department has answered; the authority decides",
    Status.CONFIRMED: "the authority confirmed the violation; it waits to be rectified",
    Status.RECTIFIED: "the authority recorded the violation as rectified",
    Status.DISMISSED: "the authority dismissed the violation with a reason",
    Status.CLOSED: "the authority closed the supervision",
    Status.LAPSED: "nothing is late any more; it comes back when its facts do",
}
PARTS: Final = {
    Part.AUTHORITY: "reviewer or head of the authority that follows the case",
    Part.DEPARTMENT: "steward or head of the responsible department",
    Part.CLOCK: "the portal's clockwork",
}

_PAGE: Final = """\
# Supervision and violations

This page is generated from `sharing/oversight/rules.py` and `sharing/oversight/ladder.py`; change them there, not here.

## Who does what when

{table}

What is not in the table is denied. Besides: whoever gives an order has seen every step before it (else `stale`); nobody decides a case of their own department (`own_case`).

## States

{statuses}

## Parts

{parts}

## The ladder without a row in the table

{ladder}
"""


def render() -> str:
    """The page."""
    lines = [["kind", "state", "part", *(one.value for one in Command)]]
    lines.append(["---"] * len(lines[0]))
    for kind in Kind:
        for status in Status:
            for part in Part:
                row = [TABLE.get((kind, status, part, one)) for one in Command]
                if any(row):
                    cells = [f"`{one.value}`" if one else "" for one in row]
                    lines.append([kind.value, f"`{status.value}`", part.value, *cells])
    return _PAGE.format(
        table="\n".join(f"| {' | '.join(line)} |" for line in lines),
        statuses="\n".join(
            f"- `{one.value}`{' (final)' if one in FINAL else ''}: {text}"
            for one, text in STATUSES.items()
        ),
        parts="\n".join(f"- {one.value}: {text}" for one, text in PARTS.items()),
        ladder="\n".join(
            f"- `{step.name}`: {step.days:+d} working days" for step in steps(Ladder())
        )
        + f"\n- register of violations: {Ladder().register:+d} working days",
    )
