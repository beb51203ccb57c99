from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """What data exists, who provides it and who may see that it exists."""

    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        """Put the catalog into the main navigation."""
        from portal.navigation import NavItem, register

        register(NavItem("catalog", _("Data catalog"), "catalog:list", 10))
