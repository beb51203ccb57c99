"""The department tree."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.views import ChangeList

from portal.organisation import actions
from portal.organisation.admin.base import by
from portal.organisation.admin.confirming import ClosingForm, Question, ask
from portal.organisation.admin.exchange import ExcelAdmin
from portal.organisation.admin.marks import button, column
from portal.organisation.admin.workbooks import DepartmentWorkbook
from portal.organisation.models import Department
from portal.pages.objects import chosen, has


class TreeChangeList(ChangeList):  # type: ignore[misc]
    """Depth first, unless the person has chosen a column to sort by."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """The tree's own order: a field of the query, which ``ModelAdmin.ordering`` cannot name."""
        if self.params.get(ORDER_VAR):
            return list(super().get_ordering(request, queryset))
        return ["tree_ordering"]


@admin.register(Department)
class DepartmentAdmin(ExcelAdmin):
    """Departments with their internal units below them."""

    resource_classes = (DepartmentWorkbook,)
    list_display = (
        "indented_name", "region", "kind", "uscc", "verified", "valid_until",
    )  # fmt: skip
    list_display_links = ("indented_name",)
    list_filter = (
        ("region", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        "verified",
    )
    search_fields = ("name", "short_name", "name_en", "uscc", "sort_key")
    list_select_related = ("region",)
    autocomplete_fields = ("region", "parent", "superior")
    fieldsets = (
        (None, {"fields": ("name", "name_en", "short_name", "uscc", "verified", "kind")}),
        (_("Place in the organisation"), {"fields": ("region", "parent", "superior")}),
        (_("Existence"), {"fields": ("valid_from", "valid_until", "successor")}),
    )
    readonly_fields = ("valid_until", "successor")
    actions_detail = ("close",)

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[ChangeList]:
        """A list in the order of the tree."""
        del request
        return TreeChangeList

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the depth of each department."""
        return super().get_queryset(request).with_tree_fields()

    @column(_("name"))
    def indented_name(self, department: Any) -> SafeString:
        """The name, indented below the department it is a unit of."""
        lead = "\u2003" * (department.tree_depth - 1) + "└\u2002" if department.tree_depth else ""
        return format_html("{}{}", lead, department.name)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The tree package has no words for the parent in our languages."""
        if db_field.name == "parent":
            kwargs["label"] = _("unit of")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """The field that looks for a department offers only those that exist."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.in_office(timezone.localdate())
        return super().get_search_results(request, queryset, search_term)

    def save_model(
        self,
        request: HttpRequest,
        obj: Department,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the actions."""
        del form
        save = actions.update_department if change else actions.create_department
        save(by=by(request), department=obj, now=timezone.now())

    def has_close_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change departments, while they exist."""
        if not self.has_change_permission(request):
            return False
        return not object_id or has(Department.objects.filter(valid_until=None), object_id)

    @button(_("Dissolve"), permission="close", icon="domain_disabled")
    def close(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let the department end, with its successor."""
        department = chosen(Department.objects.all(), object_id)
        question = Question(
            title=_("Dissolve the department"),
            explanation=_(
                "History keeps the department under its name. Nobody may hold a post in it beyond that day."
            ),
            submit=_("Dissolve"),
            done=_("The department is dissolved."),
            form_class=ClosingForm,
            form_options={"department": department, "on": timezone.localdate()},
        )
        return ask(
            self, request, department, question,
            lambda data: actions.close_department(
                by=by(request), department=department, on=data["on"],
                successor=data["successor"], now=timezone.now(),
            ),
        )  # fmt: skip
