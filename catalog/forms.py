"""Forms of the pages about entries on their way into the catalog; actions decide what they mean."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.actions.orders import LONGEST_TEXT, order_faults
from catalog.lifecycle.terms import Check, CheckKind, Command, Mark, Order, Outcome, Remark, Status
from catalog.models import CheckOutcome, SecrecyMark
from portal.errors import Fault, Invalid, Text
from portal.pages.fields import add_faults

REMARK = "remark-"
"""How the names of the inputs begin that hold a remark; the place follows."""


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _text(label: Text, *, rows: int = 3, hint: Text = "") -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type] # lazy or not
        required=False,
        max_length=LONGEST_TEXT,
        widget=_area(rows),
        help_text=hint,  # type: ignore[arg-type]
    )


class MomentField(forms.DateTimeField):
    """A day and a time in the portal's time zone, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            **kwargs,
        )


class SendForm(forms.Form):
    """What the sender says with a version."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = _text(_("For those who review it"), hint=_("What is new, or how the remarks were met."))
    wanted_at = MomentField(
        label=_("Publish at"),
        required=False,
        help_text=_("Only if it must not be published as soon as it is approved."),
    )


CHOICES: Mapping[Command, Text] = {
    Command.APPROVE: _("Approve"),
    Command.SCHEDULE: _("Approve, publish later"),
    Command.RETURN: _("Return with remarks"),
    Command.BLOCK: _("Mark as secret"),
}
_CHECK_FIELDS = tuple(
    f"{kind}_{name}" for kind in CheckKind for name in ("outcome", "by", "on", "text")
)


class ChecksForm(forms.Form):
    """The two checks of Decree 809 article 13, as the head of department records them."""

    secrecy_outcome = forms.ChoiceField(
        label=_("Outcome of the secrecy review"),
        required=False,
        widget=forms.RadioSelect,
        choices=[(Outcome.CLEAR.value, CheckOutcome.CLEAR.label)],
    )
    secrecy_by = forms.CharField(label=_("Secrecy review done by"), required=False, max_length=100)
    secrecy_on = forms.DateField(
        label=_("Secrecy review done on"), required=False, widget=forms.DateInput
    )
    secrecy_text = _text(_("Note on the secrecy review"), rows=2)
    privacy_outcome = forms.ChoiceField(
        label=_("Outcome of the personal information impact assessment"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (one.value, one.label)
            for one in (
                CheckOutcome.NO_PERSONAL, CheckOutcome.ACCEPTABLE, CheckOutcome.WITH_MEASURES,
            )
        ],
    )  # fmt: skip
    privacy_by = forms.CharField(label=_("Assessment done by"), required=False, max_length=100)
    privacy_on = forms.DateField(
        label=_("Assessment done on"), required=False, widget=forms.DateInput
    )
    privacy_text = _text(_("Measures, or a note on the assessment"), rows=2)

    def checks(self) -> tuple[Check, ...]:
        """What was filled in; none where the form does not ask for it."""
        return tuple(self._check(kind) for kind in CheckKind if f"{kind}_by" in self.fields)

    def _check(self, kind: CheckKind) -> Check:
        data = self.cleaned_data
        return Check(
            kind, data[f"{kind}_outcome"], data[f"{kind}_by"], data[f"{kind}_on"],
            data[f"{kind}_text"],
        )  # fmt: skip


class ReviewForm(ChecksForm):
    """What a head of department or a reviewer decides about a version."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    publish_at = MomentField(label=_("Publish at"), required=False)
    text = _text(
        _("What has to change"),
        hint=_("For the whole version; remarks at single fields and items stand further left."),
    )
    mark = forms.ChoiceField(
        label=_("Kind of secret"),
        required=False,
        widget=forms.RadioSelect,
        choices=SecrecyMark.choices,
    )
    reason = _text(
        _("Reason of the mark"),
        rows=2,
        hint=_("The list or rule it rests on, never the secret itself."),
    )

    def __init__(
        self, *args: Any, commands: Mapping[Command, Any], for_department: bool, **kwargs: Any
    ) -> None:
        """``commands`` as ``actions.available_commands`` answers: what is off is not offered."""
        super().__init__(*args, **kwargs)
        offered = [command for command in CHOICES if commands.get(command, "") is None]
        decision = self.fields["decision"]
        decision.choices = [(one.value, CHOICES[one]) for one in offered]  # type: ignore[attr-defined]
        approving = _CHECK_FIELDS if for_department else ()
        for name in () if for_department else _CHECK_FIELDS:
            del self.fields[name]
        self.reveals = {
            "decision": {
                Command.APPROVE.value: approving,
                Command.SCHEDULE.value: ("publish_at",),
                Command.RETURN.value: ("text",),
                Command.BLOCK.value: ("mark", "reason"),
            }
        }
        hint = (
            _("It goes to the competent authority, whose two working days begin.")
            if for_department
            else _("It is published at once.")
        )
        self.choice_hints = {
            "decision": {
                Command.APPROVE.value: hint,
                Command.RETURN.value: _("It goes back to its sender, who can send it again."),
                Command.BLOCK.value: _("The entry never comes into the catalog; for good."),
            }
        }
        self.needed = frozenset({*_CHECK_FIELDS, "publish_at", "text", "mark", "reason"})

    def order(self) -> Order:
        """The order that was filled in; call it on a valid form."""
        data = self.cleaned_data
        command = Command(data["decision"])
        text = data["reason"] if command is Command.BLOCK else data["text"]
        marked = data["mark"] if command is Command.BLOCK else ""
        returns = command is Command.RETURN
        return Order(
            command,
            seen=data["seen"],
            text=text if command in {Command.BLOCK, Command.RETURN} else "",
            remarks=remarks_in(self.data) if returns else (),
            checks=self.checks(),
            publish_at=data["publish_at"] if command is Command.SCHEDULE else None,
            mark=Mark(marked) if marked else None,
        )

    def show(self, error: Invalid) -> None:
        """Say the faults of the order at its fields."""
        blocks = self.cleaned_data.get("decision") == Command.BLOCK
        moved = [
            Fault("reason", fault.message, fault.remedy, fault.code)
            if fault.field == "text" and blocks
            else fault
            for fault in error.faults
        ]
        add_faults(self, Invalid(error.message, moved))


