"""Writing calendars of all-day events as RFC 5545 wants them: pure, no tables, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

LONGEST_LINE: Final = 75
"""Octets of a content line without its line break (RFC 5545, 3.1)."""
_PRODUCT: Final = "-//GovShare//Due dates//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One due date. ``sequence`` grows and ``changed_at`` follows whenever it moves."""

    uid: str
    on: date
    summary: str
    changed_at: datetime
    sequence: int = 0
    tentative: bool = False
    url: str = ""
    description: str = ""


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The calendar as a file; the same events give the same bytes.

    Days have no time and so need no time zone; all other moments are UTC.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for event in sorted(events, key=lambda one: (one.on, one.uid)):
        lines += _lines(event)
    lines.append("END:VCALENDAR")
    return b"".join(part for line in lines for part in folded(line))


def _lines(event: Event) -> Iterator[str]:
    changed = event.changed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11): backslash, semicolon, comma and line breaks; no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(one for one in text if one in "\n\t" or (one >= " " and one != "\x7f"))
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def folded(line: str) -> Iterator[bytes]:
    """A content line in pieces of at most 75 octets, never within a character, each with its CRLF."""
    piece, room = b"", LONGEST_LINE
    for character in line:
        octets = character.encode(errors="replace")
        if len(octets) > room:
            yield piece + b"\r\n"
            piece, room = b" ", LONGEST_LINE - 1
        piece, room = piece + octets, room - len(octets)
    yield piece + b"\r\n"
