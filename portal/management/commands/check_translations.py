"""Check that every text of the portal is translated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

from portal.env import BASE_DIR
from portal.translations import (
    Message,
    catalogue_problems,
    missing_messages,
    python_messages,
    template_messages,
)

SOURCE_LANGUAGE = "en"
APPS = ("portal", "catalog", "sharing")
SHOWN = 40


class Command(BaseCommand):
    """Fail when a message is missing, empty, fuzzy, or has other placeholders than its source."""

    help = "Check that every text in the sources has a complete translation."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Check all catalogues; raise CommandError with what is wrong."""
        wanted = set(source_messages(BASE_DIR))
        problems = [
            problem
            for language, _name in settings.LANGUAGES
            if language != SOURCE_LANGUAGE
            for problem in language_problems(language, wanted)
        ]
        if problems:
            rest = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
            message = "\n".join(problems[:SHOWN]) + rest
            raise CommandError(message)
        self.stdout.write(f"{len(wanted)} messages, all translated.")


def language_problems(language: str, wanted: set[Message]) -> list[str]:
    """Return what is wrong with the catalogue of a language, each with the file's name."""
    place = Path("locale") / to_locale(language) / "LC_MESSAGES" / "django.po"
    if not (BASE_DIR / place).exists():
        return [f"{place} does not exist"]
    found = catalogue_problems(BASE_DIR / place)
    found += [f"missing: {m.text!r}" for m in missing_messages(BASE_DIR / place, wanted)]
    return [f"{place}: {problem}" for problem in found]


def source_messages(base: Path) -> Iterator[Message]:
    """Yield every message of the portal's own sources and templates."""
    for app in APPS:
        for path in (base / app).rglob("*.py"):
            yield from python_messages(path)
    for folder in ("templates", *(f"{app}/templates" for app in APPS)):
        for pattern in ("*.html", "*.txt"):
            for path in (base / folder).rglob(pattern):
                yield from template_messages(path)
