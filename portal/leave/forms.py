"""The form by which leave is arranged."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.leave import access
from portal.organisation.models import LeaveKind, Official, Substitution


class LeaveForm(forms.Form):
    """Who is away, why, from when to when, and who stands in."""

    principal = forms.ModelChoiceField(label=_("Who is away"), queryset=Official.objects.none())
    kind = forms.ChoiceField(label=_("Kind of absence"), choices=LeaveKind.choices)
    valid_from = forms.DateField(label=_("First day"))
    valid_until = forms.DateField(
        label=_("Last day"), help_text=_("The day after, everything is back with its holder.")
    )
    substitute = forms.ModelChoiceField(
        label=_("Who stands in"),
        queryset=Official.objects.none(),
        help_text=_("Somebody of the same department who is there in the whole period."),
    )
    reason = forms.CharField(label=_("Remark on the leave"), max_length=200, required=False)

    def __init__(
        self, *args: Any, people: QuerySet[Official] | None, me: Official, on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._me = me
        if people is None:
            del self.fields["principal"]
            stand_ins = access.candidates(me, on)
        else:
            self.fields["principal"].queryset = people  # type: ignore[attr-defined]
            stand_ins = people
        self.fields["substitute"].queryset = stand_ins  # type: ignore[attr-defined]

    def row(self) -> Substitution:
        """What was entered; not saved."""
        data = dict(self.cleaned_data)
        return Substitution(**{"principal": self._me, **data})
