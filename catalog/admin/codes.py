"""Administration of the code rules of regions: kept by the competent authorities."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from catalog import actions, codes
from catalog.models import RegionCodeRule
from portal.organisation.admin.base import PortalAdmin, by


class CodeRuleForm(forms.ModelForm[RegionCodeRule]):
    """A region and its rule."""

    rule = forms.ChoiceField(label=_("code rule"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = RegionCodeRule
        fields = ("region", "rule", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the rules that are registered."""
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            self.fields["rule"].choices = [(name, name) for name in codes.names()]  # type: ignore[attr-defined]


@admin.register(RegionCodeRule)
class RegionCodeRuleAdmin(PortalAdmin):
    """Which rule makes the codes of a region's entries from now on."""

    form = CodeRuleForm
    list_display = ("region", "rule", "note")
    search_fields = ("region__name", "region__code")
    autocomplete_fields = ("region",)
    list_select_related = ("region",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The region stays; another region has a rule of its own."""
        declared = tuple(super().get_readonly_fields(request, obj))
        return declared if obj is None else (*declared, "region")

    def save_model(
        self,
        request: HttpRequest,
        obj: RegionCodeRule,
        form: forms.ModelForm[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save by the action, with its ledger entry."""
        del form, change
        actions.save_code_rule(
            by=by(request), region=obj.region, rule=obj.rule, note=obj.note, now=timezone.now()
        )

    def delete_model(self, request: HttpRequest, obj: RegionCodeRule) -> None:
        """Remove by the action."""
        actions.remove_code_rule(by=by(request), region=obj.region, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Each on its own."""
        for rule in queryset.select_related("region"):
            self.delete_model(request, rule)
