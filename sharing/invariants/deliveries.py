"""Invariants of pulls and deliveries: once, complete, in scope, never partial."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.invariants import Violation, invariant
from portal.ledger.models import Entry
from sharing.connectors.base import region_prefix
from sharing.grantlife.evolve import fold
from sharing.grantlife.serialise import from_dict
from sharing.models import Delivery, DeliveryFile, Pull
from sharing.pulling.publishing import root

STUCK: Final = timedelta(minutes=10)
"""Sweeps come every 20 seconds; a pull overdue for so long was forgotten."""
WAITING: Final = timedelta(days=1)
"""Longer than any queue at a source should be."""


def _deliveries() -> Iterator[Delivery]:
    return Delivery.objects.select_related("pull", "grant").order_by("pk").iterator(200)


def _manifest(delivery: Delivery) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(delivery.manifest)
    return content


@invariant(4, _("A delivery holds no field, row or mask beyond its grant."))
def deliveries_stay_in_scope(now: datetime) -> Iterator[Violation]:
    """Manifests that name another grant, more fields, weaker masks or more rows."""
    del now
    for delivery in _deliveries():
        for problem in _out_of_scope(_manifest(delivery), delivery):
            yield Violation(delivery.number, problem)


def _out_of_scope(manifest: dict[str, Any], delivery: Delivery) -> Iterator[Text]:
    """The terms are those the grant had when the delivery was published; later ones bind later."""
    events = list(delivery.grant.events.filter(seq__lte=_known_then(delivery)).order_by("seq"))
    made_under = [one for one in events if one.content_hash == manifest["grant"]["content_hash"]]
    if not made_under:
        yield _("made under other terms than the grant's")
        return
    terms = fold(from_dict(one.data) for one in events).terms
    granted = {field.key: field.mask for field in terms.fields}
    delivered = {field["name"]: field["mask"] for field in manifest["fields"]}
    if not delivered.items() <= granted.items():
        yield _("fields or masks that were not granted")
    rows = terms.row_region
    if (manifest["scope"]["region"] or None) != ([region_prefix(rows)] if rows else None):
        yield _("rows of another region than granted")


def _known_then(delivery: Delivery) -> int:
    """How many events the grant had when the delivery was published, by the order of the ledger.

    Not by their times: a place in the ledger is taken after the grant's row was locked.
    """
    published = Entry.objects.filter(kind="delivery.published", object_id=str(delivery.pk))
    place = published.values_list("pk", flat=True).first()
    before = Entry.objects.filter(
        object_type="sharing.grant", object_id=str(delivery.grant_id), data__has_key="seq"
    )
    numbers = before.filter(pk__lt=place or 0).values_list("data__seq", flat=True)
    return max(numbers, default=1)


@invariant(13, _("Every pull ends: published, given up with a reason, or cancelled."))
def pulls_end(now: datetime) -> Iterator[Violation]:
    """Pulls that nobody holds and nobody takes up."""
    forgotten = Pull.objects.filter(
        Q(status__in=Pull.RUNNING, lease_until__lt=now - STUCK)
        | Q(status=Pull.Status.FAILED, retry_at__lt=now - STUCK)
        | Q(status=Pull.Status.QUEUED, created_at__lt=now - WAITING)
    )
    for pull in forgotten:
        yield Violation(str(pull.pk), _("forgotten as %(status)s") % {"status": pull.status})
    for pull in Pull.objects.filter(status=Pull.Status.QUARANTINED, failure_code=""):
        yield Violation(str(pull.pk), _("given up without a reason"))


@invariant(14, _("A pull is published exactly once."))
def published_once(now: datetime) -> Iterator[Violation]:
    """Published pulls without a delivery, and deliveries of pulls that were not published."""
    del now
    for pull in Pull.objects.filter(status=Pull.Status.PUBLISHED, delivery__isnull=True):
        yield Violation(str(pull.pk), _("published without a delivery"))
    for delivery in Delivery.objects.exclude(pull__status=Pull.Status.PUBLISHED):
        yield Violation(delivery.number, _("a delivery of a pull that was not published"))


@invariant(15, _("Only the last worker that claimed a pull published it."))
def published_by_the_last_claim(now: datetime) -> Iterator[Violation]:
    """Deliveries whose manifest holds another fencing number than the pull."""
    del now
    for delivery in _deliveries():
        token = _manifest(delivery)["pull"]["token"]
        if token != delivery.pull.token:
            yield Violation(delivery.number, _("published by a worker that had been replaced"))


@invariant(16, _("Every file that a delivery names is there, with its size and digest."))
def files_are_whole(now: datetime) -> Iterator[Violation]:
    """Files that are missing, shorter, longer or changed; and manifests that say otherwise."""
    del now
    for file in DeliveryFile.objects.select_related("delivery").order_by("pk").iterator(200):
        problem = _damage(file, root() / file.path)
        if problem:
            yield Violation(f"{file.delivery.number} {file.name}", problem)
    for delivery in _deliveries():
        manifest = _manifest(delivery)
        listed = {(one["name"], one["bytes"], one["sha256"]) for one in manifest["files"]}
        named = set(
            delivery.files.exclude(format__in=["manifest", "signature"]).values_list(
                "name", "size", "sha256"
            )
        )
        if listed != named or manifest["rows"] != delivery.rows:
            yield Violation(delivery.number, _("the manifest names other files or rows"))


def _damage(file: DeliveryFile, path: Path) -> Text:
    if not path.is_file():
        return _("the file is missing")
    if path.stat().st_size != file.size:
        return _("the file has another size")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return "" if digest == file.sha256 else _("the file was changed")
