"""Pages of the life of grants: commands, the usage register, data in use."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Invalid, NotAllowed, Stale
from portal.organisation.access import department_ids
from portal.pages.fields import add_faults
from portal.spreadsheets import write_rows
from sharing import access
from sharing.grant_forms import FORMS, CommandForm, CorrectionForm, UseForm, report_of
from sharing.grant_reasons import error_for
from sharing.granting import available_commands, execute_on_grant, usage
from sharing.grantlife.terms import Denial
from sharing.models import Delivery, Grant, UsageRecord
from sharing.presenting.grant_life import COMMAND_WORDS, HINTS
from sharing.views.common import official_of, posted

PAGE_SIZE = 20
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDES: Final = (
    ("received", gettext_lazy("Data we use")),
    ("given", gettext_lazy("Who uses our data")),
    ("supervised", gettext_lazy("Under our supervision")),
)


def grant_of(request: HttpRequest, pk: UUID) -> Grant:
    """The grant, with all that pages show, if the official sees it."""
    found = access.get_grant(official_of(request), pk, timezone.localdate())
    return Grant.objects.select_related(
        "department__region", "resource__provider", "resource__live", "version", "row_region"
    ).get(pk=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def command(request: HttpRequest, pk: UUID, command: str) -> HttpResponse:
    """One command on a grant: its form, or why it cannot be given now."""
    if command not in FORMS:
        raise Http404
    official, now, grant = official_of(request), timezone.now(), grant_of(request, pk)
    on = timezone.localdate(now)
    form = FORMS[command](posted(request), grant=grant, on=on, initial=_initial(command, grant))
    reason = available_commands(grant, official, now)[command]
    status = 200
    if request.method == "POST":
        if reason is not None and reason.code == Denial.NOT_YOURS:
            raise error_for(Denial.NOT_YOURS, None)
        status = _given(form, request, grant) if form.is_valid() else 422
        if status == 200:
            messages.success(request, _("The grant was changed; the other side is told."))
            return redirect("sharing:grant", pk)
    context = {
        "grant": grant,
        "form": form,
        "command": command,
        "title": COMMAND_WORDS[command],
        "hint": HINTS.get(command, ""),
        "reason": reason,
        "danger": command in {"suspend", "emergency_stop", "terminate", "give_up"},
    }
    return render(request, "sharing/grant_command.html", context, status=status)


def _given(form: CommandForm, request: HttpRequest, grant: Grant) -> int:
    """200 when the command was carried out; otherwise the form says why not."""
    by = official_of(request)
    try:
        execute_on_grant(by=by, grant_id=grant.pk, command=form.order(), now=timezone.now())
    except Invalid as error:
        add_faults(form, error)
        return 422
    except NotAllowed as error:
        if isinstance(error, Stale):
            # what is shown now counts as seen: without this the form would stay stale for ever
            shown = request.POST.copy()
            shown["seen"] = str(grant.event_count)
            form.data = shown
        form.add_error(None, f"{error.message} {error.remedy}")
        return 409
    return 200


def _initial(command: str, grant: Grant) -> dict[str, Any]:
    """What the portal knows already: the use so far, the day proposed."""
    if command != "ask_renewal":
        return {}
    last = UsageRecord.objects.filter(grant=grant, corrected_by__isnull=True).first()
    return {
        "use": "\n".join([report_of(usage.facts_of(grant)), *([last.process] if last else [])]),
        "results": last.effect if last else "",
    }


# --- usage register ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The usage register of one grant; the recipient adds records, every reading by others is logged."""
    form = UseForm(posted(request))
    if request.method == "POST" and form.is_valid() and _recorded(form, request, pk, None):
        messages.success(request, _("The use is recorded."))
        return redirect("sharing:usage", pk)
    return _register_page(request, pk, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: UUID, record: UUID) -> HttpResponse:
    """Correct a record by a new one; the old one stays readable."""
    grant = grant_of(request, pk)
    wrong = UsageRecord.objects.filter(grant=grant, pk=record).first()
    if wrong is None:
        raise Http404
    initial = {name: getattr(wrong, name) for name in usage.Use.__dataclass_fields__}
    form = CorrectionForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid() and _recorded(form, request, pk, record):
        messages.success(request, _("The correction is recorded."))
        return redirect("sharing:usage", pk)
    return _register_page(request, pk, form, wrong)


