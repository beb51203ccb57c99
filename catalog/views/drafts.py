"""Own work on entries: the list, sending a version, what happened to it, how versions differ."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import actions, cases, handover
from catalog.access import can_manage, get_visible
from catalog.forms import SendForm
from catalog.lifecycle.terms import Command
from catalog.linked import without_hidden_links
from catalog.models import PublicationReview, Resource, ResourceVersion, VersionStatus
from catalog.presenting import reviews as words
from catalog.presenting.differences import difference
from catalog.views.drift import open_reports
from catalog.views.readers import reader_of
from portal.errors import Invalid, NotAllowed, NotVisible, PortalError
from portal.organisation.models import Official
from portal.pages.fields import add_faults

PAGE_SIZE = 20
MOST_REQUIRED = 10
"""Entries to be updated in time that the list shows; the others are on a page of their own."""
STATES = (
    ("", gettext_lazy("All")),
    ("draft", gettext_lazy("To be sent")),
    ("review", gettext_lazy("Under review")),
    ("returned", gettext_lazy("Returned")),
)


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """Drafts and versions under review of the official's departments, with what to do next."""
    official, on = reader_of(request), timezone.localdate()
    which = request.GET.get("show", "")
    found = cases.drafts_of(official, on)
    if which == "draft":
        found = found.filter(review=None) | found.filter(review__status="taken_back")
    elif which == "review":
        found = found.filter(review__status__in=["head_review", "authority_review", "scheduled"])
    elif which == "returned":
        found = found.filter(review__status="returned")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(version) for version in page]
    required = handover.updates_for(official, on)
    context = {
        "required": required[:MOST_REQUIRED],
        "required_total": required.count(),
        "page_obj": page,
        "rows": rows,
        "differences": open_reports(official).count(),
        "several": sum(row["sends"] for row in rows) > 1,
        "show": which,
        "states": STATES,
    }
    return render(request, "catalog/drafts.html", context)


