"""Rules that follow from what an entry says of its items. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from catalog.models import DataItem, DataType
from sharing.models import DataRuleKind
from sharing.protection.grades import suggest
from sharing.pulls.checks import check_for
from sharing.quality.codesets import values_of

Kind = DataRuleKind
TYPED: Final = frozenset(
    [DataType.NUMERIC, DataType.CURRENCY, DataType.INTEGER, DataType.DOUBLE, DataType.FLOAT,
     DataType.LOGICAL]
)  # fmt: skip
DATES: Final = frozenset([DataType.DATE, DataType.DATETIME])
FORMATS: Final[Mapping[str, str]] = {
    "phone": r"^(?:\+?86[- ]?)?(?:1[3-9]\d{9}|(?:0\d{2,3}[- ]?)?\d{7,8})$",
    "landline": r"^(?:\+?86[- ]?)?(?:1[3-9]\d{9}|(?:0\d{2,3}[- ]?)?\d{7,8}(?:-\d{1,6})?)$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
}
"""Forms by what the name of an item suggests; a mobile number may stand where a landline may."""
_POSTCODE = re.compile(r"邮政编码|邮编")
_BEGIN = re.compile(
    r"开始|起始|开工|成立|签发|发证|生效|入学|入职|begin|start|from|issued", re.IGNORECASE
)
_END = re.compile(
    r"结束|终止|截止|竣工|注销|失效|届满|毕业|离职|end|until|expir|cancel", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """What the attachment says: which items have a column, and the columns for keys and changes."""

    mapped: frozenset[str]
    has_key: bool
    has_change: bool
    has_cycle: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """One rule, by kind and items."""

    kind: str
    items: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


def propose(items: Sequence[DataItem], place: Place) -> list[Proposed]:
    """All rules for these items, in the order of the items; rules on the whole table first."""
    mapped = [item for item in items if item.key in place.mapped]
    found = [Proposed(Kind.COLUMNS)]
    if place.has_key:
        found.append(Proposed(Kind.UNIQUE))
    if place.has_change and place.has_cycle:
        found.append(Proposed(Kind.FRESH))
    for item in mapped:
        found += _of_item(item)
    return [*found, *_orders(mapped), *_births(mapped)]


def _of_item(item: DataItem) -> Iterator[Proposed]:
    key = (item.key,)
    if item.required:
        yield Proposed(Kind.NOT_EMPTY, key)
    if item.data_type in TYPED:
        yield Proposed(Kind.TYPE, key)
    if item.data_type in DATES:
        yield Proposed(Kind.DATE, key)
    if item.data_type == DataType.CHARACTER:
        if item.length:
            yield Proposed(Kind.LENGTH, key)
        yield from _of_text(item, key)


def _of_text(item: DataItem, key: tuple[str, ...]) -> Iterator[Proposed]:
    title = f"{item.name} {item.key}"
    kind = suggest(title)
    check = check_for(item.code_set)
    values = values_of(item.code_set)
    if check == "id_number" or is_id_number(item):
        yield Proposed(Kind.ID_NUMBER, key)
    elif check == "uscc" or "统一社会信用代码" in title or item.key == "uscc":
        yield Proposed(Kind.USCC, key)
    elif values is not None:
        yield Proposed(Kind.CODE_SET, key, {"values": sorted(values)})
    elif "2260" in item.code_set or "行政区划" in title or item.key == "region_code":
        yield Proposed(Kind.REGION, key)
    elif _POSTCODE.search(item.name):
        yield Proposed(Kind.FORMAT, key, {"pattern": r"^\d{6}$"})
    elif kind in FORMATS and not item.code_set:
        yield Proposed(Kind.FORMAT, key, {"pattern": FORMATS[kind]})


def is_id_number(item: DataItem) -> bool:
    """Whether the item is the identity number of a citizen, and not of any document."""
    if check_for(item.code_set) == "id_number":
        return True
    likely = suggest(f"{item.name} {item.key}") == "id_number"
    return likely and "证件号" not in item.name


def _orders(items: Sequence[DataItem]) -> Iterator[Proposed]:
    """A begin and an end that share the rest of their names, or the only pair there is."""
    dates = [item for item in items if item.data_type in DATES]
    begins = [item for item in dates if _BEGIN.search(item.name)]
    ends = [item for item in dates if _END.search(item.name) and item not in begins]
    alone = len(begins) == len(ends) == 1
    for begin, end in product(begins, ends):
        if alone or _BEGIN.sub("", begin.name) == _END.sub("", end.name):
            yield Proposed(Kind.ORDER, (begin.key, end.key))


def _births(items: Sequence[DataItem]) -> Iterator[Proposed]:
    """The one birth date beside the one identity number."""
    numbers = [item for item in items if is_id_number(item)]
    births = [
        item
        for item in items
        if item.data_type in DATES and suggest(f"{item.name} {item.key}") == "birth"
    ]
    if len(numbers) == len(births) == 1:
        yield Proposed(Kind.BIRTH, (numbers[0].key, births[0].key))
