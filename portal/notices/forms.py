"""Forms of the pages about notices."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.notices import kinds, wording
from portal.notices.models import Preferences, Webhook
from portal.notices.models.preferences import Digest, Weekday
from portal.organisation.models import Department


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PreferencesForm(forms.Form):
    """How somebody wants to be told."""

    mail = forms.BooleanField(label=gettext_lazy("Send me letters by e-mail"), required=False)
    mailed = forms.MultipleChoiceField(
        label=gettext_lazy("Letters about"), required=False, widget=forms.CheckboxSelectMultiple
    )
    counted = forms.MultipleChoiceField(
        label=gettext_lazy("Count as new in the portal"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Everything else always counts: it waits for you or has a limit."),
    )
    digest = forms.ChoiceField(
        label=gettext_lazy("Letters go"), choices=Digest.choices, widget=forms.RadioSelect
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour of the day"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        required=False,
        empty_value=9,  # type: ignore[arg-type] # what coerce gives
    )
    digest_weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"),
        coerce=int,
        choices=Weekday.choices,
        required=False,
        empty_value=0,  # type: ignore[arg-type]
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        required=False,
        widget=_clock(),
        help_text=gettext_lazy("Local time. What is held back comes afterwards, in one letter."),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=_clock(),
        help_text=gettext_lazy("May be earlier than the beginning: then it is the next morning."),
    )
    working_days_only = forms.BooleanField(
        label=gettext_lazy("Letters on working days only"), required=False
    )

    def __init__(self, *args: Any, chosen: Preferences, **kwargs: Any) -> None:
        groups = kinds.groups()
        optional = {key: group for key, group in groups.items() if not group.required}
        initial = {
            name: getattr(chosen, name)
            for name in ("mail", "digest", "digest_hour", "digest_weekday", "quiet_from",
                         "quiet_until", "working_days_only")
        }  # fmt: skip
        initial["mailed"] = [key for key in groups if key not in chosen.unmailed]
        initial["counted"] = [key for key in optional if key not in chosen.muted]
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["mailed"].choices = [  # type: ignore[attr-defined]
            (key, group.label) for key, group in groups.items()
        ]
        self.fields["counted"].choices = [  # type: ignore[attr-defined]
            (key, group.label) for key, group in optional.items()
        ]

    def chosen(self) -> Preferences:
        """What was chosen; not saved."""
        data = dict(self.cleaned_data)
        mailed, counted = set(data.pop("mailed")), set(data.pop("counted"))
        groups = kinds.groups()
        return Preferences(
            **data,
            unmailed=[key for key in groups if key not in mailed],
            muted=[
                key for key, group in groups.items() if not group.required and key not in counted
            ],
        )


class WebhookForm(forms.ModelForm[Webhook]):
    """A webhook of a department."""

    place = forms.CharField(
        label=gettext_lazy("Department"),
        max_length=200,
        help_text=gettext_lazy("Its full name, or its unified social credit code."),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("About"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing ticked means everything."),
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "algorithm", "is_active")

    field_order = ("place", "name", "url", "algorithm", "groups", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = [  # type: ignore[attr-defined]
            (key, group.label) for key, group in kinds.groups().items()
        ]
        self.fields["url"].help_text = _("Its host has to be named in NOTICE_HOSTS.")
        if self.instance.pk:
            del self.fields["place"]
            self.initial["groups"] = self.instance.groups

    def clean_place(self) -> str:
        """The one department meant."""
        text = self.cleaned_data["place"].strip()
        found = list(
            Department.objects.in_office(timezone.localdate()).filter(
                Q(name=text) | Q(uscc=text.upper())
            )[:2]
        )
        if not found:
            raise forms.ValidationError(_("There is no department of this name or code."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several departments have this name; enter the unified social credit code.")
            )
        self.instance.department = found[0]
        return str(text)

    def clean(self) -> dict[str, Any]:
        """Groups are no form field of the model's own."""
        data = super().clean() or self.cleaned_data
        self.instance.groups = list(data.get("groups", []))
        return data


class TextForm(forms.Form):
    """The letter about a kind."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), required=False, max_length=wording.LONGEST_SUBJECT
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=wording.LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 12}),
        strip=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    needed = frozenset({"subject", "body"})
