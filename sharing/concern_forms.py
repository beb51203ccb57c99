"""Forms of corrections, objections, disputes and complaints; actions decide what they mean."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import Reason
from portal.organisation.models import Department, Official
from sharing.actions.raising import CORRECTIONS, LONGEST_TEXT, Content
from sharing.approval.terms import Person
from sharing.disputes.commands import Order
from sharing.disputes.terms import TaskKind, Verb
from sharing.models import ConcernTask, Subject
from sharing.models import TaskKind as TaskLabels
from sharing.presenting.concerns import VERBS


def _area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DepartmentField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A department, named with its region."""

    def label_from_instance(self, obj: Department) -> str:
        """Name and region."""
        return f"{obj.name} · {obj.region.name}"


class OfficialField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An official by name."""

    def label_from_instance(self, obj: Official) -> str:
        """The name."""
        return obj.full_name


class RaisingForm(forms.Form):
    """For which department, what is wrong, and how it can be seen."""

    department = DepartmentField(label=_("For which department?"), queryset=None)
    subject = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST_TEXT,
        widget=_area(),
        help_text=_("Describe it; do not copy personal data into the text."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=_area(3),
        help_text=_("How it can be seen: documents, comparison with other sources."),
    )

    def __init__(
        self, *args: Any, own: QuerySet[Department], subjects: Iterable[str], **kwargs: Any
    ) -> None:
        """``own`` are the departments one may raise it for."""
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        field.queryset = own  # type: ignore[attr-defined]
        only = list(own[:2])
        if only:
            field.initial = only[0].pk
        if len(only) == 1:
            field.widget = forms.HiddenInput()
        choices = [(value, Subject(value).label) for value in subjects]
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["subject"].initial = choices[0][0]

    def content(self) -> Content:
        """What was written; call it on a valid form."""
        data = self.cleaned_data
        rows = tuple(str(data.get("rows", "")).splitlines())
        return Content(
            data["subject"],
            data["text"],
            data["evidence"],
            tuple(data.get("fields_wrong", ())),
            rows,
        )


class CorrectionForm(RaisingForm):
    """What is wrong with data or entry, in which items and rows."""

    fields_wrong = forms.MultipleChoiceField(
        label=_("Data items that are wrong"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means the whole entry."),
    )
    rows = forms.CharField(
        label=_("Rows that are wrong"),
        required=False,
        max_length=30_000,
        widget=_area(3),
        help_text=_(
            "Keys, one on a line. They are kept masked; the provider finds the rows by them."
        ),
    )
    field_order = ("department", "subject", "fields_wrong", "rows", "text", "evidence")

    def __init__(self, *args: Any, items: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """``items`` are keys and names of the entry's data items."""
        super().__init__(*args, subjects=CORRECTIONS, **kwargs)
        self.fields["fields_wrong"].choices = list(items)  # type: ignore[attr-defined]


class DisputeForm(forms.Form):
    """Why the department disputes it."""

    text = forms.CharField(
        label=_("What is disputed, and what do you ask for?"),
        max_length=LONGEST_TEXT,
        widget=_area(),
        help_text=_("The other department reads it first; the authority if no agreement is found."),
    )


class ComplaintForm(forms.Form):
    """A complaint of a citizen or an organisation (article 37)."""

    authority = DepartmentField(
        label=_("Where did it happen?"),
        queryset=None,
        empty_label=_("Choose the authority of the place"),
    )
    text = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST_TEXT,
        widget=_area(6),
        help_text=_("Which data, which office, when; what you ask for."),
    )
    contact = forms.CharField(
        label=_("How can you be reached?"),
        required=False,
        max_length=200,
        help_text=_(
            "Only if you want to be called back. It is encrypted, only who handles the complaint reads it, and it is erased afterwards."
        ),
    )

    def __init__(self, *args: Any, authorities: QuerySet[Department], **kwargs: Any) -> None:
        """``authorities`` are those in office."""
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = authorities  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    """The receipt code of a complaint."""

    code = forms.CharField(label=_("Receipt code"), max_length=40)


