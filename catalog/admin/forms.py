"""Forms of the catalog's admin pages."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from catalog import hooks
from catalog.actions import attachment_faults
from catalog.actions.content import APPROVALS, CONTENT_FIELDS, LATER_FIELDS
from catalog.actions.counters import PARTS, counter_faults
from catalog.actions.linking import link_faults
from catalog.admin.codes_field import CodesField
from catalog.models import Attachment, DataSource, Mode, Resource, ResourceVersion

COUNTERS = {*PARTS, *PARTS.values()}


class NewEntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a new entry needs to begin."""

    title = forms.CharField(label=_("title"), max_length=200, widget=UnfoldAdminTextInputWidget())

    class Meta:
        model = Resource
        fields = ("provider", "visibility")


class ChoiceArrayField(forms.MultipleChoiceField):
    """Several of a list of choices, kept as an array."""

    widget = forms.CheckboxSelectMultiple


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The content of a draft."""

    sharing_modes = ChoiceArrayField(label=_("sharing modes"), choices=Mode.choices, required=False)
    linked_codes = CodesField(
        label=_("linked entries"),
        required=False,
        help_text=_("Look for entries by their titles; the ones your department sees are offered."),
    )

    class Meta:
        model = ResourceVersion
        fields = tuple(name for name in CONTENT_FIELDS if name not in {"grade", *APPROVALS})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A counter that is left empty is unknown."""
        super().__init__(*args, **kwargs)
        for name in COUNTERS & self.fields.keys():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Ask what the action would refuse: counters and links."""
        data = super().clean() or {}
        data |= {name: 0 for name in COUNTERS & data.keys() if data[name] is None}
        asked = {name for name in LATER_FIELDS if name in data}
        tried = copy(self.instance)
        for name in asked:
            setattr(tried, name, data[name])
        for fault in [*counter_faults(tried), *link_faults(tried)]:
            if fault.field in asked and fault.field not in self.errors:
                self.add_error(fault.field, f"{fault.message} {fault.remedy}")
        return data


class AttachmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which table carries an entry; what does not fit is said at its field."""

    class Meta:
        model = Attachment
        fields = (
            "resource", "source", "schema", "table", "columns", "key_columns", "region_column",
            "change_column", "approximate_rows",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask what the action would refuse, so that nothing typed is lost."""
        data = super().clean() or {}
        resource = data.get("resource")
        if resource is not None:
            tried = Attachment(
                **{name: data.get(name) for name in self.Meta.fields if data.get(name)}
            )
            for fault in attachment_faults(tried, resource):
                if fault.field not in self.errors:
                    self.add_error(fault.field, f"{fault.message} {fault.remedy}")
        return data


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A data source; credentials can be written, never read."""

    class Meta:
        model = DataSource
        fields = ("name", "department", "connector", "options", "max_sessions", "suspended")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add an empty field for each credential that the connector wants."""
        super().__init__(*args, **kwargs)
        for name in secret_fields(self.instance.connector):
            stored = bool(self.instance.pk and self.instance.secrets)
            self.fields[f"secret_{name}"] = forms.CharField(
                label=name,
                required=False,
                strip=False,
                max_length=500,
                widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
                help_text=_("Kept encrypted and never shown; empty keeps what there is.")
                if stored
                else _("Kept encrypted and never shown."),
            )

    def clean(self) -> dict[str, Any]:
        """Credentials are replaced as a whole, because nobody can read the old ones."""
        data = super().clean() or {}
        names = [f"secret_{name}" for name in secret_fields(self.instance.connector)]
        typed = [name for name in names if data.get(name)]
        for name in names if typed else ():
            if name not in typed:
                self.add_error(name, _("Enter all credentials anew, or none of them."))
        return data

    def secrets(self) -> dict[str, str]:
        """The credentials that were typed in."""
        names = secret_fields(self.instance.connector)
        typed = {name: self.cleaned_data.get(f"secret_{name}", "") for name in names}
        return {name: value for name, value in typed.items() if value}


def secret_fields(connector: str) -> list[str]:
    """Names of the credentials that a kind of connector wants."""
    kept = hooks.credentials()
    return list(kept.fields(connector)) if kept is not None else []
