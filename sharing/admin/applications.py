"""Applications, their items and stages; decisions are made on the pages of the portal."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from sharing import access
from sharing.admin.base import SeenAdmin, SeenInline
from sharing.models import Application, ApplicationItem, ItemStage

STATUS_COLOURS = {
    "consented": "success",
    "refused": "danger",
    "supplement": "warning",
    "home_review": "info",
    "provider_review": "info",
}


class ItemInline(SeenInline):
    """What an application asks for."""

    model = ApplicationItem
    fields = readonly_fields = ("resource", "provider", "status", "due_on")
    show_change_link = True


class StageInline(SeenInline):
    """The chain of an item."""

    model = ItemStage
    fields = readonly_fields = ("position", "office", "role", "status", "due_on", "signed_by")


@admin.register(Application)
class ApplicationAdmin(SeenAdmin):
    """Applications the reader sees."""

    seen = access.applications_visible_to
    list_display = ("number", "department", "applicant", "submitted_at")
    list_select_related = ("department", "applicant")
    search_fields = ("number", "applicant__full_name", "department__name")
    inlines = (ItemInline,)


@admin.register(ApplicationItem)
class ApplicationItemAdmin(SeenAdmin):
    """Items the reader sees."""

    seen = access.items_visible_to
    list_display = ("application", "resource", "provider", "shown_status", "due_on")
    list_filter = ("status",)
    list_select_related = ("application", "resource__live", "provider")
    search_fields = ("application__number", "provider__name")
    inlines = (StageInline,)

    @display(description=_("status"), label=STATUS_COLOURS)  # type: ignore[untyped-decorator]
    def shown_status(self, item: ApplicationItem) -> tuple[str, str]:
        """The status as a coloured label."""
        return item.status, str(item.get_status_display())
