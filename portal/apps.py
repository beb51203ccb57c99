from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """What every app stands on: the outbox, the commands, the page shell."""

    name = "portal"
    verbose_name = _("Operation")
