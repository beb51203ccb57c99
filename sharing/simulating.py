"""Trying a policy out: the chains of past applications by other rules, with their facts of that day.

For every application the chain that was frozen at submission is set beside the one the rules would
have planned then: the signatures, the working days by limits, and the usual days, which are the
median days of the same office and post so far. Bounded: the newest MOST applications, LONGEST
seconds. The row of a run holds the truth; the task may be started twice.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import Forbidden, Invalid
from portal.ledger.records import record
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Official, Region
from portal.queue import enqueue
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar
from sharing import access, planning, policy_words
from sharing.actions import policies
from sharing.approval.clocks import local_day
from sharing.approval.events import Submitted
from sharing.approval.lawful import faults_of
from sharing.approval.serialise import from_dict
from sharing.approval.terms import Plan, Stage
from sharing.models import (
    ApplicationItem,
    ChainPolicy,
    ItemEvent,
    ItemStage,
    PolicySimulation,
    PolicyStatus,
    SimulatedCase,
)

MOST: Final = 500
LONGEST: Final = 120.0
LEASE: Final = timedelta(minutes=5)
BATCH: Final = 20
HISTORY: Final = 20_000
"""Signatures that the usual days are reckoned from, the newest."""

Status = PolicySimulation.Status


@dataclass(slots=True)
class Usual:
    """Median working days of every office and post, and of every post where an office has none."""

    by_office: dict[tuple[int, str], float] = field(default_factory=dict)
    by_role: dict[str, float] = field(default_factory=dict)

    def days(self, stage: Stage) -> float:
        """The usual days of a stage; its limit where nobody of that post has ever signed."""
        if not stage.quorum:
            return 0.0
        role = stage.role.value
        found = self.by_office.get((stage.office.id, role), self.by_role.get(role))
        return float(stage.limit_days or 0) if found is None else found


def usual_days(calendar: Calendar) -> Usual:
    """From the newest signatures of all."""
    rows = (
        ItemStage.objects.filter(status="signed", opened_at__isnull=False)
        .exclude(decided_at=None)
        .order_by("-decided_at")
        .values_list("office_id", "role", "opened_at", "decided_at")[:HISTORY]
    )
    by_office: dict[tuple[int, str], list[int]] = defaultdict(list)
    by_role: dict[str, list[int]] = defaultdict(list)
    spans: dict[tuple[date, date], int] = {}
    for office, role, opened, decided in rows:
        if opened is None or decided is None:
            continue
        span = (local_day(opened), local_day(decided))
        if span not in spans:
            spans[span] = calendar.working_days_between(*span)
        by_office[office, role].append(spans[span])
        by_role[role].append(spans[span])
    return Usual(
        {key: float(statistics.median(days)) for key, days in by_office.items()},
        {key: float(statistics.median(days)) for key, days in by_role.items()},
    )


def may_simulate(official: Official, on: date) -> bool:
    """Who keeps policies, and the authorities."""
    roles = {post.role for post in held_posts(official, on)}
    return policies.may_keep(official, on) or bool(roles & set(access.AUTHORITY_ROLES))


@transaction.atomic
def ask(*, by: Official, policy: ChainPolicy, now: datetime) -> PolicySimulation:
    """Ask for a run; the one that is under way, if there is one. Invalid for rules nobody can use."""
    if not may_simulate(by, local_day(now)):
        raise Forbidden(
            _("Only the security administrator and the authorities try policies out."),
            remedy=_("Ask one of them."),
            code="not_authority",
        )
    if wrong := policy_words.in_words(faults_of(policy.definition)):
        raise Invalid(_("The rules cannot be used."), wrong)
    ChainPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    found = PolicySimulation.objects.filter(policy=policy, status__in=PolicySimulation.OPEN).first()
    if found is not None and not _is_lost(found, now):
        return found
    if found is not None:
        _finish(found, Status.FAILED, now)
    run = PolicySimulation.objects.create(
        policy=policy, definition=policy.definition, asked_by=by, created_at=now,
        lease_until=now + LEASE,
    )  # fmt: skip
    record("policy.simulated", by=by, obj=policy, now=now, data={"simulation": str(run.pk)})
    enqueue("sharing.simulate_policy", str(run.pk))
    return run


def _is_lost(run: PolicySimulation, now: datetime) -> bool:
    return run.lease_until is None or run.lease_until < now


def work(simulation_id: UUID | str, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Do a run that waits; nothing when it is done, under way elsewhere or gone."""
    with transaction.atomic():
        run = (
            PolicySimulation.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("policy__region")
            .filter(pk=simulation_id, status=Status.QUEUED)
            .first()
        )
        if run is None:
            return
        run.status, run.lease_until = Status.RUNNING, clock() + LEASE
        run.save(update_fields=["status", "lease_until"])
    try:
        _run(run)
    except Exception:
        _finish(run, Status.FAILED, clock())
        raise
    _finish(run, Status.DONE, clock())


