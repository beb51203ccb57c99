"""Deciding about versions: what waits, one version, many at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import actions, cases
from catalog.forms import REMARK, ManyForm, ReviewForm, TakeBackForm
from catalog.lifecycle.terms import DECISIONS, Command
from catalog.linked import without_hidden_links
from catalog.models import PublicationReview, ResourceVersion, ReviewStatus, VersionStatus
from catalog.presenting import reviews as words
from catalog.presenting.differences import ShownDifference, difference
from catalog.views.entry import facts_of, item_rows
from catalog.views.readers import reader_of
from portal.errors import Invalid, NotAllowed, Reason

PAGE_SIZE = 20
ROW_PARTS = ("version", "resource__provider", "sender", "authority")


@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """What waits for the official, the most urgent first; or every review the official sees."""
    official, on = reader_of(request), timezone.localdate()
    waiting = cases.waiting_for(official, on)
    late = waiting.filter(due_on__lt=on)
    which = request.GET.get("show", "")
    found = {"late": late}.get(which, waiting)
    if which == "all":
        found = cases.reviews_visible_to(official, on).order_by("-updated_at", "pk")
    page = Paginator(found.select_related(*ROW_PARTS), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(review) for review in page]
    context = {
        "page_obj": page,
        "rows": rows,
        "show": which,
        "waiting": waiting.count(),
        "late": late.count(),
        "form": ManyForm(
            for_department=any(at_head(row["review"]) for row in rows),
            initial={"secrecy_on": on, "privacy_on": on},
        ),
        "several": any(row["selectable"] for row in rows) and which != "all",
    }
    return render(request, "catalog/reviews.html", context)


def _row(review: PublicationReview) -> dict[str, Any]:
    kind, word = words.state_tag(review)
    return {
        "review": review,
        "kind": kind,
        "word": word,
        "selectable": review.status in {ReviewStatus.HEAD_REVIEW, ReviewStatus.AUTHORITY_REVIEW},
    }


def at_head(review: PublicationReview) -> bool:
    """Whether the department itself has to approve first."""
    return review.status == ReviewStatus.HEAD_REVIEW


@require_POST
def review_many(request: HttpRequest) -> HttpResponse:
    """One decision on many versions, each decided on its own, and a report of every one."""
    official, now = reader_of(request), timezone.now()
    chosen = _chosen(request.POST)
    if not chosen:
        messages.error(request, _("Choose at least one version."))
        return redirect("catalog:reviews")
    on = timezone.localdate(now)
    seen = [(cases.get_review(official, pk, on), count) for pk, count in chosen]
    outcomes: list[actions.Outcome] = []
    form = ManyForm(request.POST, for_department=any(at_head(review) for review, _count in seen))
    if form.is_valid() and not form.show_faults(on):
        orders = [
            (review.pk, form.order(count, None if at_head(review) else review.wanted_at, now))
            for review, count in seen
        ]
        outcomes = actions.execute_many(by=official, orders=orders, now=now)
    rows = [{**_row(one.review), "outcome": one} for one in outcomes]
    context = {
        "rows": rows,
        "form": form,
        "chosen": [] if outcomes else [(review, count) for review, count in seen],
        "done": sum(one.error is None for one in outcomes),
        "failed": sum(one.error is not None for one in outcomes),
    }
    return render(request, "catalog/reviewed.html", context, status=200 if outcomes else 422)


def _chosen(data: QueryDict) -> list[tuple[str, int]]:
    """Ids of the ticked versions, each with the number of steps its row showed."""
    found = []
    for value in data.getlist("chosen"):
        pk, _colon, count = value.partition(":")
        found.append((pk, int(count) if count.isdecimal() else 0))
    return list(dict(found).items())


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything one needs for a decision on one page, and the decision."""
    official, now = reader_of(request), timezone.now()
    found = cases.get_review(official, pk, timezone.localdate(now))
    commands = actions.available_commands(found.version, official, now)
    take_back = request.method == "POST" and "take_back" in request.POST
    form = _decision_form(
        request, found, commands, posted=request.method == "POST" and not take_back
    )
    back = TakeBackForm(
        request.POST if take_back else None, initial={"seen": found.step_count}, prefix="back"
    )
    used: ReviewForm | TakeBackForm = back if take_back else form
    if request.method == "POST" and used.is_valid():
        try:
            actions.execute(by=official, review_id=pk, order=used.order(), now=now)
        except Invalid as error:
            _show(used, error)
        except NotAllowed as error:
            used = _again(request, used, cases.get_review(official, pk, timezone.localdate(now)))
            used.add_error(None, f"{error.message} {error.remedy}")
            found = cases.get_review(official, pk, timezone.localdate(now))
            commands = actions.available_commands(found.version, official, now)
            form, back = (form, used) if isinstance(used, TakeBackForm) else (used, back)
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect("catalog:drafts" if take_back else "catalog:reviews")
    context = _context(request, found, commands) | {"form": form, "back": back, "used": used}
    return render(request, "catalog/review.html", context, status=422 if used.errors else 200)


