"""Forms of the organisation's own pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid


class FirstPasswordForm(forms.Form):
    """The password an official chooses, twice."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a sentence is easier to remember than signs."),
    )
    again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("password"), cleaned.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords are not the same."))
        return cleaned

    def add_faults(self, error: Invalid) -> None:
        """Show what the action found."""
        for fault in error.faults:
            self.add_error(fault.field if fault.field in self.fields else None, str(fault.message))
