"""Administration of harvested catalogs: each competent authority keeps its own."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from catalog.admin.base import today
from catalog.harvest.sources import address_faults, authorities_of, save_source, sources_of
from catalog.models import HarvestSource
from portal.organisation.admin.base import PortalAdmin, by
from portal.organisation.models import Department


class SourceForm(ModelForm[HarvestSource]):
    """Name, kind and address, departments, schedule, and what runs may do by themselves."""

    class Meta:
        model = HarvestSource
        fields = (
            "authority", "name", "kind", "address", "mapping", "provider", "schedule",
            "apply_new", "apply_changed", "apply_gone", "active",
        )  # fmt: skip

    def clean_address(self) -> str:
        """An address that may be asked; ValidationError says why not and what to do."""
        address = str(self.cleaned_data["address"]).strip()
        if faults := list(address_faults(address)):
            raise ValidationError([f"{fault.message} {fault.remedy}" for fault in faults])
        return address


@admin.register(HarvestSource)
class HarvestSourceAdmin(PortalAdmin):
    """Saved by the action, with its ledger entry; nothing is deleted, only switched off."""

    form = SourceForm
    list_display = ("name", "kind", "address", "schedule", "active", "is_agreed")
    list_filter = ("kind", "schedule", "active")
    search_fields = ("name", "address")
    autocomplete_fields = ("provider",)
    actions_detail = ("show_runs",)
    fieldsets = (
        (None, {"fields": ("authority", "name", "kind", "address", "active")}),
        (_("Departments"), {"fields": ("mapping", "provider")}),
        (
            _("Schedule"),
            {"fields": ("schedule", "apply_new", "apply_changed", "apply_gone")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[HarvestSource]:
        """Only sources of the reader's authority."""
        return sources_of(by(request), today())

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> type[ModelForm[Any]]:
        """Only the reader's own authorities can be chosen; an only one is chosen already."""
        form = super().get_form(request, obj, change=change, **kwargs)
        field: Any = form.base_fields["authority"]
        own = authorities_of(by(request), today())
        field.queryset = Department.objects.filter(pk__in=own)
        if len(own) == 1:
            field.initial = next(iter(own))
        return form

    @display(description=_("accepted once"), boolean=True)  # type: ignore[untyped-decorator]
    def is_agreed(self, obj: HarvestSource) -> bool:
        """Whether a person has accepted a first run."""
        return obj.agreed_at is not None

    def save_model(
        self,
        request: HttpRequest,
        obj: HarvestSource,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        save_source(by=by(request), source=obj, now=timezone.now())

    @action(description=_("Harvests"), url_path="runs")  # type: ignore[untyped-decorator]
    def show_runs(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The pages with its runs."""
        del request, object_id
        return HttpResponseRedirect(reverse("catalog:harvests"))
