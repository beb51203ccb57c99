"""Administration of information systems: each department keeps its own (R40)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from catalog import actions
from catalog.access import manageable_by
from catalog.admin.base import ManagedAdmin, managed_departments, reader_of, today, with_units
from catalog.models import InformationSystem
from portal.organisation.models import Department


@admin.register(InformationSystem)
class InformationSystemAdmin(ManagedAdmin):
    """Systems of the reader's departments; saved by the action, with its ledger entry."""

    list_display = ("name", "department", "network", "link_status", "state", "counted_on")
    list_filter = ("network", "link_status", "state")
    search_fields = ("name", "department__name")
    list_select_related = ("department",)
    filter_horizontal = ("resources",)
    fields = (
        "department", "name", "purpose", "state", "network", "link_status", "linked_on",
        "obstacle", "built_on", "protection_level", "records", "counted_on", "resources",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[InformationSystem]:
        """Only systems of the reader's departments."""
        return InformationSystem.objects.filter(department__in=self._own(request))

    def _own(self, request: HttpRequest) -> set[int]:
        return with_units(managed_departments(request))

    def get_form(
        self, request: HttpRequest, obj: InformationSystem | None = None, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """Only what the reader looks after can be chosen; an only department is chosen already."""
        form: type[ModelForm[Any]] = super().get_form(request, obj, **kwargs)
        own = self._own(request)
        fields: Any = form.base_fields
        fields["department"].queryset = Department.objects.filter(pk__in=own)
        fields["resources"].queryset = (
            manageable_by(reader_of(request), today()).select_related("live").order_by("pk")
        )
        fields["counted_on"].initial = today()
        if len(own) == 1:
            fields["department"].initial = next(iter(own))
        return form

    def save_model(
        self,
        request: HttpRequest,
        obj: InformationSystem,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save by the action; the form has asked what the action would refuse."""
        del change
        actions.save_system(
            by=reader_of(request), system=obj, resources=form.cleaned_data["resources"],
            now=timezone.now(),
        )  # fmt: skip
