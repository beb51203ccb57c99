"""Administrative divisions: loaded from the standard, looked up, rarely changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from portal.organisation import actions
from portal.organisation.admin.base import PortalAdmin, by
from portal.organisation.admin.confirming import AbolitionForm, Question, ask
from portal.organisation.admin.marks import button
from portal.organisation.models import Region
from portal.pages.objects import chosen, has


@admin.register(Region)
class RegionAdmin(PortalAdmin):
    """Regions; the code of one that exists is not changed."""

    list_display = ("code", "name", "name_en", "level", "parent", "valid_until")
    list_display_links = ("code", "name")
    list_filter = (("level", ChoicesDropdownFilter),)
    search_fields = ("code", "name", "name_en", "sort_key")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    fieldsets = (
        (None, {"fields": ("code", "name", "name_en", "level", "parent")}),
        (_("Existence"), {"fields": ("valid_until", "successor")}),
    )
    readonly_fields = ("valid_until", "successor")
    actions_detail = ("abolish",)
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

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """The field that looks for a region offers only those that exist."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.in_use(timezone.localdate())
        return super().get_search_results(request, queryset, search_term)

    def has_abolish_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change regions, while they exist."""
        if not self.has_change_permission(request):
            return False
        return not object_id or has(Region.objects.filter(valid_until=None), object_id)

    @button(_("Abolish"), permission="abolish", icon="wrong_location")
    def abolish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let the region end, with its successor."""
        region = chosen(Region.objects.all(), object_id)
        question = Question(
            title=_("Abolish the region"),
            explanation=_(
                "What refers to it keeps it. Nothing new can be entered for it; people are told the successor."
            ),
            submit=_("Abolish"),
            done=_("The region is abolished."),
            form_class=AbolitionForm,
            form_options={"region": region, "on": timezone.localdate()},
        )
        return ask(
            self, request, region, question,
            lambda data: actions.abolish_region(
                by=by(request), region=region, on=data["on"], successor=data["successor"],
                now=timezone.now(),
            ),
        )  # fmt: skip
