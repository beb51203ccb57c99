"""Invariants of chain policies, consent rules and emergencies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from sharing import planning
from sharing.approval.clocks import local_day
from sharing.approval.lawful import faults_of
from sharing.models import (
    ApplicationItem,
    ChainPolicy,
    ConsentRule,
    EmergencyAccess,
    GrantStatus,
    ItemEvent,
    PolicyStatus,
)

LIVING: Final = (GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)
GRACE: Final = timedelta(minutes=10)


@invariant(
    70, _("Every chain policy in force is lawful, and a region's is no looser than the one above.")
)
def policies_are_lawful(now: datetime) -> Iterator[Violation]:
    """Confirmed versions that leave out who must consent, or lengthen a limit (R46)."""
    rows = list(ChainPolicy.objects.in_force(local_day(now)).select_related("region"))
    above = planning.national(rows)
    newest: set[object] = set()
    for row in rows:
        if row.region_id in newest:
            continue
        newest.add(row.region_id)
        if faults_of(row.definition, above if row.region_id else None):
            yield Violation(str(row), _("the policy is not lawful"))
    for row in ChainPolicy.objects.filter(status=PolicyStatus.CONFIRMED):
        if row.confirmed_by_id is not None and row.confirmed_by_id == row.prepared_by_id:
            yield Violation(str(row), _("confirmed by the person who put it forward"))


@invariant(
    71, _("Access before consent ends with the decision or with its days, whichever comes first.")
)
def emergencies_end(now: datetime) -> Iterator[Violation]:
    """Accesses open after a decision or after their last day, and grants alive after their end."""
    on = local_day(now - GRACE)
    for opened in EmergencyAccess.objects.select_related("item", "grant"):
        is_over = opened.until < on
        if opened.ended_at is None and opened.item.status not in ApplicationItem.OPEN_STATUSES:
            yield Violation(opened.grant.number, _("open although the application is decided"))
        elif opened.ended_at is None and is_over:
            yield Violation(opened.grant.number, _("open although its days are over"))
        elif opened.ended_at is not None and opened.grant.status in LIVING:
            yield Violation(opened.grant.number, _("the grant outlives the access"))


@invariant(
    72, _("What a rule answered, a rule in force at the submission answered, within its bounds.")
)
def rules_answer_within_bounds(now: datetime) -> Iterator[Violation]:
    """Consent by a rule that was not there, was stopped before, or is another department's."""
    del now
    sent = ItemEvent.objects.filter(kind="submitted").exclude(data__plan__rule=None)
    sent = sent.filter(data__plan__has_key="rule").select_related("item")
    rules = ConsentRule.objects.in_bulk()
    for event in sent:
        rule = rules.get(event.data["plan"]["rule"]["id"])
        number = str(event.item_id)
        if rule is None or rule.department_id != event.item.provider_id:
            yield Violation(number, _("answered by a rule that the provider never set"))
        elif rule.stopped_at is not None and rule.stopped_at < event.at:
            yield Violation(number, _("answered by a rule that was stopped before"))
