"""Administration of oversight: ladders are edited; cases are looked at, people act on their pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from catalog.admin.base import reader_of, today
from portal.organisation.access import has_role
from portal.organisation.admin.base import by
from portal.organisation.models import Role
from sharing.actions import ladders
from sharing.admin.base import SeenAdmin
from sharing.escalation.registry import clocks
from sharing.models import Ladder, OversightItem
from sharing.violations import access


class LadderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ladder; the clock is chosen among those the portal knows."""

    clock = forms.ChoiceField(label=_("clock"), required=False)

    class Meta:
        model = Ladder
        fields = (
            "region", "clock", "remind_before", "remind_on_day", "supervisor_after",
            "authority_after", "register_after",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(clock.code, clock.name) for clock in clocks()]
        if "clock" in self.fields:
            self.fields["clock"].choices = [("", _("every clock")), *known]  # type: ignore[attr-defined]


@admin.register(Ladder)
class LadderAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody in the administration reads the ladders; the security administrator keeps them."""

    form = LadderForm
    list_display = (
        "__str__", "region", "clock", "remind_before", "remind_on_day", "supervisor_after",
        "authority_after", "register_after",
    )  # fmt: skip
    list_select_related = ("region",)
    autocomplete_fields = ("region",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Rules are no secret."""
        return reader_of(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rules are no secret."""
        del obj
        return reader_of(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The security administrator keeps policies (R35)."""
        official = reader_of(request)
        return official is not None and has_role(official, [Role.SECADMIN], today())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same."""
        del obj
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The default of all regions stays."""
        return self.has_add_permission(request) and (obj is None or obj.region_id is not None)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One by one: the default must not be deleted with others."""
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def save_model(
        self,
        request: HttpRequest,
        obj: Ladder,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the action."""
        del form, change
        ladders.set_ladder(by=by(request), ladder=obj, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Ladder) -> None:
        """Through the action."""
        ladders.remove_ladder(by=by(request), ladder=obj, now=timezone.now())


@admin.register(OversightItem)
class OversightAdmin(SeenAdmin):
    """Cases of supervision and violations, as far as the reader sees them elsewhere."""

    seen = access.visible_to
    list_display = (
        "number", "kind", "code", "article", "label", "department", "status", "wanted_on",
        "detected_at",
    )  # fmt: skip
    list_filter = (("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter), "code")
    list_select_related = ("department",)
    search_fields = ("number", "label")
    date_hierarchy = "detected_at"
