"""Tags by which other pages of sharing show corrections and objections: ``{% load concerns %}``."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from portal.organisation.access import department_ids
from portal.organisation.models import Official
from sharing.actions.raising import dispute_hindrance
from sharing.models import ApplicationItem, Delivery, Grant, GrantStatus
from sharing.presenting.concerns import corrections_of

register = template.Library()


@register.inclusion_tag("sharing/concerns/_grant.html", takes_context=True)
def concerns_of_grant(context: Context, grant: Grant) -> dict[str, Any]:
    """``{% concerns_of_grant grant %}``: confirmed corrections of its data, what can be raised."""
    stopped = grant.status in {GrantStatus.SUSPENDED, GrantStatus.TERMINATED}
    return {
        "grant": grant,
        "corrections": corrections_of(grant),
        "own": _works_for(context, grant.department_id),
        "stopped": stopped,
    }


@register.inclusion_tag("sharing/concerns/_item.html", takes_context=True)
def concerns_of_item(context: Context, item: ApplicationItem) -> dict[str, Any]:
    """``{% concerns_of_item item %}``: what its department can raise about an application."""
    own = _works_for(context, item.demander_id)
    refused = own and item.status == ApplicationItem.Status.REFUSED
    return {"item": item, "own": own, "refused": refused and dispute_hindrance(item=item) is None}


def _works_for(context: Context, department: int) -> bool:
    official = context["request"].user
    return isinstance(official, Official) and department in department_ids(
        official, timezone.localdate()
    )


@register.inclusion_tag("sharing/concerns/_delivery.html")
def corrected_since(delivery: Delivery) -> dict[str, Any]:
    """``{% corrected_since delivery %}``: corrections confirmed after the data were fetched (R28)."""
    found = corrections_of(delivery.grant)
    later = [one for one in found if one.decided_at and one.decided_at > delivery.published_at]
    return {"corrections": later}
