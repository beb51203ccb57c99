"""Pages of the organisation outside the administration."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import Invalid, NotVisible
from portal.organisation import actions, naming
from portal.organisation.forms import FirstPasswordForm
from portal.organisation.models import ChangeStatus, Department, DepartmentChange


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """An official sets the first password by a link that works once (NotVisible: 404)."""
    official = actions.activate(key=key, token=token)
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_first_password(
                key=key, token=token, password=form.cleaned_data["password"], now=timezone.now()
            )
        except Invalid as error:
            form.add_faults(error)
        else:
            messages.success(request, _("Your password is set. Please sign in."))
            return redirect("account_login")
    return render(request, "account/activate.html", {"form": form, "official": official})


@require_safe
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """A department with its history: earlier names, where it came from, what became of it."""
    rows = Department.objects.select_related("region", "parent", "superior", "successor")
    found: Department | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such department."))
    on = timezone.localdate()
    before = naming.predecessors([pk]).get(pk, set())
    after = naming.heirs([pk]).get(pk, set())
    names = naming.names_of(found)
    context = {
        "department": found,
        "name": names[-1].shown,
        "gone": found.valid_until is not None and found.valid_until <= on,
        "facts": _facts(found),
        "former": names[:-1][::-1],
        "predecessors": _links(before),
        "successors": _links(after),
        "changes": _changes(found),
        "units": _links(found.children.in_office(on).values_list("pk", flat=True)),
    }
    return render(request, "portal/department.html", context)


def _facts(found: Department) -> list[tuple[str, str]]:
    rows = [
        (_("Region"), f"{found.region.name} {found.region_id}"),
        (_("Kind"), str(found.get_kind_display())),
        (_("Unified social credit code"), found.uscc or ""),
        (_("Unit of"), found.parent.name if found.parent else ""),
        (_("Superior in its line"), found.superior.name if found.superior else ""),
        (_("Exists from"), found.valid_from.isoformat()),
        (_("Exists until"), _day(found.valid_until)),
    ]
    return [(term, text) for term, text in rows if text]


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _links(ids: Iterable[int]) -> list[tuple[int, str]]:
    """Number and name of these departments."""
    found = Department.objects.filter(pk__in=list(ids)).order_by("valid_from", "pk")
    return [(one.pk, naming.Name(one.name, one.name_en).shown) for one in found]


def _changes(found: Department) -> list[dict[str, Any]]:
    """The changes in force that it had a part in, the newest first."""
    part = Q(sources=found) | Q(receivers__department=found)
    rows = DepartmentChange.objects.filter(part, status=ChangeStatus.DONE).distinct()
    return [
        {
            "change": row,
            "sources": _named_then(row.sources.all(), row.effective_on),
            "receivers": [str(one) for one in row.receivers.select_related("department")],
        }
        for row in rows.order_by("-effective_on")
    ]


def _named_then(departments: Iterable[Department], on: date) -> list[str]:
    """What they were called the day before the change."""
    return [naming.name_on(one, date.fromordinal(on.toordinal() - 1)).shown for one in departments]
