from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    """Who may use data, and getting it there."""

    name = "sharing"
    verbose_name = _("Sharing")