def _row(version: ResourceVersion) -> dict[str, Any]:
    review: PublicationReview | None = getattr(version, "review", None)
    kind, word = words.state_tag(review)
    return {
        "version": version,
        "review": review,
        "kind": kind,
        "word": word,
        "next_step": words.next_step(review),
        "sends": review is None or review.status in {"returned", "taken_back"},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the draft of an entry for review; everything that is missing is listed before."""
    official, now = reader_of(request), timezone.now()
    version = _draft(request, pk)
    review: PublicationReview | None = getattr(version, "review", None)
    seen = review.step_count if review else 0
    form = SendForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": seen, "wanted_at": review.wanted_at if review else None},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        sending = actions.Sending(data["seen"], data["text"], data["wanted_at"])
        try:
            sent = actions.send(by=official, version=version, sending=sending, now=now)
        except Invalid as error:
            add_faults(form, error)
        except NotAllowed as error:
            posted = request.POST.copy()
            posted["seen"] = str(seen)
            form = SendForm(posted)
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("The version was sent; the head of department approves."))
            return redirect("catalog:review", sent.pk)
    hindrance = actions.available_commands(version, official, now)[Command.SEND]
    steps = words.steps_of(review) if review else []
    context = {
        "resource": version.resource,
        "version": version,
        "review": review,
        "form": form,
        "faults": [] if form.errors else actions.sending_faults(version, official, now),
        "hindrance": hindrance,
        "returned": words.last_return(review, steps),
        "edit_url": edit_url(version) if official.is_staff else "",
    }
    return render(request, "catalog/send.html", context, status=422 if form.errors else 200)


@require_POST
def send_many(request: HttpRequest) -> HttpResponse:
    """Send the chosen drafts, each on its own, and report on every one."""
    official, now = reader_of(request), timezone.now()
    chosen = dict(value.partition(":")[::2] for value in request.POST.getlist("chosen"))
    keys = [key for key in chosen if key.isdecimal()][: actions.MOST_AT_ONCE]
    found = cases.drafts_of(official, timezone.localdate(now)).filter(pk__in=keys)
    if not found:
        messages.error(request, _("Choose at least one version."))
        return redirect("catalog:drafts")
    rows = [_sent(official, version, chosen[str(version.pk)], now) for version in found]
    failed = sum(row["error"] is not None for row in rows)
    context = {"rows": rows, "done": len(rows) - failed, "failed": failed}
    return render(request, "catalog/sent.html", context)


def _sent(official: Official, version: ResourceVersion, seen: str, now: datetime) -> dict[str, Any]:
    """What became of sending one of many."""
    sending = actions.Sending(int(seen) if seen.isdecimal() else 0)
    error: PortalError | None = None
    try:
        actions.send(by=official, version=version, sending=sending, now=now)
    except PortalError as refused:
        error = refused
    faults = error.faults if isinstance(error, Invalid) else ()
    return {"version": version, "error": error, "faults": faults}


def edit_url(version: ResourceVersion) -> str:
    """Where a draft is edited."""
    return reverse("admin:catalog_resourceversion_change", args=[version.pk])


def _draft(request: HttpRequest, pk: UUID) -> ResourceVersion:
    """The draft of an entry that the reader looks after, or NotVisible."""
    resource = _managed(request, pk)
    drafts = resource.versions.filter(status=VersionStatus.DRAFT)
    found = drafts.select_related(
        "classification", "resource__provider__region", "resource__provider__parent",
        "resource__live", "review",
    ).first()  # fmt: skip
    if found is None:
        raise NotVisible(_("The entry has no draft."))
    return found


def _managed(request: HttpRequest, pk: UUID) -> Resource:
    official, on = reader_of(request), timezone.localdate()
    resource = get_visible(official, pk, on)
    if not can_manage(official, resource, on):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return resource


@require_safe
def timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What happened to the versions of an entry on their way, for those who look after it."""
    resource = _managed(request, pk)
    reviews = PublicationReview.objects.filter(resource=resource).select_related(
        "version", "resource__provider", "sender", "authority"
    )
    rows = [
        {"review": review, "tag": words.state_tag(review), "steps": words.steps_of(review)}
        for review in reviews.order_by("-version__number")
    ]
    context = {"resource": resource, "version": resource.shown_version(), "rows": rows}
    return render(request, "catalog/timeline.html", context)


@require_safe
def compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How two versions of an entry differ, down to the data item."""
    official, on = reader_of(request), timezone.localdate()
    resource = _seen(request, pk)
    versions = list(
        cases.versions_visible_to(official, resource, on)
        .select_related("classification")
        .order_by("-number")
    )
    if not versions:
        raise NotVisible(_("This does not exist, or you may not see it."))
    newest = _chosen(versions, request.GET.get("to", ""), versions[0].number)
    before = [version for version in versions if version.number < newest.number]
    oldest = _chosen(versions, request.GET.get("from", ""), (before or [newest])[0].number)
    context = {
        "resource": resource,
        "version": versions[0],
        "versions": versions,
        "old": oldest,
        "new": newest,
        "difference": difference(
            *(without_hidden_links(official, one, on) for one in (oldest, newest))
        ),
    }
    return render(request, "catalog/compare.html", context)


def _seen(request: HttpRequest, pk: UUID) -> Resource:
    """The entry as those see it who read the catalog or review a version of it."""
    official, on = reader_of(request), timezone.localdate()
    try:
        return get_visible(official, pk, on)
    except NotVisible:
        reviewed = cases.reviews_visible_to(official, on).filter(resource=pk)
        review = reviewed.select_related("resource__provider", "resource__live").first()
        if review is None:
            raise
        return review.resource


def _chosen(versions: list[ResourceVersion], number: str, default: int) -> ResourceVersion:
    """The version of that number; NotVisible when the reader sees none of it."""
    wanted = number if number.isdecimal() else str(default)
    found = next((version for version in versions if str(version.number) == wanted), None)
    if found is None:
        raise NotVisible(_("There is no such version."))
    return found
