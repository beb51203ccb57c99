"""Administration of the classification tree."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from catalog.models import Classification
from portal.ledger.records import record
from portal.organisation.models import Official


@admin.register(Classification)
class ClassificationAdmin(ModelAdmin):  # type: ignore[misc]
    """Read by everybody in the administration, changed by those with the model permission."""

    list_display = ("code", "name", "name_en", "level", "provisional")
    list_filter = ("level", "provisional")
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("parent",)
    ordering = ("code",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Everybody who opens the administration."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is no secret."""
        del obj
        return self.has_module_permission(request)

    def save_model(
        self,
        request: HttpRequest,
        obj: Classification,
        form: ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save, and write what changed into the ledger."""
        super().save_model(request, obj, form, change)
        official = request.user if isinstance(request.user, Official) else None
        kind = "classification.changed" if change else "classification.added"
        data = {name: form.cleaned_data.get(name) for name in form.changed_data if name != "parent"}
        record(kind, by=official, obj=obj, now=timezone.now(), data=data)
