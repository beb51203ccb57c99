"""A difference between two versions in words: labels and values as people read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog import hooks
from catalog.actions.content import APPROVALS, CONTENT_FIELDS, ITEM_FIELDS
from catalog.actions.counters import PARTS
from catalog.lifecycle.difference import Change, ItemChange, Kind, compare
from catalog.models import Classification, DataItem, Mode, ResourceVersion
from portal.errors import Text

COMPARED = tuple(name for name in CONTENT_FIELDS if name not in APPROVALS)
COUNTERS = frozenset({*PARTS, *PARTS.values()})
SHORT, LONG = 12, 2000
"""Texts of fewer or more characters are shown as a whole."""
_TONES = {Kind.ADDED: "ok", Kind.REMOVED: "stop", Kind.CHANGED: "wait", Kind.MOVED: ""}
_ICONS = {Kind.ADDED: "check", Kind.REMOVED: "cross", Kind.CHANGED: "pen", Kind.MOVED: "right"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; ``differs`` if the other version does not have it."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One value before and after; an empty text stands for nothing."""

    label: str
    old: str
    new: str

    @property
    def old_parts(self) -> list[Part]:
        """The old text, in pieces that went and pieces that stayed."""
        return _parts(self.old, self.new)

    @property
    def new_parts(self) -> list[Part]:
        """The new text, in pieces that came and pieces that stayed."""
        return _parts(self.new, self.old)


def _parts(text: str, other: str) -> list[Part]:
    """Short values differ as a whole: half a word tells nobody anything."""
    if min(len(text), len(other)) < SHORT or max(len(text), len(other)) > LONG:
        return [Part(text, differs=True)]
    matcher = SequenceMatcher(None, other, text, autojunk=False)
    return [
        Part(text[start:end], differs=tag != "equal")
        for tag, _from, _to, start, end in matcher.get_opcodes()
        if end > start
    ]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One data item that differs."""

    kind: Kind
    tag: str
    tone: str
    icon: str
    name: str
    key: str
    changes: tuple[ShownChange, ...]
    moved: bool


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """All that differs between two versions, and a sentence about it."""

    fields: tuple[ShownChange, ...]
    items: tuple[ShownItem, ...]
    unchanged: int
    summary: str

    def __bool__(self) -> bool:
        return bool(self.fields or self.items)


def difference(old: ResourceVersion, new: ResourceVersion) -> ShownDifference:
    """What changed from ``old`` to ``new``, in the language in use; two queries for the items."""
    found = compare(_content(old), _content(new), _items(old), _items(new))
    return ShownDifference(
        fields=tuple(_field(change, ResourceVersion) for change in found.fields),
        items=tuple(_item(change) for change in found.items),
        unchanged=found.unchanged,
        summary=_summary(len(found.fields), [found.count(kind) for kind in Kind]),
    )


def _summary(fields: int, items: Sequence[int]) -> str:
    if not fields and not any(items):
        return _("The two versions are the same.")
    added, removed, changed, moved = items
    return _(
        "Fields changed: %(fields)s; items added: %(added)s, removed: %(removed)s, "
        "changed: %(changed)s, moved only: %(moved)s."
    ) % {
        "fields": fields, "added": added, "removed": removed, "changed": changed, "moved": moved,
    }  # fmt: skip


def _content(version: ResourceVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in COMPARED}


def _items(version: ResourceVersion) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in ITEM_FIELDS} for item in version.items.all()]


def _field(change: Change, model: type[models.Model]) -> ShownChange:
    return ShownChange(
        label_of(model, change.field),
        shown(model, change.field, change.old),
        shown(model, change.field, change.new),
    )


def _item(change: ItemChange) -> ShownItem:
    values = change.values
    changes = tuple(_field(one, DataItem) for one in change.changes)
    if change.kind in {Kind.ADDED, Kind.REMOVED}:
        changes = tuple(_only(change, name) for name in ITEM_FIELDS if _is_told(values, name))
    return ShownItem(
        change.kind, _words(change.kind), _TONES[change.kind], _ICONS[change.kind],
        _in_language(values), str(values["key"]), changes, change.moved,
    )  # fmt: skip


def _is_told(values: Any, name: str) -> bool:
    """Key and name stand above; what is empty or off says nothing."""
    return name not in {"key", "name", "name_en"} and values.get(name) not in {None, "", False}


def _only(change: ItemChange, name: str) -> ShownChange:
    text = shown(DataItem, name, change.values.get(name))
    added = change.kind is Kind.ADDED
    return ShownChange(label_of(DataItem, name), "" if added else text, text if added else "")


def _words(kind: Kind) -> str:
    return {
        Kind.ADDED: _("added"),
        Kind.REMOVED: _("removed"),
        Kind.CHANGED: _("changed"),
        Kind.MOVED: _("moved"),
    }[kind]


def _in_language(values: Any) -> str:
    english = values.get("name_en", "") if get_language() == "en" else ""
    return str(english or values.get("name", ""))


def label_of(model: type[models.Model], name: str) -> str:
    """What the field is called on pages."""
    text = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return text[:1].upper() + text[1:]


def shown(model: type[models.Model], name: str, value: Any) -> str:
    """The value as people read it; nothing is an empty text."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Classification):
        label = (value.name_en if get_language() == "en" else "") or value.name
        return f"{value.code} {label}"
    if isinstance(value, Decimal | int) and name in COUNTERS:
        return f"{value:,}" if value else ""
    if isinstance(value, list):
        return _join(Mode(one).label if name == "sharing_modes" else one for one in value)
    if name == "mask":
        return str(hooks.mask_names().get(str(value), value))
    choices = dict(getattr(model._meta.get_field(name), "flatchoices", ()) or ())
    return str(choices.get(value, value))


def _join(values: Iterable[Text]) -> str:
    return (", " if get_language() == "en" else "、").join(map(str, values))
