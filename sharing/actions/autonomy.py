"""Rules by which a provider consents beforehand: set by the head of its sharing office, stopped at once.

The law asks for the consent of the head of the provider's sharing office (article 20); a rule is
that consent, given beforehand for ordinary data within written bounds. A changed rule is its next
version; what an old version answered keeps its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, MatterState, Mode, Resource, ServiceItem, SharingType
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official, Role
from sharing import access
from sharing.approval.clocks import local_day
from sharing.models import ApplicationItem, ConsentRule, ConsentRuleKind
from sharing.telling import tell_about_item

SETS = (Role.SHARING_OFFICE_HEAD,)
"""Whose consent the law asks for, and who therefore gives it beforehand."""
STOPS = (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.STEWARD)
LONGEST_DAYS = 1095
"""Three years: longer use is asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a rule answers, and within which bounds."""

    kind: str
    resource: Resource | None = None
    matter: ServiceItem | None = None
    fields: Sequence[str] = ()
    demanders: Sequence[Department] = ()
    max_grade: int = 2
    mode: str = Mode.FILE.value
    max_days: int = 365
    valid_until: date | None = None


@transaction.atomic
def set_rule(
    *, by: Official, department: Department, name: str, bounds: Bounds, now: datetime
) -> ConsentRule:
    """Set a rule, or its next version, which stops the one before. Invalid lists every fault."""
    on = local_day(now)
    _require(by, department.pk, SETS, on)
    name = name.strip()
    if wrong := list(_faults(department, name, bounds, on)):
        raise Invalid(_("The rule cannot be set."), wrong)
    versions = ConsentRule.objects.select_for_update().filter(department=department, name=name)
    for old in list(versions.filter(stopped_at__isnull=True)):
        _stop(old, by, str(_("replaced by its next version")), now)
    rule = ConsentRule.objects.create(
        department=department, name=name, kind=bounds.kind, resource=bounds.resource,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        matter=bounds.matter, fields=list(bounds.fields), max_grade=bounds.max_grade,
        mode=bounds.mode, max_days=bounds.max_days, valid_from=on,
        valid_until=bounds.valid_until, set_by=by, set_at=now,
    )  # fmt: skip
    rule.demanders.set(bounds.demanders)
    _enter("rule.set", rule, by, now, {"demanders": [one.name for one in bounds.demanders]})
    return rule


@transaction.atomic
def stop_rule(*, by: Official, rule: ConsentRule, reason: str, now: datetime) -> ConsentRule:
    """The rule answers nothing from this moment on, not even what was sent before (and not decided)."""
    on = local_day(now)
    kept = (
        ConsentRule.objects.select_for_update(of=("self",))
        .select_related("department")
        .get(pk=rule.pk)
    )
    if error := stop_hindrance(by, kept, on):
        raise error
    if not reason.strip():
        message = _("A reason is missing.")
        raise Invalid(message, [Fault("reason", message, _("Write why."), "required")])
    _stop(kept, by, reason.strip(), now)
    for item in waiting(kept):
        applicant = {item.application.applicant_id}
        tell_about_item(item, "item.rule_stopped", applicant, now=now, reason=reason.strip())
    return kept


def stop_hindrance(by: Official, rule: ConsentRule, on: date) -> Forbidden | NotAllowed | None:
    """Why the official cannot stop the rule; None if a reason is all that is missing."""
    if not may_stop(by, rule, on):
        return Forbidden(
            _("Only the provider's posts and the authority of its region stop a rule."),
            remedy=_("Ask the head of the provider's sharing office."),
            code="not_provider",
        )
    if rule.stopped_at is not None:
        return NotAllowed(
            _("The rule was stopped before."), remedy=_("Nothing is to be done."), code="stopped"
        )
    return None


def waiting(rule: ConsentRule) -> QuerySet[ApplicationItem]:
    """Items that were sent while the rule was in force and are not decided."""
    return used_by(rule).filter(status__in=ApplicationItem.OPEN_STATUSES)


def used_by(rule: ConsentRule) -> QuerySet[ApplicationItem]:
    """Every item that the rule answers or answered."""
    return (
        ApplicationItem.objects.filter(
            provider=rule.department_id, events__kind__in=["submitted", "resubmitted"],
            events__data__plan__rule__id=rule.pk,
        )
        .select_related("application__department", "application__applicant", "version")
        .order_by("-decided_at", "pk")
        .distinct()
    )  # fmt: skip


def rules_visible_to(official: Official, on: date) -> QuerySet[ConsentRule]:
    """Rules of the official's own department, and of those its authority supervises."""
    posts = held_posts(official, on)
    own = {post.department_id for post in posts if post.role in access.PROVIDER_ROLES}
    regions = [post.region_id for post in posts if post.role in access.AUTHORITY_ROLES]
    supervised = [
        pk
        for pk, code in ConsentRule.objects.values_list("department_id", "department__region_id")
        if any(str(code).startswith(region) for region in regions)
    ]
    return ConsentRule.objects.filter(department__in=[*own, *supervised])


