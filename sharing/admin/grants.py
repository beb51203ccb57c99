"""Grants, with the buttons of those who may stop them."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from sharing import access, grants
from sharing.admin.base import SeenAdmin
from sharing.models import Grant

STATUS_COLOURS = {"active": "success", "suspended": "warning", "terminated": "danger"}


@admin.register(Grant)
class GrantAdmin(SeenAdmin):
    """Grants the reader sees; provider and authority suspend, resume and terminate them."""

    seen = access.grants_visible_to
    list_display = ("number", "department", "resource", "shown_status", "starts_on", "ends_on")
    list_filter = ("status", "mode")
    list_select_related = ("department", "resource__live")
    search_fields = ("number", "department__name", "version__title")
    actions_detail = ("suspend", "resume", "terminate")

    @display(description=_("status"), label=STATUS_COLOURS)  # type: ignore[untyped-decorator]
    def shown_status(self, grant: Grant) -> tuple[str, str]:
        """The status as a coloured label."""
        return grant.status, str(grant.get_status_display())

    @action(description=_("Suspend"), url_path="suspend")  # type: ignore[untyped-decorator]
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop the grant for the time being."""
        return self.ask_for(
            request, object_id,
            (
                _("Running pulls end within seconds, and nothing more is delivered until the grant is resumed."),
                _("Suspend"),
                _("The grant is suspended."),
            ),
            lambda official, reason: grants.suspend(
                by=official, grant_id=object_id, reason=reason, now=timezone.now()
            ),
        )  # fmt: skip

    @action(description=_("Resume"), url_path="resume")  # type: ignore[untyped-decorator]
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open a suspended grant again."""
        return self.ask_for(
            request, object_id,
            (_("The recipient may pull the data again."), _("Resume"), _("The grant is in force again.")),
            lambda official, reason: grants.resume(
                by=official, grant_id=object_id, reason=reason, now=timezone.now()
            ),
        )  # fmt: skip

    @action(description=_("Terminate"), url_path="terminate")  # type: ignore[untyped-decorator]
    def terminate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the grant for good."""
        return self.ask_for(
            request, object_id,
            (_("The grant ends for good."), _("Terminate"), _("The grant is terminated.")),
            lambda official, reason: grants.terminate(
                by=official, grant_id=object_id, reason=reason, now=timezone.now()
            ),
        )  # fmt: skip
