"""Chain policies: drafting a version, putting it forward, confirming it by a second person.

A version that is confirmed never changes; applications keep the version they were submitted
under. A region's policy only tightens the one that holds everywhere (R46).
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import record
from portal.organisation.access import has_role, held_posts
from portal.organisation.models import Official, Region, Role
from sharing import planning, policy_words
from sharing.approval.clocks import local_day
from sharing.approval.lawful import faults_of
from sharing.approval.policy import DEFAULT_POLICY, Policy
from sharing.approval.serialise import dump_policy, load_policy
from sharing.models import ApplicationItem, ChainPolicy, PolicyStatus


def faults(definition: object, region: Region | None, on: date) -> list[Fault]:
    """Everything wrong with a definition for ``region`` (None: everywhere), in words."""
    above = planning.national(ChainPolicy.objects.in_force(on)) if region is not None else None
    return policy_words.in_words(faults_of(definition, above))


def current(on: date) -> set[int]:
    """Ids of the versions from which chains are planned on the day ``on``: one for each region."""
    newest: dict[object, int] = {}
    for pk, region in ChainPolicy.objects.in_force(on).values_list("pk", "region_id"):
        newest.setdefault(region, pk)
    return set(newest.values())


def complete(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A lawful definition with everything it leaves to the defaults written out."""
    return dump_policy(load_policy(definition))


@transaction.atomic
def draft_version(
    *, by: Official, name: str, region: Region | None = None, now: datetime
) -> ChainPolicy:
    """Begin the next version of the policy of that name, with the rules of the last one.

    A name that is new begins with the rules that hold everywhere. NotAllowed while a version is
    being worked on, or when the name belongs to another region.
    """
    _require_keeper(by, now)
    name = name.strip()
    if not name:
        message = _("The policy has no name.")
        raise Invalid(message, [Fault("name", message, _("Enter a name."), "required")])
    versions = ChainPolicy.objects.select_for_update().filter(name=name)
    found = list(versions.order_by("-version"))
    _require_same_region(found, region)
    on = local_day(now)
    if found:
        rules = next((row for row in found if row.status == PolicyStatus.CONFIRMED), found[0])
        definition = rules.definition
        region = found[0].region
    else:
        definition = dump_policy(
            planning.national(ChainPolicy.objects.in_force(on)) or DEFAULT_POLICY
        )
    policy = ChainPolicy.objects.create(
        name=name, region=region, definition=complete(definition),
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        drafted_by=by, drafted_at=now,
    )  # fmt: skip
    _enter("policy.drafted", policy, by, now)
    return policy


def _require_same_region(found: list[ChainPolicy], region: Region | None) -> None:
    if any(row.is_open for row in found):
        raise NotAllowed(
            _("A version of this policy is being worked on already."),
            remedy=_("Go on with that one, or give it up."),
            code="open_version",
        )
    if found and region is not None and found[0].region_id != region.pk:
        raise NotAllowed(
            _("The policy of that name belongs to another region."),
            remedy=_("Choose another name."),
            code="other_region",
        )


@transaction.atomic
def change_draft(
    *, by: Official, policy: ChainPolicy, definition: Mapping[str, Any], note: str, now: datetime
) -> ChainPolicy:
    """Write other rules into a draft; Invalid lists every fault, and nothing is kept then."""
    _require_keeper(by, now)
    kept = _lock(policy)
    _require_status(kept, PolicyStatus.DRAFT)
    if wrong := faults(dict(definition), kept.region, local_day(now)):
        raise Invalid(_("The rules cannot be used."), wrong)
    before = kept.definition
    kept.definition, kept.note = complete(definition), note.strip()
    kept.save(update_fields=["definition", "note"])
    _enter("policy.changed", kept, by, now, {"before": before})
    return kept


@transaction.atomic
def put_forward(
    *, by: Official, policy: ChainPolicy, valid_from: date, now: datetime
) -> ChainPolicy:
    """Ask a second person to confirm a draft for the day ``valid_from``; that day may not be past."""
    _require_keeper(by, now)
    kept = _lock(policy)
    _require_status(kept, PolicyStatus.DRAFT)
    _require_day(valid_from, now)
    if wrong := _all_faults(kept, valid_from):
        raise Invalid(_("The rules cannot be used."), wrong)
    kept.status, kept.valid_from = PolicyStatus.PREPARED, valid_from
    kept.prepared_by, kept.prepared_at = by, now
    kept.save(update_fields=["status", "valid_from", "prepared_by", "prepared_at"])
    _enter("policy.put_forward", kept, by, now)
    return kept


def _require_day(valid_from: date, now: datetime) -> None:
    if valid_from < local_day(now):
        message = _("A policy does not begin in the past.")
        fault = Fault("valid_from", message, _("Choose today or a later day."), "past")
        raise Invalid(message, [fault])


