from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """The tamper-evident record of everything that happened."""

    name = "portal.ledger"
    label = "ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        """Name the entries of the core apps; add the ledger to the navigation."""
        from portal import navigation
        from portal.ledger import access, kinds
        from portal.organisation.models import Official

        def reads(official: Official) -> bool:
            return access.reads(official, timezone.localdate())

        kinds.register(kinds.CORE)
        navigation.register(
            navigation.NavItem("ledger", _("Ledger"), "ledger:list", 80, visible=reads)
        )
