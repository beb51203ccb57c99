"""Telling the competent authority of runs that wait for it or were stopped by a fault."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from catalog.cases import AUTHORITY_ROLES, holders
from catalog.models import HarvestRun
from portal.notices.actions import notify
from portal.organisation.models import Official


def tell(run: HarvestRun, kind: str, *, now: datetime) -> None:
    """Tell reviewers and head of the authority; the notice leads to the run."""
    people = holders([run.source.authority_id], AUTHORITY_ROLES, timezone.localdate(now))
    notify(
        kind,
        officials=list(Official.objects.filter(pk__in=people, is_active=True).order_by("pk")),
        params={
            "source": run.source.name,
            **{name: run.counts.get(name, 0) for name in ("new", "changed", "gone")},
        },
        url=reverse("catalog:harvest_run", args=[run.pk]),
        now=now,
    )
