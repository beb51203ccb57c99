"""Plans the chain of an item: collects facts from the database and asks the pure core.

A handful of queries, however large the organisation is. What stands in the way comes back as
``Invalid`` with a remedy for each fault.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import DataItem, SharingType
from portal.errors import Fault, Invalid
from portal.ledger.records import canonical
from portal.organisation.models import Department, Official, Post, Region, Role, Substitution
from portal.organisation.naming import current_of
from portal.worktime import access as worktime
from sharing import autonomy
from sharing.approval import chain, terms
from sharing.approval.blueprint import FaultCode
from sharing.approval.clocks import Timetable, local_day, preview
from sharing.approval.lawful import faults_of
from sharing.approval.organisation import (
    DepartmentFacts,
    DepartmentKind,
    Organisation,
)
from sharing.approval.policy import DEFAULT_POLICY, Limits, Policy
from sharing.approval.serialise import load_policy
from sharing.models import Application, ApplicationItem, ChainPolicy

_Holders = Mapping[terms.Role, tuple[terms.Holder, ...]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A chain as it would be frozen now, with the due date of every stage."""

    plan: terms.Plan
    timetable: Timetable
    policy: ChainPolicy


def plan(application: Application, item: ApplicationItem, now: datetime) -> Planned:
    """The chain for ``item`` if it were submitted now; Invalid names all that stands in its way."""
    on = local_day(now)
    home = current_of(application.department, on)  # departments change, applications stay
    policy = policy_for(home.region, on)
    rules = _rules(policy, home=home.region, away=item.provider.region, on=on)
    found = chain_by(rules, application, item, home=home, on=on)
    if isinstance(found, tuple):
        raise Invalid(
            _("No chain of approval can be planned for this application."),
            [fault_in_words(fault) for fault in found],
        )
    return Planned(found, preview(found, worktime.calendar(), on), policy)


def chain_by(
    rules: Policy, application: Application, item: ApplicationItem, *, home: Department, on: date
) -> terms.Plan | tuple[chain.Fault, ...]:
    """The chain by ``rules``, with the offices and holders of the day ``on``, or what is in its way."""
    request = replace(_request(application, item, on), demander_id=home.pk)
    organisation = _organisation(home, item.provider, on)
    ruled = replace(request, rule=autonomy.fitting(application, item, request, home=home, on=on))
    found = chain.plan_chain(ruled, organisation, rules)
    if isinstance(found, terms.Plan) and autonomy.setter_signs(found):
        return chain.plan_chain(request, organisation, rules)
    return found


def rules_for(row: ChainPolicy, item: ApplicationItem, *, home: Department, on: date) -> Policy:
    """The rules of a version for an item, with the limits of both regions on the day ``on``."""
    return _rules(row, home=home.region, away=item.provider.region, on=on)


def terms_of(application: Application, item: ApplicationItem) -> terms.Terms:
    """What the item asks for, as the core compares and grants it.

    ValueError without a period: only complete applications have terms.
    """
    if application.starts_on is None or application.ends_on is None:
        raise ValueError("an application without a period asks for nothing yet")
    return terms.Terms(
        fields=tuple(item.fields),
        period_start=application.starts_on,
        period_end=application.ends_on,
        row_region=item.row_region_id or "",
        mode=application.mode,
        purpose=f"{application.use_scenario}\n{application.use_scope}",
    )


def content_hash(application: Application, item: ApplicationItem) -> str:
    """SHA-256 over everything that was entered; signatures are bound to it."""
    entered = {
        "basis": application.use_basis,
        "scenario": application.use_scenario,
        "scope": application.use_scope,
        "mode": application.mode,
        "from": application.starts_on,
        "until": application.ends_on,
        "reflux": application.reflux,
        "emergency": application.emergency,
        "department": application.department_id,
        "resource": item.resource_id,
        "version": item.version_id,
        "fields": item.fields,
        "rows": item.row_region_id,
    }
    if files := sorted(application.attachments.values_list("digest", flat=True)):
        entered["files"] = files
    return hashlib.sha256(canonical(entered)).hexdigest()


