"""Chain policies: versions that the security administrator adds; none is ever changed."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from catalog.admin.base import reader_of, today
from portal.organisation.access import has_role
from portal.organisation.models import Role
from sharing.actions import policies
from sharing.models import ChainPolicy


class PolicyForm(ModelForm):  # type: ignore[type-arg]
    """A new version; what the law does not allow is said at the field."""

    class Meta:
        model = ChainPolicy
        fields = ("name", "region", "valid_from", "definition")

    def clean_definition(self) -> dict[str, Any]:
        """Refuse rules that cannot be read or that lengthen a national limit (R46)."""
        definition: dict[str, Any] = self.cleaned_data["definition"]
        if problem := policies.problem_of(definition):
            raise ValidationError(str(problem))
        return definition


@admin.register(ChainPolicy)
class ChainPolicyAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody in the administration may read the rules; the security administrator adds versions."""

    form = PolicyForm
    list_display = ("name", "version", "region", "valid_from")
    list_select_related = ("region",)
    readonly_fields = ("version",)

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
        return official is not None and has_role(official, [Role.SECADMIN], today())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Applications refer to versions, so a version stays as it is."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Applications refer to versions."""
        del request, obj
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ChainPolicy,
        form: ModelForm[ChainPolicy],
        change: bool,  # noqa: FBT001
    ) -> None:
        """Add the version by its action."""
        del form, change
        official = reader_of(request)
        if official is not None:
            policies.add_version(by=official, policy=obj, now=timezone.now())
