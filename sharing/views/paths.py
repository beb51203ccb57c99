"""Which way an application goes: the ordinary one, reflux or emergency; and access before consent."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Invalid, PortalError
from portal.pages.fields import add_faults
from sharing import actions
from sharing.actions import emergencies
from sharing.approval.clocks import local_day
from sharing.models import ApplicationItem, EmergencyAccess
from sharing.views.common import item_of, not_the_writer, official_of, posted

PAGE_SIZE = 50
ORDINARY, REFLUX, EMERGENCY = "ordinary", "reflux", "emergency"


class PathForm(forms.Form):
    """The way that is asked for."""

    way = forms.ChoiceField(
        label=gettext_lazy("Which way does the application go?"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, hints: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            ORDINARY: _("The ordinary way"),
            REFLUX: _("Reflux: a superior department returns the rows of the own region"),
            EMERGENCY: _("Emergency: use for a few days before consent"),
        }
        self.fields["way"].choices = list(labels.items())  # type: ignore[attr-defined]
        self.choice_hints = {"way": hints}


class OpeningForm(forms.Form):
    """Why it cannot wait."""

    needed: frozenset[str] = frozenset({"reason"})

    reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What happened, and what is done with the data. Provider and authority read it."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The way of a draft; what it means for the rows is filled in at once."""
    item = item_of(request, pk)
    if item.status != ApplicationItem.Status.DRAFT:
        return redirect("sharing:application", pk)
    application, now = item.application, timezone.now()
    days = emergencies.rules_for(item, local_day(now)).days
    hints = {
        ORDINARY: _("The chain is shown before you submit."),
        REFLUX: _("Article 24: rows of %(region)s only, no further conditions.")
        % {"region": application.department.region.name},
        EMERGENCY: _("The own office opens access for %(days)d days; the chain follows.")
        % {"days": days}
        if days
        else _("Not offered by the policy of your region."),
    }
    form = PathForm(posted(request), initial={"way": _way_of(item)}, hints=hints)
    if request.method == "POST" and form.is_valid():
        way = form.cleaned_data["way"]
        content: dict[str, Any] = {"reflux": way == REFLUX, "emergency": way == EMERGENCY}
        if way == REFLUX:
            content["row_region"] = application.department.region_id
        try:
            actions.save_draft(
                by=official_of(request), application_id=application.pk, content=content, now=now
            )
        except Invalid as error:
            add_faults(form, error)
        else:
            return redirect("sharing:tasks", application.pk)
    context = {
        "item": item, "application": application, "form": form,
        "question": _("The way of the application"), "hindrance": not_the_writer(request, item),
    }  # fmt: skip
    return render(request, "sharing/question.html", context)


def _way_of(item: ApplicationItem) -> str:
    if item.application.emergency:
        return EMERGENCY
    return REFLUX if item.application.reflux else ORDINARY


@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Access before consent for one application: open it, or see how it stands."""
    item = item_of(request, pk)
    official, now = official_of(request), timezone.now()
    form = OpeningForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            emergencies.open_access(
                by=official, item_id=item.pk, reason=form.cleaned_data["reason"], now=now
            )
        except Invalid as error:
            add_faults(form, error)
        except PortalError as error:
            form.add_error(None, f"{error.message} {error.remedy}")
        else:
            messages.success(request, _("Access is open; it ends by itself."))
            return redirect("sharing:emergency", pk)
    opened = EmergencyAccess.objects.filter(item=item).select_related("grant", "opened_by").first()
    context = {
        "item": item, "application": item.application, "form": form, "opened": opened,
        "rules": emergencies.rules_for(item, local_day(now)),
        "hindrance": None if opened else emergencies.hindrance(item, official, now),
    }  # fmt: skip
    return render(request, "sharing/emergencies/emergency.html", context)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every access before consent that the reader may know of, the newest first."""
    seen = emergencies.visible_to(official_of(request), timezone.localdate())
    found = seen.select_related(
        "item__application__department", "item__provider", "item__version", "grant", "opened_by"
    )
    page = Paginator(found.order_by("-opened_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "sharing/emergencies/register.html", {"page_obj": page})
