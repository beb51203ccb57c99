"""Looking for entries."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.ledger import kinds
from portal.ledger.models import Entry


class EntryFilterForm(forms.Form):
    """What may be asked for; everything may stay empty."""

    q = forms.CharField(label=_("Person or object"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("What happened"), required=False)
    since = forms.DateField(label=_("First day"), required=False)
    until = forms.DateField(label=_("Last day"), required=False)
    object = forms.RegexField(
        r"^[a-z_]+\.[a-z_]+:[0-9A-Za-z-]{1,64}$", required=False, widget=forms.HiddenInput
    )
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("everything")), *kinds.choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period goes forward."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(_("The last day is before the first.")))
        return cleaned

    def narrow(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """The entries that were asked for, without the cursor; the form must be valid."""
        wanted = self.cleaned_data
        if wanted["q"]:
            text = wanted["q"]
            entries = entries.filter(
                Q(actor_name__icontains=text)
                | Q(acting_for__icontains=text)
                | Q(object_label__icontains=text)
            )
        if wanted["kind"]:
            entries = entries.filter(kind=wanted["kind"])
        if wanted["object"]:
            object_type, _colon, object_id = wanted["object"].partition(":")
            entries = entries.filter(object_type=object_type, object_id=object_id)
        if wanted["since"]:
            entries = entries.filter(at__gte=_midnight(wanted["since"]))
        if wanted["until"]:
            entries = entries.filter(at__lt=_midnight(wanted["until"] + timedelta(days=1)))
        return entries


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
