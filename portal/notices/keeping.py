"""What administrators do: webhooks of departments, and messages that were given up."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.errors import Fault, Invalid, NotAllowed
from portal.ledger.records import difference, record
from portal.notices import kinds, posting
from portal.notices.fanning import DELIVER
from portal.notices.models import Message, Webhook
from portal.organisation.models import Official
from portal.queue import enqueue

FIELDS = ("department", "name", "url", "algorithm", "groups", "is_active")


@transaction.atomic
def create_webhook(*, by: Official, webhook: Webhook, now: datetime) -> tuple[Webhook, str]:
    """Add a webhook; return it and its secret, which is never shown again. Invalid lists faults."""
    _check(webhook)
    webhook.created_at = now
    secret = posting.new_secret(webhook)
    _store(webhook)
    record(
        "webhook.created", by=by, obj=webhook, now=now, departments=[webhook.department_id],
        data=difference(None, webhook, FIELDS),
    )  # fmt: skip
    return webhook, secret


@transaction.atomic
def change_webhook(*, by: Official, webhook: Webhook, now: datetime) -> Webhook:
    """Save what was changed, the department excepted; nothing is recorded when nothing was."""
    before = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    changed = difference(before, webhook, FIELDS[1:])
    if changed["after"]:
        _check(webhook)
        _store(webhook, fields=list(changed["after"]))
        record(
            "webhook.changed", by=by, obj=webhook, now=now, departments=[webhook.department_id],
            data=changed,
        )  # fmt: skip
    return webhook


@transaction.atomic
def renew_secret(*, by: Official, webhook: Webhook, now: datetime) -> str:
    """Give the webhook a new secret, which counts at once; return it, never to be shown again."""
    row = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    before = row.key_id
    secret = posting.new_secret(row)
    row.save(update_fields=["secret", "key_id"])
    record(
        "webhook.secret_renewed", by=by, obj=row, now=now, departments=[row.department_id],
        data={"before": {"key": before}, "after": {"key": row.key_id}},
    )  # fmt: skip
    return secret


@transaction.atomic
def resend(*, by: Official, ids: Iterable[int], now: datetime) -> int:
    """Try messages again that were given up, with a fresh budget; return how many."""
    rows = _given_up(ids)
    for row in rows:
        row.status, row.closed_at, row.attempts = Message.Status.WAITING, None, 0
        row.due_at, row.lease_until = now, None
        row.save(update_fields=["status", "closed_at", "attempts", "due_at", "lease_until"])
        enqueue(DELIVER, row.pk)
        _record("message.resent", by, row, now)
    return len(rows)


@transaction.atomic
def discard(*, by: Official, ids: Iterable[int], now: datetime) -> int:
    """Leave messages that were given up for good; return how many."""
    rows = _given_up(ids)
    for row in rows:
        row.status, row.closed_at = Message.Status.DISCARDED, now
        row.save(update_fields=["status", "closed_at"])
        _record("message.discarded", by, row, now)
    return len(rows)


def _given_up(ids: Iterable[int]) -> list[Message]:
    """These messages, locked; NotAllowed when none of them is given up (any more)."""
    rows = Message.objects.filter(pk__in=list(ids), status=Message.Status.DEAD)
    found = list(rows.select_for_update(of=("self",)).select_related("webhook").order_by("pk"))
    if not found:
        raise NotAllowed(
            _("None of these messages is given up any more."),
            remedy=_("Choose from the list as it stands now."),
        )
    return found


def _record(kind: str, by: Official, row: Message, now: datetime) -> None:
    departments = [row.webhook.department_id] if row.webhook is not None else []
    facts = {"channel": row.channel, "kind": row.kind, "reason": row.reason}
    record(kind, by=by, obj=row, now=now, departments=departments, data=facts)


def _check(webhook: Webhook) -> None:
    faults = posting.address_faults(webhook.url)
    faults += [
        Fault("groups", _("There is no group “%(name)s”.") % {"name": key})
        for key in webhook.groups
        if key not in kinds.groups()
    ]
    if not webhook.name.strip():
        faults.append(Fault("name", _("The webhook needs a name.")))
    if faults:
        raise Invalid(_("The webhook cannot be used yet."), faults)


def _store(webhook: Webhook, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            webhook.save(update_fields=fields)
    except IntegrityError:
        fault = Fault(
            "name", _("The department has a webhook of this name."), _("Choose another one.")
        )
        raise Invalid(_("The webhook cannot be used yet."), [fault]) from None
