"""Pages of the rules by which a provider consents beforehand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import DataItem, MatterState, Mode, Resource, ServiceItem
from portal.errors import Forbidden, Invalid, PortalError
from portal.organisation.models import Department
from portal.pages.fields import add_faults
from sharing import access
from sharing.actions import autonomy
from sharing.actions.autonomy import Bounds
from sharing.models import ConsentRule, ConsentRuleKind
from sharing.views.common import official_of, posted

PAGE_SIZE = 50


class RuleForm(forms.Form):
    """What a rule answers, and within which bounds."""

    needed: frozenset[str] = frozenset({"department", "name", "kind", "max_grade", "max_days"})

    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.none(), empty_label=None
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it answers"), choices=ConsentRuleKind.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    resource = forms.ModelChoiceField(
        label=gettext_lazy("Entry"), queryset=Resource.objects.none(), required=False,
        empty_label=gettext_lazy("every entry shared without conditions"),
    )  # fmt: skip
    matter = forms.ModelChoiceField(
        label=gettext_lazy("Business matter"), queryset=ServiceItem.objects.none(), required=False,
        help_text=gettext_lazy("Of any department; the rule holds for all that handle it under this code."),
    )  # fmt: skip
    items = forms.CharField(
        label=gettext_lazy("Data items"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Names or keys, one a line; empty: every item up to the grade."),
    )  # fmt: skip
    demanders = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Departments that may ask"), queryset=Department.objects.none(),
        required=False, help_text=gettext_lazy("None chosen: every department."),
    )  # fmt: skip
    max_grade = forms.TypedChoiceField(
        label=gettext_lazy("Up to the grade"), coerce=int, initial=2,
        choices=[(number, str(number)) for number in range(1, ConsentRule.HIGHEST_GRADE + 1)],
    )  # fmt: skip
    mode = forms.ChoiceField(label=gettext_lazy("Sharing mode"), choices=Mode.choices)
    max_days = forms.IntegerField(
        label=gettext_lazy("Longest period of use, in days"), initial=365, min_value=1
    )
    valid_until = forms.DateField(
        label=gettext_lazy("In force until"), required=False, widget=forms.DateInput
    )

    def __init__(self, *args: Any, departments: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["department"].queryset = Department.objects.filter(pk__in=departments)
        fields["resource"].queryset = (
            Resource.objects.published().filter(provider__in=departments).select_related("live")
        )
        fields["resource"].label_from_instance = lambda entry: entry.live.title
        matters = ServiceItem.objects.filter(
            state=MatterState.IN_FORCE, needs__resource__provider__in=departments
        )
        fields["matter"].queryset = matters.select_related("department").distinct()
        fields["matter"].label_from_instance = lambda one: f"{one.name} · {one.department.name}"
        fields["demanders"].queryset = (
            Department.objects.in_office(timezone.localdate())
            .filter(asked_items__isnull=False)
            .exclude(pk__in=departments)
            .distinct()
        )

    def bounds(self) -> Bounds:
        """What was entered, with the keys of items that were named."""
        data = self.cleaned_data
        return Bounds(
            kind=data["kind"], resource=data["resource"],
            matter=data["matter"] if data["kind"] == ConsentRuleKind.MATTER else None,
            fields=self._keys(data["items"], data["resource"]), demanders=list(data["demanders"]),
            max_grade=data["max_grade"], mode=data["mode"], max_days=data["max_days"],
            valid_until=data["valid_until"],
        )  # fmt: skip

    @staticmethod
    def _keys(text: str, entry: Resource | None) -> list[str]:
        words = [line.strip() for line in text.replace("、", "\n").splitlines() if line.strip()]
        if entry is None:
            return words
        items = DataItem.objects.filter(version=entry.live_id).values_list("name", "key")
        keys = dict(items)
        return list(dict.fromkeys(keys.get(word, word) for word in words))


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of the own department and of those under supervision."""
    official, on = official_of(request), timezone.localdate()
    found = autonomy.rules_visible_to(official, on).select_related(
        "department", "resource__live", "matter", "set_by"
    )
    page = Paginator(found.order_by("stopped_at", "-set_at", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(rule, autonomy.used_by(rule).count()) for rule in page],
        "sets": bool(autonomy.sets_for(official, on)),
    }
    return render(request, "sharing/autonomy/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set a rule; a name that is in use makes its next version."""
    official, now = official_of(request), timezone.now()
    departments = autonomy.sets_for(official, timezone.localdate(now))
    if not departments:
        raise Forbidden(
            _("Only the head of the provider's sharing office consents beforehand (article 20)."),
            remedy=_("Ask the head of the sharing office."),
            code="not_office_head",
        )
    start = {"kind": ConsentRuleKind.UNCONDITIONAL, "name": request.GET.get("name", "")}
    form = RuleForm(posted(request), departments=departments, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = autonomy.set_rule(
                by=official, department=form.cleaned_data["department"],
                name=form.cleaned_data["name"], bounds=form.bounds(), now=now,
            )  # fmt: skip
        except Invalid as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The rule is in force from now on."))
            return redirect("sharing:consent_rule", made.pk)
    return render(request, "sharing/autonomy/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: its bounds, who set it, what it answered; and the way to stop it at once."""
    official, now = official_of(request), timezone.now()
    on = timezone.localdate(now)
    found = autonomy.get_rule(official, pk, on)
    reason, problem = request.POST.get("reason", ""), None
    if request.method == "POST":
        try:
            autonomy.stop_rule(by=official, rule=found, reason=reason, now=now)
        except PortalError as error:
            problem = error
        else:
            messages.success(request, _("The rule is stopped; it answers nothing any more."))
            return redirect("sharing:consent_rule", pk)
    page = Paginator(autonomy.used_by(found), PAGE_SIZE).get_page(request.GET.get("page"))
    seen = set(
        access.items_visible_to(official, on)
        .filter(pk__in=[item.pk for item in page])
        .values_list("pk", flat=True)
    )
    context = {
        "rule": found, "facts": _facts(found), "page_obj": page,
        "rows": [(item, item.pk in seen) for item in page],
        "may_stop": autonomy.may_stop(official, found, on) and found.stopped_at is None,
        "sets": found.department_id in autonomy.sets_for(official, on),
        "problem": problem, "reason": reason,
    }  # fmt: skip
    return render(request, "sharing/autonomy/rule.html", context)


def _facts(rule: ConsentRule) -> list[tuple[str, Any, str]]:
    entry = rule.resource.live if rule.resource else None
    names = dict(entry.items.values_list("key", "name")) if entry else {}
    asking = "、".join(rule.demanders.values_list("name", flat=True))
    return [
        (_("Department"), rule.department.name, ""),
        (_("Answers"), rule.get_kind_display(), ""),
        (_("Entry"), entry.title if entry else _("every entry shared without conditions"), ""),
        (_("Business matter"), rule.matter.name if rule.matter else "", ""),
        (_("Data items"), "、".join(names.get(k, k) for k in rule.fields) or _("every item"), ""),
        (_("Departments that may ask"), asking or _("every department"), ""),
        (_("Up to the grade"), str(rule.max_grade), ""),
        (_("Sharing mode"), rule.get_mode_display(), ""),
        (_("Longest period of use, in days"), str(rule.max_days), ""),
        (_("Set by"), rule.set_by.full_name, ""),
    ]
