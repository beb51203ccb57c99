from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """What every app stands on: the outbox, the commands, the page shell."""

    name = "portal"
    verbose_name = _("Operation")

    def ready(self) -> None:
        """Write sign-ins into the ledger; make the lookups known."""
        from portal import (
            lookups,  # noqa: F401 - registers itself
            sign_in_records,
        )
        from portal.leave import kinds as leave_kinds

        sign_in_records.connect()
        leave_kinds.register_all()
