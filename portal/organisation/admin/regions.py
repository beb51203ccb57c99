"""Administrative divisions: loaded from the standard, looked up, rarely changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from portal.organisation import actions
from portal.organisation.admin.base import PortalAdmin, by
from portal.organisation.models import Region


@admin.register(Region)
class RegionAdmin(PortalAdmin):
    """Regions; the code of one that exists is not changed."""

    list_display = ("code", "name", "name_en", "level", "parent")
    list_display_links = ("code", "name")
    list_filter = (("level", ChoicesDropdownFilter),)
    search_fields = ("code", "name", "name_en", "sort_key")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    fieldsets = ((None, {"fields": ("code", "name", "name_en", "level", "parent")}),)
    search_help_text = _("Code, name or pinyin")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Code and level of a region that exists are fixed: others are found by them."""
        fixed = ["code", "level", "parent"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_model(
        self,
        request: HttpRequest,
        obj: Region,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        actions.save_region(by=by(request), region=obj, now=timezone.now())
