"""Tags of the pages of sharing: ``{% load sharing %}``."""

from typing import Final

from django import template
from django.utils.safestring import SafeString

from portal.templatetags.portal import tag
from sharing.models import Grant, GrantStatus

register = template.Library()

GRANT_TAGS: Final = {
    GrantStatus.PROVISIONING: "run",
    GrantStatus.ACTIVE: "ok",
    GrantStatus.SUSPENDED: "stop",
    GrantStatus.EXPIRED: "",
    GrantStatus.TERMINATED: "stop",
}


@register.simple_tag
def grant_tag(grant: Grant) -> SafeString:
    """``{% grant_tag grant %}``: the state of a grant as icon and word."""
    return tag(GRANT_TAGS[GrantStatus(grant.status)], grant.get_status_display())


@register.filter
def percent(part: int, whole: int | None) -> int:
    """How much of ``whole`` is done, 0 to 100; 0 while the whole is not known."""
    return min(100, part * 100 // whole) if whole else 0
