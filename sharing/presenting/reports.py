"""Reports of joint signatures, in the reader's language."""

from typing import Final

from sharing.models import SignOffLine
from sharing.reasons import DENIALS

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_WORDS: Final = {code.value: words for code, words in DENIALS.items()}


def in_words(line: SignOffLine) -> tuple[str, str]:
    """Why an item was not signed, and what to do about it; both empty if it was.

    Denials of the core are told in the reader's language, everything else as it was told then.
    """
    if (words := _WORDS.get(line.code)) is not None:
        return str(words.text), str(words.remedy)
    return line.message, line.remedy


def safe(text: str) -> str:
    """The text for a cell of CSV: what spreadsheets would take for a formula gets an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text
