"""From notices to messages: who gets a letter and when, which webhooks are called.

Done in the background, in pieces; every step is safe to repeat and to do twice at once, because
rows are locked and skipped while another worker has them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.notices import kinds, preferences
from portal.notices.models import Message, Notice, Preferences, Webhook
from portal.notices.timing import Wishes, due
from portal.organisation.models import Official
from portal.queue import enqueue
from portal.worktime import access as worktime

PIECE: Final = 2_000
DELIVER: Final = "notices.deliver"
LOST_AFTER: Final = timedelta(minutes=2)
"""A message that is due for so long and in nobody's hand was lost."""


@transaction.atomic
def fan_out(now: datetime, limit: int = PIECE) -> int:
    """Decide for up to ``limit`` new notices what leaves the portal; return how many they were."""
    rows = list(
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(fanned_out=False)
        .select_related("official")
        .order_by("pk")[:limit]
    )
    if rows:
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(fanned_out=True)
        if settings.SEND_MAIL:
            _plan_letters(rows)
        _call_webhooks(rows, now)
    return len(rows)


def _plan_letters(rows: Sequence[Notice]) -> None:
    chosen = preferences.of({row.official_id for row in rows})
    calendar, zone = worktime.calendar(), timezone.get_default_timezone()
    known: dict[tuple[datetime, Wishes, bool], datetime] = {}
    at: dict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        person = row.official
        wanted = chosen.get(person.pk) or Preferences(official=person)
        if not (person.is_active and person.email and preferences.wants_mail(wanted, row.kind)):
            continue
        wishes, urgent = preferences.wishes_of(wanted), kinds.is_urgent(row.kind)
        key = (row.created_at, wishes, urgent)
        if key not in known:
            known[key] = due(row.created_at, wishes, urgent=urgent, calendar=calendar, zone=zone)
        at[known[key]].append(row.pk)
    for moment, ids in at.items():
        Notice.objects.filter(pk__in=ids).update(mail_due_at=moment)


def _call_webhooks(rows: Sequence[Notice], now: datetime) -> None:
    """One call for each webhook and batch, however many officials of the department were told."""
    departments = {row.official.department_id for row in rows} - {None}
    hooks: dict[int, list[Webhook]] = defaultdict(list)
    for hook in Webhook.objects.filter(department__in=departments, is_active=True):
        hooks[hook.department_id].append(hook)
    wanted: dict[tuple[int, UUID], Message] = {}
    for row in rows:
        for hook in hooks.get(row.official.department_id or 0, ()):
            if row.batch is None or (hook.groups and row.group not in hook.groups):
                continue
            wanted.setdefault(
                (hook.pk, row.batch),
                Message(
                    channel=Message.Channel.WEBHOOK, webhook=hook, batch=row.batch, kind=row.kind,
                    params=row.params, url=row.url, created_at=row.created_at, due_at=now,
                ),
            )  # fmt: skip
    if not wanted:
        return
    batches = {batch for _hook, batch in wanted}
    Message.objects.bulk_create(wanted.values(), ignore_conflicts=True)
    made = Message.objects.filter(batch__in=batches, status=Message.Status.WAITING, attempts=0)
    _wake(made.values_list("pk", flat=True))


@transaction.atomic
def bundle(now: datetime, limit: int = PIECE) -> int:
    """Make one letter for each official with notices that are due; return how many letters.

    What was held back goes together; what is not due yet stays for its own time.
    """
    rows = list(
        Notice.objects.select_for_update(skip_locked=True)
        .filter(mail_due_at__lte=now, mail__isnull=True)
        .order_by("mail_due_at", "pk")[:limit]
    )
    by_official: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_official[row.official_id].append(row.pk)
    letters = Message.objects.bulk_create(
        Message(channel=Message.Channel.MAIL, official_id=pk, created_at=now, due_at=now)
        for pk in by_official
    )
    taken = []
    for letter in letters:
        taken += [Notice(pk=pk, mail=letter) for pk in by_official[letter.official_id or 0]]
    Notice.objects.bulk_update(taken, ["mail"], batch_size=1_000)
    _wake(letter.pk for letter in letters)
    return len(letters)


@transaction.atomic
def sweep(now: datetime, limit: int = 200) -> int:
    """Wake messages whose worker or wake-up was lost; return how many."""
    late = now - LOST_AFTER
    lost = Message.objects.filter(status=Message.Status.WAITING, due_at__lte=late)
    lost = lost.exclude(lease_until__gt=now).order_by("due_at")
    ids = list(lost.values_list("pk", flat=True)[:limit])
    _wake(ids)
    return len(ids)


def look_after(now: datetime) -> None:
    """Everything that waits, piece by piece."""
    while fan_out(now) == PIECE:
        pass
    while bundle(now):
        pass
    sweep(now)


def _wake(ids: Iterable[int]) -> None:
    for pk in ids:
        enqueue(DELIVER, pk)


def is_reachable(official: Official) -> bool:
    """Whether letters to the official can leave this portal."""
    return bool(settings.SEND_MAIL and official.email)
