"""Pulls and deliveries: how they went, and why not."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from sharing import access
from sharing.admin.base import SeenAdmin, SeenInline
from sharing.models import Delivery, DeliveryFile, Pull
from sharing.pulling.failures import explain


@admin.register(Pull)
class PullAdmin(SeenAdmin):
    """Pulls of the grants the reader sees."""

    seen = access.pulls_visible_to
    list_display = ("grant", "status", "attempts", "rows_done", "created_at", "ended_at", "why")
    list_filter = ("status", "failure_code")
    list_select_related = ("grant",)
    search_fields = ("grant__number",)
    exclude = ("failure_detail",)

    @display(description=_("fault"))  # type: ignore[untyped-decorator]
    def why(self, pull: Pull) -> str:
        """What went wrong, in words."""
        return explain(pull.failure_code, pull.failure_detail).text if pull.failure_code else ""


class FileInline(SeenInline):
    """The files of a delivery; they are opened on the pages of the portal."""

    model = DeliveryFile
    fields = readonly_fields = ("format", "name", "size", "sha256")


@admin.register(Delivery)
class DeliveryAdmin(SeenAdmin):
    """Deliveries of the grants the reader sees."""

    seen = access.deliveries_visible_to
    list_display = ("number", "grant", "rows", "snapshot_at", "published_at")
    list_select_related = ("grant",)
    search_fields = ("number", "grant__number", "grant__version__title")
    inlines = (FileInline,)
