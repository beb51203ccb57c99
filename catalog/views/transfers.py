"""Transfers of entries: offering, accepting, refusing, deciding."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import actions, handover
from catalog.access import MANAGER_ROLES, manageable_by
from catalog.handover_forms import AnswerForm, DecisionForm, OfferForm
from catalog.models import EntryTransfer, TransferStatus
from catalog.views.readers import reader_of
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.navigation import roles_of
from portal.pages.fields import add_faults

PAGE_SIZE = 20
TAGS = {
    TransferStatus.OFFERED: "run",
    TransferStatus.REFERRED: "wait",
    TransferStatus.DONE: "ok",
    TransferStatus.RETURNED: "",
    TransferStatus.CANCELLED: "",
}


@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """What waits for the official's answer, or every transfer the official sees."""
    official, on = reader_of(request), timezone.localdate()
    waiting = handover.to_answer(official, on)
    which = request.GET.get("show", "")
    found = handover.transfers_visible_to(official, on) if which == "all" else waiting
    found = found.select_related(*handover.LOADED)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(transfer) for transfer in page]
    offered = [row for row in rows if row["transfer"].status == TransferStatus.OFFERED]
    context = {
        "page_obj": page,
        "rows": rows,
        "show": which,
        "waiting": waiting.count(),
        "several": which != "all" and bool(offered),
        "offers": not roles_of(official, on).isdisjoint(MANAGER_ROLES),
    }
    return render(request, "catalog/transfers.html", context)


def _row(transfer: EntryTransfer) -> dict[str, Any]:
    status = TransferStatus(transfer.status)
    return {"transfer": transfer, "kind": TAGS[status], "word": status.label}


@require_POST
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept the chosen ones, each on its own; what could not be accepted is named."""
    official, now = reader_of(request), timezone.now()
    chosen = request.POST.getlist("chosen")
    if "all" in request.POST:
        rows = handover.to_answer(official, timezone.localdate(now))
        offered = rows.filter(status=TransferStatus.OFFERED).values_list("pk", flat=True)
        chosen = [str(pk) for pk in offered[: actions.MOST_AT_ONCE]]
    ids = [pk for text in chosen if (pk := _uuid(text)) is not None][: actions.MOST_AT_ONCE]
    if not ids:
        messages.error(request, _("Choose at least one entry."))
        return redirect("catalog:transfers")
    answered = actions.accept_many(by=official, ids=ids, now=now)
    done = sum(one.error is None for one in answered)
    if done:
        text = ngettext("%(count)d entry is now yours.", "%(count)d entries are now yours.", done)
        messages.success(request, text % {"count": done})
    for one in answered:
        if one.error is not None:
            faults = one.error.faults if isinstance(one.error, Invalid) else ()
            texts = [str(fault.message) for fault in faults] or [str(one.error.message)]
            messages.error(request, f"{one.transfer.resource}: {' '.join(texts)}")
    return redirect("catalog:transfers")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One transfer, and the answer of whoever's turn it is."""
    official, now = reader_of(request), timezone.now()
    on = timezone.localdate(now)
    found = handover.get_transfer(official, pk, on)
    turn = actions.may_answer(official, found, on)
    takes_back = _takes_back(request, found)
    form = _form(request, found) if turn else None
    if request.method == "POST" and "take_back" in request.POST:
        try:
            actions.take_back_transfer(by=official, transfer_id=pk, now=now)
        except (NotAllowed, Forbidden) as error:
            messages.error(request, f"{error.message} {error.remedy}")
            return redirect("catalog:transfer", pk)
        messages.success(request, _("The offer is taken back."))
        return redirect("catalog:transfers")
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            form.carry_out(official, pk, now)
        except Invalid as error:
            add_faults(form, error)
        except (NotAllowed, Forbidden) as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Your answer is recorded."))
            return redirect("catalog:transfers")
    context = {
        **_row(found),
        "form": form,
        "facts": _facts(found),
        "takes_back": takes_back,
        "sees": manageable_by(official, on).filter(pk=found.resource_id).exists(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "catalog/transfer.html", context, status=status)


def _form(request: HttpRequest, found: EntryTransfer) -> AnswerForm | DecisionForm | None:
    data = request.POST if request.method == "POST" and "take_back" not in request.POST else None
    if found.status == TransferStatus.OFFERED:
        return AnswerForm(data)
    old = found.from_department
    on = timezone.localdate()
    return DecisionForm(data, stays=old.valid_until is None or old.valid_until > on, on=on)


def _takes_back(request: HttpRequest, found: EntryTransfer) -> bool:
    if found.status != TransferStatus.OFFERED or found.change_id is not None:
        return False
    managed = manageable_by(reader_of(request), timezone.localdate())
    return managed.filter(pk=found.resource_id).exists()


def _facts(found: EntryTransfer) -> list[tuple[str, str]]:
    rows = [
        (_("Resource code"), found.resource.code or ""),
        (_("From"), found.from_department.name),
        (_("To"), found.to_department.name if found.to_department else ""),
        (_("Reason"), found.reason),
        (_("Change of departments"), str(found.change) if found.change else ""),
        (_("Offered by"), found.offered_by.full_name if found.offered_by else ""),
        (_("Answered by"), found.answered_by.full_name if found.answered_by else ""),
        (_("Why it was refused"), found.answer),
        (_("Competent authority"), found.authority.name if found.authority else ""),
        (_("Decision of the authority"), found.decision),
    ]
    return [(term, text) for term, text in rows if text]


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Offer entries to another department, without any change of departments."""
    official, now = reader_of(request), timezone.now()
    own = manageable_by(official, timezone.localdate(now)).select_related("live")
    wanted = _uuid(request.GET.get("entry", ""))
    first = own.filter(pk=wanted).first() if wanted else None
    form = OfferForm(
        request.POST if request.method == "POST" else None,
        initial={"codes": (first.code or str(first.pk)) if first else ""},
        own=own,
        on=timezone.localdate(now),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.offer_entries(
                by=official, resources=data["codes"], to=data["to"], reason=data["reason"], now=now
            )
        except Invalid as error:
            add_faults(form, error)
        except (NotAllowed, Forbidden) as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            text = ngettext(
                "%(count)d entry is offered; it stays yours until it is accepted.",
                "%(count)d entries are offered; they stay yours until they are accepted.",
                len(made),
            )
            messages.success(request, text % {"count": len(made)})
            return redirect("catalog:transfers")
    return render(request, "catalog/offer.html", {"form": form}, status=422 if form.errors else 200)
