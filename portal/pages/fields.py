"""Form fields as the portal shows them: label, hint, error, control, in that order.

A Django form may carry more attributes, two of them keyed by field name and then by choice value::

    choice_hints = {"decision": {"sign": _("Sends it on to the next office.")}}
    reveals = {"decision": {"refuse": ("reason", "citation")}}
    needed = {"reason"}

A revealed field stands below its choice and opens, without script, when the choice is ticked. A
needed field may be saved empty for now, but not in the end; it is not called optional.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.errors import Fault, Invalid, Text

ROWS = 4
DJANGO_ROWS = "10"
"""A text area for which nobody chose a height."""


@dataclass(frozen=True)
class Choice:
    """One radio button or checkbox of several."""

    id: str
    label: Text
    control: SafeString
    hint: Text = ""
    more: tuple["FieldView", ...] = ()


class FieldView:
    """A bound field, ready for ``_field.html``."""

    def __init__(self, bound: BoundField, *, optional: bool = True) -> None:
        self.bound = bound
        self.id = bound.id_for_label if self.kind == "single" else bound.auto_id
        self.hint_id = f"{bound.auto_id}-hint"
        self.error_id = f"{bound.auto_id}-error"
        self.says_optional = (
            optional
            and not bound.field.required
            and bound.name not in getattr(bound.form, "needed", ())
            and self.kind not in {"checkbox", "hidden"}
        )

    @cached_property
    def kind(self) -> str:
        """hidden, checkbox, group (radio buttons or checkboxes) or single (any other control)."""
        widget = self.bound.field.widget
        if self.bound.is_hidden:
            return "hidden"
        if isinstance(widget, forms.RadioSelect):  # also CheckboxSelectMultiple
            return "group"
        return "checkbox" if isinstance(widget, forms.CheckboxInput) else "single"

    @property
    def label(self) -> Text:
        """What is asked."""
        return self.bound.label

    @property
    def hint(self) -> Text:
        """How to answer."""
        return self.bound.help_text

    @property
    def errors(self) -> list[Text]:
        """What is wrong with the answer; a missing one is named, so that the summary makes sense."""
        found = zip(self.bound.errors, self.bound.errors.as_data(), strict=True)
        return [self._missing if self._is_missing(fault) else str(text) for text, fault in found]

    def _is_missing(self, fault: forms.ValidationError) -> bool:
        return (
            fault.code == "required"
            and fault.message == forms.Field.default_error_messages["required"]
        )

    @property
    def _missing(self) -> str:
        if self.kind == "checkbox":
            return _("Please tick “%(label)s”") % {"label": self.label}
        if self.kind == "group" or isinstance(self.bound.field.widget, forms.Select):
            return _("Please choose: %(label)s") % {"label": self.label}
        return _("Please fill in: %(label)s") % {"label": self.label}

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for the control."""
        ids = [self.hint_id] if self.hint else []
        return " ".join([*ids, self.error_id] if self.bound.errors else ids)

    @property
    def control(self) -> SafeString:
        """The control itself (not of a group)."""
        attrs: dict[str, Any] = {}
        if css := _css_class(self.bound.field.widget):
            own = self.bound.field.widget.attrs.get("class", "")
            attrs["class"] = f"{css} {own}".strip()
        if self.described_by:
            attrs["aria-describedby"] = self.described_by
        if self.bound.errors:
            attrs["aria-invalid"] = "true"
        if self.bound.field.widget.attrs.get("rows") == DJANGO_ROWS:
            attrs["rows"] = ROWS
        return self.bound.as_widget(attrs=attrs)

    @property
    def first_id(self) -> str:
        """Where a link in the error summary leads."""
        return f"{self.bound.auto_id}_0" if self.kind == "group" else self.bound.auto_id

    @property
    def is_row(self) -> bool:
        """Whether the choices are short enough to stand in one row."""
        labels = [str(choice.label) for choice in self.choices]
        plain = not any(choice.hint or choice.more for choice in self.choices)
        return plain and len(labels) <= 4 and sum(map(len, labels)) <= 40

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of a group."""
        return tuple(self._choices())

    def _choices(self) -> Iterator[Choice]:
        form, name = self.bound.form, self.bound.name
        hints = getattr(form, "choice_hints", {}).get(name, {})
        reveals = getattr(form, "reveals", {}).get(name, {})
        for option in self.bound.subwidgets:
            value = str(option.data["value"])
            yield Choice(
                id=option.id_for_label,
                label=option.choice_label,
                control=option.tag(),
                hint=hints.get(value, ""),
                more=tuple(FieldView(form[revealed]) for revealed in reveals.get(value, ())),
            )


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.MultiWidget):
        return ""
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    short = isinstance(widget, forms.DateInput | forms.NumberInput)
    return "input input--short" if short else "input"


def visible_fields(form: BaseForm) -> list[FieldView]:
    """All fields in order, without those that stand below a choice of another."""
    reveals = getattr(form, "reveals", {})
    nested = {name for of_field in reveals.values() for more in of_field.values() for name in more}
    return [FieldView(bound) for bound in form if bound.name not in nested]


@dataclass(frozen=True)
class SummaryLine:
    """One fault in the error summary; ``anchor`` is empty when it belongs to no field."""

    text: Text
    anchor: str = ""
    remedy: Text = field(default="", compare=False)


def summary_of(form: BaseForm) -> list[SummaryLine]:
    """All errors of a form: the whole form's first, then field by field, in the same words."""
    lines = [SummaryLine(str(error)) for error in form.non_field_errors()]
    for bound in form:
        view = FieldView(bound)
        lines += [SummaryLine(error, view.first_id) for error in view.errors]
    return lines


def summary_of_faults(faults: list[Fault] | tuple[Fault, ...]) -> list[SummaryLine]:
    """Faults of an action, each leading to the control whose id is ``id_<field>``."""
    return [
        SummaryLine(fault.message, f"id_{fault.field}" if fault.field else "", fault.remedy)
        for fault in faults
    ]


def add_faults(form: BaseForm, error: Invalid) -> None:
    """Show the faults an action found at the fields of the form that was sent.

    A fault of a field that the form does not have is shown for the whole form.
    """
    for fault in error.faults:
        text = format_html("{} {}", fault.message, fault.remedy) if fault.remedy else fault.message
        form.add_error(fault.field if fault.field in form.fields else None, str(text))
    if not error.faults:
        form.add_error(None, str(error.message))
