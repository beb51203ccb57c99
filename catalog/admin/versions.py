"""Administration of versions: a draft is a form with its items, everything else is read only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from catalog import actions
from catalog.access import manageable_by
from catalog.admin.base import ManagedAdmin, reader_of, today
from catalog.admin.forms import VersionForm
from catalog.models import DataItem, ResourceVersion, VersionStatus
from portal.pages.objects import chosen


class ItemInline(TabularInline):  # type: ignore[misc]
    """Data items of a version."""

    model = DataItem
    extra = 0
    ordering_field = "position"
    fields = (
        "position", "key", "name", "name_en", "data_type", "length", "meaning", "code_set", "grade",
        "personal", "mask", "sharing_type", "required",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: ResourceVersion | None = None) -> bool:
        """While the version is a draft that can be changed."""
        del request
        return obj is not None and is_open(obj)

    def has_change_permission(
        self, request: HttpRequest, obj: ResourceVersion | None = None
    ) -> bool:
        """While the version is a draft."""
        return self.has_add_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: ResourceVersion | None = None
    ) -> bool:
        """While the version is a draft."""
        return self.has_add_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the version."""
        del request, obj
        return True


@admin.register(ResourceVersion)
class ResourceVersionAdmin(ManagedAdmin):
    """One version with its items."""

    form = VersionForm
    inlines = (ItemInline,)
    list_display = ("title", "number", "status", "resource", "published_at")
    list_filter = ("status",)
    search_fields = ("title", "resource__code")
    autocomplete_fields = ("classification",)
    readonly_fields = ("grade", "secrecy_reviewed", "privacy_assessed", "head_approved")
    ordering = ("-pk",)
    actions_detail = ("send_version",)
    fieldsets = (
        (
            None,
            {"fields": ("title", "title_en", "abstract", "classification", "theme", "keywords")},
        ),
        (_("Format"), {"fields": ("format_class", "format_types", "update_cycle", "splittable")}),
        (
            _("Sharing"),
            {
                "fields": (
                    "sharing_type",
                    "sharing_condition",
                    "sharing_citation",
                    "sharing_modes",
                    "open_type",
                    "open_condition",
                    "grade",
                )
            },
        ),
        (
            _("Approvals (Decree 809 article 13)"),
            {
                "fields": ("secrecy_reviewed", "privacy_assessed", "head_approved"),
                "description": _("Recorded by the head of department in the review."),
            },
        ),
        (
            _("Counters and linked entries"),
            {
                "fields": (
                    ("storage_gb", "storage_shared_gb", "storage_open_gb"),
                    ("record_count", "records_shared", "records_open"),
                    "linked_codes",
                ),
                "description": _("Plain numbers; 0 stands for unknown."),
            },
        ),
        (_("Source"), {"fields": ("source_published_on", "source_updated_on")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceVersion]:
        """Only versions of entries that the reader looks after."""
        managed = manageable_by(reader_of(request), today())
        return ResourceVersion.objects.filter(resource__in=managed).select_related("resource")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from the entry."""
        del request
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Versions begin with a button of the entry."""
        del request
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: ResourceVersion | None = None
    ) -> bool:
        """Drafts that are not under review: the database refuses anything else too (R08)."""
        is_version = isinstance(obj, ResourceVersion)
        if is_version and obj is not None and not is_open(obj):
            return False
        return bool(super().has_change_permission(request, obj))

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[Any],
        formsets: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save the items, then do what follows every change of a draft."""
        super().save_related(request, form, formsets, change)
        version: ResourceVersion = form.instance
        actions.finish_draft(
            by=reader_of(request), version=version, resource=version.resource, now=timezone.now()
        )

    @action(description=_("Send for review"), url_path="send")  # type: ignore[untyped-decorator]
    def send_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page that sends the draft of the entry."""
        version = chosen(self.get_queryset(request), object_id)
        return HttpResponseRedirect(reverse("catalog:send", args=[version.resource_id]))


def is_open(version: ResourceVersion) -> bool:
    """Whether the version can be changed."""
    return version.status == VersionStatus.DRAFT and not actions.is_under_review(version)
