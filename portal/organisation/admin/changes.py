"""Changes of departments: prepared, looked at, confirmed by somebody else."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from portal.organisation import actions
from portal.organisation.admin.base import PortalAdmin, PortalInline, by
from portal.organisation.admin.confirming import Question, ReasonForm, ask
from portal.organisation.admin.marks import button, column
from portal.organisation.admin.policy import Act, may, roles_of
from portal.organisation.models import ChangeReceiver, ChangeStatus, DepartmentChange, Role
from portal.pages.objects import chosen, has

CONFIRMING = (Role.SYSADMIN, Role.SECADMIN)
"""Who may agree to a change that somebody else prepared: departments and posts are theirs."""
STATUS_COLOURS = {"prepared": "info", "confirmed": "warning", "done": "success"}


class ReceiverInline(PortalInline):
    """Who takes over, the main one first."""

    model = ChangeReceiver
    fields = (
        "position", "department", "name", "name_en", "short_name", "uscc", "posts", "entry_codes",
    )  # fmt: skip
    autocomplete_fields = ("department", "posts")
    can_delete = True

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new change begins with one line."""
        del request, kwargs
        return 1 if obj is None else 0

    ordering = ("position",)

    def may(self, request: HttpRequest, act: Act) -> bool:
        """As with the change itself; only who prepares changes enters who takes over."""
        needed = Act.VIEW if act is Act.VIEW else Act.ADD
        return may(roles_of(request), DepartmentChange._meta.label_lower, needed)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While the change is prepared."""
        return super().has_add_permission(request) and _is_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While the change is prepared."""
        return super().has_change_permission(request) and _is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While the change is prepared."""
        return super().has_delete_permission(request) and _is_open(obj)


def _is_open(change: DepartmentChange | None) -> bool:
    return change is None or change.status == ChangeStatus.PREPARED


@admin.register(DepartmentChange)
class DepartmentChangeAdmin(PortalAdmin):
    """Renaming, merger, division, dissolution, another superior or region."""

    list_display = ("effective_on", "kind", "about", "legal_basis", "state", "prepared_by")
    list_display_links = ("effective_on", "kind")
    list_filter = (("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter))
    search_fields = ("legal_basis", "sources__name", "receivers__name")
    autocomplete_fields = ("sources", "superior", "region")
    date_hierarchy = "effective_on"
    inlines = (ReceiverInline,)
    readonly_fields = (
        "outlook", "how_far", "prepared_by", "prepared_at", "confirmed_by", "confirmed_at",
        "done_at", "cancelled_by", "cancel_reason",
    )  # fmt: skip
    actions_detail = ("confirm", "cancel")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new change has no preview yet."""
        del request
        entered = (
            "kind", "sources", "effective_on", "legal_basis", "note", "superior", "region",
        )  # fmt: skip
        if obj is None:
            return [(None, {"fields": entered})]
        people = (
            "how_far", "prepared_by", "prepared_at", "confirmed_by", "confirmed_at", "done_at",
            "cancelled_by", "cancel_reason",
        )  # fmt: skip
        return [
            (_("What will happen"), {"fields": ("outlook",)}),
            (None, {"fields": entered}),
            (_("Who and when"), {"fields": people}),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the departments concerned."""
        return super().get_queryset(request).prefetch_related("sources", "receivers__department")

    @column(_("departments"))
    def about(self, change: DepartmentChange) -> str:
        """From whom to whom."""
        sources = "、".join(one.name for one in change.sources.all())
        to = "、".join(str(row) for row in change.receivers.all())
        return f"{sources} → {to}" if to else sources

    @column(_("status"), labels=STATUS_COLOURS)
    def state(self, change: DepartmentChange) -> tuple[str, str]:
        """How far it is."""
        return change.status, str(change.get_status_display())

    @column(_("status"))
    def how_far(self, change: DepartmentChange) -> str:
        """The same in words."""
        return str(change.get_status_display())

    @column(_("Preview"))
    def outlook(self, change: DepartmentChange) -> SafeString:
        """Everything that will happen, and everything in its way."""
        context: dict[str, Any] = {"change": change}
        if change.is_open:
            context["preview"] = actions.preview(change, timezone.localdate())
        return SafeString(render_to_string("admin/organisation/_outlook.html", context))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While it is prepared; whoever only confirms edits nothing."""
        return super().has_change_permission(request) and _is_open(obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: DepartmentChange,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the actions."""
        del form
        if change:
            actions.rework_change(by=by(request), change=obj, now=timezone.now())
        else:
            actions.begin_change(by=by(request), change=obj, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """The departments; then the ledger knows what was prepared."""
        super().save_related(request, form, formsets, change)
        actions.note_prepared(by=by(request), change=form.instance, now=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: DepartmentChange, post_url_continue: Any = None
    ) -> HttpResponse:
        """Straight to the preview."""
        del request, post_url_continue
        return self.back_to(str(obj.pk))

    def has_confirm_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """An administrator other than the one who prepared it."""
        if roles_of(request).isdisjoint(CONFIRMING):
            return False
        if not object_id:
            return True
        found = DepartmentChange.objects.filter(status=ChangeStatus.PREPARED)
        return has(found.exclude(prepared_by=by(request)), object_id)

    def has_cancel_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Any of the two, while it is to come."""
        if roles_of(request).isdisjoint(CONFIRMING):
            return False
        if not object_id:
            return True
        open_ones = [ChangeStatus.PREPARED, ChangeStatus.CONFIRMED]
        return has(DepartmentChange.objects.filter(status__in=open_ones), object_id)

    @button(_("Confirm"), permission="confirm", icon="how_to_reg")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The second person agrees; it is done at its day, or at once if that has come."""
        change = chosen(DepartmentChange.objects.all(), object_id)
        question = Question(
            title=_("Confirm the change"),
            explanation=_(
                "What the preview says will happen on its day; if that day has come, at once. It cannot be undone, only followed by another change."
            ),
            submit=_("Confirm"),
            done=_("The change is confirmed."),
        )
        return ask(
            self, request, change, question,
            lambda _data: actions.confirm_change(
                by=by(request), change=change, now=timezone.now()
            ),
        )  # fmt: skip

    @button(_("Give up"), permission="cancel", icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It will not happen."""
        change = chosen(DepartmentChange.objects.all(), object_id)
        question = Question(
            title=_("Give the change up"),
            explanation=_("Nothing of it will happen."),
            submit=_("Give up"),
            done=_("The change was given up."),
            form_class=ReasonForm,
        )
        return ask(
            self, request, change, question,
            lambda data: actions.cancel_change(
                by=by(request), change=change, reason=data["reason"], now=timezone.now()
            ),
        )  # fmt: skip
