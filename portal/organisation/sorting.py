"""Sort keys: Chinese lists are sorted by pinyin, which the database itself does not know."""

from pypinyin import lazy_pinyin


def sort_key(text: str) -> str:
    """Pinyin of ``text``, syllable by syllable, lower case."""
    return " ".join(lazy_pinyin(text)).lower()
