"""What may be done within a stage beside deciding it: one page, and one form, for each command."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.errors import Invalid, NotAllowed, Reason
from portal.pages.fields import add_faults
from sharing import access, actions, cases
from sharing.casework_forms import NAMES, CaseworkForm
from sharing.models import ApplicationItem
from sharing.views.common import loaded_item, official_of, seen_now


@require_http_methods(["GET", "HEAD", "POST"])
def casework(request: HttpRequest, pk: UUID, command: str) -> HttpResponse:
    """One command on one item: the form, or why it cannot be given."""
    if command not in NAMES:
        raise Http404
    item = loaded_item(request, pk)
    now = timezone.now()
    forms = forms_for(item, [command], now)
    form = forms[0]
    if request.method == "POST":
        form = _bound(form, item, request.POST, now)
        if form.is_valid() and _given(request, form, item, now):
            messages.success(request, _("Done: %(what)s.") % {"what": form.title})
            still = access.items_visible_to(official_of(request), timezone.localdate(now))
            seen = still.filter(pk=pk).exists()
            return redirect("sharing:review", pk) if seen else redirect("sharing:inbox")
        item = loaded_item(request, pk)
        if form.errors.get("__all__"):
            again = _bound(form, item, seen_now(request, item), now)
            again.add_error(None, form.errors["__all__"])
            form = again
    reason = actions.available_commands(item, official_of(request), now)[command]
    context = {"item": item, "application": item.application, "form": form, "reason": reason}
    return render(request, "sharing/casework.html", context, status=422 if form.errors else 200)


def _given(request: HttpRequest, form: CaseworkForm, item: ApplicationItem, now: datetime) -> bool:
    """Give the command; False with the faults in the form."""
    data = form.cleaned_data
    try:
        command = actions.command_of(form.name, item, data, seen=data["seen"], now=now)
        actions.execute(by=official_of(request), item_id=item.pk, command=command, now=now)
    except Invalid as error:
        add_faults(form, error)
    except NotAllowed as error:
        form.add_error(None, f"{error.message} {error.remedy}")
    else:
        return True
    return False


def _bound(form: CaseworkForm, item: ApplicationItem, data: Any, now: datetime) -> CaseworkForm:
    return forms_for(item, [form.name], now, data=data)[0]


def forms_for(
    item: ApplicationItem, names: list[str], now: datetime, *, data: Any = None
) -> list[CaseworkForm]:
    """The forms of these commands, with the officials they may name."""
    if not names:
        return []
    able, beside = actions.fitting_officials(item, now)
    stage = cases.load(item).state.current_stage
    groups = stage.groups if stage else ()
    pending = [(one.official_id, one.name) for group in groups for one in group.pending]
    return [
        CaseworkForm(name, data, seen=item.event_count, able=able, beside=beside, pending=pending)
        for name in names
    ]


def more_actions(
    item: ApplicationItem, commands: dict[str, Reason | None], now: datetime
) -> dict[str, Any]:
    """For the page of a case: forms of what can be done now, and reasons for the rest."""
    can = [name for name in NAMES if commands[name] is None]
    cannot = [
        (NAMES[name][0], reason.text) for name in NAMES if (reason := commands[name]) is not None
    ]
    return {"more": forms_for(item, can, now), "off": cannot}
