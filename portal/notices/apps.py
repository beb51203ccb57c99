from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """What people are told."""

    name = "portal.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        """Make the panel and the kinds of ledger entries known."""
        from portal.notices import (
            panels,
            tasks,  # noqa: F401 - named by the outbox
        )

        panels.register_all()
