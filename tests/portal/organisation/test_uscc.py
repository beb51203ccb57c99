"""Unified social credit codes: the validator, and its twin in the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum

from portal.organisation import uscc
from portal.organisation.models.departments import validate_uscc

PUBLISHED = [  # codes that large companies print on their pages
    "91330100799655058B",
    "914403001922038216",
    "9144030071526726XG",
    "91110000802100433B",
]
AUTHORITIES = "123456789ANY"

bodies = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)
valid = st.builds(
    uscc.compose,
    st.sampled_from(AUTHORITIES),
    st.sampled_from("123459"),
    st.integers(110000, 659999).map(str),
    bodies,
)


@pytest.mark.parametrize("code", PUBLISHED)
def test_codes_in_use_are_valid(code: str):
    assert uscc.is_valid(code)


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_registration_authority_is_accepted(authority: str):
    """A, N and Y too: the standard lists them, common validators refuse them."""
    assert uscc.is_valid(uscc.compose(authority, "1", "320000", "00000001"))


@given(valid)
def test_what_is_composed_is_valid(code: str):
    assert uscc.is_valid(code)


@given(valid.filter(lambda code: code[0].isdigit()), st.integers(0, 17), st.sampled_from("0129A"))
def test_another_implementation_agrees_on_the_last_character(code: str, place: int, character: str):
    """It does not know A, N and Y, and does not look at the organisation number's own character."""
    changed = code[:place] + character + code[place + 1 :]

    assert stdnum.is_valid(code)
    if uscc.is_valid(changed):
        assert stdnum.is_valid(changed)


@given(valid, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_wrong_character_is_noticed(code: str, place: int, character: str):
    changed = code[:place] + character + code[place + 1 :]

    assert uscc.is_valid(changed) == (changed == code)


FORMS = [
    "",
    "1",
    "11320000MB00000001",
    "i1320000000000000X",
    "1132000000000001I6",
    "１１320000000000001",
]


@pytest.mark.parametrize("code", [*FORMS, "11320000000000016 ", "11320000000000016\n"])
def test_the_form_is_checked(code: str):
    assert not uscc.is_valid(code)
    with pytest.raises(ValidationError):
        validate_uscc(code)


mutated = st.builds(
    lambda code, place, character: code[:place] + character + code[place + 1 :],
    valid,
    st.integers(0, 17),
    st.sampled_from(uscc.ALPHABET + "IOSVZacx -"),
)
noise = st.text(st.sampled_from(uscc.ALPHABET + "IOSVZ\n"), min_size=16, max_size=20)


@pytest.mark.django_db
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.one_of(valid, mutated, noise), min_size=20, max_size=60))
def test_the_database_agrees(codes: list[str]):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, organisation_uscc_valid(code) FROM unnest(%s::text[]) AS code", [codes]
        )
        found = dict(cursor.fetchall())

    assert found == {code: uscc.is_valid(code) for code in codes}
