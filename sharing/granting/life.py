"""From stored events to the state of a grant and back into its columns.

The events are the truth; the columns of the grant are their projection, written only here.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from portal import gathering
from portal.ledger.records import canonical
from sharing.grantlife.events import KINDS, Event, Granted
from sharing.grantlife.evolve import fold
from sharing.grantlife.serialise import from_dict, to_dict
from sharing.grantlife.state import State
from sharing.grantlife.terms import Field, Status, Terms
from sharing.models import Grant, GrantEvent

ALLOWED: Final = (
    "department_id",
    "resource_id",
    "version_id",
    "fields",
    "row_region_id",
    "purpose",
    "mode",
    "starts_on",
    "ends_on",
    "quota_pulls",
)
"""What a grant allows; its content hash covers exactly these columns."""
COLUMNS: Final = (
    "status", "status_at", "status_by_id", "status_reason", "fields", "row_region_id", "ends_on",
    "quota_pulls", "event_count", "rectify_by", "renewal_step", "change_step", "change_on",
    "unfiled", "disposal_due_on", "disposed_on",
)  # fmt: skip
"""The columns that follow from the events."""


def content_hash_of(grant: Grant) -> str:
    """The hash that covers everything the grant allows, computed from its columns."""
    allowed = {name: getattr(grant, name) for name in ALLOWED}
    return hashlib.sha256(canonical(allowed)).hexdigest()


def events_of(grant: Grant) -> tuple[Event, ...]:
    """Everything that happened to the grant, oldest first."""
    rows = GrantEvent.objects.filter(grant=grant).order_by("seq")
    return tuple(from_dict(data) for data in rows.values_list("data", flat=True))


def load(grant: Grant) -> State:
    """Where the grant stands, from its events."""
    return fold(events_of(grant))


def terms_of(grant: Grant) -> Terms:
    """What the columns allow, as the core knows it."""
    return Terms(
        fields=tuple(Field(**field) for field in grant.fields),
        ends_on=grant.ends_on,
        row_region=grant.row_region_id or "",
        quota=grant.quota_pulls,
    )


def begin(grant: Grant, *, now: datetime) -> State:
    """Store the first event of a grant that consent has just made."""
    _store(grant, 1, [Granted(at=now, terms=terms_of(grant))], [grant.content_hash])
    state = begun(grant)
    project(grant, state)
    return state


def begun(grant: Grant) -> State:
    """Where a grant stands that nothing has happened to yet."""
    return fold([Granted(at=grant.created_at, terms=terms_of(grant))])


def append(grant: Grant, events: Sequence[Event], state: State) -> State:
    """Store ``events`` behind those that led to ``state``; the caller holds the grant's row lock.

    The columns follow from them in the same transaction; the new state is returned.
    """
    hashes = []
    after = state
    for event in events:
        after = fold([event], start=after)
        _set_columns(grant, after)
        hashes.append(content_hash_of(grant))
    _store(grant, state.version + 1, events, hashes)
    project(grant, after)
    return after


def project(grant: Grant, state: State) -> None:
    """Write the columns that follow from ``state``."""
    _set_columns(grant, state)
    grant.content_hash = content_hash_of(grant)
    names = [name.removesuffix("_id") for name in (*COLUMNS, "content_hash")]
    gathering.save(grant, names)


def columns(state: State) -> dict[str, Any]:
    """The projected columns of a grant."""
    terms, change, suspension = state.terms, state.change, state.suspension
    return {
        "status": state.status.value,
        "status_at": state.since,
        "status_by_id": state.by.person.official_id if state.by else None,
        "status_reason": state.reason,
        "fields": [asdict(field) for field in terms.fields],
        "row_region_id": terms.row_region or None,
        "ends_on": terms.ends_on,
        "quota_pulls": terms.quota,
        "event_count": state.version,
        "rectify_by": suspension.rectify_by if suspension else None,
        "renewal_step": state.renewal.step.value if state.renewal else "",
        "change_step": change.step.value if change else "",
        "change_on": change.effective_on if change else None,
        "unfiled": state.emergency_unfiled,
        "disposal_due_on": state.disposal_due_on,
        "disposed_on": state.disposed_on,
    }


def ended(state: State) -> bool:
    """Whether the grant is over, so that only disposal is left."""
    return state.status in {Status.EXPIRED, Status.TERMINATED}


def _set_columns(grant: Grant, state: State) -> None:
    for name, value in columns(state).items():
        setattr(grant, name, value)


def _store(grant: Grant, first: int, events: Iterable[Event], hashes: Iterable[str]) -> None:
    pairs = zip(events, hashes, strict=True)
    rows = [
        GrantEvent(
            grant=grant,
            seq=seq,
            kind=KINDS[type(event)],
            data=to_dict(event),
            content_hash=digest,
            actor_id=event.by.person.official_id if event.by else None,
            acting_for_id=event.by.acting_for.official_id
            if event.by and event.by.acting_for
            else None,
            at=event.at,
        )
        for seq, (event, digest) in enumerate(pairs, start=first)
    ]
    gathering.insert(rows)
