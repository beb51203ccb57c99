"""Which authority mediates a dispute (article 28, R26): pure, over a tree of region codes."""

from collections.abc import Collection, Mapping, Sequence


def way_up(region: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The region and those above it, from itself to the top; ValueError for a circle."""
    found: list[str] = []
    code: str | None = region
    while code is not None:
        if code in found:
            raise ValueError("a region stands above itself")
        found.append(code)
        code = parents.get(code)
    return tuple(found)


def mediator(
    own: Sequence[str],
    other: Sequence[str],
    authorities: Mapping[str, int],
    parties: Collection[int] = (),
) -> int | None:
    """The authority of the lowest region that stands above both, or None where there is none.

    ``own`` and ``other`` are the ways up of the two departments' regions. Within one region that
    is the same-level authority, else the lowest common superior. Regions without an authority of
    their own (townships, villages) fall to the one above, and so does a dispute in which the
    authority is itself a party: nobody mediates in their own cause.
    """
    common = set(other)
    for region in own:
        found = authorities.get(region)
        if region in common and found is not None and found not in parties:
            return found
    return None
