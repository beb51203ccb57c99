"""Administration of business matters: each department keeps its own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog import actions
from catalog.access import visible_to
from catalog.actions.matters import NeedContent, unknown_items
from catalog.admin.base import ManagedAdmin, managed_departments, reader_of, today, with_units
from catalog.models import SHOWN_STATUSES, Resource, ServiceItem, ServiceItemNeed
from portal.organisation.models import Department, Official


class NeedForm(forms.ModelForm[ServiceItemNeed]):
    """A need; the entry is named by its resource code, its items by their keys."""

    reader: Official | None = None
    code = forms.CharField(
        label=_("code of the entry"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As on the page of the entry; empty while there is none."),
    )
    keys = forms.CharField(
        label=_("keys of the data items"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Separated by commas; empty stands for all."),
    )

    class Meta:
        model = ServiceItemNeed
        fields = ("position", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what is matched, if the reader sees it."""
        super().__init__(*args, **kwargs)
        self.resource: Resource | None = None
        self.hidden: Resource | None = None
        matched = self.instance.resource if self.instance.resource_id else None
        if matched is not None and not self._seen(pk=matched.pk):
            self.hidden = matched
        elif matched is not None:
            self.initial["code"] = matched.code or ""
            self.initial["keys"] = ", ".join(self.instance.fields)

    def _seen(self, **condition: Any) -> Resource | None:
        seen = visible_to(self.reader, today()).filter(status__in=SHOWN_STATUSES)
        return seen.filter(**condition).first()

    def clean(self) -> dict[str, Any]:
        """Find the entry; say what the action would say, at the field."""
        data = super().clean() or {}
        code = data.get("code", "").strip()
        self.resource = self._seen(code=code) if code else None
        if code and self.resource is None:
            self.add_error("code", _("There is no such entry in the catalog."))
        elif unknown := unknown_items(self.content(data)):
            text = _("The entry has no such data items: %(keys)s") % {"keys": ", ".join(unknown)}
            self.add_error("keys", str(text))
        return data

    def content(self, data: dict[str, Any]) -> NeedContent:
        """The need for the action; a match that the reader does not see stays."""
        keys = [key.strip() for key in data.get("keys", "").replace("，", ",").split(",")]
        if self.hidden is not None and self.resource is None:
            return NeedContent(data.get("text", ""), self.hidden, tuple(self.instance.fields))
        return NeedContent(data.get("text", ""), self.resource, tuple(filter(None, keys)))


class NeedInline(TabularInline):  # type: ignore[misc]
    """What the matter needs to know."""

    model = ServiceItemNeed
    form = NeedForm
    extra = 1
    fields = ("position", "text", "code", "keys")

    def get_formset(
        self, request: HttpRequest, obj: ServiceItem | None = None, **kwargs: Any
    ) -> type[BaseInlineFormSet[Any, Any, Any]]:
        """Forms that know who reads them."""
        form = type("ReadNeedForm", (NeedForm,), {"reader": reader_of(request)})
        made: type[BaseInlineFormSet[Any, Any, Any]] = super().get_formset(
            request, obj, form=form, **kwargs
        )
        return made

    def _always(self, request: HttpRequest, obj: Any = None) -> bool:
        del request, obj
        return True

    # as the matter, whose page decides who gets here
    has_add_permission = has_change_permission = _always
    has_view_permission = has_delete_permission = _always


@admin.register(ServiceItem)
class ServiceItemAdmin(ManagedAdmin):
    """Matters of the reader's departments; saved by the action, with its ledger entry."""

    list_display = ("name", "code", "department", "kind", "state", "updated_at")
    list_filter = ("kind", "state")
    search_fields = ("name", "code", "department__name")
    list_select_related = ("department",)
    fields = ("department", "code", "name", "kind", "basis", "state")
    inlines = (NeedInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceItem]:
        """Only matters of the reader's departments."""
        return ServiceItem.objects.filter(department__in=with_units(managed_departments(request)))

    def get_form(
        self, request: HttpRequest, obj: ServiceItem | None = None, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        """Only the reader's departments can be chosen; an only one is chosen already."""
        form: type[forms.ModelForm[Any]] = super().get_form(request, obj, **kwargs)
        own = with_units(managed_departments(request))
        field: Any = form.base_fields["department"]
        field.queryset = Department.objects.filter(pk__in=own)
        if len(own) == 1:
            field.initial = next(iter(own))
        return form

    def save_model(
        self,
        request: HttpRequest,
        obj: ServiceItem,
        form: forms.ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Nothing yet: the action saves the matter with its needs."""

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm[Any],
        formsets: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save matter and needs by one action."""
        del change
        rows = [
            one
            for one in formsets[0].forms
            if one.cleaned_data.get("text") and not one.cleaned_data.get("DELETE")
        ]
        rows.sort(key=lambda one: one.cleaned_data.get("position") or 0)
        actions.save_matter(
            by=reader_of(request),
            matter=form.instance,
            needs=[one.content(one.cleaned_data) for one in rows],
            now=timezone.now(),
        )
        formsets[0].new_objects = formsets[0].changed_objects = formsets[0].deleted_objects = []
