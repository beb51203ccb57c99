"""Chain policies: drafted and edited by the security administrator, confirmed by a second person."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.admin.base import confirmed, reader_of, today
from portal.errors import Fault, Invalid, NotVisible, PortalError
from portal.organisation.admin.marks import button, column
from portal.organisation.models import Official, Region
from portal.pages.objects import chosen, has
from sharing.actions import policies
from sharing.admin.policy_forms import PolicyEditor
from sharing.approval.lawful import faults_of
from sharing.models import ChainPolicy, PolicyStatus
from sharing.presenting import policies as shown

STATUS_COLOURS = {"draft": "info", "prepared": "warning", "confirmed": "success"}


class NewPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of which policy a version is drafted, and for which region."""

    region = forms.ModelChoiceField(
        label=_("region"), queryset=Region.objects.none(), required=False,
        widget=UnfoldAdminSelectWidget, help_text=_("Empty for the rules that hold everywhere."),
    )  # fmt: skip

    class Meta:
        model = ChainPolicy
        fields = ("name", "region")
        widgets = {"name": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = ("province", "city", "county")
        found = Region.objects.in_use(today()).filter(level__in=levels)
        self.fields["region"].queryset = found  # type: ignore[attr-defined]


@admin.register(ChainPolicy)
class ChainPolicyAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody in the administration may read the rules; what is confirmed never changes."""

    form = NewPolicyForm
    list_display = ("name", "version", "region", "valid_from", "state")
    list_select_related = ("region",)
    list_filter = ("status",)
    search_fields = ("name", "region__name")
    readonly_fields = (
        "overview", "version", "valid_from", "state_in_words", "note", "drafted_by", "prepared_by",
        "prepared_at", "confirmed_by", "confirmed_at",
    )  # fmt: skip
    actions_detail = ("edit_rules", "put_forward", "confirm", "next_version", "give_up", "look")

    @column(_("status"), labels=STATUS_COLOURS)
    def state(self, policy: ChainPolicy) -> tuple[str, str]:
        """How far it is."""
        return policy.status, str(policy.get_status_display())

    @column(_("status"))
    def state_in_words(self, policy: ChainPolicy) -> str:
        """The same in words."""
        return str(policy.get_status_display())

    @column(_("Rules"))
    def overview(self, policy: ChainPolicy) -> SafeString:
        """Seats, limits and differences, and what is wrong with them."""
        return SafeString(render_to_string("sharing/admin/_policy.html", overview_of(policy)))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new version has a name and a region only."""
        del request
        if obj is None:
            return [(None, {"fields": ("name", "region")})]
        return [
            (None, {"fields": ("overview",)}),
            (_("Who and when"), {"fields": self.readonly_fields[1:]}),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Rules are no secret."""
        return reader_of(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rules are no secret."""
        del obj
        return reader_of(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The security administrator keeps policies (R35)."""
        official = reader_of(request)
        return official is not None and policies.may_keep(official, today())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Through the editor only."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Applications refer to versions."""
        del request, obj
        return False

    def get_urls(self) -> list[URLPattern]:
        """The editor has a page of its own."""
        own = path(
            "<path:object_id>/rules/",
            self.admin_site.admin_view(self.rules),
            name="sharing_chainpolicy_rules",
        )
        return [own, *super().get_urls()]

    def save_model(
        self, request: HttpRequest, obj: ChainPolicy, form: Any, change: bool  # noqa: FBT001
    ) -> None:  # fmt: skip
        """Draft the version by its action."""
        del form, change
        try:
            made = policies.draft_version(
                by=_official(request), name=obj.name, region=obj.region, now=timezone.now()
            )
        except PortalError as error:
            request.refused = error  # type: ignore[attr-defined]
            return
        obj.pk, obj.version = made.pk, made.version

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The ledger is the only history."""

    def response_add(
        self, request: HttpRequest, obj: ChainPolicy, post_url_continue: Any = None
    ) -> HttpResponse:
        """Straight to the editor; or back, with why not."""
        del post_url_continue
        if (error := getattr(request, "refused", None)) is not None:
            messages.error(request, f"{error.message} {error.remedy}")
            return HttpResponseRedirect(reverse("admin:sharing_chainpolicy_changelist"))
        return HttpResponseRedirect(reverse("admin:sharing_chainpolicy_rules", args=[obj.pk]))

    def rules(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The editor: forms for limits and seats; every fault at once, what was entered stays."""
        policy = chosen(ChainPolicy.objects.select_related("region"), object_id)
        if not self.has_edit_rules_permission(request, object_id):
            raise NotVisible(_("There is no such object."))
        posted = request.POST if request.method == "POST" else None
        editor = PolicyEditor(policies.complete(policy.definition), policy.note, posted)
        faults: list[Fault] = []
        if request.method == "POST" and editor.is_valid():
            try:
                policies.change_draft(
                    by=_official(request), policy=policy, definition=editor.entered(),
                    note=editor.note, now=timezone.now(),
                )  # fmt: skip
            except Invalid as error:
                faults = list(error.faults)
            except PortalError as error:
                faults = [Fault("", error.message, error.remedy)]
            else:
                messages.success(request, str(_("The draft is saved.")))
                return HttpResponseRedirect(_page(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": str(policy), "opts": self.opts, "policy": policy, "editor": editor,
            "faults": faults, "back": _page(object_id), "national": policy.region_id is None,
        }  # fmt: skip
        return TemplateResponse(request, "sharing/admin/policy_rules.html", context)

    # --- buttons ---------------------------------------------------------------------------------

    def has_edit_rules_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The security administrator, while it is a draft."""
        return self._keeps(request, object_id, PolicyStatus.DRAFT)

    def has_put_forward_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """The security administrator, while it is a draft."""
        return self._keeps(request, object_id, PolicyStatus.DRAFT)

    def has_next_version_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """The security administrator, of what is confirmed."""
        return self._keeps(request, object_id, PolicyStatus.CONFIRMED)

    def _keeps(self, request: HttpRequest, object_id: str | None, status: PolicyStatus) -> bool:
        if not self.has_add_permission(request):
            return False
        return not object_id or has(ChainPolicy.objects.filter(status=status), object_id)

    def has_confirm_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """A second person: another keeper, or the head of an authority above."""
        official = reader_of(request)
        if official is None or not object_id:
            return official is not None
        waiting = ChainPolicy.objects.select_related("region").filter(status=PolicyStatus.PREPARED)
        if not has(waiting, object_id):
            return False
        return policies.may_confirm(official, chosen(waiting, object_id), today())

    def has_give_up_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Either of the two, while it is not in force."""
        if not object_id:
            return reader_of(request) is not None
        keeps = self.has_add_permission(request)
        open_ones = ChainPolicy.objects.filter(status__in=["draft", "prepared"])
        to_come = ChainPolicy.objects.filter(status="confirmed", valid_from__gt=today())
        is_open = has(open_ones, object_id) or has(to_come, object_id)
        return is_open and (keeps or self.has_confirm_permission(request, object_id))

    def has_look_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Rules are no secret."""
        del object_id
        return reader_of(request) is not None

    @button(_("Edit the rules"), permission="edit_rules", icon="edit")
    def edit_rules(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the editor."""
        del request
        return HttpResponseRedirect(reverse("admin:sharing_chainpolicy_rules", args=[object_id]))

    @button(_("Chain, differences, simulation"), permission="look", icon="account_tree")
    def look(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page of the portal that shows what the rules make."""
        del request
        return HttpResponseRedirect(reverse("sharing:policy", args=[object_id]))

    @button(_("Draft the next version"), permission="next_version", icon="content_copy")
    def next_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With the rules of this policy; then the editor."""
        policy = chosen(ChainPolicy.objects.select_related("region"), object_id)
        made: list[ChainPolicy] = []
        return self._ask(
            request, object_id, made,
            (_("A draft with the rules of the last confirmed version begins."),
             _("Draft the next version"), _("The draft is made; edit its rules.")),
            lambda _reason: made.append(
                policies.draft_version(
                    by=_official(request), name=policy.name, region=policy.region,
                    now=timezone.now(),
                )
            ),
        )  # fmt: skip

    @button(_("Put forward"), permission="put_forward", icon="outgoing_mail")
    def put_forward(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask a second person; the day is today or the one that is entered."""
        policy = chosen(ChainPolicy.objects.all(), object_id)
        return self._ask(
            request, object_id, [],
            (_("A second person confirms it. Enter the first day it is in force, as 2026-12-31."),
             _("Put forward"), _("It waits for a second person now.")),
            lambda day: policies.put_forward(
                by=_official(request), policy=policy, valid_from=_day(day), now=timezone.now()
            ),
            _("First day in force"),
        )  # fmt: skip

    @button(_("Confirm"), permission="confirm", icon="how_to_reg")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The second person agrees."""
        policy = chosen(ChainPolicy.objects.all(), object_id)
        return self._ask(
            request, object_id, [],
            (_("From its day on every new application is planned by these rules; applications under way keep theirs. It cannot be changed afterwards, only followed by another version."),
             _("Confirm"), _("The policy is confirmed.")),
            lambda _reason: policies.confirm(
                by=_official(request), policy=policy, now=timezone.now()
            ),
        )  # fmt: skip

    @button(_("Give up"), permission="give_up", icon="cancel")
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It will not come into force."""
        policy = chosen(ChainPolicy.objects.all(), object_id)
        return self._ask(
            request, object_id, [],
            (_("The version will not come into force."), _("Give up"), _("The version was given up.")),
            lambda reason: policies.give_up(
                by=_official(request), policy=policy, reason=reason, now=timezone.now()
            ),
            _("Reason"),
        )  # fmt: skip

    def _ask(
        self, request: HttpRequest, object_id: str, made: list[ChainPolicy],
        words: tuple[Any, Any, Any], command: Any, asks: Any = "",
    ) -> HttpResponse:  # fmt: skip
        text, label, done = words
        page = {
            **self.admin_site.each_context(request),
            "title": label, "text": text, "button": label, "done": done, "opts": self.opts,
            "reason_label": asks,
        }  # fmt: skip
        answer = confirmed(
            request, page=page, back=_page(object_id), command=command, needs_reason=bool(asks)
        )
        if made and isinstance(answer, HttpResponseRedirect):
            return HttpResponseRedirect(
                reverse("admin:sharing_chainpolicy_rules", args=[made[0].pk])
            )
        return answer


def overview_of(policy: ChainPolicy) -> dict[str, Any]:
    """What the page of a version shows of its rules."""
    faults = policies.faults(policy.definition, policy.region, today())
    if faults_of(policy.definition):
        return {"policy": policy, "faults": faults}
    rules = policies.rules_of(policy)
    earlier = ChainPolicy.objects.filter(name=policy.name, version__lt=policy.version)
    before = earlier.exclude(status=PolicyStatus.WITHDRAWN).order_by("-version").first()
    return {
        "policy": policy,
        "faults": faults,
        "settings": shown.settings_of(rules),
        "lanes": shown.lanes(rules),
        "before": before,
        "differences": shown.differences(policies.rules_of(before), rules) if before else [],
    }


def _official(request: HttpRequest) -> Official:
    official = reader_of(request)
    if official is None:
        raise NotVisible("")
    return official


def _page(object_id: str) -> str:
    return reverse("admin:sharing_chainpolicy_change", args=[object_id])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        message = _("This is no date.")
        fault = Fault("valid_from", message, _("Write it as 2026-12-31."), "date")
        raise Invalid(message, [fault]) from None
