"""What an official's calendar contains: every due date that waits for one of their posts."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import ical
from portal.errors import Text
from portal.organisation.access import held_posts
from portal.organisation.models import Official
from sharing.approval.clocks import local_day
from sharing.escalation.registry import Clock, Wanted, clocks
from sharing.models import FeedEntry, OversightItem
from sharing.violations import access as oversight

AHEAD: Final = timedelta(days=400)
MOST: Final = 2000
"""So many due dates a calendar shows, the earliest first."""


@dataclass(frozen=True, slots=True)
class _Entry:
    uid: str
    on: date
    what: Text
    number: str
    url: str
    provisional: bool = False


def feed_for(official: Official, now: datetime, absolute: Callable[[str], str]) -> bytes:
    """The calendar in the language in use; ``absolute`` makes an address of a path.

    Numbers and dates only: no titles, no names, no data. When nothing has changed since the last
    time the bytes are the same.
    """
    entries = sorted(_entries(official, now), key=lambda one: (one.on, one.uid))[:MOST]
    told = _note(entries, now)
    return ical.calendar(
        _("GovShare due dates"),
        (
            ical.Event(
                uid=entry.uid,
                on=entry.on,
                summary=_summary(entry),
                changed_at=told[entry.uid].changed_at,
                sequence=told[entry.uid].sequence,
                tentative=entry.provisional,
                url=absolute(entry.url),
            )
            for entry in entries
        ),
    )


def _summary(entry: _Entry) -> str:
    text = f"{entry.what} {entry.number}".strip()
    return _("%(what)s (provisional)") % {"what": text} if entry.provisional else text


def _entries(official: Official, now: datetime) -> Iterator[_Entry]:
    on = local_day(now)
    roles: dict[int, set[str]] = {}
    for post in held_posts(official, on):
        roles.setdefault(post.department_id, set()).add(post.role)
    wanted = Wanted(now, on + AHEAD, offices=frozenset(roles))
    for clock in clocks():
        yield from _of_clock(clock, wanted, roles, official.pk)
    asked = oversight.answered_by(official, on).filter(
        wanted_on__isnull=False, status__in=OversightItem.RUNNING
    )
    for item in asked:
        if item.wanted_on is not None:
            url = reverse("sharing:oversight_case", args=[item.pk])
            yield _Entry(
                _uid("oversight", str(item.pk)), item.wanted_on, _("answer to the authority"),
                item.number, url,
            )  # fmt: skip


def _of_clock(
    clock: Clock, wanted: Wanted, roles: dict[int, set[str]], official: int
) -> Iterator[_Entry]:
    for one in clock.find(wanted):
        if official not in one.excluded and roles.get(one.office_id, set()) & set(one.roles):
            uid = _uid(clock.code, one.key)
            yield _Entry(uid, one.due_on, clock.name, one.number, one.url, one.provisional)


def _uid(clock: str, key: str) -> str:
    """The same for everybody and for ever, without telling what it stands for."""
    return f"{hashlib.sha256(f'{clock}:{key}'.encode()).hexdigest()[:40]}@govshare"


def _note(entries: Sequence[_Entry], now: datetime) -> dict[str, FeedEntry]:
    """Note what calendars are told; a date that moved gets the next sequence number.

    One statement: of two at once the second finds the date as the first has noted it.
    """
    if not entries:
        return {}
    rows = [(one.uid, one.on, one.provisional, now) for one in entries]
    places = ", ".join(["(%s, %s, %s, 0, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sharing_feedentry (uid, due_on, provisional, sequence, changed_at)"  # noqa: S608 - only places
            f" VALUES {places}"
            " ON CONFLICT (uid) DO UPDATE SET due_on = EXCLUDED.due_on,"
            " provisional = EXCLUDED.provisional, sequence = sharing_feedentry.sequence + 1,"
            " changed_at = EXCLUDED.changed_at"
            " WHERE (sharing_feedentry.due_on, sharing_feedentry.provisional)"
            " IS DISTINCT FROM (EXCLUDED.due_on, EXCLUDED.provisional)",
            [value for row in rows for value in row],
        )
    return FeedEntry.objects.in_bulk([one.uid for one in entries])
