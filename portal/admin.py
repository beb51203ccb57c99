"""Administration of the outbox and of lock-outs; pages that know no policy are taken away."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.models import OutboxMessage
from portal.organisation.admin.base import Policed, ReadOnlyAdmin
from portal.organisation.admin.marks import column
from portal.organisation.admin.policy import Act

# What other packages have registered asks Django's permissions, not the policy. Groups follow posts.
for model, pages in list(admin.site._registry.items()):  # noqa: SLF001 - there is no public list
    if not isinstance(pages, Policed):
        admin.site.unregister(model)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Background work that was asked for."""

    list_display = ("id", "task", "created_at", "due_at", "published_at", "attempts", "waits")
    search_fields = ("task",)
    ordering = ("-id",)

    @column(_("published"), boolean=True)
    def waits(self, message: OutboxMessage) -> bool:
        """Whether the relay has published it."""
        return message.published_at is not None


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Failed sign-ins that count; deleting one lifts the lock-out."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "user_agent")
    search_fields = ("username", "ip_address")
    fields = (
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
        "path_info",
    )

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the policy says."""
        del obj
        return self.may(request, Act.DELETE)


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(ReadOnlyAdmin):
    """All failed sign-ins."""

    list_display = ("attempt_time", "username", "ip_address", "locked_out", "user_agent")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "locked_out", "user_agent", "path_info")


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Sign-ins and sign-outs."""

    list_display = ("attempt_time", "logout_time", "username", "ip_address", "user_agent")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "logout_time", "username", "ip_address", "user_agent", "path_info")
