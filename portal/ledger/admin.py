"""The ledger in the administration: for the audit administrator, to read only."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from portal.ledger.models import Checkpoint, Entry, Seal
from portal.organisation.admin.base import ReadOnlyAdmin
from portal.organisation.admin.marks import column


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Entries, newest first."""

    list_display = ("id", "at", "kind", "actor_name", "acting_for", "object_label", "is_sealed")
    list_filter = (("at", RangeDateTimeFilter),)
    search_fields = ("kind", "actor_name", "object_label", "object_id")
    list_select_related = ("seal",)
    exclude = ("xid",)

    @column(_("sealed"), boolean=True)
    def is_sealed(self, entry: Entry) -> bool:
        """Whether the entry has its place in the chain."""
        return hasattr(entry, "seal")


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """Places in the chain."""

    list_display = ("seq", "entry_id", "hash", "sealed_at")
    search_fields = ("hash",)
    ordering = ("-seq",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from entries; not a page of the side bar."""
        del request
        return False


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """Signed checkpoints."""

    list_display = ("seq", "at", "root", "key_id")
    list_filter = (("at", RangeDateTimeFilter),)
