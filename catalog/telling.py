"""Telling officials what concerns them about an entry on its way into the catalog."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from catalog.models import PublicationReview
from portal.notices.actions import notify
from portal.organisation.models import Official


def tell(
    review: PublicationReview, kind: str, people: Iterable[int], *, now: datetime, **params: str
) -> None:
    """Tell ``people`` (ids) of a review; the notice leads to its page."""
    found = Official.objects.filter(pk__in=set(people), is_active=True).order_by("pk")
    notify(
        kind,
        officials=list(found),
        params={
            "title": review.version.title,
            "department": review.resource.provider.name,
            **params,
        },
        url=page_of(review),
        now=now,
    )


def page_of(review: PublicationReview) -> str:
    """Where notices about the review lead."""
    return reverse("catalog:review", args=[review.pk])