class RowForm(forms.Form):
    """A key at hand, to find the row that was reported."""

    key = forms.CharField(label=_("Key of a row"), max_length=100)


_REVEALED: Final[Mapping[Verb, tuple[str, ...]]] = {
    Verb.FORWARD: ("target",),
    Verb.RATE: ("score", "solved"),
    Verb.RECORD_DECISION: ("number", "decided_on", "orders"),
    Verb.ASSIGN: ("person",),
    Verb.CONFIRM: ("task",),
}
ORDERS: Final = (TaskKind.APPLY_AGAIN, TaskKind.RESTORE_GRANT, TaskKind.CORRECT_DATA)


class OrderForm(forms.Form):
    """What is done with a concern."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    verb = forms.ChoiceField(
        label=_("What do you do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you do.")},
    )
    target = DepartmentField(label=_("Department it belongs to"), queryset=None, required=False)
    score = forms.TypedChoiceField(
        label=_("Score"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        choices=[(number, str(number)) for number in range(1, 6)],
        help_text=_("5 is best."),
    )
    solved = forms.ChoiceField(
        label=_("Is it solved?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", _("yes")), ("no", _("no"))],
    )
    number = forms.CharField(label=_("Number of the document"), required=False, max_length=100)
    decided_on = forms.DateField(label=_("Decided on"), required=False, widget=forms.DateInput)
    orders = forms.MultipleChoiceField(
        label=_("What the decision orders"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, TaskLabels(kind.value).label) for kind in ORDERS],
    )
    person = OfficialField(label=_("Official"), queryset=None, required=False)
    task = forms.ChoiceField(label=_("What is done"), required=False, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=_area(),
        help_text=_("Reason, result or note; everybody who has to do with it reads it."),
    )

    def __init__(
        self,
        *args: Any,
        verbs: Mapping[Verb, Reason | None],
        others: QuerySet[Department],
        people: QuerySet[Official],
        tasks: Iterable[ConcernTask],
        **kwargs: Any,
    ) -> None:
        """``verbs`` as ``available_concern_verbs`` answers: what is off is not offered."""
        super().__init__(*args, **kwargs)
        self.offered = [verb for verb in VERBS if verbs.get(verb, "") is None]
        choices = [(verb.value, VERBS[verb]) for verb in self.offered]
        self.fields["verb"].choices = choices  # type: ignore[attr-defined]
        self.fields["target"].queryset = others  # type: ignore[attr-defined]
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        names = [(one.key, f"{one.get_kind_display()} · {one.department.name}") for one in tasks]
        self.fields["task"].choices = names  # type: ignore[attr-defined]
        if len(names) == 1:
            self.fields["task"].initial = names[0][0]
        for verb, fields in _REVEALED.items():
            if verb not in self.offered:
                for name in fields:
                    del self.fields[name]
        self.reveals = {
            "verb": {verb.value: _REVEALED[verb] for verb in self.offered if verb in _REVEALED}
        }
        self.needed = frozenset(self.fields) - {"orders"}

    def order(self) -> Order:
        """The order that was filled in; call it on a valid form."""
        data = self.cleaned_data
        verb = Verb(data["verb"])
        mine = _REVEALED.get(verb, ())
        given: dict[str, Any] = {
            name: data.get(name) for name in mine if data.get(name) not in (None, "", [])
        }
        target, person = given.get("target"), given.get("person")
        return Order(
            verb=verb,
            seen=data["seen"],
            text=data["text"],
            target=target.pk if target else None,
            person=Person(person.pk, person.full_name) if person else None,
            score=given.get("score"),
            solved=given["solved"] == "yes" if "solved" in given else None,
            number=given.get("number", ""),
            decided_on=given.get("decided_on"),
            task=given.get("task", ""),
        )

    def chosen_orders(self) -> tuple[TaskKind, ...]:
        """What a recorded decision orders."""
        return tuple(TaskKind(value) for value in self.cleaned_data.get("orders", ()))
