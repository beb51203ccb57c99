"""The portal's signature (Ed25519): ledger checkpoints and manifests are signed with it.

Whoever receives something signed needs only the public key (``manage.py export_checkpoints
--public-key``). Every kind of message begins with a line of its own, so that a signature under
one kind can never stand under another.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

KEY_ID_LENGTH: Final = 16


def seed() -> bytes:
    """The 32 bytes the private key is made from; never written or logged."""
    return hashlib.sha256(str(settings.SIGNING_KEY).encode()).digest()


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed())


def key_id(public_key: Ed25519PublicKey) -> str:
    """Short name of a public key: the beginning of its SHA-256."""
    return hashlib.sha256(public_key.public_bytes_raw()).hexdigest()[:KEY_ID_LENGTH]


def sign(message: bytes) -> tuple[str, str]:
    """Sign ``message``; return the id of the key and the signature in hexadecimal."""
    private = _private_key()
    return key_id(private.public_key()), private.sign(message).hex()


def verify(message: bytes, signature: str, public_key: Ed25519PublicKey | None = None) -> bool:
    """Whether ``signature`` (hexadecimal) over ``message`` was made with the key's other half.

    Without ``public_key`` the portal's own present key is meant.
    """
    public_key = public_key or _private_key().public_key()
    try:
        public_key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_pem() -> str:
    """The portal's present public key, to be published."""
    pem = (
        _private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return pem.decode("ascii")


def load_public_key(pem: str) -> Ed25519PublicKey:
    """Read a public key as ``public_key_pem`` writes it; ValueError if it is something else."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        message = "not an Ed25519 public key"
        raise ValueError(message)  # noqa: TRY004 - the text is wrong, not a type in the program
    return key
