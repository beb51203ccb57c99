"""The arithmetic against worked examples and against itself."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger import chain

HASHES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(9)]


def node(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def leaf(value: str) -> str:
    return hashlib.sha256(b"\x00" + bytes.fromhex(value)).hexdigest()


def rfc6962(values: list[str]) -> str:
    """The recursive definition of RFC 6962 section 2.1, word by word."""
    if not values:
        return hashlib.sha256(b"").hexdigest()
    if len(values) == 1:
        return leaf(values[0])
    half = 1
    while half * 2 < len(values):
        half *= 2
    return node(rfc6962(values[:half]), rfc6962(values[half:]))


@pytest.mark.parametrize("count", range(len(HASHES) + 1))
def test_merkle_roots_are_those_of_rfc_6962(count: int):
    assert chain.merkle_root(HASHES[:count]) == rfc6962(HASHES[:count])


def test_known_answer_of_rfc_6962_test_vectors():
    """The first two leaves of the vectors that certificate transparency logs are tested with."""
    assert (
        chain.merkle_root([""])
        == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert (
        chain.merkle_root(["", "00"])
        == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_other_value_does(leaves, data):
    values = [value.hex() for value in leaves]
    index = data.draw(st.integers(0, len(values) - 1))
    path = chain.audit_path(values, index)

    assert chain.root_from_path(values[index], path) == chain.merkle_root(values)
    other = hashlib.sha256(leaves[index]).hexdigest()
    assert chain.root_from_path(other, path) != chain.merkle_root(values)


def test_links_chain_one_after_the_other():
    first = hashlib.sha256(bytes(32) + bytes.fromhex(HASHES[0])).hexdigest()
    second = hashlib.sha256(bytes.fromhex(first + HASHES[1])).hexdigest()

    assert chain.links(chain.GENESIS, HASHES[:2]) == [first, second]


def test_the_signed_message_names_everything():
    at = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    summary = chain.Summary(seq=7, at=at, head="aa", root="bb")

    assert summary.message() == (
        b"govshare ledger checkpoint 1\n7\n2026-11-23T08:00:00.000000+00:00\naa\nbb\n"
    )
