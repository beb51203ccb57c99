"""Who besides its own department sees or looks after an entry."""

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from catalog import actions
from catalog.access import Permission, can_manage, get_visible, holders_of
from catalog.models import Resource, Visibility
from catalog.views.readers import reader_of
from portal.errors import NotVisible
from portal.organisation.models import Department, Official

MOST_FOUND = 20
LABELS = {
    Permission.VIEW: gettext_lazy("may see the entry"),
    Permission.MANAGE: gettext_lazy("looks after the entry"),
    Permission.PULL: gettext_lazy("may pull the data, by a grant"),
}
BY_HAND = (Permission.VIEW, Permission.MANAGE)
"""Rights that are given here; the others follow from grants."""


@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the rights on an entry; give and take them. NotVisible for all but its managers."""
    official, on = reader_of(request), timezone.localdate()
    resource = get_visible(official, pk, on)
    if not can_manage(official, resource, on):
        raise NotVisible(_("There is no such entry in the catalog."))
    if request.method == "POST":
        _change(request, official, resource)
        return redirect("catalog:rights", pk=pk)
    text = " ".join(request.GET.get("q", "").split())[:100]
    holders = _holders(resource)
    context = {
        "resource": resource,
        "version": resource.shown_version(),
        "holders": holders,
        "limited": resource.visibility == Visibility.LIMITED,
        "text": text,
        "found": _departments(text, resource),
        "by_hand": [(permission.value, LABELS[permission]) for permission in BY_HAND],
    }
    return render(request, "catalog/rights.html", context)


def _holders(resource: Resource) -> list[tuple[Department, list[tuple[str, object, bool]]]]:
    """Each department with its rights: name, label, whether it can be taken here."""
    by_group: dict[int, list[Permission]] = defaultdict(list)
    for group, permission in holders_of(resource):
        by_group[group].append(permission)
    departments = Department.objects.filter(group__in=by_group).select_related("region")
    return [
        (
            one,
            [
                (right.value, LABELS[right], right in BY_HAND)
                for right in sorted(by_group[one.group_id])
            ],
        )
        for one in departments.order_by("sort_key", "pk")
    ]


def _departments(text: str, resource: Resource) -> list[Department]:
    if not text:
        return []
    named = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(uscc__iexact=text)
    found = Department.objects.filter(named).exclude(pk=resource.provider_id)
    return list(found.select_related("region").order_by("sort_key", "pk")[:MOST_FOUND])


def _change(request: HttpRequest, official: Official, resource: Resource) -> None:
    now, given = timezone.now(), request.POST
    if (visibility := given.get("visibility")) in Visibility.values:
        actions.set_visibility(by=official, resource=resource, visibility=visibility, now=now)
        messages.success(request, _("The visibility is changed."))
        return
    department = get_object_or_404(Department, pk=_number(given.get("department", "")))
    permission = given.get("permission", "")
    if permission not in BY_HAND:
        raise NotVisible(_("There is no such right."))
    names = {"department": department.name}
    if given.get("do") == "take":
        actions.forbid(
            by=official, permission=permission, department=department, resource=resource, now=now
        )
        messages.success(request, _("The right is taken from %(department)s.") % names)
    elif given.get("all"):
        number = actions.permit_many(
            by=official, permission=permission, department=department,
            provider=resource.provider, now=now,
        )  # fmt: skip
        text = ngettext(
            "%(department)s now has the right on %(number)s more entry.",
            "%(department)s now has the right on %(number)s more entries.",
            number,
        )
        messages.success(request, text % {**names, "number": number})
    else:
        actions.permit(
            by=official, permission=permission, department=department, resource=resource, now=now
        )
        messages.success(request, _("%(department)s has the right now.") % names)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
