"""Which rule of a provider answers an application at once, if any does.

Rules are for ordinary data only: never for important or core grade, for what is not shared, for
reflux or emergencies. The own sharing office still sends the application (article 20).
"""

from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import MatterState, ServiceItem
from portal.errors import NotAllowed
from portal.organisation.models import Department
from sharing.approval.blueprint import ChainRequest
from sharing.approval.terms import Grade, Person, Plan, RuleRef, SharingType
from sharing.models import Application, ApplicationItem, ConsentRule, ConsentRuleKind

CAREFUL: Final = Grade.IMPORTANT


def fitting(
    application: Application, item: ApplicationItem, request: ChainRequest, *,
    home: Department, on: date,
) -> RuleRef | None:  # fmt: skip
    """The rule of the provider that answers the item, as chains name it."""
    if request.reflux or request.emergency or request.grade >= CAREFUL:
        return None
    if request.sharing_type is SharingType.NON_SHARED:
        return None
    rules = (
        ConsentRule.objects.in_force(on)
        .filter(
            Q(resource=None) | Q(resource=item.resource_id),
            Q(kind=ConsentRuleKind.MATTER) | Q(kind=request.sharing_type.value),
            department=item.provider_id, max_grade__gte=int(request.grade), mode=application.mode,
        )
        .select_related("set_by", "matter")
        .prefetch_related("demanders")
        .order_by("pk")
    )  # fmt: skip
    for rule in rules:
        if rule.set_by_id not in request.excluded and _fits(rule, application, item, home):
            return ref(rule)
    return None


def ref(rule: ConsentRule) -> RuleRef:
    """The rule as a chain keeps it for ever."""
    setter = Person(rule.set_by_id, rule.set_by.full_name)
    return RuleRef(id=rule.pk, name=rule.name, version=rule.version, set_by=setter)


def _fits(
    rule: ConsentRule, application: Application, item: ApplicationItem, home: Department
) -> bool:
    if application.starts_on is None or application.ends_on is None:
        return False
    days = (application.ends_on - application.starts_on).days + 1
    if days > rule.max_days or (rule.fields and not set(item.fields) <= set(rule.fields)):
        return False
    allowed = {department.pk for department in rule.demanders.all()}
    if allowed and not allowed & {home.pk, home.parent_id}:
        return False
    return rule.kind == ConsentRuleKind.UNCONDITIONAL or _is_for_matter(
        rule, application, item, home
    )


def _is_for_matter(
    rule: ConsentRule, application: Application, item: ApplicationItem, home: Department
) -> bool:
    """Whether the application names the matter, and the department handles it and needs this for it."""
    if rule.matter is None or not _names(application, rule.matter):
        return False
    handled = ServiceItem.objects.filter(
        department__in=[home.pk, home.parent_id or home.pk],
        code=rule.matter.code,
        state=MatterState.IN_FORCE,
    )
    for fields in handled.filter(needs__resource=item.resource_id).values_list(
        "needs__fields", flat=True
    ):
        if not fields or set(item.fields) <= set(fields):
            return True
    return False


def _names(application: Application, matter: ServiceItem) -> bool:
    """Whether the application says it is for the matter: chosen, or named in its scenario."""
    picked: ServiceItem | None = getattr(application, "matter", None)
    if picked is not None:
        return bool(picked.code == matter.code)
    return matter.name in application.use_scenario


def setter_signs(plan: Plan) -> bool:
    """Whether who set the rule might also sign the chain it answers (R19)."""
    if plan.rule is None:
        return False
    setter = plan.rule.set_by.official_id
    return any(
        setter in holder.identities
        for stage in plan.stages
        if stage.quorum
        for holder in stage.holders
    )


def hindrance(plan: Plan) -> NotAllowed | None:
    """Why a chain that a rule answers can go no further: the rule was stopped meanwhile."""
    if (
        plan.rule is None
        or ConsentRule.objects.filter(pk=plan.rule.id, stopped_at__isnull=True).exists()
    ):
        return None
    return NotAllowed(
        _("The rule that would have answered was stopped after the application was sent."),
        remedy=_("The applicant withdraws it and sends a copy; then people decide."),
        code="rule_stopped",
    )
