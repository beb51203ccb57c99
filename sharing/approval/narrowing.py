"""What a signer may leave out: fields, rows, days and the clear text of fields; never more than that."""

from dataclasses import replace
from datetime import date
from typing import Final

from sharing.approval.commands import Sign
from sharing.approval.terms import DenialCode, Denied, Masked, Terms

_COUNTY: Final = 6
"""Digits of the codes of regions down to the county (GB/T 2260); townships have more."""


def narrowed(terms: Terms, command: Sign, today: date) -> Terms | Denied:
    """The terms that ``command`` leaves, or why it may not: everything may only become stricter."""
    fields = _fields(terms, command.narrow_fields)
    if isinstance(fields, Denied):
        return fields
    rows = terms.row_region if command.row_region is None else command.row_region
    if not within(rows, terms.row_region):
        return Denied(DenialCode.NARROWING_WIDENS)
    begins, ends = command.period or (terms.period_start, terms.period_end)
    if begins < terms.period_start or ends > terms.period_end:
        return Denied(DenialCode.NARROWING_WIDENS)
    if ends < begins:
        return Denied(DenialCode.PERIOD_REVERSED)
    if ends < today:
        return Denied(DenialCode.PERIOD_PAST)
    masks = _masks(terms, command.masks, fields)
    if isinstance(masks, Denied):
        return masks
    return replace(
        terms, fields=fields, row_region=rows, period_start=begins, period_end=ends, masks=masks
    )


def parts(before: Terms, after: Terms) -> tuple[str, ...]:
    """What beside the fields is stricter in ``after``."""
    different = {
        "row_region": before.row_region != after.row_region,
        "period": (before.period_start, before.period_end)
        != (after.period_start, after.period_end),
        "masks": any(mask not in before.masks for mask in after.masks),
    }
    return tuple(name for name, is_different in different.items() if is_different)


def within(code: str, outer: str) -> bool:
    """Whether the region ``code`` is ``outer`` or lies below it; "" stands for all rows."""
    return code == outer or (bool(code) and code.startswith(_prefix(outer)))


def _prefix(code: str) -> str:
    if len(code) != _COUNTY:
        return code
    pairs = [code[n : n + 2] for n in range(0, _COUNTY, 2)]
    while pairs and pairs[-1] == "00":
        pairs.pop()
    return "".join(pairs)


def _fields(terms: Terms, wanted: tuple[str, ...] | None) -> tuple[str, ...] | Denied:
    """The fields to keep, in the order in which they were asked for."""
    if wanted is None:
        return terms.fields
    if not wanted:
        return Denied(DenialCode.NARROWED_TO_NOTHING)
    if not set(wanted) <= set(terms.fields):
        return Denied(DenialCode.NARROWING_WIDENS)
    return tuple(field for field in terms.fields if field in wanted)


def _masks(
    terms: Terms, wanted: tuple[Masked, ...], fields: tuple[str, ...]
) -> tuple[Masked, ...] | Denied:
    """The masks of the fields that stay; one that was set before may only become stronger."""
    standing = {mask.field: mask for mask in terms.masks}
    for mask in wanted:
        before = standing.get(mask.field)
        if mask.field not in terms.fields or (before and mask.strength < before.strength):
            return Denied(DenialCode.NARROWING_WIDENS)
        standing[mask.field] = mask
    return tuple(standing[field] for field in fields if field in standing)
