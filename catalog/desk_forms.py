"""Forms of the demand desk and of the repeat-collection check; actions decide what they mean."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.actions.demand_orders import LONGEST_CITATION, LONGEST_TEXT
from catalog.actions.demands import DemandContent
from catalog.demanding.terms import Command, Order, Refusal
from catalog.models import RefusalType, WantedMode
from portal.errors import Text
from portal.organisation.models import Department

_BETWEEN = re.compile(r"[\n|；;、,，]+")


def names_in(text: str) -> list[str]:
    """Names that were typed one on a line, or with marks between them; each once."""
    found = (" ".join(part.split()) for part in _BETWEEN.split(text))
    return list(dict.fromkeys(filter(None, found)))


class DepartmentField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A department, named with its region."""

    def label_from_instance(self, obj: Department) -> str:
        """Name and region."""
        return f"{obj.name} · {obj.region.name}"


class NamesField(forms.CharField):
    """Several names, one on a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), max_length=8000, **kwargs)


class DemandForm(forms.Form):
    """What is asked for."""

    title = forms.CharField(
        label=_("Which data do you need?"),
        max_length=200,
        help_text=_("Name the data, such as 低保对象名单."),
    )
    wanted_items = NamesField(
        label=_("Data items wanted"), help_text=_("One on a line, such as 姓名, 公民身份号码.")
    )
    scene = forms.CharField(
        label=_("What for?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The business matter and the step in which the data are used."),
    )
    basis = forms.CharField(
        label=_("Legal basis of use"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The duty that needs the data, with law and article."),
    )
    wanted_mode = forms.ChoiceField(
        label=_("Wanted mode"), widget=forms.RadioSelect, choices=WantedMode.choices
    )
    needed_by = forms.DateField(label=_("Needed by"), required=False, widget=forms.DateInput)
    department = DepartmentField(label=_("For which department?"), queryset=None)
    responder = DepartmentField(
        label=_("Who holds the data?"),
        queryset=None,
        required=False,
        empty_label=_("I do not know: the competent authority finds out"),
    )
    checked = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, own: Any, others: Any, **kwargs: Any) -> None:
        """``own`` are the departments one may ask for, ``others`` those one may ask."""
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = own  # type: ignore[attr-defined]
        self.fields["responder"].queryset = others  # type: ignore[attr-defined]
        only = list(own[:2])
        if only:
            self.fields["department"].initial = only[0].pk
        if len(only) == 1:
            self.fields["department"].widget = forms.HiddenInput()

    def names(self) -> list[str]:
        """The items wanted."""
        return names_in(str(self.cleaned_data.get("wanted_items", "")))

    def mark(self) -> str:
        """Says for which words the catalog was searched."""
        text = "\n".join([str(self.cleaned_data.get("title", "")), *self.names()])
        return hashlib.sha256(text.encode()).hexdigest()

    def was_checked(self) -> bool:
        """Whether the catalog was searched for these very words."""
        return str(self.cleaned_data.get("checked", "")) == self.mark()

    def content(self) -> DemandContent:
        """What the action takes."""
        data = self.cleaned_data
        return DemandContent(
            title=data["title"],
            scene=data["scene"],
            basis=data["basis"],
            wanted_items=tuple(self.names()),
            wanted_mode=data["wanted_mode"],
            needed_by=data["needed_by"],
            responder=data["responder"],
        )


COMMANDS: Mapping[Command, Text] = {
    Command.ANSWER: _("Answer with an entry of the catalog"),
    Command.PROMISE: _("The data will be catalogued"),
    Command.REFUSE: _("Refuse"),
    Command.ASSIGN: _("Assign to a department"),
    Command.TRANSFER: _("Pass on to another department"),
    Command.RETURN: _("Send back to the authority"),
    Command.REOPEN: _("Re-open: the reply is not enough"),
    Command.TAKE_BACK: _("Take the demand back"),
}
_REVEALED: Mapping[Command, tuple[str, ...]] = {
    Command.ANSWER: ("entry",),
    Command.PROMISE: ("promised_on",),
    Command.REFUSE: ("refusal", "citation"),
    Command.ASSIGN: ("target",),
    Command.TRANSFER: ("target_transfer",),
}


class OrderForm(forms.Form):
    """What is done with a demand."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    command = forms.ChoiceField(
        label=_("What do you do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you do.")},
    )
    entry = forms.CharField(
        label=_("Code of the entry"),
        required=False,
        max_length=60,
        help_text=_("As on the page of the entry; the asker applies for it there."),
    )
    promised_on = forms.DateField(label=_("Catalogued by"), required=False, widget=forms.DateInput)
    refusal = forms.ChoiceField(
        label=_("Reason of the refusal"),
        required=False,
        widget=forms.RadioSelect,
        choices=RefusalType.choices,
    )
    citation = forms.CharField(
        label=_("Law with its article"),
        required=False,
        max_length=LONGEST_CITATION,
        help_text=_("For the first reason."),
    )
    target = DepartmentField(label=_("Department"), queryset=None, required=False)
    target_transfer = DepartmentField(
        label=_("Department that holds the data"), queryset=None, required=False
    )
    text = forms.CharField(
        label=_("Reason or note"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who has to do with the demand reads it."),
    )

    def __init__(
        self, *args: Any, commands: Mapping[Command, Any], others: Any, **kwargs: Any
    ) -> None:
        """``commands`` as ``available_demand_commands`` answers: what is off is not offered."""
        super().__init__(*args, **kwargs)
        self.offered = [one for one in COMMANDS if commands.get(one, "") is None]
        field = self.fields["command"]
        field.choices = [(one.value, COMMANDS[one]) for one in self.offered]  # type: ignore[attr-defined]
        for one, names in _REVEALED.items():
            for name in names:
                if one not in self.offered:
                    del self.fields[name]
                elif name.startswith("target"):
                    self.fields[name].queryset = others  # type: ignore[attr-defined]
        self.reveals = {
            "command": {one.value: names for one, names in _REVEALED.items() if one in self.offered}
        }
        self.needed = frozenset(self.fields)

    def order(self) -> Order:
        """The order that was filled in; call it on a valid form."""
        data = self.cleaned_data
        command = Command(data["command"])
        mine = _REVEALED.get(command, ())
        target = data.get("target" if command is Command.ASSIGN else "target_transfer")
        chosen = data.get("refusal") if "refusal" in mine else ""
        return Order(
            command,
            seen=data["seen"],
            text=data["text"],
            target=target.pk if target and command in {Command.ASSIGN, Command.TRANSFER} else None,
            entry=data["entry"] if "entry" in mine else "",
            promised_on=data["promised_on"] if "promised_on" in mine else None,
            refusal=Refusal(chosen) if chosen else None,
            citation=data["citation"] if "citation" in mine else "",
        )


class CollectionForm(forms.Form):
    """A planned form: what it is for, and the fields it asks."""

    title = forms.CharField(label=_("Name of the planned form"), max_length=200)
    purpose = forms.CharField(
        label=_("What it is for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    department = DepartmentField(label=_("Collecting department"), queryset=None)
    fields_asked = NamesField(
        label=_("Fields of the form"),
        required=False,
        help_text=_("One on a line, as they stand in the form."),
    )
    sheet = forms.FileField(
        label=_("Or the form as a sheet"),
        required=False,
        help_text=_("An Excel workbook or a CSV file; its first row is taken for the fields."),
    )

    def __init__(self, *args: Any, own: Any, **kwargs: Any) -> None:
        """``own`` are the departments one may collect for."""
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = own  # type: ignore[attr-defined]
        self.needed = frozenset({"fields_asked"})
        only = list(own[:2])
        if only:
            self.fields["department"].initial = only[0].pk
        if len(only) == 1:
            self.fields["department"].widget = forms.HiddenInput()

    def names(self) -> list[str]:
        """The fields typed in."""
        return names_in(str(self.cleaned_data.get("fields_asked", "")))


class DecisionForm(forms.Form):
    """What is done about fields that the catalog has already."""

    decision = forms.ChoiceField(
        label=_("What do you do?"),
        widget=forms.RadioSelect,
        choices=[
            ("drop", _("Do not collect these fields: get the data by sharing")),
            ("keep", _("Collect them all the same")),
        ],
        error_messages={"required": _("Choose what you do.")},
    )
    reason = forms.CharField(
        label=_("Why the shared data are not enough"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The competent authority is told."),
    )
    reveals = {"decision": {"keep": ("reason",)}}
    needed = frozenset({"reason"})
