"""Which hosts a connector may talk to; the rules of the list are those of ``portal.hosts``."""

import posixpath
from collections.abc import Sequence

from portal import hosts
from portal.hosts import Target
from sharing.connectors.errors import NotAllowedHost, SourceUnreachable

__all__ = ["Target", "resolve", "socket_directory"]


def resolve(host: str, port: int, allowed: Sequence[str]) -> Target:
    """Return where to connect for ``host``; raise NotAllowedHost or SourceUnreachable.

    The name is looked up once and the address returned: a second look-up could lead elsewhere.
    """
    try:
        return hosts.resolve(host, port, allowed)
    except hosts.HostUnknown as error:
        raise SourceUnreachable(host=error.host) from None
    except hosts.HostNotAllowed as error:
        raise NotAllowedHost(host=error.host) from None


def socket_directory(path: str, allowed: Sequence[str]) -> str:
    """Return the directory of Unix sockets if it is an entry of the allow-list, literally."""
    if path in allowed and path == posixpath.normpath(path):
        return path
    raise NotAllowedHost(host=path)
