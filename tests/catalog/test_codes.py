"""Resource codes: formed, checked, unique whoever asks at once."""

import re
import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from catalog.codes import (
    CodePlace,
    Guide2017,
    Provincial66,
    UnsuitableClassError,
    names,
    rule_named,
)
from catalog.models import Classification, CodeSeries

class_codes = st.from_regex(r"\A[123][0-9]{5}([1-9][0-9]{0,5})?\Z")
region_codes = st.from_regex(r"\A[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?\Z")
places = st.builds(CodePlace, class_codes, region_codes)
RULES = [Guide2017(), Provincial66()]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(place=places, number=st.integers(1, 999_999))
def test_every_composed_code_is_valid_and_names_class_and_number(rule, place, number):
    code = rule.compose(place, number)
    assert rule.is_valid(code)
    class_code, _, serial = code.partition("/")
    assert class_code == place.class_code
    assert serial.endswith(str(number))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(first=places, second=places, numbers=st.tuples(*[st.integers(1, 999_999)] * 2))
def test_two_entries_never_share_a_code(rule, first, second, numbers):
    one, two = rule.compose(first, numbers[0]), rule.compose(second, numbers[1])
    same_number = rule.series(first) == rule.series(second) and numbers[0] == numbers[1]
    if one == two:
        assert same_number or first == second


@given(code=st.text(max_size=20))
def test_guide_rule_accepts_exactly_the_form_of_the_guide(code):
    expected = re.fullmatch(r"[123]\d{2}\d{3}\d*/\d+", code) is not None
    assert Guide2017().is_valid(code) is expected


@pytest.mark.parametrize("class_code", ["", "3", "307", "407001", "3070010", "30700", "307001/1"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_class_that_does_not_reach_the_group_gives_no_code(rule, class_code):
    with pytest.raises(UnsuitableClassError):
        rule.compose(CodePlace(class_code, "320600"), 1)


def test_the_provincial_series_ends():
    with pytest.raises(ValueError, match="used up"):
        Provincial66().compose(CodePlace("307001", "320600"), 1_000_000)


def test_an_unknown_rule_names_the_known_ones():
    with pytest.raises(LookupError, match="guide-2017, provincial-6-6"):
        rule_named("nowhere")
    assert names() == ["guide-2017", "provincial-6-6"]


@pytest.mark.django_db
def test_numbers_follow_each_other_within_a_series():
    taken = [CodeSeries.objects.next_number("a") for _ in range(3)]
    assert taken == [1, 2, 3]
    assert CodeSeries.objects.next_number("b") == 1


@pytest.mark.django_db(transaction=True)
def test_an_undone_number_is_given_out_again_and_never_twice():
    numbers: list[int] = []

    def take() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    numbers.append(CodeSeries.objects.next_number("race"))
        finally:
            connection.close()

    with transaction.atomic():
        CodeSeries.objects.next_number("race")
        transaction.set_rollback(True)
    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 31))


@pytest.mark.django_db
def test_the_guides_classes_are_there_and_every_division_takes_entries():
    assert set(Classification.objects.filter(level="class").values_list("code", flat=True)) == {
        "1", "2", "3",
    }  # fmt: skip
    divisions = Classification.objects.filter(level="division")
    assert divisions.count() == 25
    for division in divisions:
        group = Classification.objects.get(level="group", parent=division)
        assert Guide2017().compose(CodePlace(group.code, "320600"), 1) == f"{group.code}/1"
    assert not Classification.objects.exclude(level="class").filter(provisional=False).exists()
