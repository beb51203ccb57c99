"""Compile the portal's message catalogues; needs no gettext programs, unlike Django's command."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.translations import compile_stale


class Command(BaseCommand):
    """Write the .mo files that are missing or older than their .po."""

    help = "Compile the portal's translations where they are out of date."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compile and name what was written."""
        for locale_dir in settings.LOCALE_PATHS:
            for path in compile_stale(locale_dir):
                self.stdout.write(str(path))
