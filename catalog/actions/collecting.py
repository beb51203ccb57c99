"""Checking a planned collection of data against the catalog (Decree 809 articles 19 and 40, R31)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.cases import AUTHORITY_ROLES, authority_for, holders, offices_of
from catalog.matching import MOST_NAMES, fields_found
from catalog.models import CheckState, CollectionCheck, CollectionField, CollectionMatch
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.access import department_ids, held_posts
from portal.organisation.models import Department, Official

_MOST_MATCHES = 5
"""Matches kept for a field, the exact ones first."""


def checks_visible_to(official: Official, on: datetime) -> QuerySet[CollectionCheck]:
    """Checks of the official's departments; of an authority those kept in its region."""
    day = timezone.localdate(on)
    regions = {post.region_id for post in held_posts(official, day) if post.role in AUTHORITY_ROLES}
    return CollectionCheck.objects.filter(
        Q(department__in=department_ids(official, day))
        | Q(state=CheckState.KEPT, department__region__in=regions)
    )


@transaction.atomic
def check_collection(
    *,
    by: Official,
    department: Department,
    title: str,
    purpose: str,
    names: Sequence[str],
    now: datetime,
) -> CollectionCheck:
    """Look for every field of a planned form in the entries of other departments, and keep it.

    Forbidden unless ``by`` belongs to the department; Invalid lists every fault.
    """
    on = timezone.localdate(now)
    if department.pk not in department_ids(by, on):
        raise Forbidden(_("You can check a form only for a department in which you hold a post."))
    check = CollectionCheck(
        title=" ".join(title.split()), purpose=purpose.strip(), department=department,
        official=by, state=CheckState.OPEN, created_at=now,
    )  # fmt: skip
    asked = list(dict.fromkeys(filter(None, (" ".join(name.split()) for name in names))))
    if faults := [*_check_faults(check), *_name_faults(asked)]:
        raise Invalid(_("The check has faults."), faults)
    found = fields_found(by, on, asked, without=offices_of(department))
    matched = sum(bool(found[name]) for name in asked)
    check.state = CheckState.OPEN if matched else CheckState.CLEAR
    check.save(force_insert=True)
    rows = CollectionField.objects.bulk_create(
        CollectionField(check_made=check, position=place, name=name)
        for place, name in enumerate(asked)
    )
    CollectionMatch.objects.bulk_create(
        CollectionMatch(
            field=row, resource=one.resource, key=one.item.key, name=one.item.name, exact=one.exact
        )
        for row in rows
        for one in found[row.name][:_MOST_MATCHES]
    )
    record(
        "collection.checked",
        by=by,
        obj=check,
        now=now,
        departments=[department.pk],
        data={"fields": len(asked), "matched": matched},
        article="19",
    )
    return check


@transaction.atomic
def decide_collection(
    *, by: Official, check_id: UUID | str, keep: bool, reason: str = "", now: datetime
) -> CollectionCheck:
    """Give the matched fields up, or collect them all the same with a reason.

    Collecting what sharing could give is a violation (article 40), so the competent authority is
    told of it. NotVisible, Forbidden for others than the department, NotAllowed when it has been
    decided, Invalid without a reason.
    """
    on = timezone.localdate(now)
    seen = get_check(by, check_id, now)
    if seen.department_id not in department_ids(by, on):
        raise Forbidden(_("The department that collects decides."))
    check = CollectionCheck.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    if check.state != CheckState.OPEN:
        raise NotAllowed(
            _("Nothing is left to decide about this check."),
            remedy=_("Check the form anew if it has changed."),
            code="decided",
        )
    if keep and not reason.strip():
        message = _("The reason is missing.")
        remedy = _("Say why the shared data are not enough.")
        raise Invalid(message, [Fault("reason", message, remedy, "missing")])
    check.state = CheckState.KEPT if keep else CheckState.DROPPED
    check.reason = reason.strip()[:1000] if keep else ""
    check.decided_at = now
    check.save(update_fields=["state", "reason", "decided_at"])
    authority = authority_for(check.department.region, on)
    record(
        "collection.kept" if keep else "collection.dropped",
        by=by,
        obj=check,
        now=now,
        departments=[check.department_id, *([authority.pk] if authority and keep else [])],
        data={"reason": check.reason},
        article="19, 40" if keep else "19",
    )
    if keep and authority is not None:
        people = holders([authority.pk], AUTHORITY_ROLES, on) - {by.pk}
        notify(
            "collection.kept",
            officials=list(Official.objects.filter(pk__in=people, is_active=True)),
            params={
                "title": check.title, "department": check.department.name, "text": check.reason,
            },
            url=reverse("catalog:collection", args=[check.pk]),
            now=now,
        )  # fmt: skip
    return check


def get_check(official: Official, check_id: UUID | str, now: datetime) -> CollectionCheck:
    """One check, or NotVisible."""
    seen = checks_visible_to(official, now).select_related("department__region", "official")
    try:
        return seen.get(pk=check_id)
    except (CollectionCheck.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def _check_faults(check: CollectionCheck) -> list[Fault]:
    try:
        check.clean_fields(exclude=["department", "official"])
    except ValidationError as error:
        remedy = _("Correct it and send again.")
        return [
            Fault(name, message, remedy, "invalid")
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def _name_faults(names: Sequence[str]) -> list[Fault]:
    field = "fields_asked"
    if not names:
        message = _("The form has no fields.")
        remedy = _("Name the fields one on a line, or upload the form as a sheet.")
        return [Fault(field, message, remedy, "missing")]
    faults = []
    if len(names) > MOST_NAMES:
        message = _("These are too many fields.")
        faults.append(Fault(field, message, _("Check 200 at a time."), "too_many"))
    if long := [name for name in names if len(name) > 100]:
        text = _("The name of a field is too long: %(name)s") % {"name": long[0][:40]}
        faults.append(Fault(field, text, _("Use 100 characters at most."), "too_long"))
    return faults
