"""Downloads: an expiring link bound to file and person, and every check again when it is opened.

The link alone opens nothing: who opens it must be signed in as the person it was made for, still
work for the recipient, and the grant must be in force, at the beginning and while the bytes flow.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from portal.errors import Forbidden, NotAllowed, NotVisible
from portal.organisation.models import Official
from sharing import access
from sharing.approval.clocks import local_day
from sharing.granting.scope import exceeds
from sharing.models import Delivery, DeliveryFile, Grant, Receipt
from sharing.pulling.leases import hold_still, lets_out
from sharing.pulling.publishing import root
from sharing.pulling.records import enter

SALT: Final = "sharing.download"
CHUNK: Final = 256 * 1024
CHECK_BYTES: Final = 4 * 1024 * 1024
CHECK_SECONDS: Final = 2.0
"""How far a download runs on before the grant is looked at again."""


class DownloadCut(Exception):
    """The grant ended while a file was being sent; the connection must break, not end well."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that may be sent now. ``chunks`` raises DownloadCut when the right ends meanwhile."""

    file: DeliveryFile
    name: str
    size: int
    chunks: Iterator[bytes]


def make(file: DeliveryFile, official: Official, now: datetime) -> str:
    """A link to ``file`` for ``official``, good for DOWNLOAD_LINK_SECONDS."""
    until = now + timedelta(seconds=settings.DOWNLOAD_LINK_SECONDS)
    return signing.dumps(
        {"file": file.pk, "official": official.pk, "until": int(until.timestamp())}, salt=SALT
    )


@transaction.atomic
def open(  # noqa: A001 - links.open reads as what it does
    token: str, official: Official, now: datetime, *, clock: Callable[[], datetime] = timezone.now
) -> Download:
    """Check everything again, record the download, and return the file.

    Raises NotVisible for a link that is forged, somebody else's or to what the official does not
    see; NotAllowed when it has expired or data may not leave now. If the ledger cannot be written
    nothing is sent. ``clock`` tells the time while the file is being sent.
    """
    file = _addressed(token, official, now)
    delivery = file.delivery
    hold_still(delivery.grant_id)
    hindrance = hindrance_to_download(delivery, official, now)
    if hindrance is not None:
        raise hindrance
    path = _path(file)
    enter(
        delivery,
        "delivery.downloaded",
        by=official,
        now=now,
        data={"file": file.name, "sha256": file.sha256, "size": file.size},
        article="22",
    )
    return Download(file, download_name(file), file.size, _chunks(file, path, clock))


def hindrance_to_download(
    delivery: Delivery, official: Official, now: datetime
) -> Forbidden | NotAllowed | None:
    """Why the official cannot have the files of a delivery now, or None."""
    grant = delivery.grant
    if not access.is_recipient(official, grant, local_day(now)):
        return Forbidden(
            _("Only the recipient opens the files of a delivery."),
            remedy=_("Apply for the data yourself."),
            code="not_recipient",
        )
    if exceeds(delivery, grant):
        return NotAllowed(
            _("The delivery holds more than the grant allows since it was narrowed."),
            remedy=_("Pull the data anew; the new delivery holds what is granted now."),
            code="beyond_grant",
        )
    if not _may_leave(grant, now):
        return NotAllowed(
            _("The grant is not in force: nothing of it is delivered."),
            remedy=_("Look at the grant; it says since when and why."),
            code="grant_not_in_force",
        )
    return None


def download_name(file: DeliveryFile) -> str:
    """The name a saved file gets; manifest and signature keep theirs, verification needs them."""
    return f"{file.delivery.number}-{file.name}"


@transaction.atomic
def confirm(*, by: Official, delivery_id: UUID | str, now: datetime) -> Receipt:
    """Confirm that a delivery arrived: the recipient's receipt names the manifest's digest."""
    seen = access.get_delivery(by, delivery_id, local_day(now))
    delivery = Delivery.objects.select_related(
        "grant__department", "grant__version", "grant__resource__provider"
    ).get(pk=seen.pk)
    if not access.is_recipient(by, delivery.grant, local_day(now)):
        raise Forbidden(
            _("Only the recipient confirms a delivery."),
            remedy=_("An official of the recipient confirms it."),
            code="not_recipient",
        )
    digest = hashlib.sha256(delivery.manifest.encode()).hexdigest()
    receipt, created = Receipt.objects.get_or_create(
        delivery=delivery, defaults={"official": by, "at": now, "sha256": digest}
    )
    if not created:
        raise NotAllowed(
            _("The delivery was already confirmed."),
            remedy=_("Nothing more is to be done."),
            code="already_confirmed",
        )
    enter(delivery, "delivery.confirmed", by=by, now=now, data={"manifest": digest})
    return receipt


def _addressed(token: str, official: Official, now: datetime) -> DeliveryFile:
    try:
        content = signing.loads(token, salt=SALT)
        file_id, owner, until = content["file"], content["official"], content["until"]
    except (signing.BadSignature, TypeError, KeyError):
        raise _no_such_link() from None
    if owner != official.pk:
        raise _no_such_link()
    file = access.get_file(official, file_id, local_day(now))
    if now.timestamp() > until:
        raise NotAllowed(
            _("The link has expired."),
            remedy=_("Open the delivery and start the download again."),
            code="link_expired",
        )
    return DeliveryFile.objects.select_related(
        "delivery__grant__department",
        "delivery__grant__version",
        "delivery__grant__resource__provider",
    ).get(pk=file.pk)


def _no_such_link() -> NotVisible:
    return NotVisible(_("This does not exist, or you may not see it."))


def _may_leave(grant: Grant, now: datetime) -> bool:
    """Grant and guardian's right must both hold (DESIGN §4)."""
    return lets_out(now).filter(pk=grant.pk).exists() and catalog_access.holds(
        catalog_access.Permission.PULL, grant.department, grant.resource
    )


def _path(file: DeliveryFile) -> Path:
    """Where the file lies: only below the root, only complete."""
    place = root().resolve()
    path = (place / file.path).resolve()
    if not path.is_relative_to(place) or not path.is_file() or path.stat().st_size != file.size:
        raise NotAllowed(
            _("The file cannot be read at the moment."),
            remedy=_("Tell the system administrator: a delivered file is missing or changed."),
            code="file_missing",
        )
    return path


def _chunks(file: DeliveryFile, path: Path, clock: Callable[[], datetime]) -> Iterator[bytes]:
    sent = unchecked = 0
    checked_at = time.monotonic()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            unchecked += len(chunk)
            if unchecked >= CHECK_BYTES or time.monotonic() - checked_at >= CHECK_SECONDS:
                if not _may_leave(file.delivery.grant, clock()):
                    _record_cut(file, sent, clock())
                    raise DownloadCut(file.delivery.number)
                unchecked, checked_at = 0, time.monotonic()
            yield chunk
            sent += len(chunk)


@transaction.atomic
def _record_cut(file: DeliveryFile, sent: int, now: datetime) -> None:
    data = {"file": file.name, "sent": sent, "size": file.size}
    enter(file.delivery, "delivery.download_cut", by=None, now=now, data=data)
