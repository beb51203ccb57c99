"""Everybody reads their own notices and nobody else's."""

from django.db.models import QuerySet

from portal.notices.models import Notice
from portal.organisation.models import Official


def notices_of(official: Official) -> QuerySet[Notice]:
    """The official's notices, newest first."""
    return Notice.objects.filter(official=official)


def unread_count(official: Official) -> int:
    """How many the official has not read."""
    return notices_of(official).filter(read_at__isnull=True).count()
