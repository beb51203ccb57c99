"""Asking another catalog over HTTP: allowed hosts only, every answer limited in size and time.

Each address, also one that a redirect names, is looked up once and checked against the list; the
connection goes to the checked address, so that a second look-up cannot lead elsewhere.
"""

import http.client
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.exchange.speaking import filled
from catalog.harvest.problems import HarvestProblem, Unreachable, not_allowed, unreadable
from portal.hosts import HostNotAllowed, HostUnknown, Target, resolve
from portal.outgoing import Plain, Secure

_CHUNK = 1 << 16
_HOPS = 5
_WAITS = (1.0, 4.0)
"""Seconds before the second and the third attempt."""
_LONGEST_WAIT = 60.0
_MOVED = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 502, 503, 504})
AGENT = "GovShare-harvester/1.0"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may cost: bytes unpacked, seconds of silence, seconds between questions."""

    size: int
    timeout: float
    pause: float

    @classmethod
    def of_settings(cls) -> "Limits":
        """As configured."""
        return cls(
            settings.HARVEST_MAX_MB << 20,
            settings.HARVEST_TIMEOUT_SECONDS,
            settings.HARVEST_PAUSE_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. ``sized`` tells that its end was announced, so that it cannot be cut off."""

    body: bytes
    kind: str
    address: str
    sized: bool


class NotFound(HarvestProblem):
    """The source answered that there is no such thing, or that it is not for us."""

    code = "harvest_not_found"


class _Again(Exception):
    """The source is busy; ``after`` seconds it may be asked again."""

    def __init__(self, status: int, after: float) -> None:
        super().__init__(status)
        self.status, self.after = status, after


