"""Administration of the calendar and the legal limits."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action

from portal.organisation.admin.base import PortalAdmin, by
from portal.organisation.admin.exchange import Choice, ExcelAdmin, PortalResource
from portal.organisation.admin.policy import Act
from portal.organisation.admin.workbooks import Day, Text
from portal.worktime import actions, notice_page
from portal.worktime.models import CalendarYear, DeadlineRule, Holiday


class HolidayWorkbook(PortalResource):
    """One day a row, as the State Council's notice lists them."""

    day = Field(attribute="day", column_name="day", widget=Day())
    kind = Field(attribute="kind", column_name="kind", widget=Choice(Holiday.Kind))
    name = Field(attribute="name", column_name="name", widget=Text())

    columns = {"day": _("day"), "kind": _("kind"), "name": _("name")}
    required = ("day", "kind")

    class Meta:
        model = Holiday
        fields = ("day", "kind", "name")
        import_id_fields = ("day",)
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        store_instance = True

    def save_row(self, instance: Holiday, *, is_create: bool) -> None:
        """The row alone; what follows is done once, at the end."""
        instance.save(force_insert=is_create)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """One entry a year and one recomputation for the whole file."""
        super().after_import(dataset, result, **kwargs)
        if result.has_errors() or result.has_validation_errors():
            return
        changed = [row.instance for row in result.rows if row.is_new() or row.is_update()]
        actions.record_import(by=self.by, days=changed, now=self.now or timezone.now())


@admin.register(Holiday)
class HolidayAdmin(ExcelAdmin):
    """Holidays and make-up days; changing one moves due dates."""

    resource_classes = (HolidayWorkbook,)
    list_display = ("day", "kind", "name")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name", "day")
    date_hierarchy = "day"
    ordering = ("-day",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A day stays the day it is."""
        return [*super().get_readonly_fields(request, obj), *(["day"] if obj else [])]

    def save_model(
        self,
        request: HttpRequest,
        obj: Holiday,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        actions.set_day(by=by(request), day=obj, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        """Through the action."""
        actions.remove_day(by=by(request), day=obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """One by one, through the action."""
        for day in queryset:
            self.delete_model(request, day)


@admin.register(CalendarYear)
class CalendarYearAdmin(PortalAdmin):
    """Which years are published, and entering the notice for a year."""

    list_display = ("year", "published", "source")
    actions_list = ["enter_notice"]

    @action(description=_("Enter the notice for a year"), url_path="notice")  # type: ignore[untyped-decorator]
    def enter_notice(self, request: HttpRequest) -> HttpResponse:
        """The days of a year, first as a preview of the due dates that move, then for good."""
        if not self.may(request, Act.CHANGE):
            raise PermissionDenied
        return notice_page.show(request, admin_context=self.admin_site.each_context(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A year stays the year it is."""
        return [*super().get_readonly_fields(request, obj), *(["year"] if obj else [])]

    def save_model(
        self,
        request: HttpRequest,
        obj: CalendarYear,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        actions.set_year(by=by(request), year=obj, now=timezone.now())


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(PortalAdmin):
    """Limits of the law, and shorter ones of regions."""

    list_display = (
        "rule",
        "region",
        "days",
        "extension_days",
        "article",
        "valid_from",
        "valid_until",
    )
    list_filter = (("rule", ChoicesDropdownFilter), ("region", AutocompleteSelectFilter))
    autocomplete_fields = ("region",)
    list_select_related = ("region",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What the limit is about stays; a new one is entered for something else."""
        fixed = ["rule", "region", "valid_from"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_model(
        self,
        request: HttpRequest,
        obj: DeadlineRule,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        actions.set_rule(by=by(request), rule=obj, now=timezone.now())
