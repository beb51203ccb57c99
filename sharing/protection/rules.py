"""The ways of hiding a value, each readable as a polars expression and as a plain function."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

WHOLE: Final = "***"
BLANKS: Final = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""Everything that shows nothing: 张 followed by one of these is still a name of one character."""
_STARS: Final = "*" * 64
"""Longer values show no more stars than this, so that their length stays hidden."""


class Rule(Protocol):
    """Hides the not empty, stripped text it is given. ``key`` is the grant's own secret."""

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr: ...

    def value(self, text: str, key: bytes) -> str: ...


@dataclass(frozen=True, slots=True)
class Clear:
    """Hides nothing."""

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        return text

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        return text


@dataclass(frozen=True, slots=True)
class Redact:
    """Hides everything, also the length."""

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        return pl.when(text.is_not_null()).then(pl.lit(WHOLE))

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        return WHOLE if text else text


@dataclass(frozen=True, slots=True)
class KeepEnds:
    """Shows the first ``head`` and the last ``tail`` characters, if at least ``hidden`` remain."""

    head: int
    tail: int
    hidden: int

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        length = text.str.len_chars()
        shown = pl.concat_str(
            [
                text.str.head(self.head),
                pl.lit(_STARS).str.head(length - min(self.head + self.tail, 64)),
                text.str.tail(self.tail),
            ]
        )
        return (
            pl.when(length >= self.head + self.tail + self.hidden)
            .then(shown)
            .when(text.is_not_null())
            .then(pl.lit(WHOLE))
        )

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        hidden = len(text) - self.head - self.tail
        if hidden < self.hidden:
            return WHOLE
        return text[: self.head] + _STARS[:hidden] + text[len(text) - self.tail :]


_COMPOUND: Final = (
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
    "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
    "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
    "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
    "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "东门", "西门", "第五",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """Shows the family name; compound names count as one if a given name follows."""

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        length = text.str.len_chars()
        compound = text.str.head(2).is_in(_COMPOUND) & (length > 2)
        shown = pl.when(compound).then(2).otherwise(1)
        masked = pl.concat_str([text.str.head(shown), pl.lit(_STARS).str.head(length - shown)])
        return pl.when(length > 1).then(masked).when(text.is_not_null()).then(pl.lit(WHOLE))

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        shown = 2 if text[:2] in _COMPOUND and len(text) > 2 else 1
        return text[:shown] + _STARS[: len(text) - shown] if len(text) > 1 else WHOLE


@dataclass(frozen=True, slots=True)
class KeepPrefix:
    """Shows what ``pattern`` matches at the beginning, if at least ``hidden`` characters follow.

    The pattern has no groups that capture: finding where a match ends is several times faster.
    """

    pattern: str
    hidden: int

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        length = text.str.len_chars()
        rest = text.str.replace(f"^(?:{self.pattern})", "").str.len_chars()
        shown = pl.concat_str([text.str.head(length - rest), pl.lit(WHOLE)])
        return (
            pl.when((rest >= self.hidden) & (rest < length))
            .then(shown)
            .when(text.is_not_null())
            .then(pl.lit(WHOLE))
        )

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        match = re.match(self.pattern, text)
        if match is None or len(text) - match.end() < self.hidden:
            return WHOLE
        return match.group() + WHOLE


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rewrites what a regular expression matches; the first case that fits counts.

    A case is the expression and the parts of the result: a group's number or a fixed text. The
    expressions keep to what Python and Rust read alike.
    """

    cases: tuple[tuple[str, tuple[int | str, ...]], ...]

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:  # noqa: ARG002
        result = pl.when(text.is_not_null()).then(pl.lit(WHOLE)).otherwise(pl.lit(None, pl.String))
        for pattern, parts in reversed(self.cases):
            whole = f"(?s){pattern}"
            template = "".join(
                f"${{{part}}}" if isinstance(part, int) else part.replace("$", "$$")
                for part in parts
            )
            result = (
                pl.when(text.str.contains(whole))
                .then(text.str.replace(whole, template))
                .otherwise(result)
            )
        return result

    def value(self, text: str, key: bytes) -> str:  # noqa: ARG002
        for pattern, parts in self.cases:
            if match := re.match(pattern, text, re.DOTALL):
                return "".join(
                    part if isinstance(part, str) else match.group(part) or "" for part in parts
                )
        return WHOLE


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A code in place of the value: HMAC-SHA256 under the grant's key, the first 128 bits.

    Letter case does not matter. Two recipients cannot join their codes, and one recipient cannot
    compute a code for a value it already knows.
    """

    def expression(self, text: pl.Expr, key: bytes) -> pl.Expr:
        code = _coder(key)

        def all_codes(column: pl.Series) -> pl.Series:
            distinct = column.drop_nulls().unique()
            if distinct.len() * 2 > column.len():
                values = [None if value is None else code(value) for value in column]
                return pl.Series(column.name, values, pl.String)
            codes = pl.Series([code(value) for value in distinct], dtype=pl.String)
            return column.replace_strict(distinct, codes, default=None, return_dtype=pl.String)

        return text.map_batches(all_codes, return_dtype=pl.String)

    def value(self, text: str, key: bytes) -> str:
        return _coder(key)(text)


def _coder(key: bytes) -> Callable[[str], str]:
    """HMAC-SHA256 with both halves of the key prepared once: this runs for every row."""
    if len(key) < 32:
        message = "A pseudonym needs the grant's key of at least 32 bytes."
        raise ValueError(message)
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def code(value: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(value.upper().encode())
        second.update(first.digest())
        return second.hexdigest()[:32]

    return code
