from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Regions, departments, officials and the posts they hold."""

    name = "portal.organisation"
    label = "organisation"
    verbose_name = _("Organisation")

    def ready(self) -> None:
        """Register the invariants."""
        from portal.organisation import invariants  # noqa: F401 - registers itself