def _all_faults(policy: ChainPolicy, on: date) -> list[Fault]:
    """Faults of the rules; for those that hold everywhere also the regions that would be looser."""
    found = faults(policy.definition, policy.region, on)
    if found or policy.region_id is not None:
        return found
    rules = load_policy(policy.definition)
    rows = ChainPolicy.objects.filter(status=PolicyStatus.CONFIRMED, region__isnull=False)
    newest: dict[str, ChainPolicy] = {}
    for row in rows.select_related("region").order_by("-valid_from", "-version"):
        newest.setdefault(str(row.region_id), row)
    for row in newest.values():
        if faults_of(row.definition, rules):
            message = _("The policy %(policy)s of %(region)s would be looser than these rules.")
            params = {"policy": row, "region": row.region}
            remedy = _("Put a stricter version of that policy in force first.")
            found.append(Fault("region", str(message) % params, remedy, "looser_region"))
    return found


@transaction.atomic
def confirm(*, by: Official, policy: ChainPolicy, now: datetime) -> ChainPolicy:
    """The second person agrees: the version is in force from its day, or from today if that is past.

    Who may: another security administrator, or the head of the authority of the policy's region or
    of one above; for rules that hold everywhere the head of a province's or the nation's authority.
    """
    kept = _lock(policy)
    _require_status(kept, PolicyStatus.PREPARED)
    if kept.prepared_by_id == by.pk:
        raise NotAllowed(
            _("Nobody confirms what they put forward themselves."),
            remedy=_("Ask another administrator, or the head of the authority."),
            code="two_people",
        )
    if not may_confirm(by, kept, local_day(now)):
        raise Forbidden(
            _("Only a security administrator or the head of the authority confirms a policy."),
            remedy=_("Ask one of them."),
            code="not_authority_head",
        )
    kept.valid_from = max(kept.valid_from or local_day(now), local_day(now))
    if wrong := _all_faults(kept, kept.valid_from):
        raise Invalid(_("The rules cannot be used."), wrong)
    kept.status, kept.confirmed_by, kept.confirmed_at = PolicyStatus.CONFIRMED, by, now
    kept.save(update_fields=["status", "valid_from", "confirmed_by", "confirmed_at"])
    _enter("policy.confirmed", kept, by, now)
    return kept


@transaction.atomic
def give_up(*, by: Official, policy: ChainPolicy, reason: str, now: datetime) -> ChainPolicy:
    """A version that is not in force will not come into force."""
    on = local_day(now)
    kept = _lock(policy)
    if not (may_keep(by, on) or may_confirm(by, kept, on)):
        _require_keeper(by, now)
    if not (kept.is_open or _is_to_come(kept, on)):
        raise NotAllowed(
            _("The version is in force or was given up before."),
            remedy=_("Draft the next version instead."),
            code="in_force",
        )
    if not reason.strip():
        message = _("A reason is missing.")
        raise Invalid(message, [Fault("reason", message, _("Write why."), "required")])
    kept.status = PolicyStatus.WITHDRAWN
    kept.save(update_fields=["status"])
    _enter("policy.given_up", kept, by, now, {"reason": reason.strip()})
    return kept


def may_keep(official: Official, on: date) -> bool:
    """Whether the official drafts policies and puts them forward (R35)."""
    return has_role(official, [Role.SECADMIN], on)


def may_confirm(official: Official, policy: ChainPolicy, on: date) -> bool:
    """Whether the official may be the second person for a policy."""
    if policy.prepared_by_id == official.pk:
        return False
    if may_keep(official, on):
        return True
    heads = {p.region_id for p in held_posts(official, on) if p.role == Role.AUTHORITY_HEAD}
    if policy.region is not None:
        return bool(heads & {policy.region.code, *policy.region.superior_codes()})
    return Region.objects.filter(code__in=heads, level__in=("nation", "province")).exists()


def rules_of(policy: ChainPolicy) -> Policy:
    """The rules as the core reads them, under the name of the version."""
    return load_policy({**policy.definition, "version": str(policy)})


def _is_to_come(policy: ChainPolicy, on: date) -> bool:
    """Confirmed for a later day, so that no application can have it yet."""
    begins = policy.valid_from
    is_used = ApplicationItem.objects.filter(policy=policy).exists()
    return (
        policy.status == PolicyStatus.CONFIRMED and begins is not None and begins > on
    ) and not is_used


def _lock(policy: ChainPolicy) -> ChainPolicy:
    return (
        ChainPolicy.objects.select_for_update(of=("self",))
        .select_related("region")
        .get(pk=policy.pk)
    )


def _require_keeper(by: Official, now: datetime) -> None:
    if not may_keep(by, local_day(now)):
        raise Forbidden(
            _("Only the security administrator drafts policies."),
            remedy=_("Ask the security administrator."),
            code="not_secadmin",
        )


def _require_status(policy: ChainPolicy, status: PolicyStatus) -> None:
    if policy.status != status:
        raise NotAllowed(
            _("The version is not in a state that allows this: %(status)s.")
            % {"status": policy.get_status_display()},
            remedy=_("Draft the next version instead."),
            code=f"policy_{policy.status}",
        )


def _enter(
    kind: str, policy: ChainPolicy, by: Official, now: datetime,
    data: Mapping[str, Any] = MappingProxyType({}),
) -> None:  # fmt: skip
    facts = {
        "definition": policy.definition, "region": policy.region_id, "from": policy.valid_from,
        "note": policy.note,
    }  # fmt: skip
    record(kind, by=by, obj=policy, now=now, data=facts | dict(data))
