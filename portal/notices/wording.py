"""Texts of letters: shipped ones, and versions of them that an administrator wrote.

A text is plain, with places like ``%(number)s``; ``%%`` stands for a percent sign.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal.errors import Fault, Invalid, NotVisible, Stale
from portal.ledger.records import record
from portal.notices import kinds, outside
from portal.notices.models import MailText
from portal.organisation.models import Official

COMMON: Final = ("portal", "about", "sentence", "link", "when")
"""Places that every text may use."""
LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 5_000
_TOKEN: Final = re.compile(r"%(?:\((\w+)\)s|(%)|.?)", re.DOTALL)
EXAMPLES: Final[Mapping[str, str]] = {
    "number": "GS-2026-000123", "department": "南通市民政局", "authority": "南通市数据局",
    "responder": "江苏省公安厅", "office": "南通市民政局", "due": "2026-12-07",
    "day": "2026-12-07", "at": "2026-12-07 09:00", "begin": "2026-12-01", "end": "2026-12-07",
}  # fmt: skip
"""Example params of a preview."""


@dataclass(frozen=True, slots=True)
class Text:
    """A subject and a body in force; ``version`` 0 is what comes with the portal."""

    subject: str
    body: str
    version: int = 0
    shipped: bool = True


def shipped(language: str) -> Text:
    """What comes with the portal, the same for every kind."""
    with translation.override(language):
        return Text(
            _("%(portal)s: %(about)s"),
            _(
                "%(sentence)s\n\nOpen it in the portal: %(link)s\n\nThis letter was made by the "
                "portal; please do not answer it."
            ),
        )


def in_force(kind: str, language: str) -> Text:
    """The text that counts for ``kind`` in ``language``."""
    row = MailText.objects.filter(kind=kind, language=language).order_by("-version").first()
    if row is None:
        return shipped(language)
    if row.shipped:
        text = shipped(language)
        return Text(text.subject, text.body, row.version)
    return Text(row.subject, row.body, row.version, shipped=False)


def allowed_places(kind: str) -> tuple[str, ...]:
    """The places a text about ``kind`` may use."""
    return (*COMMON, *outside.places_of(kind))


def faults_of(kind: str, subject: str, body: str) -> list[Fault]:
    """Everything that is wrong with a text, each with its remedy."""
    return [*_faults_in(kind, "subject", subject), *_faults_in(kind, "body", body)]


def _faults_in(kind: str, field: str, text: str) -> Iterator[Fault]:
    longest = LONGEST_SUBJECT if field == "subject" else LONGEST_BODY
    if not text.strip():
        yield Fault(field, _("This must not be empty."), _("Or go back to the shipped text."))
        return
    if len(text) > longest:
        message = _("This is longer than %(number)s signs.") % {"number": longest}
        yield Fault(field, message, _("Shorten it."), "too_long")
    if field == "subject" and any(not sign.isprintable() for sign in text):
        message = _("A subject is one line.")
        yield Fault(field, message, _("Take out line breaks and control characters."), "lines")
    yield from _place_faults(kind, field, text)
    if field == "body" and "%(link)s" not in text:
        message = _("The link to the portal is missing.")
        yield Fault(field, message, _("Write %(place)s where it belongs.") % {"place": "%(link)s"})


def _place_faults(kind: str, field: str, text: str) -> Iterator[Fault]:
    allowed, withheld = set(allowed_places(kind)), set(outside.withheld_of(kind))
    can_use = _("You can use: %(places)s.") % {
        "places": " ".join(f"%({name})s" for name in allowed_places(kind))
    }
    seen: set[str] = set()
    for found in _TOKEN.finditer(text):
        if found[0] in seen or found[2] or found[1] in allowed:
            continue
        seen.add(found[0])
        if found[1] is None:
            message = _("“%(text)s” is not a place.") % {"text": found[0]}
            yield Fault(field, message, _("Write %% for a percent sign.") + " " + can_use, "broken")
        elif found[1] in withheld:
            message = _("“%(place)s” may not leave the portal.") % {"place": found[0]}
            yield Fault(field, message, can_use, "withheld")
        else:
            message = _("There is no place “%(place)s”.") % {"place": found[0]}
            yield Fault(field, message, can_use, "unknown")


def render(kind: str, text: Text, params: kinds.Params, *, url: str, when: str) -> tuple[str, str]:
    """Subject and body in the language in use; places without a fact are shown as …."""
    values = {
        "portal": settings.PORTAL_NAME or _("GovShare"),
        "about": str(kinds.groups_label(kind)),
        "sentence": outside.sentence_of(kind, params),
        "link": outside.link_to(url),
        "when": when,
        **outside.facts_of(params),
    }

    def value(found: re.Match[str]) -> str:
        if found[2]:
            return "%"
        return values.get(found[1] or "", outside.WITHHELD)

    return outside.one_line(_TOKEN.sub(value, text.subject)), _TOKEN.sub(value, text.body)


def preview(kind: str, language: str, subject: str, body: str, *, when: str) -> tuple[str, str]:
    """The letter with example facts, in its own language."""
    with translation.override(language):
        text = Text(subject, body)
        return render(kind, text, EXAMPLES, url="/notices/", when=when)


def check_exists(kind: str, language: str) -> None:
    """NotVisible for a kind or language that does not exist."""
    if not kinds.is_registered(kind) or language not in dict(settings.LANGUAGES):
        raise NotVisible(_("There is no such text."))


def save_text(  # noqa: PLR0913 - a text has this many parts, and callers name each
    *, by: Official, kind: str, language: str, subject: str, body: str, seen: int, now: datetime
) -> MailText:
    """Write a new version; Invalid lists all faults, Stale when another version came in between."""
    check_exists(kind, language)
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    if faults := faults_of(kind, subject, body):
        raise Invalid(_("The text cannot be used yet."), faults)
    row = MailText(kind=kind, language=language, subject=subject, body=body)
    return _add(row, by=by, seen=seen, now=now)


def reset_text(*, by: Official, kind: str, language: str, seen: int, now: datetime) -> MailText:
    """Go back to the shipped text, by a version that says so."""
    check_exists(kind, language)
    row = MailText(kind=kind, language=language, shipped=True)
    return _add(row, by=by, seen=seen, now=now)


def _add(row: MailText, *, by: Official, seen: int, now: datetime) -> MailText:
    before = in_force(row.kind, row.language)
    row.version, row.changed_at, row.changed_by = seen + 1, now, by
    stale = Stale(
        _("Somebody else changed this text meanwhile."),
        remedy=_("Look at what stands there now, then change it again."),
    )
    if before.version != seen:
        raise stale
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(
                "notice_text.reset" if row.shipped else "notice_text.changed",
                by=by, obj=row, now=now, label=f"{row.kind} · {row.language}",
                data={
                    "version": row.version,
                    "before": {"subject": before.subject, "body": before.body},
                    "after": {"subject": row.subject, "body": row.body},
                },
            )  # fmt: skip
    except IntegrityError:
        raise stale from None
    return row
