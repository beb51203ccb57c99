"""Forms of the application pages; what they mean is decided by actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Mode
from portal.organisation.models import Region
from sharing.approval.terms import RefusalCode, SharingType
from sharing.filters import Filters
from sharing.models import ApplicationItem
from sharing.presenting import words

ALL_ROWS = ""


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PurposeForm(forms.Form):
    """Why the data is needed (Decree 809 article 20)."""

    needed: frozenset[str] = frozenset({"use_basis", "use_scenario", "use_scope"})

    use_basis = forms.CharField(
        label=_("Legal basis of use"),
        max_length=2000,
        widget=_area(),
        required=False,
        help_text=_("Law, regulation or duty, with its article."),
    )
    use_scenario = forms.CharField(
        label=_("Use scenario"),
        max_length=2000,
        widget=_area(),
        required=False,
        help_text=_("The business in which the data is used."),
    )
    use_scope = forms.CharField(
        label=_("Scope of use"),
        max_length=2000,
        widget=_area(),
        required=False,
        help_text=_("Who uses the data and where it stays."),
    )


class UseForm(forms.Form):
    """Which rows, how and for how long."""

    needed: frozenset[str] = frozenset({"row_region", "mode", "starts_on", "ends_on"})

    row_region = forms.ChoiceField(label=_("Rows"), widget=forms.RadioSelect, required=False)
    mode = forms.ChoiceField(label=_("Sharing mode"), widget=forms.RadioSelect, required=False)
    starts_on = forms.DateField(label=_("Use from"), widget=forms.DateInput, required=False)
    ends_on = forms.DateField(
        label=_("Use until"),
        widget=forms.DateInput,
        required=False,
        help_text=_("At most three years; the grant ends by itself."),
    )

    def __init__(self, *args: Any, items: Sequence[ApplicationItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice_hints: dict[str, dict[str, Any]] = {"row_region": {}}
        if len(items) == 1:
            _offer_rows(self, items[0])
        else:  # each entry has rows of its own: RowsForm
            del self.fields["row_region"]
        offered = {mode for item in items for mode in item.version.sharing_modes or Mode.values}
        mode = self.fields["mode"]
        mode.choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in Mode.choices if value in offered
        ]


class RowsForm(forms.Form):
    """Which rows of one entry."""

    row_region = forms.ChoiceField(label=_("Rows"), widget=forms.RadioSelect, required=False)
    needed: frozenset[str] = frozenset({"row_region"})

    def __init__(self, *args: Any, item: ApplicationItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice_hints: dict[str, dict[str, Any]] = {"row_region": {}}
        _offer_rows(self, item)


def _offer_rows(form: "UseForm | RowsForm", item: ApplicationItem) -> None:
    """Offer the own region, those above it and all rows, as far as the entry can be split."""
    choices: list[tuple[str, Any]] = []
    if item.version.splittable:
        own = item.application.department.region
        codes = [own.code, *own.superior_codes()]
        found = {region.code: region for region in Region.objects.filter(code__in=codes)}
        for code in codes:
            region = found.get(code)
            if region is None or region.level == Region.Level.NATION:
                continue
            choices.append((code, _("Rows of %(region)s") % {"region": region.name}))
        if choices:
            form.choice_hints["row_region"][choices[0][0]] = _(
                "The smallest scope; usually decided fastest."
            )
    choices.append((ALL_ROWS, _("All rows")))
    form.fields["row_region"].choices = choices  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """A file that proves what the application says."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("pdf, ofd, docx, xlsx, jpg or png."),
        error_messages={
            "required": _("Choose a file, then add it."),
            "empty": _("The file is empty. Choose another file."),
        },
    )


class PromiseForm(forms.Form):
    """The declaration before sending."""

    agree = forms.BooleanField(
        label=_(
            "The above is true, lawful and necessary. We use the data only for this purpose, scope"
            " and period, pass it to no third party, and dispose of it afterwards as required."
        ),
        error_messages={"required": _("Confirm the declaration to submit the application.")},
    )


