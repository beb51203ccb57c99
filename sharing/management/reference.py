"""Reference pages made from the code they describe; a test and ``make check`` compare them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import translation

from catalog.demanding import document as demands
from catalog.lifecycle import document as reviews
from portal.env import BASE_DIR
from portal.invariants import invariants
from sharing import invariants as _own  # noqa: F401 - registers them
from sharing.approval import document as approval
from sharing.approval.schema import policy_schema
from sharing.disputes import document as disputes
from sharing.grantlife import document as grantlife
from sharing.oversight import document as oversight
from sharing.pulling.failures import codes, explain
from sharing.pulls import machine
from sharing.pulls.machine import PullState, PullStatus

FOLDER: Final = BASE_DIR / "docs" / "reference"
_NOW: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
_LEASE: Final = timedelta(seconds=30)

MEANINGS: Final[dict[PullStatus, str]] = {
    PullStatus.QUEUED: "waits for a worker, or for a free session at the source",
    PullStatus.CLAIMED: "a worker has it: lease and fencing number are set",
    PullStatus.EXTRACTING: "rows are read, checked, masked and written",
    PullStatus.CHECKING: "all rows are read, the quality report is made",
    PullStatus.PACKAGING: "files are completed, hashed and signed",
    PullStatus.PUBLISHED: "the delivery is committed; final",
    PullStatus.FAILED: "the attempt failed and will be repeated at `retry_at`",
    PullStatus.QUARANTINED: "given up, with the reason; final (a new pull can be asked for)",
    PullStatus.CANCELLED: "the right to the data ended, or a person stopped it; final",
}


def pages() -> dict[Path, Callable[[], str]]:
    """Every generated page and what writes it."""
    return {
        FOLDER / "approval.md": approval.render,
        FOLDER / "chain-policy.schema.json": policy_shape,
        FOLDER / "demands.md": demands.render,
        FOLDER / "disputes.md": disputes.render,
        FOLDER / "reviews.md": reviews.render,
        FOLDER / "grants.md": grantlife.render,
        FOLDER / "pulls.md": pulls,
        FOLDER / "oversight.md": oversight.render,
        FOLDER / "invariants.md": promises,
    }


_PULLS: Final = """\
# Pulls: states, transitions, failures

This page is generated from `sharing/pulls/machine.py` and the failure codes; change them there, not here. A pull is one run of fetching what a grant allows. Its row in PostgreSQL is the truth; the Celery message only wakes a worker.

## States

{states}

```mermaid
stateDiagram-v2
    [*] --> queued
{diagram}
```

## What keeps a pull true

- **Claim**: one conditional `UPDATE` by the database's clock raises the fencing number, sets the lease and counts the attempt. Sessions at one source are counted under an advisory lock.
- **Beat**: with every batch, and every two seconds while the source is silent, one `UPDATE` renews the lease; its condition asks for the fencing number, the running state and a grant in force. If it changes no row the worker stops and frees the session at the source.
- **Publish**: one transaction locks the grant's row (`FOR SHARE`), takes the time after it, ends the pull under the same condition, inserts delivery, files and ledger entry, and moves the folder into place before it commits.
- **Sweep**, every 20 seconds: takes pulls from workers that fell silent, gives up after `PULL_ATTEMPTS`, wakes what lost its wake-up, ends pulls whose right is gone, removes folders that are an hour old and belong to nobody.
- Suspending, terminating or expiring a grant and withdrawing an entry end its open pulls in the same transaction.

## Failures

{failures}
"""

_INVARIANTS: Final = """\
# Invariants

This page is generated from the registered invariants. They hold at every moment; `manage.py verify_invariants` checks them (exit status 1 when one is broken), operators run it, and fault tests end with it. Each has a test that breaks it.

{table}
"""


def policy_shape() -> str:
    """The JSON Schema of a chain policy's definition."""
    return json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"


def pulls() -> str:
    """States, transitions and failures of pulls."""
    arrows = [f"    {before} --> {after}: {name}" for before, name, after in transitions()]
    arrows += [f"    {status} --> [*]" for status in PullStatus if status in machine.ENDED]
    with translation.override(None):
        return _PULLS.format(
            states=_table(("status", "meaning"), _states()),
            diagram="\n".join(arrows),
            failures=_table(("code", "tried again", "what people read", "remedy"), _failures()),
        )


def transitions() -> list[tuple[str, str, str]]:
    """Every status, command and status that the machine can lead to, by asking it."""
    found: dict[tuple[str, str, str], None] = {}
    for status in PullStatus:
        for name, command, state in _questions(status):
            decision = machine.decide(state, command, now=_NOW)
            if not isinstance(decision, machine.Denied):
                after = machine.apply(state, decision).status
                if after is not status or name == "heartbeat":
                    found[status.value, name, after.value] = None
    return list(found)


def _questions(status: PullStatus) -> Iterator[tuple[str, machine.Command, PullState]]:
    fresh = PullState(status, token=1, attempts=1, lease_until=_NOW + _LEASE)
    spent = PullState(status, token=1, attempts=3, lease_until=_NOW - _LEASE)
    lapsed = PullState(status, token=1, attempts=1, lease_until=_NOW - _LEASE)
    yield "claim", machine.Claim(_LEASE), fresh
    for phase in (PullStatus.EXTRACTING, PullStatus.CHECKING, PullStatus.PACKAGING):
        following = {
            PullStatus.CLAIMED: PullStatus.EXTRACTING,
            PullStatus.EXTRACTING: PullStatus.CHECKING,
            PullStatus.CHECKING: PullStatus.PACKAGING,
        }
        if following.get(status) is phase:
            yield "advance", machine.Advance(1, phase), fresh
    yield "publish", machine.Publish(1), fresh
    yield "fail", machine.Fail(1, "code", retryable=True), fresh
    yield "fail for good", machine.Fail(1, "code", retryable=False), fresh
    yield "lease lapsed", machine.Sweep(), lapsed
    yield "lease lapsed too often", machine.Sweep(), spent
    yield "cancel", machine.Cancel("code"), fresh


def _states() -> Iterator[tuple[str, ...]]:
    return ((f"`{status}`", MEANINGS[status]) for status in PullStatus)


def _failures() -> Iterator[tuple[str, ...]]:
    for code, retried in codes().items():
        words = explain(code, _Names())
        yield f"`{code}`", "yes" if retried else "", words.text, words.remedy


class _Names(dict[str, str]):
    """Shows the name of each place in a text."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"


def promises() -> str:
    """The invariants."""
    with translation.override(None):
        rows = [
            (str(one.number), str(one.promise), f"`{one.check.__module__}`") for one in invariants()
        ]
        return _INVARIANTS.format(table=_table(("number", "promise", "checked by"), rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def stale() -> list[Path]:
    """Pages that differ from what would be written now."""
    return [
        path
        for path, write in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != write()
    ]
