"""Manifests and the offline check: whatever is changed, is found."""

import json
import shutil
import zipfile

import pytest
from django.core.management import CommandError, call_command

from sharing.protection import signing
from sharing.protection.manifest import FACTS, TamperError, canonical, compose, digest, sign, verify
from sharing.protection.signing import Signer, read_public_key
from sharing.protection.verification import verify_delivery

SIGNER = Signer.from_seed("s" * 40)
OTHER = Signer.from_seed("t" * 40)
DATA = {"data.csv": b"\xef\xbb\xbfa,b\r\n1,2\r\n", "data.parquet": bytes(range(256))}
FACT = {name: {} for name in FACTS} | {
    "grant": {"id": "g", "number": "SQ-2026-1", "content_hash": "0" * 64}
}
DELIVERED = {
    "rows": 1,
    "snapshot_at": "2026-11-23T01:02:03+00:00",
    "files": [
        {"name": name, "bytes": len(content), "sha256": digest(content)}
        for name, content in DATA.items()
    ],
}


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "交付 1"
    folder.mkdir()
    signed = sign(compose(FACT, DELIVERED), SIGNER)
    (folder / "manifest.json").write_bytes(signed.content)
    (folder / "manifest.sig").write_bytes(signed.signature_file)
    for name, content in DATA.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def zipped(delivery):
    return zip_of(delivery)


def zip_of(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in sorted(folder.iterdir()):
            archive.write(item, item.name)
    return path


def problems(path, signer=SIGNER):
    return [(item.code, item.file) for item in verify_delivery(path, signer.public_key).problems]


def test_sound(delivery, zipped):
    for path in (delivery, zipped):
        verdict = verify_delivery(path, SIGNER.public_key)
        assert (verdict.sound, verdict.files, verdict.problems) == (True, 2, [])
        assert verdict.manifest["grant"]["number"] == "SQ-2026-1"


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", *DATA])
def test_every_flipped_bit_is_found(delivery, name):
    path = delivery / name
    content = path.read_bytes()
    for position in range(len(content) * 8):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        path.write_bytes(changed)
        assert problems(delivery), f"bit {position} of {name}"
    path.write_bytes(content)
    assert not problems(delivery)


def test_every_flipped_bit_of_the_key_is_found(delivery):
    for position in range(256):
        key = bytearray(SIGNER.public_key)
        key[position // 8] ^= 1 << position % 8
        assert verify_delivery(delivery, bytes(key)).problems


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda f: (f / "data.csv").unlink(), [("missing", "data.csv")]),
        (lambda f: (f / "data.csv").write_bytes(b""), [("wrong_size", "data.csv")]),
        (lambda f: (f / "data.csv").write_bytes(b"x" * 13), [("wrong_digest", "data.csv")]),
        (lambda f: (f / "data.csv").write_bytes(b"x" * 12), [("wrong_size", "data.csv")]),
        (lambda f: (f / "more.csv").write_bytes(b""), [("not_listed", "more.csv")]),
        (lambda f: (f / "manifest.sig").unlink(), [("missing", "manifest.sig")]),
        (lambda f: (f / "manifest.json").unlink(), [("missing", "manifest.json")]),
        (lambda f: (f / "manifest.json").write_bytes(b"["), [("bad_signature", "manifest.json")]),
        (
            lambda f: (f / "manifest.sig").write_bytes(b"{}"),
            [("unknown_signature", "manifest.sig")],
        ),
    ],
)
def test_changes_are_named(delivery, change, found):
    change(delivery)
    assert problems(delivery) == found
    assert problems(zip_of(delivery)) == found


def test_links_are_not_followed(delivery, tmp_path):
    outside = tmp_path / "outside"
    shutil.move(delivery / "data.csv", outside)
    (delivery / "data.csv").symlink_to(outside)
    assert problems(delivery) == [("not_a_file", "data.csv")]


def test_another_portal_did_not_sign_it(delivery):
    assert problems(delivery, OTHER) == [("other_key", "manifest.sig")]


def test_a_forger_without_the_key(delivery):
    """Re-signed with another key but under the right key's name."""
    content = compose(FACT, {**DELIVERED, "rows": 2})
    forged = {"algorithm": "Ed25519", "key_id": SIGNER.key_id, "signature": OTHER.sign(content)}
    (delivery / "manifest.json").write_bytes(content)
    (delivery / "manifest.sig").write_bytes(canonical(forged))
    assert problems(delivery) == [("bad_signature", "manifest.json")]