def get_rule(official: Official, pk: int, on: date) -> ConsentRule:
    """The rule, or NotVisible."""
    found = rules_visible_to(official, on).filter(pk=pk)
    rule = found.select_related("department", "resource__live", "matter", "set_by").first()
    if rule is None:
        raise NotVisible(_("This does not exist, or you may not see it."))
    return rule


def sets_for(official: Official, on: date) -> set[int]:
    """Departments for which the official sets rules."""
    return {post.department_id for post in held_posts(official, on) if post.role in SETS}


def may_stop(official: Official, rule: ConsentRule, on: date) -> bool:
    """Whether the official may stop the rule: provider's posts, and the authority of its region."""
    region = rule.department.region_id
    return any(
        (post.department_id == rule.department_id and post.role in STOPS)
        or (post.role in access.AUTHORITY_ROLES and region.startswith(post.region_id))
        for post in held_posts(official, on)
    )


def _require(by: Official, department_id: int, roles: Sequence[str], on: date) -> None:
    posts = held_posts(by, on)
    if not any(p.department_id == department_id and p.role in roles for p in posts):
        raise Forbidden(
            _("Only the head of the provider's sharing office consents beforehand (article 20)."),
            remedy=_("Ask the head of the sharing office."),
            code="not_office_head",
        )


def _faults(department: Department, name: str, bounds: Bounds, on: date) -> Iterator[Fault]:
    if not name:
        yield Fault("name", _("The rule has no name."), _("Enter a name."), "required")
    if not 1 <= bounds.max_grade <= ConsentRule.HIGHEST_GRADE:
        yield Fault(
            "max_grade", _("Data of important or core grade is never given by rule."),
            _("Choose a grade from 1 to 4."), "too_careful",
        )  # fmt: skip
    if not 1 <= bounds.max_days <= LONGEST_DAYS:
        yield Fault(
            "max_days", _("The period of use must be from 1 day to three years."),
            _("Enter a number of days."), "days",
        )  # fmt: skip
    if bounds.valid_until is not None and bounds.valid_until < on:
        yield Fault("valid_until", _("The rule would be over already."), _("Choose a later day."))
    yield from _entry_faults(department, bounds)
    if bounds.kind == ConsentRuleKind.MATTER:
        yield from _matter_faults(bounds)


def _entry_faults(department: Department, bounds: Bounds) -> Iterator[Fault]:
    entry = bounds.resource
    if entry is None:
        return
    if entry.provider_id != department.pk or entry.live is None:
        yield Fault(
            "resource", _("The entry is not published by this department."),
            _("Choose one of its published entries."), "not_own",
        )  # fmt: skip
        return
    if bounds.kind == ConsentRuleKind.UNCONDITIONAL and entry.live.sharing_type != "unconditional":
        yield Fault(
            "resource", _("The entry is not shared without conditions."),
            _("Choose another entry, or a rule for a business matter."), "conditional",
        )  # fmt: skip
    items = {row.key: row for row in DataItem.objects.filter(version=entry.live)}
    unknown = [key for key in bounds.fields if key not in items]
    closed = [
        items[key].name
        for key in bounds.fields
        if key in items
        and (
            items[key].sharing_type == SharingType.NON_SHARED or items[key].grade > bounds.max_grade
        )
    ]
    if names := "、".join([*unknown, *closed]):
        yield Fault(
            "fields",
            _("These data items cannot be given by the rule: %(names)s.") % {"names": names},
            _("Leave them out, or choose a higher grade."), "fields",
        )  # fmt: skip


def _matter_faults(bounds: Bounds) -> Iterator[Fault]:
    if bounds.matter is None or bounds.matter.state != MatterState.IN_FORCE:
        yield Fault(
            "matter", _("No business matter that is handled now is chosen."),
            _("Choose a matter."), "required",
        )  # fmt: skip
    if bounds.resource is None:
        yield Fault(
            "resource",
            _("A rule for a matter is for one entry."),
            _("Choose the entry."),
            "required",
        )
    elif not bounds.fields:
        yield Fault(
            "fields", _("A rule for a matter names its data items."),
            _("Choose the items that the matter needs."), "required",
        )  # fmt: skip


def _stop(rule: ConsentRule, by: Official, reason: str, now: datetime) -> None:
    rule.stopped_by, rule.stopped_at, rule.stop_reason = by, now, reason
    rule.save(update_fields=["stopped_by", "stopped_at", "stop_reason"])
    _enter("rule.stopped", rule, by, now, {"reason": reason})


def _enter(
    kind: str, rule: ConsentRule, by: Official, now: datetime, data: Mapping[str, object]
) -> None:
    facts = {
        "kind": rule.kind, "entry": str(rule.resource_id or ""), "fields": rule.fields,
        "matter": str(rule.matter or ""), "grade": rule.max_grade, "mode": rule.mode,
        "days": rule.max_days, "until": rule.valid_until,
    }  # fmt: skip
    record(
        kind, by=by, obj=rule, now=now, departments=[rule.department_id], data=facts | dict(data)
    )