def policy_for(region: Region, on: date) -> ChainPolicy:
    """The policy in force on the day ``on``: the region's own, else the nearest one above, else all's.

    Invalid when there is none at all, and when the region's is looser than the one that holds
    everywhere (R46): no chain is planned from what the law does not allow.
    """
    rows = list(ChainPolicy.objects.in_force(on))
    for code in (region.code, *region.superior_codes(), None):
        for row in rows:
            if row.region_id == code:
                _require_lawful(row, rows)
                return row
    raise Invalid(
        _("No chain policy is in force."),
        remedy=_("Ask the security administrator to set one in force."),
    )


def national(rows: Iterable[ChainPolicy]) -> Policy | None:
    """The newest of ``rows`` that holds everywhere, as the core reads it.

    One that is not lawful bounds nobody: the default does in its place.
    """
    found = next((row for row in rows if row.region_id is None), None)
    if found is None:
        return None
    return DEFAULT_POLICY if faults_of(found.definition) else load_policy(found.definition)


def _require_lawful(row: ChainPolicy, rows: Iterable[ChainPolicy]) -> None:
    above = national(rows) if row.region_id else None
    if faults_of(row.definition, above):
        raise Invalid(
            _("The chain policy %(policy)s loosens what the law or the policy above it asks for.")
            % {"policy": row},
            remedy=_("Ask the security administrator to put a lawful version in force."),
        )


def _request(application: Application, item: ApplicationItem, on: date) -> chain.ChainRequest:
    asked = list(DataItem.objects.filter(version=item.version, key__in=item.fields))
    stand_ins = Substitution.objects.in_force(on).filter(principal=application.applicant)
    return chain.ChainRequest(
        applicant_id=application.applicant_id,
        demander_id=application.department_id,
        provider_id=item.provider_id,
        sharing_type=_sharing_type(item, asked),
        grade=terms.Grade(max((row.grade for row in asked), default=item.version.grade)),
        reflux=application.reflux,
        emergency=application.emergency,
        stand_ins=frozenset(stand_ins.values_list("substitute_id", flat=True)),
    )


def _sharing_type(item: ApplicationItem, asked: Iterable[DataItem]) -> terms.SharingType:
    """The strictest of the entry and the data items asked for."""
    strictness = (SharingType.UNCONDITIONAL, SharingType.CONDITIONAL, SharingType.NON_SHARED)
    types = {item.version.sharing_type, *(row.sharing_type for row in asked)} - {""}
    return terms.SharingType(max(types, key=strictness.index, default=SharingType.CONDITIONAL))


def _rules(row: ChainPolicy, *, home: Region, away: Region, on: date) -> Policy:
    """The policy with the limits in force; a table of limits may only shorten them (R46)."""
    rules = load_policy(row.definition)
    places = {
        "home_review": ("home_review", home),
        "authority_review": ("authority_review", home),
        "reply_unconditional": ("reply_unconditional", away),
        "reply_conditional": ("reply_conditional", away),
        "supply": ("supply_after_consent", away),
    }
    shortened: dict[str, Any] = {
        name: _shorter(getattr(rules.limits, name), worktime.limit(rule, region, on)[0])
        for name, (rule, region) in places.items()
    }
    return replace(rules, version=f"{row.name} v{row.version}", limits=Limits(**shortened))


def _shorter(one: int | None, other: int | None) -> int | None:
    return min((days for days in (one, other) if days is not None), default=None)


def _organisation(demander: Department, provider: Department, on: date) -> Organisation:
    regions = _regions(demander.region, provider.region)
    departments = _departments([demander, provider], regions, on)
    holders = holders_of(departments, on)
    levels = dict(Region.objects.filter(pk__in=list(regions)).values_list("pk", "level"))
    return Organisation(
        regions,
        {
            row.pk: DepartmentFacts(
                id=row.pk,
                name=row.name,
                region=row.region_id,
                kind=DepartmentKind(row.kind),
                parent=row.parent_id,
                holders=holders.get(row.pk, {}),
            )
            for row in departments.values()
        },
        levels,
    )


