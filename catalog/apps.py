from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """What data exists, who provides it and who may see that it exists."""

    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        """Put the catalog into the main navigation; name its entries in the ledger."""
        from catalog import ledger_kinds
        from catalog.exchange.intake import may_exchange
        from portal.navigation import NavItem, register

        ledger_kinds.register_all()
        register(NavItem("catalog", _("Data catalog"), "catalog:list", 10))
        register(
            NavItem("exchange", _("Catalog exchange"), "catalog:exchange", 20, visible=may_exchange)
        )
