"""Bring the message catalogues into line with the sources."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import to_locale

from portal.env import BASE_DIR
from portal.management.commands.check_translations import SOURCE_LANGUAGE, source_messages
from portal.translations import update_catalogue


class Command(BaseCommand):
    """Add what is new, remove what is gone, keep every translation that still has a source."""

    help = (
        "Write new texts of the sources into locale/, to be translated there, and remove old ones."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the catalogue of every language but that of the sources; name what is untranslated."""
        wanted = set(source_messages(BASE_DIR))
        for language, _name in settings.LANGUAGES:
            if language == SOURCE_LANGUAGE:
                continue
            path = BASE_DIR / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"
            untranslated = update_catalogue(path, wanted)
            self.stdout.write(
                f"{language}: {len(wanted)} messages, {len(untranslated)} to translate."
            )
            for text in untranslated:
                self.stdout.write(f"  {text!r}")
