"""Everybody reads their own notices and nobody else's; system administrators keep the channels."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.errors import NotVisible
from portal.navigation import roles_of
from portal.notices import kinds
from portal.notices.models import Message, Notice, Webhook
from portal.organisation.models import Official, Role


def notices_of(official: Official) -> QuerySet[Notice]:
    """The official's notices, newest first."""
    return Notice.objects.filter(official=official)


def unread_count(official: Official) -> int:
    """How many the official has not read."""
    return notices_of(official).filter(read_at__isnull=True).count()


def about(group: str) -> Q:
    """Notices whose kind belongs to ``group``; of no group that exists, none."""
    if group == kinds.OTHER:
        named = [f"{key}." for key in kinds.groups() if key != kinds.OTHER]
        inside = Q(pk__in=[])
        for beginning in named:
            inside |= Q(kind__startswith=beginning)
        return ~inside
    return Q(kind__startswith=f"{group}.") if group in kinds.groups() else Q(pk__in=[])


def keeps_channels(official: Official, on: date) -> bool:
    """Whether the official keeps texts, webhooks and messages that were given up."""
    return official.is_active and (official.is_superuser or Role.SYSADMIN in roles_of(official, on))


def keeper(official: Official, on: date) -> Official:
    """The official, who keeps the channels; NotVisible for everybody else."""
    if not keeps_channels(official, on):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return official


def get_webhook(official: Official, pk: int, on: date) -> Webhook:
    """The webhook, or NotVisible."""
    keeper(official, on)
    found = Webhook.objects.select_related("department").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return found


def given_up() -> QuerySet[Message]:
    """Messages that were given up, the latest first."""
    rows = Message.objects.filter(status=Message.Status.DEAD)
    return rows.select_related("official", "webhook__department").order_by("-closed_at", "-pk")
