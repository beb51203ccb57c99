"""Access before consent in an emergency: opened by the own office, ended by itself.

The chain goes on as for every application. What is opened ends when it ends: with consent (the
ordinary grant takes over), with a refusal or a withdrawal, or when its days are over.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.records import record
from portal.organisation.access import department_ids, held_posts
from portal.organisation.models import Official, Role
from sharing import access, cases, grants, offers, planning
from sharing.approval.clocks import local_day
from sharing.approval.events import Consented, Event, Refused, Withdrawn
from sharing.approval.policy import Emergencies
from sharing.approval.serialise import load_policy
from sharing.approval.state import State
from sharing.approval.terms import Terms
from sharing.models import ApplicationItem, EmergencyAccess, EmergencyEnd, Grant
from sharing.telling import tell_provider

_ENDS: dict[type[Event], EmergencyEnd] = {
    Consented: EmergencyEnd.CONSENTED,
    Refused: EmergencyEnd.REFUSED,
    Withdrawn: EmergencyEnd.WITHDRAWN,
}


def rules_for(item: ApplicationItem, on: date) -> Emergencies:
    """What the policy of the requesting region says about emergencies on the day ``on``."""
    if item.policy is not None:
        return load_policy(item.policy.definition).emergencies
    row = planning.policy_for(item.application.department.region, on)
    return load_policy(row.definition).emergencies


@transaction.atomic
def open_access(
    *, by: Official, item_id: UUID | str, reason: str, now: datetime
) -> EmergencyAccess:
    """Grant what the application asks for at once, for the days the policy allows.

    Only for an application sent as an emergency that is not decided yet, once. Who may is in the
    policy: posts of the requesting department; never the applicant or who stands in (R19).
    """
    item = _lock(by, item_id, now)
    on = local_day(now)
    rules = rules_for(item, on)
    state = cases.load(item).state
    _require_open(item, rules)
    _require_opener(by, item, state, rules, on)
    _require_reason(reason)
    _, asked = state.asked
    _require_ordinary(item, asked, rules)
    until = min(on + timedelta(days=rules.days - 1), asked.period_end)
    if (error := offers.hindrance(item.resource, asked.fields, agreed=item.version)) is not None:
        raise error
    boxed = replace(asked, period_start=on, period_end=until)
    plan, _terms = state.asked
    grant = grants.create_for(
        item, terms=boxed, supply_days=plan.supply_days, now=now, is_emergency=True
    )
    opened = EmergencyAccess.objects.create(
        item=item, grant=grant, reason=reason.strip(), opened_by=by, opened_at=now, until=until,
        policy_version=str(item.policy or ""),
    )  # fmt: skip
    _enter("emergency.opened", opened, by, now)
    grants.activate(grant, now=now)
    grant.refresh_from_db()
    tell_provider(grant, "grant.emergency_opened", now=now, reason=opened.reason)
    return opened


def decided(item: ApplicationItem, event: Event, *, now: datetime) -> None:
    """End the access of an item that was decided; called where its events take effect."""
    how = _ENDS.get(type(event))
    if how is None or not item.application.emergency:
        return
    opened = EmergencyAccess.objects.filter(item=item, ended_at__isnull=True).first()
    if opened is not None:
        _end(opened, how, now)


def end_overdue(now: datetime) -> int:
    """End accesses whose days are over; return how many."""
    overdue = EmergencyAccess.objects.filter(ended_at__isnull=True, until__lt=local_day(now))
    return sum(_end_one(pk, now) for pk in list(overdue.values_list("pk", flat=True)))


@transaction.atomic
def _end_one(pk: int, now: datetime) -> bool:
    opened = EmergencyAccess.objects.select_for_update(of=("self",)).get(pk=pk)
    if opened.ended_at is not None:
        return False
    _end(opened, EmergencyEnd.OVER, now)
    return True


def _end(opened: EmergencyAccess, how: EmergencyEnd, now: datetime) -> None:
    opened.ended, opened.ended_at = how, now
    opened.save(update_fields=["ended", "ended_at"])
    grants.end_by_rule(opened.grant_id, reason=str(how.label), now=now)
    _enter("emergency.ended", opened, None, now)


def visible_to(official: Official, on: date) -> QuerySet[EmergencyAccess]:
    """Accesses on the grants the official sees."""
    return EmergencyAccess.objects.filter(grant__in=access.grants_visible_to(official, on))


def hindrance(item: ApplicationItem, by: Official, now: datetime) -> Forbidden | NotAllowed | None:
    """Why the official cannot open access now, for the page; None if a reason is all that is missing."""
    on = local_day(now)
    rules = rules_for(item, on)
    state = cases.load(item).state
    try:
        _require_open(item, rules)
        _require_opener(by, item, state, rules, on)
        _require_ordinary(item, state.asked[1], rules)
    except (Forbidden, NotAllowed) as error:
        return error
    return None


def _lock(by: Official, item_id: UUID | str, now: datetime) -> ApplicationItem:
    found = access.get_item(by, item_id, local_day(now))
    if found.application.department_id not in department_ids(by, local_day(now)):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related(
            "application__applicant", "application__department__region", "provider__region",
            "resource__live", "version", "policy",
        )
        .get(pk=found.pk)
    )  # fmt: skip


def _require_open(item: ApplicationItem, rules: Emergencies) -> None:
    if not item.application.emergency or not rules.days:
        raise NotAllowed(
            _("The application was not sent as an emergency."),
            remedy=_("Wait for the decision, or urge whoever has it."),
            code="no_emergency",
        )
    if item.status not in ApplicationItem.OPEN_STATUSES:
        raise NotAllowed(
            _("The application is not under way."),
            remedy=_("Look at the present state of the application."),
            code="not_under_way",
        )
    if EmergencyAccess.objects.filter(item=item).exists():
        raise NotAllowed(
            _("Access was opened for this application before."),
            remedy=_("Wait for the decision; it is opened once only."),
            code="opened_before",
        )


def _require_opener(
    by: Official, item: ApplicationItem, state: State, rules: Emergencies, on: date
) -> None:
    home = item.application.department_id
    fitting = [p for p in held_posts(by, on) if p.department_id == home and p.role in rules.who]
    selves = {by.pk} | {p.acting_for_id for p in fitting if p.acting_for_id is not None}
    if not fitting:
        names = _names(rules.who)
        raise Forbidden(
            _("Only these posts of the requesting department open access: %(names)s.")
            % {"names": names},
            remedy=_("Ask one of them."),
            code="not_opener",
        )
    if selves & state.requesters:
        raise Forbidden(
            _("Nobody opens access for their own application."),
            remedy=_("Ask somebody else who holds the post, or a substitute."),
            code="own_application",
        )


def _names(roles: Iterable[str]) -> str:
    return "、".join(str(Role(str(role)).label) for role in roles)


def _require_ordinary(item: ApplicationItem, asked: Terms, rules: Emergencies) -> None:
    grades = item.version.items.filter(key__in=asked.fields).values_list("grade", flat=True)
    if max(grades, default=0) > int(rules.max_grade):
        raise NotAllowed(
            _("The application asks for data of a grade that is never given before consent."),
            remedy=_("Leave the data items of higher grade out, or wait for the decision."),
            code="too_careful",
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        message = _("A reason is missing.")
        remedy = _("Write what happened and why it cannot wait; provider and authority read it.")
        raise Invalid(message, [Fault("reason", message, remedy, "required")])


def _enter(kind: str, opened: EmergencyAccess, by: Official | None, now: datetime) -> None:
    grant = Grant.objects.select_related("resource").get(pk=opened.grant_id)
    record(
        kind, by=by, obj=opened, now=now, label=grant.number,
        departments=[grant.department_id, grant.resource.provider_id],
        data={
            "grant": grant.number, "reason": opened.reason, "until": opened.until,
            "ended": opened.ended, "policy": opened.policy_version,
        },
    )  # fmt: skip
