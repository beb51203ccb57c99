"""Which hosts the portal may talk to: the guard against server-side request forgery. Pure.

Entries of the allow-list: ``db.example.gov`` or ``db.example.gov:5432`` (a name), ``10.1.2.3`` or
``[fd00::5]:5432`` (an address), ``10.1.0.0/16`` or ``10.1.0.0/16:5432`` (a network). An entry
without port allows every port; paths of Unix sockets are passed over here. What is not listed is
refused. Loopback, link-local, metadata and other special addresses are refused even when a listed
name or network leads to them: such an address must itself be an entry (``localhost`` counts).
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_METADATA = frozenset({ip_address("100.100.100.200"), ip_address("fd00:ec2::254")})
"""Cloud metadata services outside the link-local range."""
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"))
"""IPv6 ranges that lead to IPv4 addresses through a gateway."""


class HostError(Exception):
    """Base of what keeps a host from being used."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class HostNotAllowed(HostError):
    """The host is not on the list, or its name leads to an address that is not."""


class HostUnknown(HostError):
    """There is no such name."""


@dataclass(frozen=True, slots=True)
class Target:
    """An allowed host; connect to ``address``, which was checked, not to the name once more."""

    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class _Rule:
    host: str
    port: int | None

    def matches_name(self, host: str, port: int) -> bool:
        return self.host == host and self.port in {None, port}

    def covers(self, address: Address, port: int) -> bool:
        try:
            return self.port in {None, port} and address in ip_network(self.host, strict=False)
        except ValueError:
            return False

    def is_exactly(self, address: Address) -> bool:
        try:
            return ip_address(self.host) == address
        except ValueError:
            return False


def _rule(entry: str) -> _Rule:
    entry = entry.strip().lower()
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return _Rule(host, int(rest[1:]) if rest.startswith(":") else None)
    host, colon, port = entry.rpartition(":")
    if colon and ":" not in host and port.isdigit():
        return _Rule(host.rstrip("."), int(port))
    return _Rule(entry.rstrip("."), None)


def _is_special(address: Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in net for net in _TRANSLATED):
        return True
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or address in _METADATA
    )


def _plain(text: str) -> Address:
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _lookup(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise HostUnknown(host) from None
    return list(dict.fromkeys(_plain(str(entry[4][0])) for entry in found))


def _allowed(address: Address, *, host: str, port: int, rules: Sequence[_Rule]) -> bool:
    exact = any(rule.is_exactly(address) and rule.covers(address, port) for rule in rules)
    named = any(rule.matches_name(host, port) for rule in rules)
    if _is_special(address):
        return exact or (named and host == "localhost" and address.is_loopback)
    return exact or named or any(rule.covers(address, port) for rule in rules)


def resolve(host: str, port: int, allowed: Sequence[str]) -> Target:
    """Return where to connect for ``host``; raise HostNotAllowed or HostUnknown.

    The name is looked up once and the address returned: a second look-up could lead elsewhere.
    """
    rules = [_rule(entry) for entry in allowed if not entry.startswith("/")]
    name = host.strip().lower().rstrip(".")
    if not name or not rules:
        raise HostNotAllowed(host)
    for address in _lookup(name, port):
        if _allowed(address, host=name, port=port, rules=rules):
            return Target(name, port, str(address))
    raise HostNotAllowed(host)
