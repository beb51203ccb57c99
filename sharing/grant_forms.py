"""Forms of the life of grants: one for every command of people, and one for records of use.

What is missing is told all at once by the form; what is wrong in the state of the grant, or in
what was entered compared with it, is told by the core.
"""

from dataclasses import fields as fields_of
from datetime import date
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.organisation.models import Region
from portal.worktime import access as worktime
from sharing.granting.usage import UseFacts
from sharing.grantlife.commands import COMMANDS, Command
from sharing.grantlife.terms import ChangeKind, Disposal
from sharing.models import Grant

CHANGES: Final = (
    (ChangeKind.TERMINATION.value, _("end the service")),
    (ChangeKind.NARROWING.value, _("give less: data items, rows, period or pulls")),
    (ChangeKind.SOURCE.value, _("stop or change the source for a time")),
)
DISPOSALS: Final = (
    (Disposal.DELETED.value, _("deleted")),
    (Disposal.SEALED.value, _("sealed")),
    (Disposal.KEPT_BY_LAW.value, _("kept, because a law requires it")),
)


def _text(label: Any, *, help_text: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _line(label: Any, *, help_text: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=200)


def _day(label: Any, *, help_text: Any = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=forms.DateInput
    )


def _agreed() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Is the recipient agreed?"),
        choices=[("yes", _("agreed")), ("no", _("not agreed"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class CommandForm(forms.Form):
    """What belongs to one command; ``seen`` is the number of events the page showed."""

    command: ClassVar[str] = ""
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, grant: Grant, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = grant.event_count
        if "keep" in self.fields:
            choices = [(one["key"], f"{one['name']} ({one['key']})") for one in grant.fields]
            self.fields["keep"].choices = choices  # type: ignore[attr-defined]
            self.fields["keep"].initial = [key for key, _label in choices]
        if "row_region" in self.fields:
            self.fields["row_region"].choices = _regions(grant)  # type: ignore[attr-defined]
            self.fields["row_region"].initial = grant.row_region_id or ""
        if "rectify_by" in self.fields:
            due = worktime.calendar().add_working_days(on, settings.GRANT_RECTIFY_DAYS)
            self.fields["rectify_by"].initial = due.on

    def order(self) -> Command:
        """The command as entered; call it on a valid form only."""
        wanted = COMMANDS[self.command]
        entered = {
            field.name: self._value(field.name)
            for field in fields_of(wanted)
            if field.name in self.cleaned_data
        }
        return wanted(**entered)

    def _value(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if name == "keep":
            return tuple(value)
        if name == "row_region":
            return value or None
        return value


def _regions(grant: Grant) -> list[tuple[str, Any]]:
    """The granted rows, and smaller regions on the way down to the recipient's own."""
    own = grant.department.region
    codes = [own.pk, *own.superior_codes()]
    granted = grant.row_region_id
    if granted in codes:
        codes = codes[: codes.index(granted)]
    elif granted:
        codes = []
    names = Region.objects.in_bulk([code for code in codes if code])
    first = (granted or "", grant.row_region.name if grant.row_region else _("all rows"))
    return [first, *((code, names[code].name) for code in codes if code in names)]


def _keep(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Keep at least one data item, or end the grant.")},
    )


class ReasonedForm(CommandForm):
    """A command that needs nothing but a reason."""

    reason = _text(_("Reason"), help_text=_("The other side reads it."))


class ActivateForm(CommandForm):
    """Nothing is asked."""

    command = "activate"


class AskRenewalForm(CommandForm):
    """Until when, of what, and how it was used."""

    command = "ask_renewal"
    until = _day(_("Use until"))
    keep = _keep(_("Data items that are still needed"))
    use = _text(_("How the data was used"), help_text=_("The portal has filled in what it knows."))
    results = _text(_("With what results"))


class WithdrawRenewalForm(CommandForm):
    """Nothing is asked."""

    command = "withdraw_renewal"


class EndorseRenewalForm(CommandForm):
    """Which of the fields asked for stay."""

    command = "endorse_renewal"
    keep = _keep(_("Data items to go on with"))
    comment = _text(_("Opinion"), required=False)


class ConsentRenewalForm(CommandForm):
    """An opinion, if any."""

    command = "consent_renewal"
    comment = _text(_("Opinion"), required=False)


class RefuseRenewalForm(ReasonedForm):
    """Why not."""

    command = "refuse_renewal"


class NarrowForm(CommandForm):
    """What is left."""

    command = "narrow"
    keep = _keep(_("Data items that stay"))
    row_region = forms.ChoiceField(label=_("Rows"), required=False)
    ends_on = _day(_("Use until"), required=False, help_text=_("Empty: as it is."))
    quota = forms.IntegerField(
        label=_("Pulls allowed in all"), required=False, min_value=0, max_value=100_000
    )
    reason = _text(_("Reason"), required=False)


class SuspendForm(ReasonedForm):
    """Why, what was found, and by when it is put right (article 27)."""

    command = "suspend"
    facts = _text(_("Facts"), help_text=_("What was found, when and by whom."))
    rectify_by = _day(_("To be put right by"))


class EmergencyStopForm(ReasonedForm):
    """Why the data is not safe."""

    command = "emergency_stop"
    facts = _text(_("Facts"), required=False)


class ReportForm(CommandForm):
    """What was put right."""

    command = "report_rectification"
    text = _text(_("What was put right"))


class ExtendForm(ReasonedForm):
    """Why it is not accepted yet, and the new day."""

    command = "extend_rectification"
    rectify_by = _day(_("To be put right by"))


class RestoreForm(CommandForm):
    """An opinion, if any."""

    command = "restore"
    reason = _text(_("Opinion"), required=False)


class TerminateForm(ReasonedForm):
    """Why."""

    command = "terminate"


class GiveUpForm(ReasonedForm):
    """Why."""

    command = "give_up"


class ProposeForm(ReasonedForm):
    """What changes, when, and for a narrowing what is left."""

    command = "propose_change"
    change = forms.ChoiceField(
        label=_("What is planned"), choices=CHANGES, widget=forms.RadioSelect
    )
    effective_on = _day(_("Takes effect on"))
    keep = _keep(_("Data items that stay, if less is given"))
    row_region = forms.ChoiceField(label=_("Rows, if less is given"), required=False)
    field_order = ("seen", "change", "effective_on", "reason", "keep", "row_region")

    def clean_change(self) -> ChangeKind:
        """The kind as the core knows it."""
        return ChangeKind(self.cleaned_data["change"])


class AnswerForm(CommandForm):
    """The recipient's word."""

    command = "answer_change"
    agreed = _agreed()
    text = _text(_("Answer"))


class NegotiationForm(CommandForm):
    """The record of the negotiation."""

    command = "record_negotiation"
    held_on = _day(_("Held on"))
    participants = _line(_("Participants"))
    agreed = _agreed()
    text = _text(_("What was said and settled"))


class FileForm(CommandForm):
    """The number under which the authority keeps it."""

    command = "file_change"
    filing_number = _line(_("Number of the filing"))
    comment = _text(_("Opinion"), required=False)


class DropForm(ReasonedForm):
    """Why the service stays."""

    command = "drop_change"


class FileEmergencyForm(FileForm):
    """The same for an emergency stop."""

    command = "file_emergency"


class DisposalForm(CommandForm):
    """When, by whom, how, with what proof (article 27 paragraph 1)."""

    command = "confirm_disposal"
    how = forms.ChoiceField(
        label=_("What became of the data"), choices=DISPOSALS, widget=forms.RadioSelect
    )
    disposed_on = _day(_("Disposed of on"))
    responsible = _line(_("Who answers for it"))
    certificate = _text(
        _("Certificate"),
        help_text=_("Number of the minutes, or what they say: media, copies, method."),
    )
    citation = _line(
        _("Law that requires keeping"), required=False, help_text=_("Only if the data is kept.")
    )

    def clean_how(self) -> Disposal:
        """The way as the core knows it."""
        return Disposal(self.cleaned_data["how"])


FORMS: Final[dict[str, type[CommandForm]]] = {
    form.command: form
    for form in (
        ActivateForm, AskRenewalForm, WithdrawRenewalForm, EndorseRenewalForm, ConsentRenewalForm,
        RefuseRenewalForm, NarrowForm, SuspendForm, EmergencyStopForm, ReportForm, ExtendForm,
        RestoreForm, TerminateForm, GiveUpForm, ProposeForm, AnswerForm, NegotiationForm, FileForm,
        DropForm, FileEmergencyForm, DisposalForm,
    )
}  # fmt: skip
"""The form of every command that people give; the others belong to the clockwork."""


class UseForm(forms.Form):
    """One record of use (article 29)."""

    period_from = _day(_("Used from"))
    period_to = _day(_("Used until"))
    scene = _text(_("Scene of use"), help_text=_("In which business the data was used."))
    process = _text(_("Process of use"), help_text=_("Who looked up or compared what, how often."))
    effect = _text(
        _("Effect"), help_text=_("What it brought: cases checked, papers spared, errors found.")
    )
    storage = _text(
        _("Storage of the data"), help_text=_("Where the data lies and who can reach it.")
    )
    destruction = _text(
        _("Destruction"),
        required=False,
        help_text=_("What was destroyed, when and how; empty while in use."),
    )


class CorrectionForm(UseForm):
    """The record as it should have been, and why."""

    reason = _text(_("Reason of the correction"))


def report_of(facts: UseFacts) -> str:
    """What the portal knows of the use, as the beginning of a renewal's report."""
    text = _("%(deliveries)s deliveries with %(rows)s rows; %(records)s records of use.")
    return str(text) % {
        "deliveries": facts.deliveries, "rows": facts.rows, "records": facts.records,
    }  # fmt: skip
