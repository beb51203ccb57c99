"""What a department received: grants, pulls, deliveries; and what a provider gave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.organisation.access import department_ids
from portal.organisation.models import Official
from sharing import access, links
from sharing.granting import available_commands, life
from sharing.granting.people import actor_for
from sharing.granting.usage import facts_of
from sharing.grantlife.evolve import fold
from sharing.models import Delivery, Grant, Pull
from sharing.presenting.deliveries import (
    file_views,
    mask_label,
    pull_steps,
    quality_rows,
    quality_scores,
)
from sharing.presenting.grant_life import choices, open_matters, timeline
from sharing.pulling.failures import explain
from sharing.pulling.requests import request_pull, why_not
from sharing.pulling.stopping import cancel_pull
from sharing.views.common import official_of

PAGE_SIZE = 20


@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Grants of the official's departments, and grants on what they provide."""
    official, today = official_of(request), timezone.localdate()
    seen = _loaded(access.grants_visible_to(official, today))
    own = department_ids(official, today)
    received = Paginator(seen.filter(department__in=own), PAGE_SIZE)
    given = Paginator(seen.exclude(department__in=own), PAGE_SIZE)
    context = {
        "received": received.get_page(request.GET.get("page")),
        "given": given.get_page(request.GET.get("given")),
    }
    return render(request, "sharing/my_data.html", context)


def _loaded(found: QuerySet[Grant]) -> QuerySet[Grant]:
    return found.select_related(
        "department", "resource__provider", "resource__live", "version", "row_region", "status_by"
    ).prefetch_related(Prefetch("deliveries", Delivery.objects.defer("manifest")))


@require_safe
def grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One grant: what it allows, its pulls and deliveries, and what may be done with it."""
    return render(request, "sharing/grant.html", _grant_context(request, pk))


def _grant_context(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    official, now = official_of(request), timezone.now()
    found = access.get_grant(official, pk, timezone.localdate(now))
    row = _loaded(Grant.objects.all()).get(pk=found.pk)
    pulls = list(row.pulls.select_related("requested_by")[:10])
    latest = pulls[0] if pulls else None
    return {
        "grant": row,
        "fields": [(field, mask_label(field["mask"])) for field in row.fields],
        "pulls": pulls,
        "latest": latest,
        "steps": pull_steps(latest) if latest else [],
        "is_open": latest is not None and latest.status not in Pull.ENDED,
        "failure": _failure(latest),
        "deliveries": row.deliveries.all()[:10],
        "is_recipient": access.is_recipient(official, row, timezone.localdate(now)),
        "pull_reason": why_not(row, official, now),
        **_life(row, official, now),
    }


def _life(row: Grant, official: Official, now: datetime) -> dict[str, Any]:
    """Everything that happened, what is under way, and what the official may do."""
    events = life.events_of(row)
    answers = available_commands(row, official, now)
    return {
        "happened": timeline(events),
        "matters": open_matters(fold(events)),
        "choices": choices(answers, actor_for(official, row, timezone.localdate(now))),
        "facts": facts_of(row),
    }


def _failure(pull: Pull | None) -> Any:
    if pull is None or not pull.failure_code:
        return None
    return explain(pull.failure_code, pull.failure_detail)


@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the grant's page that changes while a pull runs."""
    return render(request, "sharing/_progress.html", _grant_context(request, pk))


@require_POST
def pull(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the data now."""
    request_pull(by=official_of(request), grant_id=pk, now=timezone.now())
    messages.success(request, _("The pull is queued; its progress is shown below."))
    return redirect("sharing:grant", pk)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a pull that is under way."""
    stopped = cancel_pull(by=official_of(request), pull_id=pk, now=timezone.now())
    messages.success(request, _("The pull was stopped; nothing of it was delivered."))
    return redirect("sharing:grant", stopped.grant_id)


@require_safe
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery: quality, manifest, files, receipt."""
    official, now = official_of(request), timezone.now()
    found = access.get_delivery(official, pk, timezone.localdate(now))
    row = (
        Delivery.objects.select_related(
            "grant__department", "grant__resource__provider", "grant__version", "grant__row_region"
        )
        .prefetch_related("files")
        .get(pk=found.pk)
    )
    files = file_views(row.files.all())
    context = {
        "delivery": row,
        "grant": row.grant,
        "files": files,
        "data_files": [file for file in files if not file.is_proof],
        "proofs": [file for file in files if file.is_proof],
        "rules": quality_rows(row),
        "scores": quality_scores(row),
        "fields": [(field, mask_label(field["mask"])) for field in row.grant.fields],
        "hindrance": links.hindrance_to_download(row, official, now),
        "receipt": getattr(row, "receipt", None),
    }
    return render(request, "sharing/delivery.html", context)


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an expiring link to one file and follow it."""
    now, official = timezone.now(), official_of(request)
    file = access.get_file(official, pk, timezone.localdate(now))
    return redirect("sharing:download", links.make(file, official, now))


@require_safe
def download(request: HttpRequest, token: str) -> StreamingHttpResponse:
    """Send the file, if everything still holds."""
    opened = links.open(token, official_of(request), timezone.now())
    response = StreamingHttpResponse(opened.chunks, content_type="application/octet-stream")
    response["Content-Length"] = str(opened.size)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=opened.name
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["POST"])
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm that a delivery arrived."""
    links.confirm(by=official_of(request), delivery_id=pk, now=timezone.now())
    messages.success(request, _("The delivery is confirmed."))
    return redirect("sharing:delivery", pk)
