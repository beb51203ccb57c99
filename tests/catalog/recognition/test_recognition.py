"""What a column holds: by its values, however it is called; figures over generated columns."""

from collections import Counter
from random import Random

import pytest

from catalog.recognition import checks
from catalog.recognition.recognise import recognise
from catalog.recognition.shapes import ColumnShape, Kind
from catalog.recognition.terms import Basis, Meaning, Sample
from tests.catalog.recognition import columns

PROTECTED = {
    Meaning.ID_NUMBER, Meaning.MOBILE, Meaning.EMAIL, Meaning.BANK_CARD, Meaning.NAME,
    Meaning.ADDRESS, Meaning.PLATE, Meaning.LANDLINE, Meaning.BIRTH_DATE,
}  # fmt: skip
EACH = 18


def sample(name: str, values, comment: str = "", kind: str = "") -> Sample:
    return Sample(ColumnShape(name, kind=kind, comment=comment), tuple(values))


def many(make, number: int = 100, seed: int = 1) -> list[str]:
    chance = Random(seed)  # noqa: S311 - invented data
    return [make(chance) for _ in range(number)]


@pytest.fixture(scope="module")
def outcome() -> list[tuple[columns.Made, Meaning]]:
    return [(one, recognise(one.sample).meaning) for one in columns.made(20_250_801, EACH)]


def test_figures_over_generated_columns(outcome):
    hits, said, true = Counter(), Counter(), Counter()
    for one, found in outcome:
        said[found] += 1
        true[one.truth] += 1
        hits[found] += found is one.truth
    rates = {
        meaning: (
            hits[meaning] / said[meaning] if said[meaning] else 1,
            hits[meaning] / true[meaning],
        )
        for meaning in true
    }
    assert len(outcome) >= 500
    assert sum(hits.values()) / len(outcome) >= 0.98
    protected = [rates[meaning] for meaning in PROTECTED]
    assert min(precision for precision, _recall in protected) >= 0.95
    assert min(recall for _precision, recall in protected) >= 0.95


def test_no_personal_column_is_missed_because_of_its_name(outcome):
    checked = PROTECTED - columns.NOT_KNOWN_ALONE
    misnamed = [
        (one, found) for one, found in outcome if one.named != "right" and one.truth in checked
    ]
    assert len(misnamed) > 80
    missed = [
        (one.kind, one.sample.column.name) for one, found in misnamed if found is not one.truth
    ]
    assert len(missed) <= 0.03 * len(misnamed), missed


def test_a_column_called_a1_full_of_identity_numbers_is_found():
    finding = recognise(sample("a1", [*many(columns.id_number, 997), "1", "2", "3"]))
    assert (finding.meaning, finding.basis) == (Meaning.ID_NUMBER, Basis.VALUES)
    assert (finding.hits, finding.values) == (997, 1000)


def test_a_name_that_promises_identity_numbers_is_not_believed_but_warned_of():
    finding = recognise(sample("c3", many(columns.thing), comment="身份证号码"))
    assert finding.meaning is Meaning.TEXT
    assert [(warn.code, warn.meaning, warn.hits) for warn in finding.warnings] == [
        ("name_says", Meaning.ID_NUMBER, 0)
    ]


def test_wrong_check_digits_are_counted():
    good = many(columns.id_number, 90)
    spoilt = [
        text[:-1] + ("1" if text[-1] != "1" else "2") for text in many(columns.id_number, 10, 2)
    ]
    finding = recognise(sample("x", good + spoilt))
    assert finding.meaning is Meaning.ID_NUMBER
    assert [(warn.code, warn.hits) for warn in finding.warnings] == [("wrong_digits", 10)]


def test_identity_numbers_of_which_most_are_wrong_are_protected_all_the_same():
    spoilt = [text[:-1] + ("1" if text[-1] != "1" else "2") for text in many(columns.id_number)]
    finding = recognise(sample("x", spoilt))
    assert (finding.meaning, finding.hits) == (Meaning.ID_NUMBER, 0)
    assert [(warn.code, warn.hits) for warn in finding.warnings] == [("wrong_digits", 100)]


def test_personal_data_inside_texts_is_warned_of():
    texts = many(columns.sentence, 95) + [f"请联系{n}，电话1380000{n:04d}。" for n in range(5)]
    finding = recognise(sample("remark", texts))
    assert finding.meaning is Meaning.TEXT
    assert [(warn.code, warn.meaning, warn.hits) for warn in finding.warnings] == [
        ("contains", Meaning.MOBILE, 5)
    ]


def test_numbers_counted_up_are_no_mobile_numbers_unless_the_name_says_so():
    counted = [str(13_800_000_000 + n) for n in range(300)]
    assert recognise(sample("no", counted)).meaning is Meaning.INTEGER
    assert recognise(sample("phone", counted)).meaning is Meaning.MOBILE


def test_without_values_the_name_decides_and_says_so():
    finding = recognise(sample("sfzh", ["", None, "  "]))
    assert (finding.meaning, finding.basis, finding.values) == (Meaning.ID_NUMBER, Basis.NAME, 0)
    assert recognise(sample("zz9", [])).meaning is Meaning.UNKNOWN


def test_the_type_of_the_source_decides_where_it_can():
    assert recognise(sample("csrq", ["1990-01-01"], kind=Kind.DATE)).meaning is Meaning.BIRTH_DATE
    assert recognise(sample("x", ["true"], kind=Kind.BOOLEAN)).meaning is Meaning.BOOLEAN


def test_a_hundred_thousand_hostile_values_take_no_time():
    hostile = ["1" * 5000, "省" * 3000, "a@" * 2000, "( " * 3000 + "1", "市" + "号" * 3000] * 40
    finding = recognise(sample("x", hostile))
    assert finding.meaning in {Meaning.CODE, Meaning.TEXT}


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.id_number, "11010519491231002X", "110105194912310021"),
        (checks.id_number, "110105491231002", "990105491231002"),
        (checks.region_code, "320613", "329999"),
        (checks.region_code, "320613100001", "320600000001"),
        (checks.region_code, "441900003", "320600003"),
        (checks.moment, "2024-05-01T08:00:00+08:00", "2024-05-01"),
        (checks.moment, "20240501083000", "20241301083000"),
        (checks.day, "2024年2月29日", "2023-02-29"),
        (checks.address, "南通市崇川区人民路12号", "南通市崇川区人民法院"),
        (checks.name, "欧阳明", "民政局"),
        (checks.plate, "苏A12345", "苏12345"),
        (checks.bank_card, "4539 1488 0343 6467", "4539148803436468"),
        (checks.number, "12.5", "007"),
        (checks.coordinates, "120.123456", "220.123456"),
        (checks.coordinates, "120.123456,31.98765", "31.9"),
    ],
)
def test_single_values(check, good, bad):
    assert check(good)
    assert not check(bad)
