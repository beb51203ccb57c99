"""Encryption of source credentials: AES-256-GCM with a key id, several keys, rotation.

A token is ``v1.<key id>.<nonce and ciphertext, base64url>``. ``context`` names what the token
belongs to (such as ``data-source:17``); a token moved elsewhere does not decrypt. Keys are strings
of at least 32 characters from the settings: the first encrypts, all decrypt.
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION: Final = "v1"
_NONCE: Final = 12
_SHORTEST_KEY: Final = 32


class DecryptionError(Exception):
    """The token is damaged, belongs elsewhere, or was made with a key that is no longer listed."""


def _derived(key: str) -> bytes:
    if len(key) < _SHORTEST_KEY:
        message = f"A field key needs at least {_SHORTEST_KEY} characters."
        raise ValueError(message)
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"govshare field encryption").derive(
        key.encode()
    )


def key_id(key: str) -> str:
    """Name of a key that does not help to guess it; tokens carry it."""
    return hashlib.sha256(b"govshare key id" + _derived(key)).hexdigest()[:8]


def _bound(token_key: str, context: str) -> bytes:
    return f"{_VERSION}.{token_key}.{context}".encode()


def encrypt(plain: bytes, keys: Sequence[str], *, context: str) -> bytes:
    """Return the token for ``plain``, encrypted with the first key."""
    name = key_id(keys[0])
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_derived(keys[0])).encrypt(nonce, plain, _bound(name, context))
    return f"{_VERSION}.{name}.{base64.urlsafe_b64encode(nonce + sealed).decode()}".encode()


def _parts(token: bytes | memoryview) -> tuple[str, bytes]:
    try:
        version, name, body = bytes(token).decode("ascii").split(".")
        content = base64.b64decode(body, altchars=b"-_", validate=True)
    except (UnicodeDecodeError, ValueError, binascii.Error):
        raise DecryptionError from None
    canonical = base64.urlsafe_b64encode(content).decode() == body  # the last bits may be unused
    if version != _VERSION or len(content) < _NONCE or not canonical:
        raise DecryptionError
    return name, content


def decrypt(token: bytes | memoryview, keys: Sequence[str], *, context: str) -> bytes:
    """Return what the token holds; raise DecryptionError."""
    name, content = _parts(token)
    key = next((key for key in keys if key_id(key) == name), None)
    if key is None:
        raise DecryptionError
    try:
        return AESGCM(_derived(key)).decrypt(
            content[:_NONCE], content[_NONCE:], _bound(name, context)
        )
    except InvalidTag:
        raise DecryptionError from None


def is_current(token: bytes | memoryview, keys: Sequence[str]) -> bool:
    """Whether the token was made with the first key; if not, it waits for ``rotate``."""
    return _parts(token)[0] == key_id(keys[0])


def rotate(token: bytes | memoryview, keys: Sequence[str], *, context: str) -> bytes:
    """Return the token, encrypted anew with the first key unless it already is."""
    if is_current(token, keys):
        return bytes(token)
    return encrypt(decrypt(token, keys, context=context), keys, context=context)


def seal(values: Mapping[str, str], keys: Sequence[str], *, context: str) -> bytes:
    """Encrypt named secrets, such as the credentials of a data source."""
    return encrypt(json.dumps(dict(values)).encode(), keys, context=context)


def unseal(token: bytes | memoryview, keys: Sequence[str], *, context: str) -> dict[str, str]:
    """Return the named secrets of a token made by ``seal``; raise DecryptionError."""
    values: dict[str, str] = json.loads(decrypt(token, keys, context=context))
    return values
