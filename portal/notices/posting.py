"""Calling a webhook: signed, to checked addresses only, redirects never followed.

Signed is, line by line: ``govshare-notice-v1``, the method, path and query, the id, the key id, the
time (seconds since 1970, UTC), the nonce and the digest of the body. The id stays the same when a
call is repeated; time and nonce are new each time.
"""

import contextlib
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Self
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal import crypto
from portal.errors import Fault
from portal.hosts import HostNotAllowed, HostUnknown, Target, resolve
from portal.notices import outside
from portal.notices.models import Message, Webhook
from portal.notices.reasons import Failure
from portal.outgoing import Plain, Secure

AGENT: Final = "GovShare-notices/1.0"
_DIGESTS: Final[Mapping[str, str]] = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}
_DIGEST_NAMES: Final[Mapping[str, str]] = {"sha256": "sha-256", "sm3": "sm3"}


def context_of(webhook: Webhook) -> str:
    """What the encrypted secret belongs to."""
    return f"webhook:{webhook.key_id}"


def new_secret(webhook: Webhook) -> str:
    """Give the webhook a new secret and key id (not saved); return the secret in clear."""
    clear = secrets.token_urlsafe(32)
    webhook.key_id = secrets.token_hex(8)
    values = {"secret": clear}
    webhook.secret = crypto.seal(values, settings.FIELD_KEYS, context=context_of(webhook))
    return clear


def address_faults(url: str) -> list[Fault]:
    """What is wrong with an address: its form, or a host that is not allowed or not known."""
    try:
        target_of(parts_of(url))
    except ValueError:
        return [
            Fault(
                "url",
                _("This is not a complete address of a page."),
                _("Write it as https://host/path, without user name and password."),
            )
        ]
    except Failure as error:
        text = {
            "host_not_allowed": _("The portal may not call this host."),
            "host_unknown": _("There is no host of this name."),
        }[error.code]
        return [Fault("url", text, _("Ask the operators to add it to NOTICE_HOSTS."), error.code)]
    return []


def parts_of(url: str) -> SplitResult:
    """The parts of an address; ValueError for one that cannot be called."""
    parts = urlsplit(url)
    _port = parts.port
    wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment
    if wrong or "@" in parts.netloc or any(ord(sign) < 33 for sign in url):
        raise ValueError(url)
    return parts


def target_of(parts: SplitResult) -> Target:
    """Where to connect; Failure when the host is not allowed or there is none."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        return resolve(host, port, settings.NOTICE_HOSTS)
    except HostNotAllowed:
        raise Failure("host_not_allowed", host[:60], final=True) from None
    except HostUnknown:
        raise Failure("host_unknown", host[:60]) from None


def call(message: Message, webhook: Webhook, now: datetime) -> None:
    """Tell the webhook of the message; Failure when it did not take it."""
    try:
        parts = parts_of(webhook.url)
    except ValueError:
        raise Failure("host_not_allowed", final=True) from None
    target = target_of(parts)
    path = _path(parts)
    body = body_of(message)
    headers = signed(message, webhook, path=path, body=body, now=now)
    limit = settings.NOTICE_TIMEOUT_SECONDS
    connection = (Secure if parts.scheme == "https" else Plain)(target, limit)
    with _Deadline(connection, limit) as deadline:
        try:
            connection.request("POST", path, body=body, headers=headers)
            status = connection.getresponse().status  # the answer's body is of no interest
        except (OSError, http.client.HTTPException) as error:
            raise _failure(error, late=deadline.passed) from None
    _judge(status)


class _Deadline:
    """Ends a whole call in time, also one whose answer comes drop by drop."""

    def __init__(self, connection: Plain, seconds: float) -> None:
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()
        self._connection.close()

    def _end(self) -> None:
        self.passed = True
        if self._connection.sock is not None:
            with contextlib.suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)


def _failure(error: Exception, *, late: bool) -> Failure:
    if late or isinstance(error, TimeoutError):
        return Failure("timeout")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure("certificate")
    # RemoteDisconnected is both: nothing was answered at all
    return Failure("unreachable" if isinstance(error, OSError) else "garbled")


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Failure("moved", str(status), final=True)
    raise Failure("status", str(status))


def body_of(message: Message) -> bytes:
    """What the webhook is told, as canonical JSON: the same bytes at every attempt."""
    content = {
        "version": 1,
        "id": str(message.key),
        "at": message.created_at.isoformat(),
        **outside.content_of(message.kind, message.params, message.url),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(
    message: Message, webhook: Webhook, *, path: str, body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of a call; Failure when the secret cannot be read."""
    try:
        values = crypto.unseal(webhook.secret, settings.FIELD_KEYS, context=context_of(webhook))
    except crypto.DecryptionError:
        raise Failure("secret", final=True) from None
    name = _DIGESTS[webhook.algorithm]
    digest = f"{_DIGEST_NAMES[name]}={hashlib.new(name, body).hexdigest()}"
    facts = {
        "GovShare-Id": str(message.key),
        "GovShare-Key": webhook.key_id,
        "GovShare-Time": str(int(now.timestamp())),
        "GovShare-Nonce": secrets.token_hex(16),
        "GovShare-Digest": digest,
    }
    lines = "\n".join(("govshare-notice-v1", "POST", path, *facts.values()))
    mark = hmac.new(values["secret"].encode(), lines.encode(), name).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        **facts,
        "GovShare-Signature": f"{webhook.algorithm}={mark}",
    }


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path
