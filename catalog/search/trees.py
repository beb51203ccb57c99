"""Numbers summed up a tree, and the part of the tree that a facet shows. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

Place = tuple[str, int, int]
"""A value, the number of entries at it and below, and how deep it stands."""
Lineage = Callable[[str], list[str]]
"""A value and those above it, the root first."""


def drill(numbers: Mapping[str, int], chosen: tuple[str, ...], lineage: Lineage) -> list[Place]:
    """The way down to the one that is chosen (or to where the entries part), and what is below."""
    sums = _sums(numbers, lineage)
    for value in chosen:
        for above in lineage(value):
            sums.setdefault(above, 0)
    if not sums:
        return []
    root = lineage(next(iter(sums)))[0]
    ends = [one for one in chosen if not any(one in lineage(other)[:-1] for other in chosen)]
    start = ends[0] if len(ends) == 1 else _where_they_part(sums, root, lineage)
    path = [value for value in lineage(start) if value != root]
    below = {value for value in sums if _parent(value, lineage) == start}
    if len(ends) > 1:
        below |= {value for value in chosen if value not in path}
    listed = [(value, sums[value], depth) for depth, value in enumerate(path)]
    return listed + [(value, sums[value], len(path)) for value in sorted(below)]


def unfold(
    numbers: Mapping[str, int], chosen: tuple[str, ...], above: Mapping[str, str], most: int
) -> tuple[list[Place], int]:
    """The ``most`` common roots and the chosen values with what is below them; how many roots are
    left out. ``above`` names the parent of every value that has one.
    """
    sums = _sums(numbers, lambda value: _lineage(value, above))
    opened = {one for value in chosen for one in _lineage(value, above)}
    for value in opened:
        sums.setdefault(value, 0)
    below: dict[str, list[str]] = {}
    for value in sorted(sums, key=lambda value: (-sums[value], value)):
        below.setdefault(above.get(value, ""), []).append(value)
    roots = below.get("", [])
    shown = [value for place, value in enumerate(roots) if place < most or value in opened]

    def walk(values: list[str], depth: int) -> Iterator[Place]:
        for value in values:
            yield value, sums[value], depth
            if value in opened:
                yield from walk(below.get(value, []), depth + 1)

    return list(walk(shown, 0)), len(roots) - len(shown)


def _sums(numbers: Mapping[str, int], lineage: Lineage) -> Counter[str]:
    sums: Counter[str] = Counter()
    for value, number in numbers.items():
        for above in lineage(value):
            sums[above] += number
    return sums


def _lineage(value: str, above: Mapping[str, str]) -> list[str]:
    found = [value]
    while (parent := above.get(found[-1])) is not None and parent not in found:
        found.append(parent)
    return found[::-1]


def _parent(value: str, lineage: Lineage) -> str | None:
    found = lineage(value)
    return found[-2] if len(found) > 1 else None


def _where_they_part(sums: Mapping[str, int], root: str, lineage: Lineage) -> str:
    start = root
    while True:
        below = [value for value in sums if _parent(value, lineage) == start]
        if len(below) != 1 or sums[below[0]] < sums[start]:
            return start
        start = below[0]
