"""Forms of the supervision desk and of calendar subscriptions; actions decide what they mean."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sharing.models import OversightItem
from sharing.oversight.decide import OF_PEOPLE
from sharing.oversight.terms import Command, Order
from sharing.violations import words
from sharing.violations.actions import LONGEST_TEXT, MAY_BE_DATED


class OrderForm(forms.Form):
    """What is done with a case."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    command = forms.ChoiceField(
        label=_("What do you do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you do.")},
    )
    wanted_on = forms.DateField(
        label=_("By which day"),
        required=False,
        widget=forms.DateInput,
        help_text=_("Such as 2026-12-01; needed where you ask or set a date."),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The department and its authority read it; it stays in the register."),
    )

    def __init__(self, *args: Any, commands: Mapping[Command, Any], **kwargs: Any) -> None:
        """``commands`` as ``available_commands`` answers: what is off is not offered."""
        super().__init__(*args, **kwargs)
        self.offered = [one for one in OF_PEOPLE if commands.get(one, "") is None]
        choices = [(one.value, words.COMMANDS[one]) for one in self.offered]
        self.fields["command"].choices = choices  # type: ignore[attr-defined]
        if not MAY_BE_DATED & set(self.offered):
            del self.fields["wanted_on"]
        self.needed = frozenset(self.fields) - {"wanted_on"}
        if len(self.offered) == 1:
            self.fields["command"].initial = self.offered[0].value

    def order(self) -> Order:
        """The order that was filled in; call it on a valid form."""
        return Order(Command(self.cleaned_data["command"]), self.cleaned_data["seen"])


class FilterForm(forms.Form):
    """Which cases are shown."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    code = forms.ChoiceField(label=_("Violation"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("kind", OversightItem.Kind.choices)
        self._offer("code", words.codes())
        self._offer("status", OversightItem.Status.choices)

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]
        self.fields[name].widget.attrs["class"] = "select"

    def wanted(self) -> dict[str, str]:
        """The columns chosen; what cannot be chosen counts as not chosen."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SubscriptionForm(forms.Form):
    """A new calendar subscription."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Which calendar uses it, such as: telephone.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
