"""Forms of what happens within a stage; what they mean is decided by actions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.organisation.models import Official, Region
from sharing.approval.custody import Place
from sharing.approval.terms import SigningRule
from sharing.forms import DecisionForm
from sharing.models import ApplicationItem

Words = str | Promise

NAMES: Final[Mapping[str, tuple[Words, Words]]] = {
    "transfer": (_("Hand on"), _("Somebody else of your office decides instead of you.")),
    "delegate": (_("Have it prepared"), _("A colleague works on it; it comes back to you.")),
    "hand_back": (_("Hand back"), _("The official who decides has it again.")),
    "take_back": (_("Take your signature back"), _("Only while nobody has acted after you.")),
    "claim": (_("Take it on"), _("The other holders see that you have it.")),
    "release": (_("Release it"), _("Every holder of the post can take it again.")),
    "reassign": (_("Give it to somebody else"), _("For a holder who is gone; needs a reason.")),
    "add_signer": (_("Add signers"), _("Colleagues of your office sign as well.")),
    "remove_signer": (_("Do without a signer"), _("For somebody who has not signed.")),
    "consult": (_("Ask for an opinion"), _("The limit goes on, with or without an answer.")),
    "advise": (_("Give your opinion"), _("The holder decides.")),
    "copy": (_("Send a copy"), _("Others see the application; they decide nothing.")),
    "urge": (_("Send a reminder"), _("Once for each working day.")),
    "request_extension": (
        _("Ask for more time"),
        _("At most ten working days, with the consent of the authority (article 21)."),
    ),
    "consent_extension": (_("Consent to more time"), _("The applicant is told.")),
    "refuse_extension": (_("Refuse more time"), _("The limit stays as it is.")),
}
"""What a button says and what it means, in the order of the page."""

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "transfer": ("to", "text"),
    "delegate": ("to", "text"),
    "hand_back": ("text",),
    "take_back": ("text",),
    "reassign": ("to", "text"),
    "add_signer": ("people", "place", "rule", "needed", "text"),
    "remove_signer": ("to", "text"),
    "consult": ("who", "text"),
    "advise": ("agrees", "text"),
    "copy": ("who", "text"),
    "urge": ("text",),
    "request_extension": ("days", "text"),
    "consent_extension": ("text",),
    "refuse_extension": ("text",),
}
_TEXTS: Final[Mapping[str, Words]] = {
    "delegate": _("What is to be done"),
    "hand_back": _("Your opinion"),
    "consult": _("Your question"),
    "advise": _("Your opinion"),
}
_MUST_WRITE: Final = frozenset(
    {"reassign", "consult", "advise", "request_extension", "refuse_extension"}
)


class CaseworkForm(forms.Form):
    """One command within a stage, with the fields it needs and no others."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.TypedChoiceField(
        label=_("Official"), coerce=int, error_messages={"required": _("Choose an official.")}
    )
    people = forms.TypedMultipleChoiceField(
        label=_("Officials"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one official.")},
    )
    place = forms.ChoiceField(
        label=_("When they sign"),
        choices=[
            (Place.BEFORE.value, _("before you")),
            (Place.PARALLEL.value, _("beside you, in any order")),
            (Place.AFTER.value, _("after you")),
        ],
        initial=Place.PARALLEL.value,
        widget=forms.RadioSelect,
    )
    rule = forms.ChoiceField(
        label=_("How many of them sign"),
        choices=[
            (SigningRule.ALL.value, _("all of them")),
            (SigningRule.ANY_ONE.value, _("any one of them")),
            (SigningRule.N_OF_M.value, _("a number of them")),
        ],
        initial=SigningRule.ALL.value,
        widget=forms.RadioSelect,
    )
    needed = forms.IntegerField(
        label=_("Number of signatures"), min_value=1, max_value=50, required=False
    )
    who = forms.CharField(
        label=_("Department or official"),
        max_length=200,
        help_text=_("Full name of the department, or user name or full name of the official."),
        error_messages={"required": _("Name whom you mean.")},
    )
    agrees = forms.ChoiceField(
        label=_("In short"),
        choices=[("yes", _("for it")), ("no", _("against it")), ("", _("a remark only"))],
        initial="",
        required=False,
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(
        label=_("Working days"),
        min_value=1,
        max_value=10,
        error_messages={"required": _("Enter how many working days more are needed.")},
    )
    text = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what the others have to know.")},
    )

    reveals = {"rule": {SigningRule.N_OF_M.value: ("needed",)}}

    def __init__(
        self,
        name: str,
        data: Any = None,
        *,
        seen: int,
        able: Iterable[Official] = (),
        beside: Iterable[Official] = (),
        pending: Iterable[tuple[int, str]] = (),
    ) -> None:
        super().__init__(data, initial={"seen": seen}, auto_id=f"id_{name}_%s")
        self.name = name
        kept = {"seen", *_FIELDS.get(name, ())}
        self.fields = {key: field for key, field in self.fields.items() if key in kept}
        if "text" in self.fields:
            self.fields["text"].required = name in _MUST_WRITE
            self.fields["text"].label = str(_TEXTS.get(name, _("Reason")))
        officials = able if name in {"transfer", "reassign"} else beside
        people = [(one.pk, one.full_name) for one in officials]
        if name == "remove_signer":
            people = list(pending)
        for key in ("to", "people"):
            if key in self.fields:
                self.fields[key].choices = _choices(key, people)  # type: ignore[attr-defined]
        if name == "copy":
            self.fields["who"].label = _("Officials")
            self.fields["who"].help_text = _("User names or full names, separated by commas.")
        if "needed" not in self.fields:
            self.reveals = {}

    @property
    def title(self) -> Words:
        """What its button says."""
        return NAMES[self.name][0]

    @property
    def hint(self) -> Words:
        """What happens then."""
        return NAMES[self.name][1]

    @property
    def lacks_people(self) -> bool:
        """Whether there is nobody whom it could name."""
        fields = (self.fields[key] for key in ("to", "people") if key in self.fields)
        return any(all(not value for value, _label in one.choices) for one in fields)  # type: ignore[attr-defined]


def _choices(key: str, people: Sequence[tuple[int, str]]) -> list[tuple[Any, Words]]:
    empty: list[tuple[Any, Words]] = [("", _("Choose an official"))] if key == "to" else []
    return [*empty, *people]


class SigningForm(DecisionForm):
    """The decision on an item, with everything that a signature may make stricter."""

    narrower_rows = forms.ChoiceField(label=_("Rows to give"), required=False)
    starts_on = forms.DateField(label=_("Use from"), required=False)
    ends_on = forms.DateField(label=_("Use until"), required=False)

    reveals = {
        "decision": {
            **DecisionForm.reveals["decision"],
            DecisionForm.SIGN: ("comment", "narrower_rows", "starts_on", "ends_on"),
        }
    }

    def __init__(self, *args: Any, item: ApplicationItem, rows: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = _regions_below(item, rows)
        choices = [("", _("as asked")), *((one.code, one.name) for one in below)]
        self.fields["narrower_rows"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A shorter period needs both ends."""
        data = super().clean()
        if bool(data.get("starts_on")) is not bool(data.get("ends_on")):
            lacking = "ends_on" if data.get("starts_on") else "starts_on"
            self.add_error(lacking, _("Enter both days of a shorter period, or none."))
        return data


def _regions_below(item: ApplicationItem, rows: str) -> list[Region]:
    """Narrower rows that make sense: the requesting region and those above it, or those below."""
    if not item.version.splittable:
        return []
    if rows:
        return list(Region.objects.filter(parent=rows).order_by("code"))
    own = item.application.department.region
    codes = [own.code, *own.superior_codes()]
    return list(Region.objects.filter(pk__in=codes).exclude(level="nation").order_by("code"))
