"""The editor of a chain policy: limits and settings, and a table of seats for every lane."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from portal.organisation.models import Region, Role
from sharing import policy_words as words
from sharing.approval.lawful import DECISIONS, LANES, ROLES
from sharing.approval.policy import NATIONAL_LIMITS
from sharing.approval.schema import MOST_SEATS
from sharing.approval.terms import Grade, Side

Choices = list[tuple[Any, Any]]

SPARE: Final = 2
"""Empty rows for new seats."""
SIDE_CHOICES: Final[Choices] = [("", "–"), *((side.value, words.SIDES[side]) for side in Side)]
GRADE_CHOICES: Final[Choices] = [
    (Grade.GENERAL_1.value, _("every grade")),
    (Grade.GENERAL_2.value, _("grade 2 and above")),
    (Grade.GENERAL_3.value, _("grade 3 and above")),
    (Grade.GENERAL_4.value, _("grade 4 and above")),
    (Grade.IMPORTANT.value, _("important and core")),
    (Grade.CORE.value, _("core only")),
]


def _roles(sides: Iterable[Side]) -> Choices:
    codes = {role.value for side in sides for role in ROLES[side]}
    return [("", "–"), *((value, label) for value, label in Role.choices if value in codes)]


def _decisions() -> Choices:
    codes = [code for side in Side for code in words.DECIDES if code in DECISIONS[side]]
    return [("", "–"), *((str(code), words.DECIDES[code]) for code in dict.fromkeys(codes))]


def _number(label: Any, most: int | None = None, help_text: Any = "") -> forms.Field:
    return forms.IntegerField(
        label=label, required=False, min_value=0, help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"max": most} if most else {}),
    )  # fmt: skip


def _choice(label: Any, choices: Choices, *, required: bool = True) -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=UnfoldAdminSelectWidget
    )


class SeatForm(forms.Form):
    """One seat; the order of the numbers is the order of signing."""

    position = forms.IntegerField(
        label=_("No."), required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    side = _choice(_("side"), SIDE_CHOICES, required=False)
    role = _choice(_("post"), _roles(Side), required=False)
    decides = _choice(_("decides"), _decisions(), required=False)
    kind = _choice(_("signs or is told"), list(words.KINDS.items()), required=False)
    rule = _choice(_("who of them"), list(words.RULES.items()), required=False)
    needed = _number(_("how many"))
    days = _number(_("own limit"))
    from_grade = _choice(_("from grade"), GRADE_CHOICES, required=False)
    remove = forms.BooleanField(label=_("remove"), required=False, widget=UnfoldBooleanSwitchWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label  # the head of the column is no label

    def seat(self) -> dict[str, Any] | None:
        """The seat as the definition has it, or None for an empty or removed row."""
        data = self.cleaned_data
        if data.get("remove") or not (data.get("side") or data.get("role")):
            return None
        chosen = {name: data[name] for name in ("side", "role", "decides") if data.get(name)}
        return {
            **chosen,
            "kind": data.get("kind") or "sign",
            "rule": data.get("rule") or "any_one",
            "needed": data.get("needed") or 1,
            "days": data.get("days") or None,
            "from_grade": int(data.get("from_grade") or 1),
        }


SeatFormSet = formset_factory(
    SeatForm, extra=SPARE, max_num=MOST_SEATS + SPARE, absolute_max=MOST_SEATS + SPARE
)


class RulesForm(forms.Form):
    """Everything but the seats."""

    home_review = _number(words.LIMITS["home_review"], help_text=_("Empty: no limit."))
    authority_review = _number(words.LIMITS["authority_review"], help_text=_("Empty: no limit."))
    reply_unconditional = _number(
        words.LIMITS["reply_unconditional"], NATIONAL_LIMITS["reply_unconditional"],
        _("Article 21: 1 working day."),
    )  # fmt: skip
    reply_conditional = _number(
        words.LIMITS["reply_conditional"], NATIONAL_LIMITS["reply_conditional"],
        _("Article 21: at most 10 working days."),
    )  # fmt: skip
    supply = _number(
        words.LIMITS["supply"], NATIONAL_LIMITS["supply"],
        _("Article 22: at most 20 working days."),
    )  # fmt: skip
    relay = _choice(_("authorities on the way"), list(words.RELAYS.items()))
    supplement_clock = _choice(_("while a supplement is awaited"), list(words.CLOCKS.items()))
    answer_unconditional_by_rule = forms.BooleanField(
        label=_("unconditional entries answered by rule"), required=False,
        widget=UnfoldBooleanSwitchWidget,
    )  # fmt: skip
    emergency_days = _number(
        _("days of access before consent"), help_text=_("0: never, not even in an emergency.")
    )
    emergency_who = forms.MultipleChoiceField(
        label=_("who opens it"), required=False, choices=_roles([Side.HOME])[1:],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    emergency_grade = _choice(_("up to the grade"), [(n, str(n)) for n in range(1, 5)])
    note = forms.CharField(
        label=_("what changes and why"), required=False, max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Region._meta.get_field("level").choices or ())
        for level in ("nation", "province", "city", "county"):
            label = _("authorities on the way: %(level)s") % {"level": labels[level]}
            choices = [("", _("as above")), *words.RELAYS.items()]
            self.fields[f"relay_{level}"] = _choice(label, choices, required=False)


class PolicyEditor:
    """The forms of one definition together."""

    def __init__(self, definition: Mapping[str, Any], note: str, data: QueryDict | None) -> None:
        self.definition = definition
        self.rules = RulesForm(data, initial=_initial(definition, note))
        self.lanes: list[tuple[str, Any, BaseFormSet[SeatForm]]] = [
            (lane, words.LANES[lane], _seats(lane, definition, data)) for lane in LANES
        ]

    def is_valid(self) -> bool:
        """Whether everything is a number or a choice where it must be; the law is judged later."""
        return all([self.rules.is_valid(), *(seats.is_valid() for *_, seats in self.lanes)])

    @property
    def note(self) -> str:
        """What changes and why."""
        return str(self.rules.cleaned_data["note"])

    def entered(self) -> dict[str, Any]:
        """The definition as it was entered."""
        data = self.rules.cleaned_data
        levels = {
            name.removeprefix("relay_"): data[name] or None for name in data if "relay_" in name
        }
        limits = {name: data[name] or None for name in words.LIMITS}
        return {
            **self.definition,
            "relay": data["relay"],
            "relays": levels,
            "supplement_clock": data["supplement_clock"],
            "answer_unconditional_by_rule": data["answer_unconditional_by_rule"],
            "limits": limits,
            "emergencies": {
                "days": data["emergency_days"] or 0,
                "who": data["emergency_who"],
                "max_grade": int(data["emergency_grade"]),
            },
            "lanes": {lane: _entered(seats) for lane, _label, seats in self.lanes},
        }


def _entered(seats: BaseFormSet[SeatForm]) -> list[dict[str, Any]]:
    last = MOST_SEATS * 10
    rows = [
        (form.cleaned_data.get("position") or last, number, found)
        for number, form in enumerate(seats.forms)
        if (found := form.seat()) is not None
    ]
    return [seat for _position, _number, seat in sorted(rows, key=lambda row: row[:2])]


def _initial(definition: Mapping[str, Any], note: str) -> dict[str, Any]:
    emergencies = definition["emergencies"]
    return {
        **definition["limits"],
        **{f"relay_{level}": mode or "" for level, mode in definition["relays"].items()},
        "relay": definition["relay"],
        "supplement_clock": definition["supplement_clock"],
        "answer_unconditional_by_rule": definition["answer_unconditional_by_rule"],
        "emergency_days": emergencies["days"],
        "emergency_who": emergencies["who"],
        "emergency_grade": emergencies["max_grade"],
        "note": note,
    }


def _seats(
    lane: str, definition: Mapping[str, Any], data: QueryDict | None
) -> BaseFormSet[SeatForm]:
    initial = [
        {**seat, "position": number}
        for number, seat in enumerate(definition["lanes"][lane], start=1)
    ]
    return SeatFormSet(data, initial=initial, prefix=lane)