def _recorded(form: UseForm, request: HttpRequest, pk: UUID, corrects: UUID | None) -> bool:
    entered = dict(form.cleaned_data)
    reason = entered.pop("reason", "")
    try:
        usage.record_use(
            by=official_of(request), grant_id=pk, use=usage.Use(**entered), now=timezone.now(),
            corrects=corrects, reason=reason,
        )  # fmt: skip
    except Invalid as error:
        add_faults(form, error)
    except NotAllowed as error:
        form.add_error(None, f"{error.message} {error.remedy}")
    else:
        return True
    return False


def _register_page(
    request: HttpRequest, pk: UUID, form: UseForm, wrong: UsageRecord | None
) -> HttpResponse:
    official, now, grant = official_of(request), timezone.now(), grant_of(request, pk)
    context = {
        "grant": grant,
        "records": usage.inspect(by=official, grant_id=pk, now=now),
        "facts": usage.facts_of(grant),
        "form": form,
        "wrong": wrong,
        "is_recipient": access.is_recipient(official, grant, timezone.localdate(now)),
    }
    status = 422 if form.is_bound else 200
    return render(request, "sharing/grant_usage.html", context, status=status)


@require_safe
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The register as a sheet, corrections with it; reading it is logged."""
    grant = grant_of(request, pk)
    records = usage.inspect(by=official_of(request), grant_id=pk, now=timezone.now(), how="export")
    heads, rows = usage.as_table(records)
    content = write_rows([[str(one) for one in heads], *rows], title=grant.number)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{grant.number}-usage.xlsx"
    )
    return response


# --- data in use ---------------------------------------------------------------------------


@require_safe
def in_use(request: HttpRequest, side: str) -> HttpResponse:
    """Data in use: by us, of ours, or under our supervision, with what the portal counted."""
    if side not in dict(SIDES):
        raise Http404
    official, on = official_of(request), timezone.localdate()
    own = department_ids(official, on)
    seen = access.grants_visible_to(official, on)
    found = {
        "received": seen.filter(department__in=own),
        "given": seen.filter(resource__provider__in=own),
        "supervised": seen.exclude(department__in=own).exclude(resource__provider__in=own),
    }[side]
    waiting = request.GET.get("waiting") == "1"
    if waiting:
        found = found.filter(_open_matter())
    page = Paginator(_counted(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "side": side, "sides": SIDES, "waiting": waiting}
    return render(request, "sharing/grants_in_use.html", context)


def _open_matter() -> Q:
    undisposed = Q(status__in=["expired", "terminated"], disposed_on__isnull=True)
    return (
        ~Q(renewal_step="")
        | ~Q(change_step="")
        | Q(status="suspended")
        | Q(unfiled=True)
        | undisposed
    )


_ROWS: Final = (
    Delivery.objects.filter(grant=OuterRef("pk"))
    .order_by()
    .values("grant")
    .annotate(rows_in_all=Sum("rows"))
    .values("rows_in_all")
)


def _counted(found: QuerySet[Grant]) -> QuerySet[Grant]:
    """With deliveries, rows and the last one, and how many records of use there are."""
    counted = Grant.objects.filter(pk__in=found.values("pk")).annotate(
        delivered=Count("deliveries", distinct=True),
        last_delivery=Max("deliveries__published_at"),
        recorded=Count("usage_records", distinct=True),
        rows_in_all=Subquery(_ROWS),
    )
    return counted.select_related(
        "department", "resource__provider", "version", "row_region"
    ).order_by("-created_at", "-pk")
