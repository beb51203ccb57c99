"""Different people for every signature: the search against brute force."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sharing.approval.separation import separable

identities = st.frozensets(st.integers(1, 6), min_size=1, max_size=2)
slots_of_people = st.lists(st.lists(identities, max_size=3), max_size=4)


@settings(max_examples=300, deadline=None)
@given(slots=slots_of_people, spent=st.frozensets(st.integers(1, 6), max_size=2))
def test_agrees_with_brute_force(slots: list[list[frozenset[int]]], spent: frozenset[int]) -> None:
    possible = any(_disjoint([*choice, spent]) for choice in product(*slots))
    assert separable(slots, spent) is possible


def _disjoint(groups: list[frozenset[int]]) -> bool:
    return sum(map(len, groups)) == len(frozenset().union(*groups))


def test_many_stages_with_too_few_people_are_answered_at_once() -> None:
    people = [frozenset({n}) for n in range(11)]
    assert not separable([people] * 12)
    assert separable([people] * 11)
