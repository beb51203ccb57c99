"""Tags of the pages of sharing: ``{% load sharing %}``."""

from typing import Any, Final

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from portal.organisation.access import department_ids
from portal.templatetags.portal import tag
from sharing.access import items_visible_to
from sharing.cautions import Caution
from sharing.models import ApplicationItem, Grant, GrantStatus
from sharing.presenting.cautions import said
from sharing.presenting.words import status

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


@register.inclusion_tag("sharing/_kept_cautions.html", takes_context=True)
def item_cautions(context: Context, item: ApplicationItem) -> dict[str, Any]:
    """``{% item_cautions item %}``: what the applicant was warned of before sending, for signers."""
    user, on = context["request"].user, timezone.localdate()
    own = item.demander_id in department_ids(user, on)
    kept = [Caution.of(one) for one in item.warnings]
    files = item.application.attachments.all()
    return {"cautions": said(kept, user, on, own=own), "files": files}


@register.inclusion_tag("sharing/_siblings.html", takes_context=True)
def siblings(context: Context, item: ApplicationItem) -> dict[str, Any]:
    """``{% siblings item %}``: the other entries of the application that the reader sees."""
    seen = items_visible_to(context["request"].user, timezone.localdate())
    found = list(
        ApplicationItem.objects.filter(pk__in=seen, application=item.application_id)
        .select_related("version", "provider")
        .order_by("version__title", "pk")
    )
    rows = [(one, *status(one.status)) for one in found]
    return {"rows": rows if len(rows) > 1 else [], "item": item}
