"""Kinds of notices and their texts. Apps register theirs from ``AppConfig.ready``.

The part of a kind before its dot names its group, by which people choose how they are told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Params = Mapping[str, object]
Words = Callable[[Params], Params]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: lazily translated text with %(name)s places, and how params become words."""

    text: str | Promise
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that people choose about together.

    ``required``: they always count as new in the portal. ``urgent`` names the kinds that wait for
    neither quiet hours nor digests.
    """

    label: str | Promise
    required: bool = True
    urgent: frozenset[str] = frozenset()


OTHER: Final = "other"
"""The group of kinds whose own nobody described."""

_kinds: dict[str, Kind] = {}
_groups: dict[str, Group] = {OTHER: Group(gettext_lazy("Other notices"))}


def register(kind: str, text: str | Promise, words: Words | None = None) -> None:
    """Give ``kind`` its text; ``words`` turns codes among the params into words when it is shown.

    The text is translated for each reader, so pass ``gettext_lazy``. ImproperlyConfigured when the
    kind has another text already.
    """
    new = Kind(text, words)
    if _kinds.setdefault(kind, new) != new:
        message = f"Two kinds of notices are called {kind!r}."
        raise ImproperlyConfigured(message)


def describe_group(
    group: str, label: str | Promise, *, required: bool = True, urgent: Iterable[str] = ()
) -> None:
    """Say what the kinds called ``group.…`` are about; ``urgent`` are names behind the dot."""
    _groups[group] = Group(label, required, frozenset(f"{group}.{name}" for name in urgent))


def groups() -> dict[str, Group]:
    """All groups in the order in which they were described, those without kinds left out."""
    used = {group_of(kind) for kind in _kinds} | {OTHER}
    return {key: group for key, group in _groups.items() if key in used}


def group_of(kind: str) -> str:
    """The group that ``kind`` belongs to."""
    group = kind.partition(".")[0]
    return group if group in _groups else OTHER


def groups_label(kind: str) -> str | Promise:
    """What the kind's group is about."""
    return _groups[group_of(kind)].label


def is_required(kind: str) -> bool:
    """Whether the kind always counts as new in the portal."""
    return _groups[group_of(kind)].required


def is_urgent(kind: str) -> bool:
    """Whether the kind passes quiet hours and digests."""
    return kind in _groups[group_of(kind)].urgent


def known() -> list[str]:
    """All registered kinds, by name."""
    return sorted(_kinds)


def pattern_of(kind: str) -> str:
    """The text of a registered kind with its places, in the language in use."""
    return str(_kinds[kind].text)


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
