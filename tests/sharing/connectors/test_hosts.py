"""The guard against server-side request forgery."""

import socket

import pytest

from portal import hosts
from sharing.connectors.errors import NotAllowedHost, SourceUnreachable
from sharing.connectors.hosts import resolve, socket_directory


@pytest.fixture
def names(monkeypatch):
    """Name look-ups by a table; whatever is not in it must be a literal address."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def lookup(host, port, **kwargs):
        if host in table:
            return [
                (
                    socket.AF_INET6 if ":" in a else socket.AF_INET,
                    socket.SOCK_STREAM,
                    6,
                    "",
                    (a, port),
                )
                for a in table[host]
            ]
        return real(host, port, flags=socket.AI_NUMERICHOST, **kwargs)

    monkeypatch.setattr(hosts.socket, "getaddrinfo", lookup)
    return table


@pytest.mark.parametrize(
    ("host", "port", "allowed", "address"),
    [
        ("db.gov", 5432, ["db.gov"], "10.1.2.3"),
        ("DB.gov.", 5432, ["db.GOV"], "10.1.2.3"),
        ("db.gov", 5432, ["db.gov:5432"], "10.1.2.3"),
        ("db.gov", 5432, ["10.1.0.0/16"], "10.1.2.3"),
        ("db.gov", 5432, ["10.1.0.0/16:5432"], "10.1.2.3"),
        ("10.1.2.3", 5432, ["10.1.2.3"], "10.1.2.3"),
        ("::ffff:10.1.2.3", 5432, ["10.1.2.3"], "10.1.2.3"),
        ("fd00::5", 5432, ["[fd00::5]:5432"], "fd00::5"),
        ("127.0.0.1", 5432, ["127.0.0.1"], "127.0.0.1"),
        ("localhost", 5432, ["localhost:5432"], "127.0.0.1"),
        ("db.gov", 5432, ["other", "db.gov:5432"], "10.1.2.3"),
    ],
)
def test_allowed(names, host, port, allowed, address):
    names.update({"db.gov": ["10.1.2.3"], "localhost": ["127.0.0.1"]})
    assert resolve(host, port, allowed).address == address


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("db.gov", 5432, []),
        ("db.gov", 5433, ["db.gov:5432"]),
        ("evil.db.gov", 5432, ["db.gov"]),
        ("db.gov", 5432, ["10.2.0.0/16"]),
        ("", 5432, ["db.gov"]),
        ("localhost", 5432, ["db.gov"]),
        ("127.0.0.1", 5432, ["0.0.0.0/0"]),
        ("127.0.0.1", 5432, ["localhost"]),
        ("127.1", 5432, ["127.1"]),
        ("2130706433", 5432, ["2130706433"]),
        ("::1", 5432, ["::/0"]),
        ("::ffff:127.0.0.1", 5432, ["::/0", "0.0.0.0/0"]),
        ("0.0.0.0", 5432, ["0.0.0.0/0"]),  # noqa: S104
        ("169.254.169.254", 80, ["169.254.0.0/16"]),
        ("100.100.100.200", 80, ["100.64.0.0/10"]),
        ("fe80::1", 80, ["fe80::/10"]),
        ("64:ff9b::7f00:1", 80, ["::/0"]),
        ("224.0.0.1", 80, ["0.0.0.0/0"]),
        ("rebound.gov", 5432, ["rebound.gov"]),
        ("metadata.gov", 80, ["metadata.gov"]),
        ("127.0.0.1", 5433, ["127.0.0.1:5432"]),
        ("localhost.gov", 5432, ["localhost"]),
    ],
)
def test_refused(names, host, port, allowed):
    names.update(
        {
            "db.gov": ["10.1.2.3"], "evil.db.gov": ["10.1.2.3"], "localhost": ["127.0.0.1"],
            "rebound.gov": ["127.0.0.1"], "metadata.gov": ["169.254.169.254"],
            "localhost.gov": ["127.0.0.1"], "127.1": ["127.0.0.1"], "2130706433": ["127.0.0.1"],
        }
    )  # fmt: skip
    with pytest.raises(NotAllowedHost):
        resolve(host, port, allowed)


def test_the_address_that_was_checked_is_the_one_used(names):
    """Of several addresses only an allowed one is returned, whatever its place."""
    names["db.gov"] = ["127.0.0.1", "169.254.169.254", "10.1.2.3"]
    assert resolve("db.gov", 5432, ["db.gov"]).address == "10.1.2.3"


def test_unknown_names_are_unreachable(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(hosts.socket, "getaddrinfo", fail)
    with pytest.raises(SourceUnreachable):
        resolve("gone.gov", 5432, ["gone.gov"])


@pytest.mark.parametrize(
    "path", ["/run/pg/..", "/run/pg/", "/run", "/run/other", "@abstract", "run/pg"]
)
def test_socket_directories_only_literally(path):
    assert socket_directory("/run/pg", ["/run/pg"]) == "/run/pg"
    with pytest.raises(NotAllowedHost):
        socket_directory(path, ["/run/pg", "/run/pg/", "/run/pg/.."])