def _show(form: ReviewForm | TakeBackForm, error: Invalid) -> None:
    if isinstance(form, ReviewForm):
        form.show(error)
    else:
        form.add_error(None, str(error.message))


def _decision_form(
    request: HttpRequest,
    found: PublicationReview,
    commands: Mapping[Command, Reason | None],
    *,
    posted: bool,
    data: QueryDict | None = None,
) -> ReviewForm:
    wanted = found.wanted_at if found.wanted_at and found.wanted_at > timezone.now() else None
    today = timezone.localdate()
    return ReviewForm(
        (data or request.POST) if posted else None,
        initial={
            "seen": found.step_count, "publish_at": wanted, "secrecy_on": today,
            "privacy_on": today,
        },
        commands=commands,
        for_department=found.status == ReviewStatus.HEAD_REVIEW,
    )  # fmt: skip


def _again(
    request: HttpRequest, form: ReviewForm | TakeBackForm, found: PublicationReview
) -> ReviewForm | TakeBackForm:
    """The same form on the state that is shown now: else it would stay stale for ever."""
    data = request.POST.copy()
    data["back-seen" if isinstance(form, TakeBackForm) else "seen"] = str(found.step_count)
    if isinstance(form, TakeBackForm):
        return TakeBackForm(data, prefix="back")
    commands = actions.available_commands(found.version, reader_of(request), timezone.now())
    return _decision_form(request, found, commands, posted=True, data=data)


def _context(
    request: HttpRequest, found: PublicationReview, commands: Mapping[Command, Reason | None]
) -> dict[str, Any]:
    version, resource = found.version, found.resource
    items = list(version.items.all())
    steps = words.steps_of(found)
    kind, word = words.state_tag(found)
    base = _base(version, resource.live)
    decides = [command for command in DECISIONS if commands.get(command, "") is None]
    written = {place: request.POST.get(f"{REMARK}{place}", "") for place, _name in _places(items)}
    return {
        "review": found,
        "resource": resource,
        "version": version,
        "facts": facts_of(resource, version),
        "items": item_rows(items),
        "personal": any(item.personal for item in items),
        "base": base,
        "is_live": base is not None and base.pk == resource.live_id,
        "difference": _difference(request, base, version) if base else None,
        "steps": steps,
        "returned": words.last_return(found, steps),
        "checks": next((step.checks for step in steps if step.checks), ()),
        "kind": kind,
        "word": word,
        "next_step": words.next_step(found),
        "faults": actions.content_faults(version, timezone.localdate()) if found.is_open else [],
        "decides": bool(decides),
        "takes_back": commands[Command.TAKE_BACK] is None,
        "sends": commands[Command.SEND] is None,
        "why_not": None if decides else commands[Command.RETURN],
        "places": [
            (place, name, written[place]) for place, name in _places(items)
        ] if commands[Command.RETURN] is None else [],
        "wrote_remarks": any(written.values()),
    }  # fmt: skip


def _difference(
    request: HttpRequest, old: ResourceVersion, new: ResourceVersion
) -> ShownDifference:
    official, on = reader_of(request), timezone.localdate()
    return difference(*(without_hidden_links(official, one, on) for one in (old, new)))


def _base(version: ResourceVersion, live: ResourceVersion | None) -> ResourceVersion | None:
    """What the version is compared with: the live one, or the one that was live before it."""
    if live is not None and live.number < version.number:
        return live
    older = version.resource.versions.filter(number__lt=version.number)
    return (
        older.exclude(status=VersionStatus.DRAFT)
        .select_related("classification")
        .order_by("-number")
        .first()
    )


def _places(items: list[Any]) -> list[tuple[str, str]]:
    return words.remark_places(items)