def _finish(run: PolicySimulation, status: str, now: datetime) -> None:
    run.status, run.ended_at = status, now
    run.save(update_fields=["status", "ended_at", "done", "total", "is_partial"])


def _run(run: PolicySimulation) -> None:
    began = time.monotonic()
    items = list(past_items(run.policy)[: MOST + 1])
    run.is_partial, items = len(items) > MOST, items[:MOST]
    run.total = len(items)
    run.save(update_fields=["total", "is_partial"])
    rules = ChainPolicy(
        name=run.policy.name, version=run.policy.version, region=run.policy.region,
        definition=run.definition,
    )  # fmt: skip
    usual = usual_days(worktime.calendar())
    sent = _submissions(items)
    for first in range(0, len(items), BATCH):
        batch = items[first : first + BATCH]
        SimulatedCase.objects.bulk_create(
            simulate(run, rules, item, sent[item.pk], usual) for item in batch if item.pk in sent
        )
        run.done = first + len(batch)
        run.save(update_fields=["done"])
        if time.monotonic() - began > LONGEST:
            run.is_partial = True
            break


def past_items(policy: ChainPolicy) -> QuerySet[ApplicationItem]:
    """Submitted items for which the policy would be the nearest one, the newest first."""
    found = ApplicationItem.objects.exclude(status=ApplicationItem.Status.DRAFT)
    regions = Region.objects.filter(departments__asked_items__in=found).distinct()
    others = set(
        ChainPolicy.objects.filter(status=PolicyStatus.CONFIRMED)
        .exclude(name=policy.name)
        .exclude(region=None)
        .values_list("region_id", flat=True)
    )
    fitting = [
        region.pk
        for region in regions
        if _nearest((region.code, *region.superior_codes()), others, policy.region_id)
    ]
    return (
        found.filter(application__department__region__in=fitting)
        .select_related(
            "application__applicant", "application__department__region", "provider__region",
            "version", "resource__live", "policy",
        )
        .order_by("-application__submitted_at", "pk")
    )  # fmt: skip


def _nearest(upwards: Sequence[str], others: set[Any], own: object) -> bool:
    """Whether the policy of ``own`` (None: everywhere) is the first met on the way up."""
    for code in upwards:
        if code == own:
            return True
        if code in others:
            return False
    return own is None


def _submissions(items: Iterable[ApplicationItem]) -> dict[UUID, Submitted]:
    rows = ItemEvent.objects.filter(item__in=[item.pk for item in items], kind="submitted")
    loaded = {row.item_id: from_dict(row.data) for row in rows}
    return {pk: event for pk, event in loaded.items() if isinstance(event, Submitted)}


