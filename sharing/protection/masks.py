"""Masks: what is left of a value when the recipient may not see all of it (R38).

Every mask is one definition with two readings: a polars expression for whole columns and a plain
function for single values; a test holds them together. Rules for all of them: nothing stays
nothing, an empty text stays empty, blanks at the ends are dropped, and a value too short or of
another shape than expected is hidden whole (``***``) instead of shown in part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import polars as pl

from sharing.connectors.errors import gettext_noop
from sharing.protection.rules import (
    BLANKS,
    WHOLE,
    Clear,
    KeepEnds,
    KeepPrefix,
    Name,
    Pattern,
    Pseudonym,
    Redact,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Mask:
    """A named mask. ``max_grade``: the highest grade of data it is enough for."""

    name: str
    label: str
    description: str
    max_grade: int
    rule: Rule

    def value(self, value: object, *, key: bytes = b"") -> object:
        """The masked value; the same as ``mask_frame`` gives for a column of texts.

        ``key`` is the grant's own and used by pseudonyms only.
        """
        if value is None or isinstance(self.rule, Clear):
            return value
        text = str(value).strip(BLANKS)
        return self.rule.value(text, key) if text else text


_HAN: Final = "[\u3400-\u9fff]"
_PROVINCE: Final = rf"(?:{_HAN}{{2,3}}省|{_HAN}{{2,5}}自治区|{_HAN}{{2}}特别行政区)?"
_CITY: Final = rf"(?:{_HAN}{{2,8}}?(?:自治州|地区|市|盟))?"
_COUNTY: Final = (
    # 小区, 社区, 园区 and their like are no counties
    rf"(?:{_HAN}{{0,5}}?[^小社园校院厂景库宅业发]区|{_HAN}{{1,14}}?县|{_HAN}{{1,6}}?旗|{_HAN}{{1,5}}?市)"
)
_STREET: Final = rf"(?:{_HAN}{{1,8}}?(?:街道|镇|乡))?"
_TO_CITY: Final = rf"{_PROVINCE}{_HAN}{{2,8}}?(?:自治州|地区|盟)"
_TO_COUNTY: Final = f"{_PROVINCE}{_CITY}{_COUNTY}|{_TO_CITY}"
_TO_STREET: Final = f"{_PROVINCE}{_CITY}{_COUNTY}{_STREET}|{_TO_CITY}"

_ALL: Final = (
    Mask("none", gettext_noop("no mask"), gettext_noop("The value is delivered as it is."), 2, Clear()),
    Mask(
        "name", gettext_noop("personal name"),
        gettext_noop("Keeps the family name, also one of two characters: 张*, 欧阳**."), 4, Name(),
    ),
    Mask(
        "id_number", gettext_noop("identity number"),
        gettext_noop("Keeps the first 6 and the last 4 characters: 370102********0011."), 3,
        KeepEnds(6, 4, hidden=8),
    ),
    Mask(
        "id_number_strict", gettext_noop("identity number, strict"),
        gettext_noop("Keeps the first and the last character only."), 4, KeepEnds(1, 1, hidden=13),
    ),
    Mask(
        "phone", gettext_noop("mobile number"),
        gettext_noop("Keeps the first 3 and the last 4 digits: 138****5678."), 4,
        KeepEnds(3, 4, hidden=4),
    ),
    Mask(
        "landline", gettext_noop("landline number"),
        gettext_noop("Keeps the area code and the last 2 digits: 025-******21."), 4,
        Pattern((
            (r"^(\(?(?:010|02[0-9]|0[3-9][0-9]{2})\)?[- ]?)([0-9]{5,6})([0-9]{2})$", (1, "******", 3)),
            (r"^([0-9]{5,6})([0-9]{2})$", ("******", 2)),
        )),
    ),
    Mask(
        "bank", gettext_noop("bank account"),
        gettext_noop("Keeps the first 6 and the last 4 digits."), 4, KeepEnds(6, 4, hidden=5),
    ),
    Mask(
        "address", gettext_noop("address, to the county"),
        gettext_noop("Keeps province, city and county: 南京市玄武区***."), 4,
        KeepPrefix(_TO_COUNTY, hidden=2),
    ),
    Mask(
        "address_street", gettext_noop("address, to the street"),
        gettext_noop("Keeps all down to the township or subdistrict."), 3,
        KeepPrefix(_TO_STREET, hidden=2),
    ),
    Mask(
        "email", gettext_noop("e-mail address"),
        gettext_noop("Keeps the first character and the domain: z***@example.gov."), 4,
        Pattern((
            (r"^(.).+(@[^@]+)$", (1, WHOLE, 2)),
            (r"^.(@[^@]+)$", (WHOLE, 1)),
        )),
    ),
    Mask(
        "plate", gettext_noop("licence plate"),
        gettext_noop("Keeps the first 2 and the last character: 苏A****8."), 4,
        KeepEnds(2, 1, hidden=4),
    ),
    Mask(
        "birth", gettext_noop("date of birth"), gettext_noop("Keeps the year."), 4,
        Pattern(((r"^((?:18|19|20)[0-9]{2})[-/.年]?[0-9]{1,2}.*$", (1,)),)),
    ),
    Mask(
        "coordinates", gettext_noop("coordinates"),
        gettext_noop("Keeps two decimals of degrees, about one kilometre."), 4,
        Pattern((
            (r"^([-+]?[0-9]{1,3}\.[0-9]{2})[0-9]+$", (1,)),
            (
                r"^([-+]?[0-9]{1,3}\.[0-9]{2})[0-9]+([,; ]+)([-+]?[0-9]{1,3}\.[0-9]{2})[0-9]+$",
                (1, 2, 3),
            ),
        )),
    ),
    Mask(
        "pseudonym", gettext_noop("pseudonym"),
        gettext_noop(
            "Replaces the value by a code: the same for the same value within one grant, and"
            " different for every other grant."
        ), 5, Pseudonym(),
    ),
    Mask("redact", gettext_noop("left out"), gettext_noop("Nothing of the value is delivered."), 6, Redact()),
)  # fmt: skip

MASKS: Final[Mapping[str, Mask]] = MappingProxyType({mask.name: mask for mask in _ALL})


def mask_frame(frame: pl.DataFrame, masks: Mapping[str, str], *, key: bytes = b"") -> pl.DataFrame:
    """Return the columns named in ``masks`` in that order, masked; no others.

    Masked columns become text; only those with the mask ``none`` keep their type.
    """
    rules = {name: MASKS[mask].rule for name, mask in masks.items()}
    hiding = [name for name, rule in rules.items() if not isinstance(rule, Clear)]
    # In a step of its own: the rules below use each text many times.
    texts = frame.select(list(masks)).with_columns(
        pl.col(name).cast(pl.String).str.strip_chars(BLANKS) for name in hiding
    )
    masked = (
        pl.when(pl.col(name) != "")
        .then(rules[name].expression(pl.col(name), key))
        .otherwise(pl.col(name))
        .alias(name)
        for name in hiding
    )
    return texts.lazy().with_columns(masked).collect()  # lazily: what rules say twice is done once
