from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Regions, departments, officials and the posts they hold."""

    name = "portal.organisation"
    label = "organisation"
    verbose_name = _("Organisation")
