"""What waits for the official: the list, picking many, signing them in one go, and its report."""

import csv
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Invalid, NotAllowed
from portal.worktime.access import calendar
from sharing import access, actions, filters, offers
from sharing.actions.many import Outcome, Pick, Result, reviewed_alone
from sharing.forms import InboxForm
from sharing.models import ItemStage, SignOff, SignOffLine
from sharing.presenting.reports import in_words, safe
from sharing.views.common import official_of

REPORTS: Final = 50
"""Reports that the list of earlier ones shows."""


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the official, the most urgent first, with boxes to pick what to sign together."""
    official, today = official_of(request), timezone.localdate()
    form = InboxForm(request.GET)
    chosen = form.filters()
    mine = access.inbox_parts(official, today)
    found = [chosen.apply(part, today, calendar()) for part in mine]
    loaded = ItemStage.objects.select_related(
        "office",
        "item__version",
        "item__application__department",
        "item__application__applicant",
    )
    after = filters.Place.parse(request.GET.get("after", ""))
    stages, following = filters.page(found, after, form.size(), loaded)
    rows = list(_rows(stages))
    context = {
        "form": form,
        "is_filtered": chosen != filters.Filters(),
        "rows": rows,
        "together": sum(alone is None for _stage, alone in rows),
        "alone": sum(alone is not None for _stage, alone in rows),
        "counts": filters.counts(mine, today, calendar()),
        "most": filters.COUNTED,
        "next_cursor": str(following) if following else None,
        "is_page_picked": request.GET.get("pick") == "page",
        "pick_url": _with(request, pick="page"),
        "unpick_url": _with(request),
        "due_urls": [(due, _with(request, due=due)) for due in ("", "late", "soon")],
        "today": today,
    }
    return render(request, "sharing/inbox.html", context)


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("pick", None)
    if "due" in changes:
        query.pop("after", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _rows(stages: Sequence[ItemStage]) -> Iterator[tuple[ItemStage, NotAllowed | None]]:
    """Every stage with why it cannot be signed together with others, if so."""
    described = offers.remember_items({stage.item.version_id for stage in stages})
    for stage in stages:
        yield stage, reviewed_alone(stage.item, described.get(stage.item.version_id, []))


@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """First what would be signed and what not, then the signatures; shows the report in the end."""
    official, now = official_of(request), timezone.now()
    picks = list(_picks(request.POST.getlist("pick")))
    comment = request.POST.get("comment", "").strip()[:1000]
    try:
        if "confirmed" in request.POST:
            key = _key(request.POST.get("key", ""))
            report = actions.sign_many(by=official, picks=picks, comment=comment, key=key, now=now)
            messages.success(request, _signed(report))
            return redirect("sharing:sign_off", report.pk)
        outcomes = actions.judge_many(by=official, picks=picks, now=now)
    except Invalid as error:
        messages.warning(request, " ".join(f"{one.message} {one.remedy}" for one in error.faults))
        return redirect("sharing:inbox")
    except NotAllowed as error:
        messages.warning(request, f"{error.message} {error.remedy}")
        return redirect("sharing:inbox")
    return render(request, "sharing/together.html", _check(outcomes, comment))


def _check(outcomes: Sequence[Outcome], comment: str) -> dict[str, Any]:
    can = [outcome for outcome in outcomes if outcome.error is None]
    return {
        "total": len(outcomes),
        "can": can,
        "cannot": [outcome for outcome in outcomes if outcome.error is not None],
        "consents": sum(outcome.result is Result.CONSENTED for outcome in can),
        "picks": " ".join(f"{one.pick.item_id}:{one.pick.seen}" for one in can),
        "key": uuid.uuid4(),
        "comment": comment,
    }


def _signed(report: SignOff) -> str:
    text = ngettext(
        "%(signed)d of %(total)d application signed.",
        "%(signed)d of %(total)d applications signed.",
        report.total,
    )
    return text % {"signed": report.signed, "total": report.total}


def _picks(texts: Sequence[str]) -> Iterator[Pick]:
    """What the boxes say: keys of items with the number of events seen; nonsense is passed over."""
    for word in " ".join(texts).split():
        item_id, _colon, seen = word.partition(":")
        try:
            yield Pick(UUID(item_id), int(seen))
        except ValueError:
            continue


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid.uuid4()


@require_safe
def sign_offs(request: HttpRequest) -> HttpResponse:
    """The official's own reports, newest first."""
    rows = SignOff.objects.filter(official=official_of(request))[:REPORTS]
    return render(request, "sharing/sign_offs.html", {"rows": rows})


@require_safe
def sign_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One report: every item with its result and, where there is one, the reason."""
    report = access.get_sign_off(official_of(request), pk)
    lines = [(line, *in_words(line)) for line in report.lines.all()]
    numbers = Counter(line.result for line, *_words in lines)
    figures = [(result.label, numbers[result.value]) for result in Result if numbers[result.value]]
    context = {"report": report, "lines": lines, "figures": figures}
    return render(request, "sharing/sign_off.html", context)


@require_safe
def sign_off_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as CSV for spreadsheets: UTF-8 with a mark, no cell is a formula."""
    report = access.get_sign_off(official_of(request), pk)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Number"), _("Application"), _("Data resource"), _("Requesting department"),
                     _("Result"), _("Reason"), _("What to do")])  # fmt: skip
    writer.writerows(_cells(line) for line in report.lines.all())
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sign-off-{report.at:%Y%m%d-%H%M}.csv"'
    return response


def _cells(line: SignOffLine) -> list[str]:
    message, remedy = in_words(line)
    cells = [line.number, line.title, line.department, line.get_result_display(), message, remedy]
    return [str(line.position), *(safe(cell) for cell in cells)]
