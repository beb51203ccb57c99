"""Asking strangers over HTTP: what is refused, what is limited, what is tried again."""

import gzip
import ipaddress
import json
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from catalog.harvest.fetching import Answer, Client, Limits, NotFound, checked_address
from catalog.harvest.problems import HarvestProblem, Unreachable
from tests.catalog.harvest.site import Reply, Site, gzipped

LIMITS = Limits(size=200_000, timeout=2.0, pause=0.0)


def ask(site: Site, path: str = "/a", *, allowed: list[str] | None = None, **limits) -> Answer:
    hosts = [site.host] if allowed is None else allowed
    chosen = Limits(**{"size": LIMITS.size, "timeout": 2.0, "pause": 0.0} | limits)
    return Client(hosts, chosen, sleep=lambda _seconds: None).get(f"{site.address}{path}", "*/*")


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(HarvestProblem) as error:
        call()
    assert error.value.remedy
    return error.value.reason


@pytest.mark.parametrize(
    "allowed", [[], ["data.example.gov"], ["127.0.0.1:1"], ["10.0.0.0/8"], ["127.0.0.0/8"]]
)
def test_a_host_that_is_not_named_is_not_asked(site: Site, allowed: list[str]):
    site.serve("/a", "x")
    assert refused(lambda: ask(site, allowed=allowed)) == "harvest_host"
    assert site.asked == []


def test_a_redirect_is_followed_to_allowed_hosts_only(site: Site):
    site.serve("/a", "whole", headers={})
    site.serve("/near", "", status=302, headers={"Location": "/a"})
    site.serve("/far", "", status=302, headers={"Location": "http://169.254.169.254/latest/"})
    site.serve("/file", "", status=302, headers={"Location": "file:///etc/passwd"})
    site.serve("/loop", "", status=301, headers={"Location": "/loop"})
    assert ask(site, "/near").body == b"whole"
    assert ask(site, "/near").address == f"{site.address}/a"
    assert refused(lambda: ask(site, "/far")) == "harvest_host"
    assert refused(lambda: ask(site, "/file")) == "harvest_address"
    assert refused(lambda: ask(site, "/loop")) == "harvest_unreadable"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/a",
        "file:///etc/passwd",
        "//host/a",
        "host/a",
        "http://",
        "http://host:port/",
        "http://user:word@host/",
        "http://user@host/",
        "http://host/a b\r\nX: y",
    ],
)
def test_addresses_of_other_kinds_are_refused(address: str):
    assert refused(lambda: checked_address(address)) == "harvest_address"


def test_an_answer_has_a_largest_size(site: Site):
    site.serve("/a", b"x" * 200_001)
    assert refused(lambda: ask(site)) == "harvest_too_large"
    site.serve("/a", b"x" * 200_000)
    assert len(ask(site).body) == 200_000


def test_a_gzip_bomb_is_not_unpacked(site: Site):
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < LIMITS.size
    site.serve("/a", bomb, headers={"Content-Encoding": "gzip"})
    began = time.monotonic()
    assert refused(lambda: ask(site)) == "harvest_too_large"
    assert time.monotonic() - began < 2
    site.routes["/a"] = lambda _query: gzipped(b"small")
    assert ask(site).body == b"small"
    site.serve("/a", b"no gzip", headers={"Content-Encoding": "gzip"})
    assert refused(lambda: ask(site)) == "harvest_unreadable"
    site.serve("/a", b"", headers={"Content-Encoding": "br"})
    assert refused(lambda: ask(site)) == "harvest_unreadable"


def test_an_answer_that_breaks_off_is_none(site: Site):
    site.serve("/a", "half", cut=10)
    with pytest.raises(Unreachable, match="in the middle"):
        ask(site)
    assert len(site.asked) == 3
    packed = gzip.compress(b"whole" * 100)
    site.serve("/a", packed[:-12], headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unreachable):
        ask(site)
    site.serve("/a", "no end announced", sized=False)
    assert not ask(site).sized


def test_a_busy_source_is_asked_again_with_patience(site: Site):
    replies = [Reply(status=503), Reply(status=429, headers={"Retry-After": "7"}), Reply(b"yes")]
    site.routes["/a"] = lambda _query: replies.pop(0)
    waits: list[float] = []
    client = Client([site.host], LIMITS, sleep=waits.append)
    assert client.get(f"{site.address}/a", "*/*").body == b"yes"
    assert waits[-1] == 7.0
    assert len(site.asked) == 3


def test_missing_and_closed_things_are_told_apart_from_errors(site: Site):
    site.serve("/closed", "", status=403)
    site.serve("/broken", "", status=500)
    for path in ("/nowhere", "/closed"):
        with pytest.raises(NotFound):
            ask(site, path)
    assert refused(lambda: ask(site, "/broken")) == "harvest_status"


def test_a_silent_source_is_given_up(site: Site):
    site.routes["/a"] = lambda _query: time.sleep(0.6) or Reply(b"late")
    began = time.monotonic()
    with pytest.raises(Unreachable, match="cannot be reached"):
        ask(site, timeout=0.1)
    assert time.monotonic() - began < 5


def test_questions_keep_their_distance(site: Site):
    site.serve("/a", json.dumps(1))
    waits: list[float] = []
    client = Client([site.host], Limits(1000, 2.0, 30.0), sleep=waits.append)
    for _number in range(3):
        client.get(f"{site.address}/a", "*/*")
    assert len(waits) == 2
    assert all(25 < wait <= 30 for wait in waits)


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a site")])
    begin = timezone.now() - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    own, secret = folder / "own.pem", folder / "key.pem"
    own.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return own, secret


@pytest.mark.parametrize(("address", "valid"), [("127.0.0.1", True), ("127.0.0.9", False)])
def test_an_encrypted_source_proves_its_name(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, valid
):
    own, secret = certificate(tmp_path, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, secret)
    site.server.socket = context.wrap_socket(
        site.server.socket, server_side=True, do_handshake_on_connect=False
    )
    site.serve("/a", "secret")
    site.serve("/plain", "", status=302, headers={"Location": "http://127.0.0.1/a"})
    client = Client(["127.0.0.1"], LIMITS, sleep=lambda _seconds: None)
    base = site.address.replace("http", "https")
    assert refused(lambda: client.get(f"{base}/a", "*/*")) == "harvest_unreadable"  # not trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    if valid:
        assert client.get(f"{base}/a", "*/*").body == b"secret"
        assert refused(lambda: client.get(f"{base}/plain", "*/*")) == "harvest_unreadable"
    else:
        assert refused(lambda: client.get(f"{base}/a", "*/*")) == "harvest_unreadable"