class DecisionForm(forms.Form):
    """What a signer decides about one item."""

    SIGN, SUPPLEMENT, REFUSE = "sign", "request_supplement", "refuse"

    seen = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[
            (SIGN, _("Sign")),
            (SUPPLEMENT, _("Ask for a supplement")),
            (REFUSE, _("Refuse")),
        ],
        error_messages={"required": _("Choose what you decide.")},
    )
    comment = forms.CharField(label=_("Comment"), required=False, widget=_area(2), max_length=1000)
    code = forms.ChoiceField(label=_("Reason"), required=False)
    text = forms.CharField(
        label=_("Explanation for the applicant"), required=False, widget=_area(), max_length=2000
    )
    citation = forms.CharField(
        label=_("Legal basis of the refusal"),
        required=False,
        max_length=300,
        help_text=_("Needed when a law forbids it: title and article."),
    )

    choice_hints = {
        "decision": {
            SIGN: _("Sends it on to the next office."),
            SUPPLEMENT: _(
                "Say everything at once: it can be asked only once; the clock stands still."
            ),
            REFUSE: _("Needs a lawful reason; the applicant may object."),
        }
    }
    needed = frozenset({"code", "text", *(f"gap_{part}" for part in words.PARTS)})
    reveals = {
        "decision": {
            SIGN: ("comment",),
            SUPPLEMENT: tuple(f"gap_{part}" for part in words.PARTS),
            REFUSE: ("code", "text", "citation"),
        }
    }

    def __init__(self, *args: Any, sharing_type: SharingType | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = list(RefusalCode)
        if sharing_type is SharingType.UNCONDITIONAL:
            codes = [RefusalCode.UNTRUE, RefusalCode.UNLAWFUL, RefusalCode.UNNECESSARY]
        for part, label in words.PARTS.items():
            self.fields[f"gap_{part}"] = forms.CharField(
                label=str(label), required=False, widget=_area(1), max_length=1000
            )
        reason = self.fields["code"]
        reason.choices = [  # type: ignore[attr-defined]
            ("", _("Choose a reason")),
            *((code.value, words.REFUSALS[code]) for code in codes),
        ]

    def clean(self) -> dict[str, Any]:
        """Name everything the chosen decision lacks."""
        data = super().clean() or {}
        match data.get("decision"):
            case self.SUPPLEMENT if not self.gaps():
                self.add_error(
                    "gap_use_basis",
                    _("Write what has to be supplied, next to the part it concerns."),
                )
            case self.REFUSE:
                self._clean_refusal(data)
            case _:
                pass
        return data

    def gaps(self) -> list[tuple[str, str]]:
        """Part and text of everything that was found missing."""
        texts = ((part, self.cleaned_data.get(f"gap_{part}", "")) for part in words.PARTS)
        return [(part, text) for part, text in texts if text]

    def _clean_refusal(self, data: dict[str, Any]) -> None:
        if not data.get("code"):
            self.add_error("code", _("Choose the reason of the refusal."))
        if not (data.get("text") or "").strip():
            self.add_error("text", _("Explain the refusal; it must give reasons (article 21)."))
        if data.get("code") == RefusalCode.LAW_FORBIDS and not data.get("citation"):
            self.add_error("citation", _("Cite the law that forbids it, with its article."))


class SupplementForm(UseForm, PurposeForm):
    """The applicant's answer to a supplement notice: everything that was asked may change."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    fields_asked = forms.MultipleChoiceField(
        label=_("Data items"), widget=forms.CheckboxSelectMultiple, required=False
    )
    explanation = forms.CharField(
        label=_("Your explanation"),
        required=False,
        widget=_area(),
        max_length=2000,
        help_text=_("For the office that asked. Whatever you change below starts the chain over."),
    )
    needed = PurposeForm.needed | UseForm.needed | {"fields_asked"}
    field_order = (
        "seen", "explanation", "use_basis", "use_scenario", "use_scope", "fields_asked",
        "row_region", "mode", "starts_on", "ends_on",
    )  # fmt: skip

    def __init__(self, *args: Any, item: ApplicationItem, **kwargs: Any) -> None:
        super().__init__(*args, items=[item], **kwargs)
        live = item.resource.live or item.version
        offered = live.items.exclude(sharing_type="non_shared").values_list("key", "name")
        self.fields["fields_asked"].choices = list(offered)  # type: ignore[attr-defined]

    def content(self) -> dict[str, Any]:
        """What ``resubmit_application`` takes; the data items are apart."""
        data = self.cleaned_data
        names = ("use_basis", "use_scenario", "use_scope", "mode", "starts_on", "ends_on")
        return {**{name: data[name] for name in names}, "row_region": data["row_region"] or None}


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        widget=_area(),
        max_length=1000,
        error_messages={"required": _("Say why; the others concerned will read it.")},
    )


class DataRuleForm(forms.Form):
    """How strictly a rule on data is taken, or why it is not."""

    allowed = forms.DecimalField(
        label=_("Percent that may fail"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("The score counts every failing value; up to this share nobody is warned."),
    )
    off_reason = forms.CharField(
        label=_("Reason for switching it off"),
        max_length=200,
        required=False,
        help_text=_("Leave empty to use the rule."),
    )


class InboxForm(forms.Form):
    """What the list of things to do is narrowed to; words that mean nothing narrow nothing."""

    due = forms.ChoiceField(
        label=_("Due"),
        choices=[("", _("Any time")), ("late", _("Overdue")), ("soon", _("Within 2 working days"))],
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("", _("All kinds")),
            ("unconditional", _("unconditional sharing")),
            ("conditional", _("conditional sharing")),
            ("reflux", _("reflux")),
            ("emergency", _("emergency")),
        ],
        required=False,
    )
    department = forms.CharField(
        label=_("Requesting or providing department"), max_length=100, required=False
    )
    show = forms.ChoiceField(
        label=_("On one page"),
        choices=[("", "20"), ("100", "100"), ("500", "500")],
        required=False,
    )

    def filters(self) -> Filters:
        """What was chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return Filters(*(chosen.get(name, "") for name in ("due", "kind", "department")))

    def size(self) -> int:
        """Rows on one page."""
        self.is_valid()
        return int(self.cleaned_data.get("show") or 20)
