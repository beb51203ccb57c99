"""The manifest of a delivery: what was delivered, to whom, under which grant; signed.

A delivery is a folder (or a zip of it) holding the data files, ``manifest.json`` and
``manifest.sig``. The manifest is canonical JSON, so there is one way to write it down; the
signature covers its bytes, and its digests cover the files.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sharing.protection import signing

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
FORMAT: Final = "govshare-delivery"
VERSION: Final = 1
FACTS: Final = ("grant", "recipient", "provider", "resource", "purpose", "source")
"""What the grant contributes; ``grant`` holds id, number and content_hash at least."""


class TamperError(Exception):
    """Something does not fit; ``code`` and ``file`` say what."""

    def __init__(self, code: str, file: str) -> None:
        super().__init__(f"{file}: {code}")
        self.code = code
        self.file = file


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest with its signature."""

    content: bytes
    signature: str
    key_id: str

    @property
    def signature_file(self) -> bytes:
        """What ``manifest.sig`` holds."""
        return canonical(
            {"algorithm": signing.ALGORITHM, "key_id": self.key_id, "signature": self.signature}
        )


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one byte form of some JSON: UTF-8, sorted keys, no spaces, no NaN."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def compose(facts: Mapping[str, Any], delivered: Mapping[str, Any]) -> bytes:
    """Put a manifest together from the grant's facts and what was delivered.

    Raises ValueError naming facts that are missing or occur on both sides.
    """
    missing = [name for name in FACTS if name not in facts]
    twice = sorted(set(facts) & set(delivered))
    if missing or twice:
        message = f"Manifest facts missing: {missing}, given twice: {twice}."
        raise ValueError(message)
    return canonical({"format": FORMAT, "version": VERSION, **facts, **delivered})


def sign(content: bytes, signer: signing.Signer) -> SignedManifest:
    """Sign a manifest."""
    return SignedManifest(content, signer.sign(content), signer.key_id)


def _read(raw: bytes, file: str) -> dict[str, Any]:
    try:
        content = json.loads(raw)
        if isinstance(content, dict) and canonical(content) == raw:
            return content
    except (ValueError, RecursionError):
        pass
    raise TamperError("not_canonical", file)


def verify(content: bytes, signature: bytes, public_key: bytes) -> dict[str, Any]:
    """Return the manifest if the content of ``manifest.sig`` signs it, else raise TamperError."""
    fields = _read(signature, SIGNATURE)
    expected = {"algorithm": signing.ALGORITHM, "key_id": signing.key_id(public_key)}
    if set(fields) != {*expected, "signature"} or fields["algorithm"] != signing.ALGORITHM:
        raise TamperError("unknown_signature", SIGNATURE)
    if fields["key_id"] != expected["key_id"]:
        raise TamperError("other_key", SIGNATURE)
    if not signing.is_signed(content, str(fields["signature"]), public_key):
        raise TamperError("bad_signature", MANIFEST)
    manifest = _read(content, MANIFEST)
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise TamperError("unknown_format", MANIFEST)
    return manifest


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal, as the ledger and receipts quote a manifest."""
    return hashlib.sha256(content).hexdigest()
