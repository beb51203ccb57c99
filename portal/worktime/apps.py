from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    """The working-day calendar and the legal limits counted on it."""

    name = "portal.worktime"
    label = "worktime"
    verbose_name = _("Working days and limits")

    def ready(self) -> None:
        """Register the invariants."""
        from portal.worktime import invariants  # noqa: F401 - registers itself
