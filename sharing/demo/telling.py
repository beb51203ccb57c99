"""Leave, choices about notices and a webhook of the demonstration province."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from portal.leave import actions as leave
from portal.notices import posting
from portal.notices.models import Message, Notice, Preferences, Webhook
from portal.organisation.demo import PROVINCE, Organisation
from portal.organisation.models import LeaveKind, Official, Substitution

NOTICES_GIVEN_UP = 3


def load(made: Organisation, *, now: datetime) -> None:
    """Who is away since some days was told then; two more are going to be away; one system of a
    department takes no calls.
    """
    people = {one.username: one for one in Official.objects.exclude(username="")}
    _leave(people, now)
    _choices(people)
    _webhook(made, now)
    Notice.objects.update(fanned_out=True)  # the invented past sends no letters


def _leave(people: dict[str, Official], now: datetime) -> None:
    today = timezone.localdate(now)
    for row in Substitution.objects.filter(begun_at__isnull=True, valid_from__lte=today):
        row.kind = LeaveKind.TRAINING if "训" in row.reason else LeaveKind.ANNUAL
        row.begun_at = now - (today - row.valid_from)
        row.arranged_by = row.principal
        row.save(update_fields=["kind", "begun_at", "arranged_by"])
    coming = [
        ("hongqiao.head", "hongqiao.clerk", LeaveKind.TRIP, 6, 9, "赴省厅汇报"),
        ("police.steward", "police.head", LeaveKind.ANNUAL, 12, 18, ""),
    ]
    for principal, substitute, kind, begin, end, reason in coming:
        row = Substitution(
            principal=people[principal], substitute=people[substitute], kind=kind, reason=reason,
            valid_from=today + timedelta(days=begin), valid_until=today + timedelta(days=end),
        )  # fmt: skip
        leave.arrange(by=people[principal], row=row, now=now)


def _choices(people: dict[str, Official]) -> None:
    for username in ("hongqiao.clerk", "police.steward"):
        people[username].email = f"{username}@mail.example"
        people[username].save(update_fields=["email"])
    Preferences.objects.bulk_create(
        [
            Preferences(
                official=people["hongqiao.clerk"], digest="daily", digest_hour=9,
                quiet_from=time(21), quiet_until=time(7, 30), working_days_only=True,
            ),
            Preferences(official=people["police.steward"], digest="weekly", muted=["followed"]),
        ]
    )  # fmt: skip


def _webhook(made: Organisation, now: datetime) -> None:
    """A system that moved: its calls were answered with a redirect and given up."""
    hook = Webhook(
        department=made.departments["police", PROVINCE], name="协同办公系统",
        url="https://oa.police.jiangsu.example/hooks/govshare",
        algorithm=Webhook.Algorithm.SM3, groups=["item", "grant"],
        created_at=now - timedelta(days=60),
    )  # fmt: skip
    posting.new_secret(hook)
    hook.save()
    told = Notice.objects.filter(kind__startswith="item.", official__department=hook.department)
    rows = told.order_by("-created_at", "-pk")[:NOTICES_GIVEN_UP]
    Message.objects.bulk_create(
        Message(
            channel=Message.Channel.WEBHOOK, webhook=hook, batch=row.batch, kind=row.kind,
            params=row.params, url=row.url, created_at=row.created_at, due_at=row.created_at,
            status=Message.Status.DEAD, attempts=1, closed_at=row.created_at, reason="moved",
            detail="308",
        )
        for row in {row.batch: row for row in rows}.values()
    )  # fmt: skip