class Client:
    """Asks one source, one question at a time."""

    def __init__(
        self,
        allowed: Sequence[str],
        limits: Limits,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._allowed, self._limits, self._sleep = tuple(allowed), limits, sleep
        self._last = 0.0

    @classmethod
    def of_settings(cls) -> "Client":
        """With the hosts and limits that are configured."""
        return cls(settings.HARVEST_HOSTS, Limits.of_settings())

    def get(self, address: str, accept: str) -> Answer:
        """The answer to a GET; asked three times while the source is busy or out of reach.

        NotFound for what is not there; HarvestProblem for everything else, with its remedy.
        """
        for wait in (*_WAITS, None):
            try:
                return self._follow(address, accept)
            except _Again as error:
                if wait is None or error.after > _LONGEST_WAIT:
                    raise _refused(error.status) from None
                self._sleep(max(wait, error.after))
            except Unreachable:
                if wait is None:
                    raise
                self._sleep(wait)
        raise AssertionError

    def _follow(self, address: str, accept: str) -> Answer:
        secure = False
        for _hop in range(_HOPS + 1):
            parts = checked_address(address)
            if secure and parts.scheme != "https":
                raise unreadable(_("it leads from an encrypted address to one that is not"))
            secure = parts.scheme == "https"
            found = self._ask(parts, accept)
            if isinstance(found, Answer):
                return found
            address = urljoin(address, found)
        raise unreadable(_("it sends us from address to address without end"))

    def _ask(self, parts: SplitResult, accept: str) -> Answer | str:
        """The answer, or the address it was moved to."""
        target = self._target(parts)
        self._pause()
        connection = (Secure if parts.scheme == "https" else Plain)(target, self._limits.timeout)
        deadline = time.monotonic() + 4 * self._limits.timeout
        try:
            connection.request(
                "GET",
                _path(parts),
                headers={"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": AGENT},
            )
            with connection.getresponse() as response:
                return self._read(response, parts.geturl(), deadline)
        except ssl.SSLCertVerificationError as error:
            raise unreadable(
                filled(_("its certificate is not valid (%(why)s)"), why=error.verify_message)
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(target.host, error) from None
        finally:
            connection.close()

    def _target(self, parts: SplitResult) -> Target:
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            return resolve(host, port, self._allowed)
        except HostNotAllowed:
            raise not_allowed(host) from None
        except HostUnknown as error:
            raise _unreachable(host, error) from None

    def _pause(self) -> None:
        left = self._last + self._limits.pause - time.monotonic()
        if left > 0:
            self._sleep(left)
        self._last = time.monotonic()

    def _read(
        self, response: http.client.HTTPResponse, address: str, deadline: float
    ) -> Answer | str:
        status, place = response.status, response.getheader("Location", "")
        if status in _MOVED and place:
            return place
        if status in _BUSY:
            raise _Again(status, _seconds(response.getheader("Retry-After", "")))
        if status in {401, 403, 404, 410}:
            raise NotFound(
                filled(_("The source answered %(status)s for %(at)s."), status=status, at=address),
                remedy=_("Check the address; the portal reads what is open to everybody."),
            )
        if status != http.client.OK:
            raise _refused(status)
        body = self._body(response, deadline)
        kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
        sized = response.chunked or response.getheader("Content-Length") is not None
        return Answer(body, kind, address, sized)

    def _body(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        packed = response.getheader("Content-Encoding", "identity").strip().lower()
        if packed not in {"identity", "", "gzip", "x-gzip"}:
            raise unreadable(filled(_("it is packed as %(how)s"), how=packed))
        unpacking = zlib.decompressobj(wbits=31) if "gzip" in packed else None
        announced = response.getheader("Content-Length", "")
        parts: list[bytes] = []
        size = read = 0
        while chunk := response.read1(_CHUNK):
            read += len(chunk)
            part = self._unpacked(unpacking, chunk, self._limits.size - size)
            size += len(part)
            parts.append(part)
            if size > self._limits.size or read > self._limits.size:
                raise self._too_large()
            if time.monotonic() > deadline:
                raise TimeoutError
        cut_off = announced.isdigit() and not response.chunked and read < int(announced)
        if cut_off or (unpacking is not None and not unpacking.eof):
            raise http.client.IncompleteRead(b"")
        return b"".join(parts)

    def _unpacked(self, unpacking: Any, chunk: bytes, room: int) -> bytes:
        """What the chunk unpacks to, but never much more than there is room for."""
        if unpacking is None:
            return chunk
        try:
            part: bytes = unpacking.decompress(chunk, max(room, 0) + 1)
        except zlib.error:
            raise unreadable(_("it is packed, but damaged")) from None
        if unpacking.unconsumed_tail:
            raise self._too_large()
        return part

    def _too_large(self) -> HarvestProblem:
        return HarvestProblem(
            filled(
                _("An answer of the source is larger than %(size)s MB."),
                size=max(self._limits.size >> 20, 1),
            ),
            remedy=_("Harvest it page by page, or ask for a higher HARVEST_MAX_MB."),
            code="harvest_too_large",
        )


def checked_address(address: str) -> SplitResult:
    """The parts of an address that may be asked, by its form; HarvestProblem otherwise."""
    try:
        parts = urlsplit(address.strip())
        _port = parts.port  # ValueError for what is not a port
    except ValueError:
        raise _bad_address() from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _bad_address()
    if parts.username is not None or parts.password is not None:
        raise HarvestProblem(
            _("The address holds a user name or a password."),
            remedy=_("Take them out; only catalogs that need none can be harvested."),
            code="harvest_address",
        )
    if any(ord(sign) < 33 for sign in parts.geturl()):
        raise _bad_address()
    return parts


def _bad_address() -> HarvestProblem:
    return HarvestProblem(
        _("This is not a complete address of a page."),
        remedy=_("Write it as https://host/path."),
        code="harvest_address",
    )


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return f"{path}?{query}" if query else path


def _seconds(text: str) -> float:
    """``Retry-After`` in seconds; a date counts as none."""
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _refused(status: int) -> HarvestProblem:
    return HarvestProblem(
        filled(_("The source answered with status %(status)s."), status=status),
        remedy=_("Run it again later; what was read so far is kept."),
        code="harvest_status",
    )


def _unreachable(host: str, error: Exception) -> Unreachable:
    broken_off = isinstance(error, http.client.IncompleteRead)
    text = (
        _("The source %(host)s stopped in the middle of an answer.")
        if broken_off
        else _("The source %(host)s cannot be reached.")
    )
    return Unreachable(
        filled(text, host=host),
        remedy=_("Run it again once the source answers; it goes on where it stopped."),
    )
