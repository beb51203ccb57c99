"""Accounts of officials."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from portal.errors import PortalError
from portal.organisation import actions
from portal.organisation.admin.base import by, refusal
from portal.organisation.admin.confirming import Question, ReasonForm, ask
from portal.organisation.admin.exchange import ExcelAdmin
from portal.organisation.admin.marks import button, column
from portal.organisation.admin.policy import roles_of
from portal.organisation.admin.posts import (
    PostInline,
    SubstitutionInline,
    posts_in_force,
    posts_line,
    save_inline,
)
from portal.organisation.admin.workbooks import OfficialWorkbook
from portal.organisation.models import Official, Role
from portal.pages.objects import chosen, has


@admin.register(Official)
class OfficialAdmin(ExcelAdmin):
    """Made by the system administrator; locked and given posts by the security administrator."""

    resource_classes = (OfficialWorkbook,)
    list_display = ("name_shown", "username", "department", "posts_line", "state", "last_login")
    list_filter = ("is_active", "is_staff", ("department", AutocompleteSelectFilter))
    search_fields = ("full_name", "username", "sort_key", "department__name")
    list_select_related = ("department",)
    ordering = ("sort_key",)
    autocomplete_fields = ("department",)
    fieldsets = (
        (None, {"fields": ("username", "full_name", "email", "department", "language")}),
        (_("State"), {"fields": ("state_shown", "is_staff", "last_login", "date_joined")}),
    )
    readonly_fields = ("state_shown", "is_staff", "last_login", "date_joined")
    inlines = (PostInline, SubstitutionInline)
    actions_detail = ("offer_activation", "switch_off", "switch_on", "remove_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Official]:
        """With the posts the list shows."""
        found: QuerySet[Official] = super().get_queryset(request).prefetch_related(posts_in_force())
        return found

    def get_inlines(self, request: HttpRequest, obj: Official | None) -> tuple[type, ...]:
        """Posts are given to an account that exists."""
        del request
        return self.inlines if obj else ()

    @column(_("full name"), ordering="sort_key")
    def name_shown(self, official: Official) -> SafeString:
        """The name, never broken over two lines."""
        return format_html('<span class="whitespace-nowrap">{}</span>', official.full_name)

    @column(_("posts"))
    def posts_line(self, official: Official) -> str:
        """What the official may act as today."""
        return posts_line(official)

    @column(_("state"), labels={"active": "success", "waiting": "warning", "off": "danger"})
    def state(self, official: Official) -> tuple[str, Any]:
        """In use, waiting for its owner to set a password, or switched off."""
        if not official.is_active:
            return "off", _("switched off")
        if not official.has_usable_password():
            return "waiting", _("not activated")
        return "active", _("active")

    @column(_("state"))
    def state_shown(self, official: Official) -> str:
        """The same in words alone, for the page of one account."""
        return str(self.state(official)[1])

    def save_model(
        self,
        request: HttpRequest,
        obj: Official,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Through the actions; a role that edits no field changes none."""
        del form
        save = actions.update_official if change else actions.create_official
        save(by=by(request), official=obj, now=timezone.now())

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Posts and substitutes through the actions."""
        del form, change
        save_inline(request, formset)

    def has_lock_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The security administrator, for accounts that are on."""
        return self._locks(request, object_id, is_active=True)

    def has_unlock_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The security administrator, for accounts that are off."""
        return self._locks(request, object_id, is_active=False)

    def _locks(self, request: HttpRequest, object_id: str | None, *, is_active: bool) -> bool:
        if Role.SECADMIN not in roles_of(request):
            return False
        if not object_id:
            return True
        return has(Official.objects.filter(is_active=is_active), object_id)

    def has_factor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The security administrator, for accounts that have a second factor."""
        if Role.SECADMIN not in roles_of(request):
            return False
        return not object_id or Authenticator.objects.filter(user=object_id).exists()

    def has_offer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The system administrator, for accounts that are on."""
        if Role.SYSADMIN not in roles_of(request):
            return False
        if not object_id:
            return True
        return has(Official.objects.filter(is_active=True, is_superuser=False), object_id)

    @button(_("Switch account off"), permission="lock", icon="lock")
    def switch_off(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End sessions and tokens, allow no sign-in."""
        official = chosen(Official.objects.all(), object_id)
        question = Question(
            title=_("Switch account off"),
            explanation=_(
                "Sessions and tokens end at once. Posts and history stay; the account can be switched on again."
            ),
            submit=_("Switch off"),
            done=_("The account is switched off."),
            form_class=ReasonForm,
        )
        return ask(
            self, request, official, question,
            lambda data: actions.deactivate(
                by=by(request), official=official, reason=data["reason"], now=timezone.now()
            ),
        )  # fmt: skip

    @button(_("Switch account on"), permission="unlock", icon="lock_open")
    def switch_on(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Allow signing in again."""
        official = chosen(Official.objects.all(), object_id)
        question = Question(
            title=_("Switch account on"),
            explanation=_(
                "The official can sign in again with the posts that are in force. Tokens stay revoked."
            ),
            submit=_("Switch on"),
            done=_("The account is switched on."),
        )
        return ask(
            self, request, official, question,
            lambda _data: actions.reactivate(by=by(request), official=official, now=timezone.now()),
        )  # fmt: skip

    @button(_("Remove second factor"), permission="factor", icon="phonelink_erase")
    def remove_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """For somebody who lost the device and the recovery codes."""
        official = chosen(Official.objects.all(), object_id)
        question = Question(
            title=_("Remove second factor"),
            explanation=_(
                "Make sure who is asking: until a new one is set up, the password alone opens the account."
            ),
            submit=_("Remove"),
            done=_("The second factor is removed."),
            form_class=ReasonForm,
        )
        return ask(
            self, request, official, question,
            lambda data: actions.remove_second_factor(
                by=by(request), official=official, reason=data["reason"], now=timezone.now()
            ),
        )  # fmt: skip

    @button(_("Make activation link"), permission="offer", icon="key")
    def offer_activation(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show a link once, on which the official sets a password."""
        official = chosen(Official.objects.all(), object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Activation link"),
            "original": official,
            "opts": self.opts,
        }
        if request.method == "POST":
            try:
                path = actions.activation_path(
                    by=by(request), official=official, now=timezone.now()
                )
                context["link"] = request.build_absolute_uri(path)
            except PortalError as error:
                context["refusal"] = refusal(error)
        return TemplateResponse(request, "admin/activation_link.html", context)
