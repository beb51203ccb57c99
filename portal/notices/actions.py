"""Telling officials something, and their reading it."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import gathering
from portal.errors import NotVisible
from portal.notices import kinds, preferences
from portal.notices.models import Notice
from portal.organisation.models import Official


@gathering.atomic
def notify(
    kind: str,
    *,
    officials: Iterable[Official],
    params: Mapping[str, object],
    url: str,
    now: datetime,
) -> list[Notice]:
    """Tell ``officials`` (each once) something of a registered ``kind``; nobody is told when none.

    ``params`` fill the kind's text and must be JSON; they are names, numbers and dates, never the
    data itself. ``url`` is where the reader can act on it. Letters and webhooks follow in the
    background, of whatever may leave the portal. ValueError for an unknown kind.
    """
    if not kinds.is_registered(kind):
        message = f"no notice is called {kind!r}"
        raise ValueError(message)
    people = {official.pk: official for official in officials}
    muted = preferences.muted_by(kind, people) if people else set()
    batch = uuid.uuid4()
    return gathering.insert(
        [
            Notice(
                official=official, kind=kind, params=dict(params), url=url, created_at=now,
                batch=batch, fanned_out=False, read_at=now if official.pk in muted else None,
            )
            for official in people.values()
        ]
    )  # fmt: skip


@transaction.atomic
def mark_read(*, by: Official, notice_id: int, now: datetime) -> Notice:
    """The reader has seen a notice of theirs; NotVisible if it is not theirs."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id, official=by).first()
    if notice is None:
        raise NotVisible(_("There is no such notice."))
    if notice.read_at is None:
        notice.read_at = now
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def mark_all_read(*, by: Official, now: datetime) -> int:
    """The reader has seen everything up to now; return how many notices that were."""
    unread = Notice.objects.filter(official=by, read_at__isnull=True, created_at__lte=now)
    return unread.update(read_at=now)


@transaction.atomic
def mark_these_read(*, by: Official, ids: Iterable[int], now: datetime) -> int:
    """The reader has seen these of their notices; return how many were new. Others are left alone."""
    unread = Notice.objects.filter(official=by, pk__in=list(ids), read_at__isnull=True)
    return unread.update(read_at=now)
