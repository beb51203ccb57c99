"""Letters by e-mail: plain text in the reader's language, one notice or several in one."""

import smtplib
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.notices import outside, wording
from portal.notices.models import Message, Notice
from portal.notices.reasons import Failure
from portal.pages import dates

LISTED: Final = 100
"""The most notices one letter lists; the others are counted."""


def send(message: Message) -> bool:
    """Send a letter; False when the account or the address is gone, Failure when it did not go."""
    official = message.official
    if official is None or not official.is_active or not official.email:
        return False
    rows = list(message.letters.order_by("created_at", "pk"))
    if not rows:
        return False
    with translation.override(official.language or settings.LANGUAGE_CODE):
        subject, body = _content(rows)
    letter = EmailMessage(
        subject, body, to=[official.email],
        headers={
            "Message-ID": f"<{message.key}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
            "X-GovShare-Id": str(message.key),
        },
    )  # fmt: skip
    try:
        letter.send()
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
    ) as error:
        raise _refusal(error) from None
    except TimeoutError:
        raise Failure("timeout") from None
    except (smtplib.SMTPException, OSError):
        raise Failure("smtp") from None
    return True


def _content(rows: Sequence[Notice]) -> tuple[str, str]:
    if len(rows) > 1:
        return _digest(rows)
    (row,) = rows
    text = wording.in_force(row.kind, translation.get_language() or settings.LANGUAGE_CODE)
    when = dates.full_day(timezone.localdate(row.created_at))
    return wording.render(row.kind, text, row.params, url=row.url, when=when)


def _digest(rows: Sequence[Notice]) -> tuple[str, str]:
    subject = ngettext("%(portal)s: %(count)s notice", "%(portal)s: %(count)s notices", len(rows))
    lines = []
    for row in rows[:LISTED]:
        moment = timezone.localtime(row.created_at).strftime("%Y-%m-%d %H:%M")
        sentence = outside.sentence_of(row.kind, row.params)
        lines.append(f"· {moment}  {sentence}\n  {outside.link_to(row.url)}")
    if more := len(rows) - LISTED:
        text = ngettext("and %(count)s more", "and %(count)s more", more)
        lines += [text % {"count": more}] if more > 0 else []
    lines.append(_("All of them: %(link)s") % {"link": outside.link_to("/notices/")})
    name = settings.PORTAL_NAME or _("GovShare")
    return subject % {"portal": name, "count": len(rows)}, "\n\n".join(lines)


def _refusal(error: smtplib.SMTPException) -> Failure:
    """5xx is for good, 4xx for now."""
    codes = (
        [code for code, _text in error.recipients.values()]
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else [getattr(error, "smtp_code", 0)]
    )
    worst = max(codes, default=0)
    return Failure("refused" if worst >= 500 else "smtp", str(worst or ""), final=worst >= 500)


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
