"""A field of resource codes, chosen by the titles of the entries that the reader sees."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteMixin
from django.urls import reverse_lazy

from catalog.access import EVERYONE
from catalog.models import ResourceSearch


class CodesWidget(forms.SelectMultiple):
    """Asks ``catalog:code_options`` while one types; holds only what is chosen."""

    i18n_name = None  # asked for by the media of the admin's chooser

    def build_attrs(
        self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """What the admin's script needs to begin."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {
            "class": "admin-autocomplete",
            "data-ajax--url": str(reverse_lazy("catalog:code_options")),
            "data-ajax--cache": "true",
            "data-ajax--delay": 250,
            "data-ajax--type": "GET",
            "data-theme": "admin-autocomplete",
            "data-allow-clear": "true",
            "data-placeholder": "",
        }

    def optgroups(
        self, name: str, value: list[str], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        """The chosen codes, with titles where everybody may know them."""
        rows = ResourceSearch.objects.filter(resource__code__in=value, labels__contains=[EVERYONE])
        titles = dict(rows.values_list("resource__code", "title"))
        self.choices = [(code, f"{titles.get(code, '')} {code}".strip()) for code in value]
        return super().optgroups(name, value, attrs)

    @property
    def media(self) -> forms.Media:
        """The admin's chooser."""
        return AutocompleteMixin.media.fget(self)  # type: ignore[attr-defined,no-any-return]


class CodesField(forms.MultipleChoiceField):
    """Resource codes; whether an entry may be named is for the action to say."""

    widget = CodesWidget

    def valid_value(self, value: str) -> bool:
        """Any short text: unknown codes are named by the action."""
        return len(value) <= 60