def _regions(*starts: Region) -> dict[str, str | None]:
    """Each region with its superior; one that is not kept, such as the nation, ends the path."""
    codes = {code for start in starts for code in (start.code, *start.superior_codes())}
    found = dict(Region.objects.filter(pk__in=codes).values_list("pk", "parent_id"))
    return {code: parent if parent in found else None for code, parent in found.items()}


def _departments(
    starts: Iterable[Department], regions: Iterable[str], on: date
) -> dict[int, Department]:
    """Both departments, those they are units of, and the authorities of the regions above them."""
    authorities = Department.objects.in_office(on).filter(
        kind=Department.Kind.AUTHORITY, region__in=list(regions)
    )
    found = {row.pk: row for row in (*starts, *authorities)}
    while missing := {row.parent_id for row in found.values() if row.parent_id} - set(found):
        found |= Department.objects.in_bulk(missing)
    return found


def holders_of(departments: Iterable[int], on: date) -> dict[int, _Holders]:
    """Who holds or fills in which post, by department; a person with a substitute is away."""
    posts = list(
        Post.objects.held_on(on)
        .filter(department__in=list(departments))
        .select_related("official")
        .order_by("pk")
    )
    away: dict[int, list[Official]] = defaultdict(list)
    for row in (
        Substitution.objects.in_force(on)
        .filter(principal__in={post.official_id for post in posts})
        .select_related("substitute")
        .order_by("pk")
    ):
        away[row.principal_id].append(row.substitute)
    held: dict[int, dict[terms.Role, list[terms.Holder]]] = defaultdict(lambda: defaultdict(list))
    for post in posts:
        seat = held[post.department_id][terms.Role(post.role)]
        seat += _seated(post, away.get(post.official_id, []))
    return {
        department: {role: tuple(seat) for role, seat in seats.items()}
        for department, seats in held.items()
    }


def _seated(post: Post, substitutes: Iterable[Official]) -> list[terms.Holder]:
    person = terms.Person(post.official_id, post.official.full_name)
    stand_ins = [
        terms.Holder(terms.Person(official.pk, official.full_name), acting_for=person)
        for official in substitutes
    ]
    return [terms.Holder(person, absent=bool(stand_ins)), *stand_ins]


_FAULTS: Final[dict[FaultCode, tuple[str | Promise, str | Promise]]] = {
    FaultCode.SAME_DEPARTMENT: (
        _("The entry is provided by your own department."),
        _("Use your own data directly; sharing is between departments (Decree 809 article 2)."),
    ),
    FaultCode.NON_SHARED: (
        _("The entry, or a data item you chose, is not shared."),
        _("Leave out what is not shared; the entry names the legal basis."),
    ),
    FaultCode.NOT_A_SUPERIOR: (
        _(
            "Data is returned only from a superior level: %(office)s does not lie above your region."
        ),
        _("Apply without reflux."),
    ),
    FaultCode.REGIONS_DO_NOT_MEET: (
        _("No region contains both departments: %(office)s."),
        _("Ask the system administrator to complete the regions."),
    ),
    FaultCode.NO_AUTHORITY: (
        _("The region %(office)s has no competent authority."),
        _("Ask the system administrator to enter the authority of the region."),
    ),
    FaultCode.NO_HOLDER: (
        _("Nobody can sign as %(role)s in %(office)s, and nobody can take the step over."),
        _("Ask the department to fill the post or to name a substitute."),
    ),
}


def fault_in_words(fault: chain.Fault) -> Fault:
    """What stands in the way, with its remedy."""
    message, remedy = _FAULTS[fault.code]
    params = {"office": fault.office, "role": Role(fault.role).label if fault.role else ""}
    return Fault("chain", str(message) % params, remedy, code=fault.code.value)
