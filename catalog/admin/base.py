"""What the admin pages of the catalog share: whose rows they show, and how they run an action."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from catalog.access import MANAGER_ROLES
from portal.errors import Fault, Invalid, PortalError, Text
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official


def reader_of(request: HttpRequest) -> Official | None:
    """The signed-in official, if it is one."""
    return request.user if isinstance(request.user, Official) else None


def today() -> date:
    """The day on which rights are asked for."""
    return timezone.localdate()


def managed_departments(request: HttpRequest) -> set[int]:
    """Departments whose entries the reader looks after."""
    official = reader_of(request)
    if official is None or not official.is_active:
        return set()
    return {
        post.department_id for post in held_posts(official, today()) if post.role in MANAGER_ROLES
    }


def with_units(department_ids: set[int]) -> set[int]:
    """The departments and their internal units."""
    found, level = set(department_ids), set(department_ids)
    while level:
        level = set(Department.objects.filter(parent__in=level).values_list("pk", flat=True))
        level -= found
        found |= level
    return found


class ManagedAdmin(ModelAdmin):  # type: ignore[misc]
    """Shows what the reader's departments look after; superusers see nothing more (DESIGN §4)."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The catalog is in the side bar of those who look after entries."""
        return bool(managed_departments(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are limited by the queryset; a row that is in it may be seen."""
        return bool(managed_departments(request)) and self._is_own(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever looks after entries may begin new ones."""
        return bool(managed_departments(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What one looks after may be changed, as far as its state allows."""
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing in the catalog is deleted: entries are withdrawn, sources suspended."""
        del request, obj
        return False

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None:
            return True
        key = obj.pk if hasattr(obj, "pk") else obj  # actions of the theme pass the key alone
        return bool(self.get_queryset(request).filter(pk=key).exists())


Command = Callable[[str], Any]
"""Does it, given the reason that was typed in; raises PortalError."""


def confirmed(
    request: HttpRequest,
    *,
    page: dict[str, Any],
    back: str,
    command: Command,
    needs_reason: bool = False,
) -> HttpResponse:
    """Ask before a command (GET), then run it (POST); every fault is listed on the same page."""
    faults: list[Fault] = list(page.pop("faults", ()))
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            with transaction.atomic():
                command(reason)
        except Invalid as error:
            faults = [*error.faults] or [Fault("", error.message, error.remedy)]
        except PortalError as error:
            faults = [Fault("", error.message, error.remedy)]
        else:
            messages.success(request, str(page["done"]))
            return HttpResponseRedirect(back)
    context = page | {
        "faults": faults, "back": back, "needs_reason": needs_reason, "reason": reason,
    }  # fmt: skip
    return TemplateResponse(request, "catalog/admin/confirm.html", context)


def warn_of(request: HttpRequest, error: PortalError) -> None:
    """Show a refused command on the next page, with every fault."""
    faults: list[tuple[Text, Text]] = [(error.message, error.remedy)]
    if isinstance(error, Invalid):
        faults = [(fault.message, fault.remedy) for fault in error.faults]
    for message, remedy in faults:
        messages.error(
            request, _("%(message)s %(remedy)s") % {"message": message, "remedy": remedy}
        )
