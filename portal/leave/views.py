"""Pages about leave: one's own, and the board of a department."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Invalid, NotVisible, PortalError, Text
from portal.leave import access, actions, board
from portal.leave.forms import LeaveForm
from portal.leave.rules import Standing, standing
from portal.organisation.models import Official, Substitution
from portal.pages.fields import add_faults

PAGE_SIZE = 20
LINES = 40


def _reader(request: HttpRequest) -> Official:
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


_STATES: Final[dict[Standing, tuple[str, Text]]] = {
    Standing.TO_COME: ("wait", gettext_lazy("to come")),
    Standing.IN_FORCE: ("run", gettext_lazy("in force")),
    Standing.OVER: ("", gettext_lazy("over")),
    Standing.ENDED_EARLY: ("", gettext_lazy("ended early")),
    Standing.CALLED_OFF: ("", gettext_lazy("called off")),
}


def state_of(row: Substitution, on: date) -> tuple[str, Text]:
    """Kind of tag and word for where a substitution stands."""
    return _STATES[standing(row, on)]


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The reader's own leave, and for whom the reader stands in."""
    reader, now = _reader(request), timezone.now()
    on = timezone.localdate(now)
    can_arrange = access.may_arrange(reader, reader, on)
    form = None
    if can_arrange:
        form = LeaveForm(request.POST or None, people=None, me=reader, on=on)
        if request.method == "POST" and _arranged(request, form, reader, now):
            return redirect("leave:mine")
    elif request.method == "POST":
        raise PermissionDenied
    page = Paginator(access.own(reader), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "rows": [_shown(row, reader, on, can_end=row.principal_id == reader.pk) for row in page],
        "heads": bool(access.headed(reader, on)),
    }
    return _answer(request, "leave/mine.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The board of the departments the reader heads: who is away, who stands in, what is vacant."""
    reader, now = _reader(request), timezone.now()
    on = timezone.localdate(now)
    departments = access.headed(reader, on)
    if not departments:
        raise NotVisible(_("This does not exist, or you may not see it."))
    form = LeaveForm(
        request.POST or None, people=access.people_of(departments, on), me=reader, on=on
    )
    if request.method == "POST" and _arranged(request, form, reader, now):
        return redirect("leave:board")
    begin = _begin(request.GET.get("from", ""), on)
    page = Paginator(board.lines_of(departments, begin), LINES).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "days": board.days_from(begin, on),
        "begin": begin,
        "end": begin + timedelta(days=board.DAYS - 1),
        "earlier": begin - timedelta(days=board.DAYS),
        "later": begin + timedelta(days=board.DAYS),
        "vacant": board.seats(actions.vacancies(departments, on)),
        "rows": [_shown(row, reader, on, can_end=True) for row in _running(departments, on)],
        "heads": True,
    }
    return _answer(request, "leave/board.html", context, form)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a substitution early, or call it off."""
    reader, now = _reader(request), timezone.now()
    row = access.get(reader, pk, timezone.localdate(now))
    try:
        actions.end_early(by=reader, row=row, now=now)
        messages.success(request, _("The substitution has ended; what is open is back."))
    except PortalError as error:
        messages.error(request, f"{error.message} {error.remedy}")
    return redirect("leave:board" if request.POST.get("back") == "board" else "leave:mine")


def _running(departments: set[int], on: date) -> list[Substitution]:
    return list(access.running(departments, on).order_by("valid_from", "pk")[:LINES])


def _shown(row: Substitution, reader: Official, on: date, *, can_end: bool) -> dict[str, Any]:
    is_over = row.revoked_at is not None or row.valid_until < on
    return {
        "row": row,
        "state": state_of(row, on),
        "mine": row.principal_id == reader.pk,
        "can_end": can_end and not is_over,
    }


def _arranged(request: HttpRequest, form: LeaveForm, by: Official, now: datetime) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.arrange(by=by, row=form.row(), now=now)
    except Invalid as error:
        add_faults(form, error)
        return False
    messages.success(request, _("The leave is arranged; both are told."))
    return True


def _begin(text: str, on: date) -> date:
    """The Monday of the week to begin with."""
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        chosen = on
    if abs((chosen - on).days) > 3660:
        chosen = on
    return chosen - timedelta(days=chosen.weekday())


def _answer(
    request: HttpRequest, template: str, context: dict[str, Any], form: LeaveForm | None
) -> HttpResponse:
    return render(request, template, context, status=422 if form and form.errors else 200)
