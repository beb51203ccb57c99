"""Texts that are said in the language of whoever reads them, not of whoever found them."""

from collections.abc import Mapping

from django.utils.functional import lazy
from django.utils.translation import get_language

from portal.errors import Text


def filled(text: Text, /, **values: object) -> Text:
    """The text with its places filled in, when it is read (``text % values`` would do it now)."""
    return lazy(lambda: str(text) % values, str)()


def spoken(texts: Mapping[str, str]) -> Text:
    """The text of the language in force, from all of them."""
    return lazy(lambda: texts.get(get_language() or "", "") or next(iter(texts.values())), str)()
