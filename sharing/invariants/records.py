"""Invariants of the record: every change has its entry, and the database keeps history as it is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from portal.ledger import verification
from portal.ledger.findings import What
from sharing.invariants.rights import entries
from sharing.models import ApplicationItem, Delivery, Grant, Receipt

WAITING: Final = frozenset({What.UNSEALED, What.UNSIGNED})
"""What a relay that does not run leaves behind."""
GUARDS: Final = (
    "ledger_entry_no_change",
    "ledger_entry_no_truncate",
    "ledger_seal_no_change",
    "ledger_checkpoint_no_change",
    "sharing_itemevent_no_change",
    "sharing_event_separation",
    "sharing_delivery_no_change",
    "sharing_deliveryfile_no_change",
    "sharing_receipt_no_change",
    "sharing_grant_immutable",
    "sharing_item_final",
    "sharing_item_transition",
    "sharing_item_has_events",
    "sharing_pull_final",
    "sharing_policy_guard",
    "sharing_consentrule_immutable",
    "sharing_emergency_immutable",
    "catalog_version_immutable",
    "catalog_item_immutable",
    "catalog_version_reviewed",
    "catalog_item_under_review",
    "catalog_review_final",
    "catalog_reviewstep_no_change",
    "catalog_reviewcheck_no_change",
    "catalog_blocked_for_good",
    "organisation_post_rules",
)
"""Triggers without which the database would let history be changed."""


@invariant(25, _("A change and its ledger entry are committed together or not at all."))
def changes_have_entries(now: datetime) -> Iterator[Violation]:
    """Objects with more or fewer entries than changes."""
    del now
    written = entries("sharing.applicationitem", "item.")
    for item in ApplicationItem.objects.annotate(count=Count("events")):
        if item.count != written.pop(str(item.pk), 0):
            yield Violation(str(item.pk), _("events and ledger entries differ in number"))
    for pk in written:
        yield Violation(pk, _("ledger entries of an item that does not exist"))
    yield from _one_each(
        "sharing.grant", "grant.created", Grant.objects.values_list("pk", flat=True)
    )
    yield from _one_each(
        "sharing.delivery", "delivery.published", Delivery.objects.values_list("pk", flat=True)
    )
    yield from _one_each(
        "sharing.delivery", "delivery.confirmed", Receipt.objects.values_list("delivery", flat=True)
    )


def _one_each(object_type: str, kind: str, keys: Iterable[object]) -> Iterator[Violation]:
    written = entries(object_type, kind)
    present = {str(key) for key in keys}
    for pk in present:
        if written.get(pk, 0) != 1:
            yield Violation(pk, _("not exactly one entry: %(kind)s") % {"kind": kind})
    for pk in set(written) - present:
        yield Violation(pk, _("an entry without its object: %(kind)s") % {"kind": kind})


@invariant(27, _("The ledger is sealed, and every change of it after the fact is found."))
def ledger_is_unchanged(now: datetime) -> Iterator[Violation]:
    """What the verification of the whole ledger finds; entries that wait for the relay are counted."""
    waiting: Counter[What] = Counter()
    for finding in verification.verify(now=now).findings:
        if finding.what in WAITING:
            waiting[finding.what] += 1
            continue
        place = finding.entry_id if finding.entry_id is not None else finding.seq
        yield Violation(f"ledger {place or ''}".strip(), str(finding))
    for what, count in waiting.items():
        yield Violation(
            f"ledger {what}",
            _("%(count)d entries wait: is the relay running?") % {"count": count},
        )


@invariant(28, _("The database refuses to change or remove history."))
def guards_stand(now: datetime) -> Iterator[Violation]:
    """Triggers that are missing or switched off."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        standing = {str(name) for (name,) in cursor.fetchall()}
    for name in GUARDS:
        if name not in standing:
            yield Violation(name, _("missing or switched off"))
