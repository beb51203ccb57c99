"""The portal's signature: Ed25519, with a key made from the seed in the settings."""

import hashlib
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALGORITHM: Final = "Ed25519"
_SHORTEST_SEED: Final = 32


def key_id(public_key: bytes) -> str:
    """Name of a public key: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with one key. The private key does not appear in ``repr``."""

    _private: Ed25519PrivateKey
    public_key: bytes

    @classmethod
    def from_seed(cls, seed: str) -> Self:
        """Return the signer of a seed of at least 32 characters; the same every time."""
        if len(seed) < _SHORTEST_SEED:
            message = f"A signing seed needs at least {_SHORTEST_SEED} characters."
            raise ValueError(message)
        raw = HKDF(hashes.SHA256(), 32, salt=None, info=b"govshare manifest signing").derive(
            seed.encode()
        )
        private = Ed25519PrivateKey.from_private_bytes(raw)
        return cls(private, private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Signer({self.key_id})"

    @property
    def key_id(self) -> str:
        """Name of the public key."""
        return key_id(self.public_key)

    @property
    def public_pem(self) -> bytes:
        """The public key as recipients get it."""
        return self._private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> str:
        """Return the signature: 128 hexadecimal digits."""
        return self._private.sign(message).hex()


def read_public_key(text: bytes) -> bytes:
    """Return the 32 bytes of a public key from PEM or 64 hexadecimal digits.

    Raises ValueError for anything else.
    """
    stripped = text.strip()
    if len(stripped) == 64:
        return bytes.fromhex(stripped.decode("ascii"))
    key = serialization.load_pem_public_key(stripped)
    if not isinstance(key, Ed25519PublicKey):
        message = "The key is not an Ed25519 public key."
        raise ValueError(message)  # noqa: TRY004 - a matter of content
    return key.public_bytes_raw()


def is_signed(message: bytes, signature: str, public_key: bytes) -> bool:
    """Whether ``signature`` is that of ``message``, in the one way it may be written."""
    try:
        raw = bytes.fromhex(signature)
        if raw.hex() != signature:  # capitals and blanks would decode to the same bytes
            return False
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, message)
    except (ValueError, InvalidSignature):
        return False
    return True
