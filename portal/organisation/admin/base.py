"""What every page of the administration stands on: the policy, refusals in words, the ledger."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline

from portal.errors import Invalid, PortalError, Text
from portal.organisation.admin.policy import Act, editable_fields, may, roles_of
from portal.organisation.faults import explain
from portal.organisation.models import Official


def by(request: HttpRequest) -> Official:
    """Who acts."""
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


def refusal(error: IntegrityError | PortalError) -> str:
    """What a refused action says, with its remedy."""
    if isinstance(error, IntegrityError):
        return str(explain(error))
    sentences: list[Text] = [error.message, error.remedy]
    for fault in error.faults if isinstance(error, Invalid) else ():
        sentences += [fault.message, fault.remedy]
    return " ".join(str(sentence) for sentence in sentences if sentence)


class Policed:
    """Permissions from the policy table instead of Django's model permissions."""

    opts: Any

    def may(self, request: HttpRequest, act: Act) -> bool:
        """Whether the person may do ``act`` with this model."""
        return may(roles_of(request), self.opts.label_lower, act)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown in the side bar for whoever may see the rows."""
        return self.may(request, Act.VIEW)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the table says."""
        del obj
        return self.may(request, Act.VIEW)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the table says."""
        del obj
        return self.may(request, Act.ADD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the table says."""
        del obj
        return self.may(request, Act.CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the table says; hardly anything is ever deleted."""
        del obj
        return self.may(request, Act.DELETE)


class PortalAdmin(Policed, ModelAdmin):  # type: ignore[misc]
    """A model's pages. What is saved goes through actions; the ledger is the only history."""

    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """The declared ones, and those this role may not edit."""
        declared = list(super().get_readonly_fields(request, obj))
        allowed = editable_fields(roles_of(request), self.opts.label_lower)
        if allowed is None:
            return declared
        shown = forms.models.fields_for_model(self.model)
        return [*declared, *(name for name in shown if name not in {*allowed, *declared})]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a refusal by the database or an action at the form, with what was entered."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, PortalError) as error:
            request.refusal = refusal(error)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> type[forms.ModelForm[Any]]:
        """The form; after a refusal it is invalid and says why."""
        form: type[forms.ModelForm[Any]] = super().get_form(request, obj, change=change, **kwargs)
        text = getattr(request, "refusal", "")
        if not text:
            return form

        class Refused(form):  # type: ignore[misc, valid-type]
            def _post_clean(self) -> None:
                super()._post_clean()
                self.add_error(None, text)

        return Refused

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The ledger is the only history."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The ledger is the only history."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The ledger is the only history."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the ledger says about the object (for those who may read it)."""
        del extra_context
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = f"?object={self.opts.label_lower}:{object_id}"
        return HttpResponseRedirect(reverse("ledger:list") + query)

    def run(self, request: HttpRequest, action: Callable[[], object], done: str) -> bool:
        """Run a button's action in a transaction; say what was done, or why not."""
        try:
            with transaction.atomic():
                action()
        except (IntegrityError, PortalError) as error:
            messages.error(request, refusal(error))
            return False
        messages.success(request, done)
        return True

    def back_to(self, object_id: str | int) -> HttpResponseRedirect:
        """The object's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[object_id]))


class ReadOnlyAdmin(PortalAdmin):
    """Rows that nobody enters or changes by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        del request, obj
        return False


class PortalInline(Policed, TabularInline):  # type: ignore[misc]
    """Rows of another model on the page of the object they belong to."""

    extra = 0
    can_delete = False
    show_change_link = False


def denied() -> str:
    """What somebody reads who used a button that is not theirs."""
    return _("Your post does not allow this.")
