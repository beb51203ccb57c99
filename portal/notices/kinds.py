"""Kinds of notices and their texts. Apps register theirs from ``AppConfig.ready``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Params = Mapping[str, object]
Words = Callable[[Params], Params]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: lazily translated text with %(name)s places, and how params become words."""

    text: str | Promise
    words: Words | None = None


_kinds: dict[str, Kind] = {}


def register(kind: str, text: str | Promise, words: Words | None = None) -> None:
    """Give ``kind`` its text; ``words`` turns codes among the params into words when it is shown.

    The text is translated for each reader, so pass ``gettext_lazy``. ImproperlyConfigured when the
    kind has another text already.
    """
    new = Kind(text, words)
    if _kinds.setdefault(kind, new) != new:
        message = f"Two kinds of notices are called {kind!r}."
        raise ImproperlyConfigured(message)


def is_registered(kind: str) -> bool:
    """Whether ``kind`` has a text."""
    return kind in _kinds


def text_of(kind: str, params: Params) -> str:
    """The text for a reader, in the language in use.

    A place without a param stays empty, and a kind that no longer exists is named: an old notice
    must not break the page.
    """
    found = _kinds.get(kind)
    if found is None:
        return _("Something happened: %(kind)s") % {"kind": kind}
    shown = found.words(params) if found.words else params
    return str(found.text) % _Lenient(shown)


class _Lenient(dict[str, object]):
    """Params of which none is missed."""

    def __missing__(self, key: str) -> str:
        return ""
