"""The administration's theme ships no translations: every text of it must be in ours."""

from pathlib import Path

import pytest
import unfold
from django.utils.translation import trans_real

from portal.translations import Message, python_messages, template_messages

ROOT = Path(unfold.__file__).parent


def theme_messages() -> set[Message]:
    """Every text that the theme's templates and sources ask to be translated."""
    found: set[Message] = set()
    for path in ROOT.rglob("*.html"):
        found |= set(template_messages(path))
    for path in ROOT.rglob("*.py"):
        found |= set(python_messages(path))
    return found


def translation_of(message: Message) -> str:
    """What Django would show in Chinese; empty when it would fall back to English."""
    text = f"{message.context}\x04{message.text}" if message.context else message.text
    catalog = trans_real.translation("zh-hans")._catalog
    key = (text, 0) if message.plural else text
    return catalog.get(key, "")


def test_the_theme_still_has_texts():
    """Guards the test below: it would pass if nothing were found."""
    texts = {message.text for message in theme_messages()}

    assert len(texts) > 150
    assert {"Apply Filters", "Search apps and models..."} <= texts


@pytest.mark.parametrize(
    "message", sorted(theme_messages()), ids=lambda message: message.text[:40].strip()
)
def test_every_text_of_the_theme_is_translated(message: Message):
    assert translation_of(message)