def simulate(
    run: PolicySimulation, rules: ChainPolicy, item: ApplicationItem, sent: Submitted, usual: Usual
) -> SimulatedCase:
    """One application by other rules, as it was when it was sent."""
    on = local_day(sent.at)
    home: Department = item.application.department
    item.fields = list(sent.terms.fields)
    policy = planning.rules_for(rules, item, home=home, on=on)
    found = planning.chain_by(policy, item.application, item, home=home, on=on)
    before = _chain(sent.plan, usual)
    case = SimulatedCase(simulation=run, item=item, before=before, **_figures(before, "before"))
    if isinstance(found, Plan):
        case.after = _chain(found, usual)
        for name, value in _figures(case.after, "after").items():
            setattr(case, name, value)
        case.slowest = _slowest(case.after)
    else:
        case.faults = [str(planning.fault_in_words(fault).message)[:200] for fault in found]
    return case


def _chain(plan: Plan, usual: Usual) -> list[list[Any]]:
    return [
        [one.office.name, one.role.value, one.quorum, one.limit_days or 0, usual.days(one)]
        for one in plan.stages
    ]


def _figures(chain: list[list[Any]], when: str) -> dict[str, Any]:
    signing = [row for row in chain if row[2]]
    return {
        f"stages_{when}": len(signing),
        f"limit_{when}": sum(row[3] for row in signing),
        f"usual_{when}": float(sum(row[4] for row in signing)),
    }


def _slowest(chain: list[list[Any]]) -> str:
    signing = [row for row in chain if row[2]]
    if not signing:
        return ""
    slowest = max(signing, key=lambda row: row[4])
    return f"{slowest[0]}|{slowest[1]}"[:260]


# --- what came out -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; each is a choice of its rows."""

    cases: int
    shorter: int
    longer: int
    without: int
    stages: tuple[float, float]
    limits: tuple[float, float]
    usual: tuple[float, float]
    steps: list[tuple[str, str, int, float]]
    """The posts that cost most after: office, post, applications, days in all."""


CHOICES: Final = ("all", "shorter", "longer", "same", "without")


def chosen(run: PolicySimulation, choice: str, step: str = "") -> QuerySet[SimulatedCase]:
    """The rows behind a figure."""
    rows = SimulatedCase.objects.filter(simulation=run).select_related(
        "item__application__department", "item__version", "item__provider"
    )
    planned = Q(faults=[])
    wanted = {
        "shorter": planned & Q(usual_after__lt=F("usual_before")),
        "longer": planned & Q(usual_after__gt=F("usual_before")),
        "same": planned & Q(usual_after=F("usual_before")),
        "without": ~planned,
    }.get(choice, Q())
    office, bar, role = step.rpartition("|")
    return rows.filter(wanted, after__contains=[[office, role]]) if bar else rows.filter(wanted)


def summary(run: PolicySimulation) -> Summary:
    """All figures of a run, from its rows."""
    rows = list(SimulatedCase.objects.filter(simulation=run))
    planned = [row for row in rows if not row.faults]
    cost: dict[str, list[float]] = defaultdict(list)
    for row in planned:
        for office, role, signs, _limit, days in row.after:
            if signs:
                cost[f"{office}|{role}"].append(days)
    steps = [
        (key.rpartition("|")[0], key.rpartition("|")[2], len(days), sum(days))
        for key, days in sorted(cost.items(), key=lambda pair: -sum(pair[1]))[:8]
    ]
    return Summary(
        cases=len(rows),
        shorter=sum(row.usual_after < row.usual_before for row in planned),
        longer=sum(row.usual_after > row.usual_before for row in planned),
        without=len(rows) - len(planned),
        stages=_means(planned, "stages"),
        limits=_means(planned, "limit"),
        usual=_means(planned, "usual"),
        steps=steps,
    )


def _means(rows: Sequence[SimulatedCase], name: str) -> tuple[float, float]:
    if not rows:
        return 0.0, 0.0
    return (
        round(statistics.fmean(getattr(row, f"{name}_before") for row in rows), 1),
        round(statistics.fmean(getattr(row, f"{name}_after") for row in rows), 1),
    )
