"""The life of a grant as a page of the reference, written from the tables the core obeys."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from sharing.grantlife.commands import COMMANDS, NAMES
from sharing.grantlife.events import EVENTS
from sharing.grantlife.rules import RULES, denial
from sharing.grantlife.terms import ENDED, Denial, Part, Status

STATUSES: Final = {
    Status.PROVISIONING: "consented to; waits for the entry to be attached (article 22)",
    Status.ACTIVE: "data may leave within the terms and the period",
    Status.SUSPENDED: "nothing leaves; misuse is to be put right, or a danger to be removed",
    Status.EXPIRED: "its period is over; the data is to be disposed of",
    Status.TERMINATED: "ended for good; the data is to be disposed of",
}
PARTS: Final = {
    Part.RECIPIENT: "holds a business post in the department that received the grant",
    Part.STEWARD: "data steward of the provider",
    Part.PROVIDER_HEAD: "head of the provider's sharing office or department",
    Part.AUTHORITY: "reviewer or head of the authority of the provider's or the recipient's region",
    Part.FILING: "the same, of the provider's region: it files what the provider changes",
    Part.CLOCK: "what happens by itself: attachment, calendar, publication of a higher grade",
}

_PAGE: Final = """\
# Grants: who may do what when

This page is generated from `sharing/grantlife/`; change the rules there, not the text here. Commands are answered with events or with a denial code, and the state of a grant is the fold of its events. Every command carries the number of events its sender had seen and is `stale` when there are more.

## States

{statuses}

```mermaid
stateDiagram-v2
    [*] --> provisioning
{diagram}
```

## State × part × command

**yes** means the command is carried out if nothing below stands in its way and its content is lawful; any other cell is the denial. Who is several of these may do what any of them may.

{parts}

{matrix}

## What else is asked

{rules}

## Denials

{denials}

## Commands and events

{commands}

{events}
"""

_RULES: Final = """\
- **Renewal** (article 25): asked for within `GRANT_RENEWAL_DAYS` before the end, for a later day, the same fields or fewer, with a report of use and results. The steward endorses, a head consents, nobody takes two of the three steps; the grant goes on without interruption.
- **Narrowing**: the recipient gives fields, rows, days or pulls up at once. A narrowing by the provider changes a service in use and is a planned change. Nothing ever widens.
- **Masks**: when the catalog grades a granted data item higher, the stricter mask applies at once, running pulls stop, and both sides are told. A lower grade changes nothing.
- **Suspension for misuse** (article 27): with reason, facts and a day by which it is put right. After the report, or after that day, it is restored, extended or terminated. What the authority suspended only an authority restores, extends or ends.
- **Planned change or end by the provider** (article 27 paragraph 3): proposed with reason and day, answered by the recipient, negotiated on record, filed by the authority of the provider's level; only then, on its day, it takes effect.
- **Emergency stop** (article 35): at once, filed afterwards; it is no fault of the recipient.
- **Disposal** (article 27 paragraph 1): after the end the recipient confirms when, by whom and how the data was deleted, sealed or kept by a law it cites. The day it is due on is counted in `GRANT_DISPOSAL_DAYS`; the Decree sets none."""


def render() -> str:
    """The page; always the same text for the same rules."""
    return _PAGE.format(
        statuses=_table(["state", "meaning"], ([f"`{s}`", t] for s, t in STATUSES.items())),
        diagram="\n".join(_arrows()),
        parts=_table(["part", "who"], ([f"`{p}`", t] for p, t in PARTS.items())),
        matrix=_table(["command", "part", *(f"`{one}`" for one in Status)], _matrix()),
        rules=_RULES,
        denials=", ".join(f"`{one}`" for one in Denial) + ".",
        commands=_table(["command", "carries"], _records(COMMANDS)),
        events=_table(["event", "records"], _records(EVENTS)),
    )


def _arrows() -> Iterator[str]:
    for command, rule in RULES.items():
        if rule.leads_to is not None:
            for status in Status:
                if status in rule.states:
                    yield f"    {status} --> {rule.leads_to}: {NAMES[command]}"
    yield from (f"    {status} --> [*]: confirm_disposal" for status in Status if status in ENDED)


def _matrix() -> Iterator[list[str]]:
    """One row for every command and part that may ever give it."""
    for command, rule in RULES.items():
        for part in Part:
            if part in rule.parts:
                answers = [denial(status, part, command) for status in Status]
                cells = ["**yes**" if code is None else str(code) for code in answers]
                yield [f"`{NAMES[command]}`", f"`{part}`", *cells]


def _records(records: dict[str, Any]) -> Iterator[list[str]]:
    for name, record in records.items():
        yield [f"`{name}`", ", ".join(f"`{field.name}`" for field in fields(record))]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
