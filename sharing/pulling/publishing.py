"""Making a finished pull a delivery: once, complete, or not at all, whatever dies in between."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from catalog import access as catalog_access
from sharing.approval.clocks import local_day
from sharing.models import Counter, Delivery, DeliveryFile, Pull
from sharing.protection.manifest import MANIFEST, SIGNATURE, digest
from sharing.pulling.leases import Claim, hold_still, lets_out, wake_next
from sharing.pulling.records import enter
from sharing.pulls.errors import PullStopped
from sharing.pulls.spec import PullResult
from sharing.pulls.staging import final_path, full_disk_is_a_fault, publish_files
from sharing.telling import tell_of_delivery


def root() -> Path:
    """Where deliveries lie; no web server serves this folder."""
    return Path(settings.DELIVERY_ROOT)


@transaction.atomic
def publish(held: Claim, result: PullResult, *, clock: Callable[[], datetime]) -> Delivery:
    """Turn ``result`` into a committed delivery. PullStopped when the right or the lease is gone.

    The grant's row is locked first and the time taken after it, so that a suspension either waits
    for this or is seen here. The folder is moved into place before the commit: files that a
    committed delivery names always exist, and a folder whose commit failed is swept as an orphan.
    """
    pull = Pull.objects.select_related(
        "grant__department", "grant__version", "grant__resource__provider",
        "grant__item__application",
    ).get(pk=held.pull_id)  # fmt: skip
    hold_still(pull.grant_id)
    now = clock()
    _take_out(held, pull, result, now)
    delivery = Delivery.objects.create(
        number=Counter.objects.number("JF", pull.grant.resource.provider.region_id, local_day(now)),
        pull=pull,
        grant=pull.grant,
        rows=result.rows,
        quality=result.quality.as_json(),
        manifest=result.manifest.content.decode(),
        signature=result.manifest.signature,
        key_id=result.manifest.key_id,
        snapshot_at=result.snapshot_at,
        published_at=now,
    )
    final = final_path(root(), str(pull.pk), held.token)
    DeliveryFile.objects.bulk_create(_files(delivery, result, final.relative_to(root())))
    enter(
        delivery,
        "delivery.published",
        by=None,
        now=now,
        data={
            "pull": str(pull.pk),
            "token": held.token,
            "rows": result.rows,
            "manifest": digest(result.manifest.content),
            "files": {file.name: file.sha256 for file in result.files},
            "content_hash": pull.grant.content_hash,
        },
        article="22",
    )
    tell_of_delivery(delivery, pull.requested_by_id, now=now)
    wake_next(pull, now=now)
    with full_disk_is_a_fault():
        publish_files(result.staging, final)
    return delivery


def _take_out(held: Claim, pull: Pull, result: PullResult, now: datetime) -> None:
    """End the pull as published, if it is still this worker's and data may still leave."""
    ended = Pull.objects.filter(
        pk=held.pull_id,
        token=held.token,
        status=Pull.Status.PACKAGING,
        grant__in=lets_out(now),
    ).update(
        status=Pull.Status.PUBLISHED, lease_until=None, ended_at=now, rows_done=result.rows,
        bytes_done=sum(file.size for file in result.files),
    )  # fmt: skip
    grant = pull.grant
    permitted = catalog_access.holds(
        catalog_access.Permission.PULL, grant.department, grant.resource
    )
    if ended != 1 or not permitted:
        raise PullStopped("not_held")


def _files(delivery: Delivery, result: PullResult, folder: Path) -> Iterator[DeliveryFile]:
    for file in result.files:
        yield DeliveryFile(
            delivery=delivery,
            format=file.format,
            name=file.name,
            path=str(folder / file.name),
            size=file.size,
            sha256=file.sha256,
        )
    for kind, name, content in (
        ("manifest", MANIFEST, result.manifest.content),
        ("signature", SIGNATURE, result.manifest.signature_file),
    ):
        yield DeliveryFile(
            delivery=delivery,
            format=kind,
            name=name,
            path=str(folder / name),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
