from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What every app stands on: the outbox, the commands, the page shell."""

    name = "portal"
