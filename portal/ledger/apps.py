from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """The tamper-evident record of everything that happened."""

    name = "portal.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
