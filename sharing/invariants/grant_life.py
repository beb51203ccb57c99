"""Invariants of the life of grants and of the usage register."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.invariants import Violation, invariant
from portal.ledger.models import Entry
from sharing.granting import life
from sharing.granting.usage import digest_of
from sharing.grantlife import events as e
from sharing.grantlife.evolve import fold
from sharing.grantlife.terms import Cause
from sharing.models import Grant, UsageRecord

_AFTERWARDS: Final = (e.DisposalConfirmed, e.EmergencyFiled)
"""All that can happen to a grant that is over."""
_GUARDS: Final = (
    "sharing_usage_kept",
    "sharing_usagerecord_no_truncate",
    "sharing_grantevent_no_change",
)


def _grants() -> Iterator[Grant]:
    return Grant.objects.order_by("pk").iterator(500)


@invariant(62, _("Where a grant stands, and what it allows, is the fold of its events."))
def grants_are_their_events(now: datetime) -> Iterator[Violation]:
    """Columns that differ from the fold, hashes that differ, and events without a ledger entry."""
    del now
    entered = _entered()
    for grant in _grants():
        rows = list(grant.events.order_by("seq").values_list("seq", "content_hash"))
        if not rows or [seq for seq, _hash in rows] != list(range(1, len(rows) + 1)):
            yield Violation(grant.number, _("its events do not count from 1 without a gap"))
            continue
        expected = life.columns(life.load(grant))
        if any(getattr(grant, name) != value for name, value in expected.items()):
            yield Violation(grant.number, _("its columns differ from the fold of its events"))
        if rows[-1][1] != grant.content_hash:
            yield Violation(grant.number, _("its events end with other terms than it has"))
        if entered.get(str(grant.pk), []) != list(range(2, len(rows) + 1)):
            yield Violation(grant.number, _("not every event has its one ledger entry"))


def _entered() -> dict[str, list[int]]:
    """The numbers of the events that the ledger knows, by grant."""
    found: dict[str, list[int]] = {}
    entries = Entry.objects.filter(
        object_type="sharing.grant", kind__startswith="grant.", data__has_key="seq"
    )
    for pk, seq in entries.order_by("pk").values_list("object_id", "data__seq"):
        found.setdefault(pk, []).append(seq)
    return found


@invariant(
    63,
    _("A grant that is over stays so, and no service in use ends without negotiation and filing."),
)
def ends_are_lawful(now: datetime) -> Iterator[Violation]:
    """Events after the end, and ends by the provider without record or file (article 27)."""
    del now
    for grant in _grants():
        for problem in _unlawful(grant, life.events_of(grant)):
            yield Violation(grant.number, problem)


def _unlawful(grant: Grant, events: tuple[e.Event, ...]) -> Iterator[Text]:
    for place, event in enumerate(events):
        if isinstance(event, e.Terminated | e.Expired):
            if any(not isinstance(later, _AFTERWARDS) for later in events[place + 1 :]):
                yield _("something happened after its end")
            if isinstance(event, e.Terminated):
                yield from _unfounded(event, events[:place])
                if event.cause is Cause.RULE and not grant.is_emergency:
                    yield _("ended by a rule that did not open it")


def _unfounded(event: e.Terminated, before: tuple[e.Event, ...]) -> Iterator[Text]:
    state = fold(before)
    if event.cause is Cause.MISUSE and state.suspension is None:
        yield _("ended for misuse without a suspension before")
    if event.cause is Cause.SERVICE:
        since = max(
            (n for n, one in enumerate(before) if isinstance(one, e.ChangeProposed)), default=0
        )
        kinds = {type(one) for one in before[since:]}
        if not {e.NegotiationRecorded, e.ChangeFiled} <= kinds:
            yield _("ended by its provider without negotiation and filing")


@invariant(64, _("Records of use stay as they were written, and the database keeps them."))
def usage_is_immutable(now: datetime) -> Iterator[Violation]:
    """Records that differ from what the ledger says of them, and guards that are gone."""
    del now
    entries = Entry.objects.filter(kind="usage.recorded")
    known = dict(entries.values_list("data__record", "data__digest"))
    for record in UsageRecord.objects.order_by("pk").iterator(500):
        if not record.digest == known.get(str(record.pk)) == digest_of(record):
            yield Violation(str(record.pk), _("a record of use that was changed"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled = 'O'",
            [list(_GUARDS)],
        )
        present = {name for (name,) in cursor.fetchall()}
    for missing in sorted(set(_GUARDS) - present):
        yield Violation(missing, _("a guard of the database is missing"))
