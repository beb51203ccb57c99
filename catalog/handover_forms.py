"""Forms of the pages about transfers of entries and about changes of law or duties."""

import re
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import actions, handover
from catalog.models import DutyChange, DutyKind, Resource
from portal.organisation.models import Department, Official

MOST_CODES: Final = 2000
ACCEPT, REFUSE = "accept", "refuse"
GO, STAY = "go", "stay"


class DepartmentField(forms.CharField):
    """A department in office, by its full name or its credit code."""

    def __init__(self, *, on: date, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self._on = on

    def clean(self, value: Any) -> Department | None:
        """The department; says so when there is none, or more than one."""
        text = str(super().clean(value))
        if not text:
            return None
        found = handover.find_department(text, self._on)
        if not found:
            raise ValidationError(
                _("No department is called “%(text)s”. Write its full name, or its credit code."),
                params={"text": text},
            )
        if len(found) > 1:
            places = "、".join(one.region.name for one in found)
            raise ValidationError(
                _("Departments of %(places)s are called so. Write the credit code."),
                params={"places": places},
            )
        return found[0]


class CodesField(forms.CharField):
    """Entries by their codes, one a line or separated by commas."""

    widget = forms.Textarea(attrs={"rows": 4, "class": "mono"})

    def __init__(self, *, among: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._among = among

    def clean(self, value: Any) -> list[Resource]:
        """The entries; names every code that is none of them."""
        codes = [one for one in re.split(r"[\s,，、;；]+", str(super().clean(value))) if one]
        if len(codes) > MOST_CODES:
            raise ValidationError(_("These are too many at once."))
        ids = [one for one in codes if _is_uuid(one)]
        rows = self._among.filter(Q(code__in=codes) | Q(pk__in=ids)).select_related("live")
        found = {key: row for row in rows for key in (row.code, str(row.pk)) if key}
        if unknown := [one for one in codes if one not in found]:
            raise ValidationError(
                _("These are none of the entries: %(codes)s."),
                params={"codes": ", ".join(unknown[:20])},
            )
        return list({found[one].pk: found[one] for one in codes}.values())


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _reason(label: Any, *, hint: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=500, help_text=hint,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class OfferForm(forms.Form):
    """Which entries go where, and why."""

    to = forms.CharField()
    codes = forms.CharField()
    reason = _reason(_("Reason"), hint=_("The receiving department reads it."), required=True)

    def __init__(self, *args: Any, own: QuerySet[Resource], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = DepartmentField(
            label=_("Receiving department"),
            help_text=_("Its full name, or its unified social credit code."),
            on=on,
        )
        self.fields["codes"] = CodesField(
            label=_("Codes of the entries"),
            help_text=_("One a line. Codes stay as they are."),
            among=own,
        )


class AnswerForm(forms.Form):
    """The receiving department's answer."""

    choice_hints = {
        "answer": {
            ACCEPT: _("The entry is yours from now on, with its drafts, applications and grants."),
            REFUSE: _("The competent authority decides where it belongs."),
        }
    }
    reveals = {"answer": {REFUSE: ("reason",)}}
    needed = {"reason"}

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[(ACCEPT, _("Accept the entry")), (REFUSE, _("Refuse it"))],
    )
    reason = _reason(_("Why it does not belong to your department"))

    def carry_out(self, by: Official, pk: UUID, now: datetime) -> None:
        """Give the answer."""
        if self.cleaned_data["answer"] == ACCEPT:
            actions.accept_transfer(by=by, transfer_id=pk, now=now)
        else:
            reason = self.cleaned_data["reason"]
            actions.refuse_transfer(by=by, transfer_id=pk, reason=reason, now=now)


class DecisionForm(forms.Form):
    """The competent authority's decision."""

    reveals = {"decision": {GO: ("to",)}}
    needed = {"to"}

    decision = forms.ChoiceField(label=_("Your decision"), widget=forms.RadioSelect)
    to = forms.CharField()
    text = _reason(_("Grounds"), hint=_("Both departments read them."), required=True)

    def __init__(self, *args: Any, stays: bool, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(GO, _("It belongs to this department"))]
        choices += [(STAY, _("It stays where it was"))] if stays else []
        self.fields["decision"] = forms.ChoiceField(
            label=_("Your decision"), widget=forms.RadioSelect, choices=choices
        )
        self.fields["to"] = DepartmentField(
            label=_("Department"),
            help_text=_("Its full name, or its unified social credit code."),
            required=False,
            on=on,
        )

    def clean(self) -> dict[str, Any]:
        """A department is named where the entry goes to one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == GO and "to" in cleaned and not cleaned["to"]:
            self.add_error("to", _("Name the department."))
        return cleaned

    def carry_out(self, by: Official, pk: UUID, now: datetime) -> None:
        """Decide."""
        goes = self.cleaned_data["decision"] == GO
        to = self.cleaned_data["to"] if goes else None
        text = self.cleaned_data["text"]
        actions.decide_transfer(by=by, transfer_id=pk, to=to, text=text, now=now)


ALL, SOME = "all", "some"


class DutyForm(forms.Form):
    """A change of law or duties, and the entries it concerns."""

    reveals = {"entries": {SOME: ("codes",)}}
    needed = {"codes"}

    department = forms.CharField()
    kind = forms.ChoiceField(
        label=_("What changed"), widget=forms.RadioSelect, choices=DutyKind.choices
    )
    happened_on = forms.DateField(
        label=_("Changed on"),
        widget=forms.DateInput,
        help_text=_("The limit counts from the working day after it."),
    )
    basis = forms.CharField(
        label=_("Document"), max_length=300, help_text=_("Law or document, with its number.")
    )
    text = forms.CharField(
        label=_("What it means for the entries"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    entries = forms.ChoiceField(
        label=_("Entries concerned"),
        widget=forms.RadioSelect,
        choices=[(ALL, _("all published entries of the department")), (SOME, _("these entries"))],
    )
    codes = forms.CharField()

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(
            label=_("Department"),
            help_text=_("Its full name, or its unified social credit code."),
            on=on,
        )
        self.fields["codes"] = CodesField(
            label=_("Codes of the entries"),
            required=False,
            among=Resource.objects.published(),
        )

    def event(self) -> DutyChange:
        """What was entered; not saved."""
        data = self.cleaned_data
        return DutyChange(
            department=data["department"], kind=data["kind"], happened_on=data["happened_on"],
            basis=data["basis"], text=data["text"],
        )  # fmt: skip

    def resources(self) -> list[Resource] | None:
        """The entries named; None for all."""
        chosen: list[Resource] = self.cleaned_data["codes"]
        return None if self.cleaned_data["entries"] == ALL else chosen


class ExtensionForm(forms.Form):
    """Why the department needs more days."""

    reason = _reason(_("What keeps you from being in time"), required=True)


class ConsentForm(forms.Form):
    """The authority's answer about more days."""

    reveals = {"answer": {REFUSE: ("text",)}}
    needed = {"text"}

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[(ACCEPT, _("Consent to the extension")), (REFUSE, _("Do not consent"))],
    )
    text = _reason(_("Why the limit stays"))
