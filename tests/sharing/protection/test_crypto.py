"""Encrypted credentials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import (
    DecryptionError,
    decrypt,
    encrypt,
    is_current,
    key_id,
    rotate,
    seal,
    unseal,
)

OLD, NEW, OTHER = ("o" * 40, "n" * 40, "x" * 40)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_goes_in_comes_out(plain, context):
    assert decrypt(encrypt(plain, [NEW], context=context), [OLD, NEW], context=context) == plain


def test_named_secrets():
    token = seal({"password": "密码"}, [NEW], context="data-source:1")
    assert unseal(memoryview(token), [NEW], context="data-source:1") == {"password": "密码"}
    assert "密码".encode() not in token
    assert b"password" not in token


def test_tokens_differ_each_time():
    assert encrypt(b"a", [NEW], context="c") != encrypt(b"a", [NEW], context="c")


def test_every_changed_bit_is_noticed():
    token = encrypt(b"secret", [NEW], context="c")
    for position in range(len(token) * 8):
        changed = bytearray(token)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(DecryptionError):
            decrypt(bytes(changed), [NEW], context="c")


@pytest.mark.parametrize("token", [b"", b"v1", b"v1..", b"v2.aa.bb", b"v1.\xff.AAAA", b"v1.aa.A"])
def test_rubbish(token):
    with pytest.raises(DecryptionError):
        decrypt(token, [NEW], context="c")


def test_a_token_belongs_to_its_place():
    token = encrypt(b"secret", [NEW], context="data-source:1")
    with pytest.raises(DecryptionError):
        decrypt(token, [NEW], context="data-source:2")


def test_rotation():
    tokens = [encrypt(str(n).encode(), [OLD], context=str(n)) for n in range(50)]
    assert not any(is_current(token, [NEW, OLD]) for token in tokens)
    rotated = [rotate(token, [NEW, OLD], context=str(n)) for n, token in enumerate(tokens)]
    assert all(is_current(token, [NEW, OLD]) for token in rotated)
    # the old key can now be retired
    assert [decrypt(t, [NEW], context=str(n)) for n, t in enumerate(rotated)] == [
        str(n).encode() for n in range(50)
    ]
    assert rotate(rotated[0], [NEW, OLD], context="0") == rotated[0]
    for n, token in enumerate(tokens):
        with pytest.raises(DecryptionError):
            decrypt(token, [NEW, OTHER], context=str(n))


def test_key_ids_differ_and_reveal_nothing():
    assert len({key_id(key) for key in (OLD, NEW, OTHER)}) == 3
    assert key_id(NEW) not in NEW


def test_short_keys_are_refused():
    with pytest.raises(ValueError, match="32 characters"):
        encrypt(b"a", ["short"], context="c")