def test_a_zip_bomb_is_not_unpacked(delivery):
    (delivery / "data.csv").write_bytes(b"\0" * 50_000_000)
    path = zip_of(delivery)
    assert path.stat().st_size < 100_000
    assert problems(path) == [("wrong_size", "data.csv")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_second_manifest(zipped):
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("manifest.json", b"{}")
    assert problems(zipped) == [("missing", "manifest.json")]


def test_a_damaged_zip(zipped):
    content = zipped.read_bytes()
    for position in range(0, len(content), 7):
        zipped.write_bytes(
            content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :]
        )
        verdict = verify_delivery(zipped, SIGNER.public_key)  # dates and the like may change
        assert verdict.problems or verdict.files == 2
    zipped.write_bytes(b"not a zip")
    assert problems(zipped) == [("not_a_delivery", zipped.name)]


def test_signed_but_of_another_format():
    signed = sign(canonical({"format": "something else", "version": 1}), SIGNER)
    with pytest.raises(TamperError, match="unknown_format"):
        verify(signed.content, signed.signature_file, SIGNER.public_key)


def test_signed_but_not_canonical():
    signed = sign(b'{"version": 1}', SIGNER)
    with pytest.raises(TamperError, match="not_canonical"):
        verify(signed.content, signed.signature_file, SIGNER.public_key)


def test_compose_needs_every_fact_once():
    with pytest.raises(ValueError, match="purpose"):
        compose({name: {} for name in FACTS if name != "purpose"}, {})
    with pytest.raises(ValueError, match="rows"):
        compose({**FACT, "rows": 1}, DELIVERED)


def test_keys():
    assert Signer.from_seed("s" * 40).public_key == SIGNER.public_key
    assert read_public_key(SIGNER.public_pem) == SIGNER.public_key
    assert read_public_key(SIGNER.public_key.hex().encode() + b"\n") == SIGNER.public_key
    assert "private" not in repr(SIGNER).lower()
    assert len(SIGNER.key_id) == 16
    assert len(SIGNER.sign(b"")) == 128
    with pytest.raises(ValueError, match="32 characters"):
        Signer.from_seed("short")
    with pytest.raises(ValueError, match=r"PEM"):
        read_public_key(b"rubbish")


def test_signatures_have_one_spelling():
    signature = SIGNER.sign(b"m")
    assert signing.is_signed(b"m", signature, SIGNER.public_key)
    for other in (signature.upper(), f" {signature}", f"{signature}00", ""):
        assert not signing.is_signed(b"m", other, SIGNER.public_key)


class TestCommand:
    @pytest.fixture
    def key(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_bytes(SIGNER.public_pem)
        return path

    def test_sound(self, delivery, zipped, key, capsys):
        for path in (delivery, zipped):
            call_command("verify_delivery", path, public_key=key)
            assert "SQ-2026-1" in capsys.readouterr().out

    def test_json(self, delivery, key, capsys):
        (delivery / "data.csv").unlink()
        with pytest.raises(CommandError) as caught:
            call_command("verify_delivery", delivery, public_key=key, json=True)
        result = json.loads(capsys.readouterr().out)
        assert caught.value.returncode == 1
        assert (result["sound"], result["files"]) == (False, 1)
        assert result["problems"][0]["code"] == "missing"
        assert result["problems"][0]["message"]

    def test_own_key_by_default(self, delivery, settings, capsys):
        settings.SIGNING_KEY = "s" * 40
        call_command("verify_delivery", delivery)
        capsys.readouterr()
        call_command("verify_delivery", show_key=True)
        assert read_public_key(capsys.readouterr().out.encode()) == SIGNER.public_key

    def test_cannot_check(self, delivery, tmp_path):
        for arguments in ([], [tmp_path / "nowhere"]):
            with pytest.raises(CommandError) as caught:
                call_command("verify_delivery", *arguments)
            assert caught.value.returncode == 2
        with pytest.raises(CommandError) as caught:
            call_command("verify_delivery", delivery, public_key=delivery / "data.csv")
        assert caught.value.returncode == 2

    def test_every_problem_has_a_text(self):
        import inspect
        import re

        from sharing.management.commands.verify_delivery import PROBLEMS
        from sharing.protection import manifest, verification

        source = inspect.getsource(manifest) + inspect.getsource(verification)
        assert set(re.findall(r'(?:TamperError|Problem)\("([a-z_]+)"', source)) == set(PROBLEMS)
