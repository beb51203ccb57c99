"""REST tokens, to be looked through and revoked; their clear text is nowhere."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.organisation import tokens
from portal.organisation.admin.base import ReadOnlyAdmin, by
from portal.organisation.admin.confirming import Question, ask
from portal.organisation.admin.marks import button
from portal.organisation.models import ApiToken
from portal.pages.objects import chosen, has


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Who has which token, since when and how long."""

    list_display = (
        "prefix", "official", "name", "scopes", "created_at", "expires_at", "last_used_at",
        "revoked_at",
    )  # fmt: skip
    fields = (
        "official", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at",
        "revoked_at",
    )  # fmt: skip
    search_fields = ("official__full_name", "official__username", "name", "prefix")
    list_select_related = ("official",)
    actions_detail = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever sees all tokens may end one, while it is in force."""
        if not self.has_view_permission(request):
            return False
        return not object_id or has(ApiToken.objects.filter(revoked_at=None), object_id)

    @button(_("Revoke"), permission="revoke", icon="key_off")
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End it at once."""
        token = chosen(ApiToken.objects.all(), object_id)
        question = Question(
            title=_("Revoke the token"),
            explanation=_("Programs that use it are refused at once. It cannot be revived."),
            submit=_("Revoke"),
            done=_("The token is revoked."),
        )
        return ask(
            self, request, token, question,
            lambda _data: tokens.revoke(by=by(request), token_id=token.pk, now=timezone.now()),
        )  # fmt: skip