def remarks_in(data: Mapping[str, Any]) -> tuple[Remark, ...]:
    """The remarks among what was posted, in the order of the page."""
    found = [
        (name.removeprefix(REMARK), str(data.get(name, "")).strip())
        for name in data
        if name.startswith(REMARK)
    ]
    return tuple(Remark(place, text) for place, text in found if text)


class TakeBackForm(forms.Form):
    """The sender takes a version back."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = _text(_("Why you take it back"), rows=2)

    def order(self) -> Order:
        """The order that was filled in."""
        data = self.cleaned_data
        return Order(Command.TAKE_BACK, seen=data["seen"], text=data["text"])


class ManyForm(ChecksForm):
    """One decision on many versions; for a department its checks hold for every one of them."""

    decision = forms.ChoiceField(
        label=_("With the chosen ones"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    text = _text(_("Remark"), rows=2)

    def __init__(self, *args: Any, for_department: bool, **kwargs: Any) -> None:
        """``for_department``: some of them wait for their department's approval."""
        super().__init__(*args, **kwargs)
        approve = _("Approve") if for_department else _("Approve and publish")
        decision = self.fields["decision"]
        decision.choices = [  # type: ignore[attr-defined]
            (Command.APPROVE.value, approve),
            (Command.RETURN.value, _("Return with this remark")),
        ]
        for name in () if for_department else _CHECK_FIELDS:
            del self.fields[name]
        self.reveals = {
            "decision": {
                Command.APPROVE.value: _CHECK_FIELDS if for_department else (),
                Command.RETURN.value: ("text",),
            }
        }
        hint = (
            _("The checks are recorded for every one of them.")
            if for_department
            else _("Each one at the time its department wants, else at once.")
        )
        self.choice_hints = {"decision": {Command.APPROVE.value: hint}}
        self.needed = frozenset({"text", *_CHECK_FIELDS})
        self.for_department = for_department

    def order(self, seen: int, wanted_at: datetime | None, now: datetime) -> Order:
        """The order for one of them; ``wanted_at`` where it waits for the authority."""
        command = Command(self.cleaned_data["decision"])
        if command is Command.RETURN:
            return Order(command, seen=seen, text=self.cleaned_data["text"])
        if wanted_at is not None and wanted_at > now:
            return Order(Command.SCHEDULE, seen=seen, publish_at=wanted_at)
        return Order(command, seen=seen, checks=self.checks())

    def show_faults(self, on: date) -> bool:
        """Say at the fields what is missing for all of them; whether anything is."""
        order = self.order(0, None, timezone.now())
        wants = order.command is Command.APPROVE and self.for_department
        after = Status.AUTHORITY_REVIEW if wants else Status.RETURNED
        faults = order_faults(order, after, (), on)
        if faults:
            add_faults(self, Invalid("", faults))
        return bool(faults)
