"""Check digits of whole columns at once: identity numbers (GB 11643) and credit codes (GB 32100).

All texts of one length lie in memory one behind the other, so place *i* of all of them is every
*n*-th byte: a weighted sum over places needs a handful of passes and no Python object per row.
"""

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl
import pyarrow as pa

_ID_SHAPE: Final = "^[1-9][0-9]{16}[0-9X]$"
_ID_WEIGHTS: Final = tuple(2**power % 11 for power in range(17, -1, -1))
_USCC_SHAPE: Final = "^[1-9ANY][1-59][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = (*(3**place % 31 for place in range(17)), 1)
_BODY_WEIGHTS: Final = (*(0,) * 8, 3, 7, 9, 10, 5, 8, 4, 2, 1, 0)
_LENGTH: Final = 18


def _table(values: dict[str, int]) -> pl.Series:
    """A value for every byte."""
    return pl.Series([values.get(chr(byte), 0) for byte in range(256)], dtype=pl.UInt16)


_ID_VALUES: Final = _table({**{str(digit): digit for digit in range(10)}, "X": 10})
_USCC_VALUES: Final = _table({char: place for place, char in enumerate(_USCC_ALPHABET)})
_BODY_VALUES: Final = _table(
    {char: int(char, 36) for char in _USCC_ALPHABET}  # letters of GB 11714 count from A = 10
)


def _places(codes: pl.Series) -> pl.Series:
    """All bytes of codes that have 18 ASCII characters each and no nulls."""
    array = codes.to_arrow(compat_level=pl.CompatLevel.oldest())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    array = array.cast(pa.large_binary())
    offset = memoryview(array.buffers()[1]).cast("q")[array.offset] if len(array) else 0
    size = len(array) * _LENGTH
    buffers = [
        None,
        pa.py_buffer(array.buffers()[2]).slice(offset, size) if size else pa.py_buffer(b""),
    ]
    flat = pa.Array.from_buffers(pa.uint8(), size, buffers)
    return pl.Series(flat, dtype=pl.UInt8)


def _sum(places: pl.Series, values: pl.Series, weights: Sequence[int]) -> pl.Series:
    digits = values.gather(places)
    total = pl.zeros(places.len() // _LENGTH, dtype=pl.UInt16, eager=True)
    for place, weight in enumerate(weights):
        if weight:
            total += digits.gather_every(_LENGTH, place) * weight
    return total


def _checkable(column: pl.Series, shape: str) -> tuple[pl.Series, int]:
    """The values of the right shape, and how many others there are."""
    values = column.drop_nulls()
    shaped = values.filter(values.str.contains(shape))
    return shaped, values.len() - shaped.len()


def _existing_birthday(codes: pl.Series) -> pl.Series:
    return codes.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).is_not_null()


def wrong_id_numbers(column: pl.Series) -> int:
    """Count identity numbers of wrong shape, birthday or check digit (lower-case x is wrong)."""
    codes, wrong = _checkable(column, _ID_SHAPE)
    return wrong + codes.len() - int(_right_ids(codes).sum())


def wrong_credit_codes(column: pl.Series) -> int:
    """Count unified social credit codes of wrong shape or with wrong check characters."""
    codes, wrong = _checkable(column, _USCC_SHAPE)
    return wrong + codes.len() - int(_right_credit_codes(codes).sum())


def id_number_faults(column: pl.Series) -> pl.Series:
    """Whether each value is a wrong identity number; nothing is not wrong."""
    return _faults(column, _ID_SHAPE, _right_ids)


def credit_code_faults(column: pl.Series) -> pl.Series:
    """Whether each value is a wrong credit code; nothing is not wrong."""
    return _faults(column, _USCC_SHAPE, _right_credit_codes)


def _faults(column: pl.Series, shape: str, right: Callable[[pl.Series], pl.Series]) -> pl.Series:
    shaped = column.str.contains(shape).fill_null(value=False)
    found = column.is_not_null() & ~shaped
    return found.scatter(shaped.arg_true(), ~right(column.filter(shaped)))


def _right_ids(codes: pl.Series) -> pl.Series:
    if codes.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    return (_sum(_places(codes), _ID_VALUES, _ID_WEIGHTS) % 11 == 1) & _existing_birthday(codes)


def _right_credit_codes(codes: pl.Series) -> pl.Series:
    if codes.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    places = _places(codes)
    return (_sum(places, _USCC_VALUES, _USCC_WEIGHTS) % 31 == 0) & _body_fits(places, codes)


def _body_fits(places: pl.Series, codes: pl.Series) -> pl.Series:
    """Places 9 to 17 are an organisation number (GB 11714), where X stands for ten."""
    check = codes.str.slice(16, 1)
    last = check.replace_strict("X", 10, default=check.cast(pl.UInt16, strict=False))
    total = _sum(places, _BODY_VALUES, _BODY_WEIGHTS[:16])
    fits = (total + last.cast(pl.UInt16, strict=False)) % 11 == 0
    return fits.fill_null(value=False)
