"""Rules on data items (R09) and on the results of checks of the attached data. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, DataType
from catalog.models.quality import Dimension
from catalog.quality.facts import Facts, Outcome, QualityRule, among, plain

_UNIT = re.compile(
    r"[(（](?:万|亿|千|百)?(?:元|美元|人|户|个|件|次|辆|台|套|吨|千克|公斤|米|公里|平方米|平方公里|亩|公顷|天|岁|%|％|℃)[)）]$"
)
_PERSONAL = re.compile(
    r"身份证|公民身份号码|证件号码|(?<![企事业单位机构])姓名|手机|移动电话|家庭住址|居住地址|户籍地址|银行账号|出生日期"
)
_UNMASKED: Final = 2
"""The highest grade that may be delivered as it is."""
_NUMBERS = frozenset(
    [DataType.NUMERIC, DataType.CURRENCY, DataType.INTEGER, DataType.DOUBLE, DataType.FLOAT]
)
_MEASURE = re.compile(r"(?:金额|收入|面积|数量|人数|户数|价格|税额|总额|余额)$")
D = Dimension


def _items_missing(facts: Facts, _on: date) -> Outcome:
    return plain(not facts.items)


def _unexplained(facts: Facts, _on: date) -> Outcome | None:
    return among(facts.items, lambda item: not _says_more(item))


def _says_more(item: DataItem) -> bool:
    meaning = item.meaning.strip()
    return bool(meaning) and meaning != item.name


def _without_length(facts: Facts, _on: date) -> Outcome | None:
    texts = [item for item in facts.items if item.data_type == DataType.CHARACTER]
    return among(texts, lambda item: not item.length)


def _numbers_as_text(facts: Facts, _on: date) -> Outcome | None:
    measures = [item for item in facts.items if _is_measure(item.name)]
    return among(measures, lambda item: item.data_type not in _NUMBERS)


def _is_measure(name: str) -> bool:
    return bool(_UNIT.search(name) or _MEASURE.search(name))


def _personal(facts: Facts) -> list[DataItem]:
    return [item for item in facts.items if item.personal]


def _unmasked(facts: Facts, _on: date) -> Outcome | None:
    return among(
        _personal(facts),
        lambda item: not item.mask or (item.mask == "none" and item.grade > _UNMASKED),
    )


def _unmarked(facts: Facts, _on: date) -> Outcome | None:
    likely = [item for item in facts.items if _PERSONAL.search(item.name)]
    return among(likely, lambda item: not item.personal)


def _item_grade(facts: Facts, _on: date) -> Outcome | None:
    return among(_personal(facts), lambda item: item.grade < 2)


def _entry_grade(facts: Facts, _on: date) -> Outcome | None:
    if not facts.items:
        return None
    return plain(facts.version.grade < max(item.grade for item in facts.items))


ITEM_RULES: Final = (
    QualityRule("items_missing", D.COMPLETENESS, 8, _("no data items"),
        _("List the items with their types."), "items", _items_missing),
    QualityRule("items_unexplained", D.COMPLETENESS, 4, _("items without an explanation"),
        _("Say what each item means; its name alone does not."), "items", _unexplained),
    QualityRule("items_without_length", D.CONFORMITY, 1, _("text items without a length"),
        _("Character data needs its length in bytes."), "items", _without_length),
    QualityRule("numbers_as_text", D.CONFORMITY, 1, _("amounts kept as text, so that units get typed into them"),
        _("Declare a number, and name the unit in the explanation."), "items", _numbers_as_text),
    QualityRule("personal_unmasked", D.ACCURACY, 4, _("personal items without a mask rule"),
        _("Choose the mask with which each of them is delivered."), "items", _unmasked),
    QualityRule("personal_unmarked", D.ACCURACY, 2, _("items that look personal but are not marked so"),
        _("Mark them as personal information, or name them more exactly."), "items", _unmarked),
    QualityRule("item_grade_low", D.ACCURACY, 2, _("personal items of the lowest grade"),
        _("Grade personal information level 2 or above."), "items", _item_grade),
    QualityRule("entry_grade_low", D.CONSISTENCY, 3, _("entry graded lower than its items"),
        _("The grade of an entry is that of its highest item."), "entry", _entry_grade),
)  # fmt: skip

DATA_RULES: Final = (
    ("data_not_empty", D.COMPLETENESS, 3, _("empty values where there must be one")),
    ("data_type", D.CONFORMITY, 2, _("values of another type than declared")),
    ("data_length", D.CONFORMITY, 1, _("values longer than declared")),
    ("data_format", D.CONFORMITY, 2, _("values of another form than agreed")),
    ("data_code_set", D.CONFORMITY, 2, _("values outside the code set")),
    ("data_id_number", D.ACCURACY, 3, _("identity numbers with a wrong check digit")),
    ("data_uscc", D.ACCURACY, 3, _("credit codes with wrong check characters")),
    ("data_date", D.ACCURACY, 2, _("dates that do not exist or lie far off")),
    ("data_region", D.ACCURACY, 2, _("region codes that do not exist")),
    ("data_order", D.CONSISTENCY, 2, _("an end before its beginning")),
    ("data_birth", D.CONSISTENCY, 2, _("birth dates that differ from the identity number")),
    ("data_columns", D.CONSISTENCY, 3, _("items that the attached table does not hold")),
    ("data_unique", D.UNIQUENESS, 3, _("rows with the same key")),
    ("data_fresh", D.TIMELINESS, 3, _("newest row older than the cycle allows")),
)  # fmt: skip
"""Kinds of rules on attached data: code, dimension, weight to start with, what it warns of."""
DATA_REMEDY = _("Mend the rows at the source; whoever manages the entry sees some of them here.")
_DATA_CODES = {code for code, *_rest in DATA_RULES}


def data_outcomes(facts: Facts) -> Iterator[tuple[str, Outcome]]:
    """The results of the data's last check, by code; one rule may speak of several items.

    The rule on the newest row is left to ``overdue``, which looks at the day of reading.
    """
    for result in facts.data.results if facts.data else ():
        code = f"data_{result['rule']}"
        if code in _DATA_CODES and code != "data_fresh" and result["checked"]:
            checked, failed = result["checked"], result["failed"]
            tolerated = 100 * failed <= result["allowed"] * checked
            yield code, Outcome(checked, failed, tuple(result["names"]), tolerated)
