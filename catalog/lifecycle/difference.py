"""What differs between two versions of an entry, down to the data item."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A field with its old and its new value."""

    field: str
    old: Any
    new: Any


class Kind(StrEnum):
    """What happened to a data item."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A data item that differs: ``old`` is None when it was added, ``new`` when it was removed.

    ``moved`` tells that it stands elsewhere among the items both versions have. A renamed item has
    its new key or name among ``changes``.
    """

    kind: Kind
    old: Values | None
    new: Values | None
    changes: tuple[Change, ...] = ()
    moved: bool = False

    @property
    def values(self) -> Values:
        """The item as it is now, or as it was."""
        return self.new or self.old or {}


@dataclass(frozen=True, slots=True)
class Difference:
    """All of it; false when there is none."""

    fields: tuple[Change, ...] = ()
    items: tuple[ItemChange, ...] = ()
    unchanged: int = field(default=0)

    def __bool__(self) -> bool:
        return bool(self.fields or self.items)

    def count(self, kind: Kind) -> int:
        """How many items of that kind."""
        return sum(one.kind is kind for one in self.items)


def compare(
    old: Values, new: Values, old_items: Sequence[Values], new_items: Sequence[Values]
) -> Difference:
    """What changed from the old to the new version.

    Items are matched by ``key``; of those left over, one that kept name and type but changed its
    key counts as renamed if no other has this name and type. The order is that of the new version,
    with removed items after the one they followed.
    """
    pairs = _matched(old_items, new_items)
    moved = _moved([before for before, _after in pairs])
    olds = {after: before for before, after in pairs}
    found: list[tuple[float, ItemChange]] = []
    for place, item in enumerate(new_items):
        before = olds.get(place)
        if before is None:
            found.append((place, ItemChange(Kind.ADDED, None, item)))
        elif (one := _item(old_items[before], item, moved=before in moved)) is not None:
            found.append((place, one))
    news = dict(pairs)
    place_of_last = -0.5
    for place, item in enumerate(old_items):
        if place in news:
            place_of_last = news[place] + 0.5
        else:
            found.append((place_of_last, ItemChange(Kind.REMOVED, item, None)))
    ordered = tuple(one for _place, one in sorted(found, key=lambda pair: pair[0]))
    touched = sum(one.kind in {Kind.CHANGED, Kind.MOVED} for one in ordered)
    return Difference(_changes(old, new), ordered, len(pairs) - touched)


def _changes(old: Values, new: Values) -> tuple[Change, ...]:
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        Change(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _item(old: Values, new: Values, *, moved: bool) -> ItemChange | None:
    changes = _changes(old, new)
    if not changes and not moved:
        return None
    return ItemChange(Kind.CHANGED if changes else Kind.MOVED, old, new, changes, moved)


def _matched(old: Sequence[Values], new: Sequence[Values]) -> list[tuple[int, int]]:
    """Places of the same item before and after, in the order of the new version."""
    by_key = {item["key"]: place for place, item in enumerate(old)}
    pairs = [
        (by_key[item["key"]], place) for place, item in enumerate(new) if item["key"] in by_key
    ]
    gone = _by_name(old, {before for before, _after in pairs})
    come = _by_name(new, {after for _before, after in pairs})
    for name, places in gone.items():
        if len(places) == 1 and len(come.get(name, ())) == 1:
            pairs.append((places[0], come[name][0]))
    return sorted(pairs, key=lambda pair: pair[1])


def _by_name(items: Sequence[Values], matched: set[int]) -> dict[tuple[Any, Any], list[int]]:
    found: dict[tuple[Any, Any], list[int]] = {}
    for place, item in enumerate(items):
        if place not in matched:
            found.setdefault((item.get("name"), item.get("data_type")), []).append(place)
    return found


def _moved(places: Sequence[int]) -> set[int]:
    """Those outside of the longest run that kept its order: the fewest that have to have moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, place in enumerate(places):
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [number]
    kept: set[int] = set()
    number = ends[-1] if ends else -1
    while number >= 0:
        kept.add(places[number])
        number = before[number]
    return set(places) - kept
