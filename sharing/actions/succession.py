"""What a change of departments means for applications and grants.

What was applied for, signed and granted stays under the names of its time. Who works in the
successor works for the department it took over from (``department_ids``); stages of a chain that
wait for an office that is gone go to its successor, and an event says so.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from catalog.models import Resource
from portal.errors import Fault
from portal.ledger.records import record
from portal.organisation.hooks import Consequence, Outlook
from portal.organisation.models import ChangeKind, Department, DepartmentChange
from portal.organisation.models import Role as Post
from portal.organisation.naming import current_of, heirs
from sharing import cases, planning
from sharing.actions.effects import take_effect
from sharing.approval.clocks import local_day
from sharing.approval.events import OfficeSucceeded
from sharing.approval.evolve import fold
from sharing.approval.state import StageState
from sharing.approval.terms import Office, Role, Side, StageStatus
from sharing.models import Application, ApplicationItem, Grant, GrantStatus, ItemStage, Pull

TAKES_OVER: Final = frozenset({ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.DISSOLVE})
UNDECIDED: Final = frozenset({StageStatus.WAITING, StageStatus.OPEN, StageStatus.PAUSED})
LIVING: Final = (GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)
EXAMPLES: Final = 5


class SharingEffects:
    """Applications and grants go on; open stages go to the successor."""

    def holds(self, department: Department) -> bool:
        """Whether applications are under way or grants alive that somebody must look after."""
        one = [department.pk]
        return any(
            rows.exists()
            for rows in (_open_items(one), _drafts(one), _stages(one), _held(one), _given(one))
        )

    def preview(self, change: DepartmentChange, on: date) -> Outlook:
        """Applications, stages, grants and pulls of departments that end."""
        del on
        leaving, main = _leaving(change)
        if not leaving:
            return Outlook()
        return Outlook(
            tuple(_consequences(leaving, main)),
            tuple(_faults(change, leaving, has_main=bool(main))),
        )

    def carry_out(self, change: DepartmentChange, *, now: datetime) -> None:
        """Hand open stages and drafts over to the main successor."""
        leaving, _name = _leaving(change)
        row = change.receivers.select_related("department").order_by("position").first()
        goal = row.department if row else None
        if not leaving or goal is None:
            return
        items = _stages(leaving).values_list("item_id", flat=True).distinct()
        for pk in sorted(set(items)):
            _hand_over(pk, set(leaving), goal, reason=change.legal_basis, now=now)
        _move_drafts(change, leaving, goal, now)


EFFECTS: Final = SharingEffects()


def _leaving(change: DepartmentChange) -> tuple[list[int], str]:
    """Departments that end, and the name of the main successor."""
    if change.kind not in TAKES_OVER:
        return [], ""
    receivers = list(change.receivers.select_related("department").order_by("position", "pk"))
    staying = {row.department_id for row in receivers}
    ids = [pk for pk in change.sources.values_list("pk", flat=True) if pk not in staying]
    return ids, str(receivers[0]) if receivers else ""


def _open_items(ids: Sequence[int]) -> Any:
    rows = ApplicationItem.objects.filter(
        application__department__in=ids, status__in=ApplicationItem.OPEN_STATUSES
    )
    return rows.select_related("application", "version").order_by("pk")


def _drafts(ids: Sequence[int]) -> Any:
    sent = ApplicationItem.objects.exclude(status=ApplicationItem.Status.DRAFT)
    rows = Application.objects.filter(department__in=ids, submitted_at__isnull=True)
    return rows.exclude(items__in=sent).order_by("pk")


def _stages(ids: Sequence[int]) -> Any:
    return ItemStage.objects.filter(
        office__in=ids,
        status__in=[status.value for status in UNDECIDED],
        item__status__in=ApplicationItem.OPEN_STATUSES,
    ).order_by("pk")


def _held(ids: Sequence[int]) -> Any:
    return Grant.objects.filter(department__in=ids, status__in=LIVING)


def _given(ids: Sequence[int]) -> Any:
    return Grant.objects.filter(resource__provider__in=ids, status__in=LIVING)


def _consequences(leaving: Sequence[int], main: str) -> Iterable[Consequence]:
    name = {"name": main}
    goes = str(_("go on; %(name)s goes on for the department")) % name
    items = _open_items(leaving)
    if number := items.count():
        shown = tuple(str(item.application) for item in items[:EXAMPLES])
        yield Consequence(_("Applications under way"), number, goes, shown)
    drafts = _drafts(leaving)
    yield from _counted(_("Draft applications"), drafts, str(_("become those of %(name)s")) % name)
    stages = _stages(leaving).select_related("item__application")
    becomes = str(_("wait for the same posts of %(name)s")) % name
    if number := stages.count():
        some = stages[: 10 * EXAMPLES]
        shown = tuple(dict.fromkeys(str(stage.item.application) for stage in some))[:EXAMPLES]
        yield Consequence(_("Steps of approval chains"), number, becomes, shown)
    yield from _counted(_("Grants held"), _held(leaving), goes)
    given = _("go on; whoever accepts the entry provides the data")
    yield from _counted(_("Grants given"), _given(leaving), given)
    pulls = Pull.objects.filter(grant__in=_held(leaving) | _given(leaving)).filter(
        status__in=["queued", "claimed", "extracting", "checking", "packaging"]
    )
    yield from _counted(_("Pulls under way"), pulls, _("go on undisturbed"))


def _counted(what: Any, rows: Any, becomes: Any) -> Iterable[Consequence]:
    if count := rows.count():
        yield Consequence(what, count, becomes, tuple(str(row) for row in rows[:EXAMPLES]))


def _faults(change: DepartmentChange, leaving: Sequence[int], *, has_main: bool) -> Iterable[Fault]:
    if not has_main and (_open_items(leaving).exists() or _held(leaving).exists()):
        message = _("The department has applications under way or grants that are alive.")
        remedy = _("Name a department that takes over, or end them first.")
        yield Fault("receivers", message, remedy, "no_heir")
    elif not has_main and _stages(leaving).exists():
        message = _("Applications of others wait for the department.")
        yield Fault("receivers", message, _("Name a department that takes over."), "no_heir")
    if change.kind == ChangeKind.DISSOLVE and not has_main:
        return
    if change.kind == ChangeKind.SPLIT:
        return
    received = change.receivers.exclude(department=None).values_list("department_id", flat=True)
    together = {*change.sources.values_list("pk", flat=True), *received}
    both = _open_items(sorted(together)).filter(provider__in=together)
    if number := both.count():
        text = str(_("%(number)s applications under way are between departments that become one."))
        remedy = _("Have them withdrawn first: a department needs no application for its own data.")
        yield Fault("sources", text % {"number": number}, remedy, "own_application")


# --- stages --------------------------------------------------------------------------------


def _hand_over(
    item_id: UUID, offices: set[int], goal: Department, *, reason: str, now: datetime,
    side: Side | None = None,
) -> bool:  # fmt: skip
    """Undecided stages of these offices (of one side) go to ``goal``; False if there are none."""
    item = (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related(
            "application__applicant", "application__department__region", "provider__region",
            "resource__live", "version",
        )
        .get(pk=item_id)
    )  # fmt: skip
    state = cases.load(item).state
    seats = planning.holders_of([goal.pk], local_day(now)).get(goal.pk, {})
    office = Office(goal.pk, goal.name, goal.region_id)
    events = tuple(
        OfficeSucceeded(
            at=now, position=one.stage.position, office=office, reason=reason,
            holders=seats.get(Role(one.stage.role), ()),
        )
        for one in state.stages
        if _goes(one, offices, goal.pk, side)
    )  # fmt: skip
    if not events:
        return False
    after = fold(events, start=state)
    cases.append(item, events)
    cases.project(item, after)
    take_effect(item, events, after, by=None, now=now)
    return True


def _goes(one: StageState, offices: set[int], goal: int, side: Side | None) -> bool:
    return (
        one.status in UNDECIDED
        and one.stage.office.id in offices - {goal}
        and side in {None, one.stage.side}
    )


def _move_drafts(
    change: DepartmentChange, leaving: Sequence[int], goal: Department, now: datetime
) -> None:
    """What was not sent yet is nobody's history: it becomes the successor's own."""
    drafts = list(_drafts(leaving))
    for application in drafts:
        application.department = goal
        application.save(update_fields=["department"])
        application.items.update(demander=goal)
    if drafts:
        record(
            "application.drafts_moved", by=None, obj=change, now=now,
            departments=[*leaving, goal.pk],
            data={"to": goal.name, "numbers": [one.number for one in drafts]},
        )  # fmt: skip


# --- transfers of entries ------------------------------------------------------------------


def transfer_faults(resource: Resource, goal: Department) -> list[Fault]:
    """An open application of the department itself, or steps that nobody there could sign."""
    open_items = ApplicationItem.objects.filter(
        resource=resource, status__in=ApplicationItem.OPEN_STATUSES
    ).select_related("demander")
    faults = []
    for item in open_items:
        if current_of(item.demander, date.max).pk == goal.pk:
            message = str(_("%(name)s has an application for this entry under way."))
            remedy = _(
                "Have it withdrawn first: a department needs no application for its own data."
            )
            faults.append(Fault("to", message % {"name": goal.name}, remedy, "own_application"))
    rows = ItemStage.objects.filter(
        item__in=open_items,
        side=Side.PROVIDER.value,
        status__in=[status.value for status in UNDECIDED],
    )
    wanted = set(rows.filter(office=resource.provider_id).values_list("role", flat=True))
    held = set(goal.posts.filter(valid_until__isnull=True).values_list("role", flat=True))
    faults += [_vacant(goal, role) for role in sorted(wanted - held)]
    return faults


def _vacant(goal: Department, role: str) -> Fault:
    post = Post(role).label
    message = str(_("Nobody in %(name)s is %(post)s, whose signature applications wait for."))
    return Fault(
        "to", message % {"name": goal.name, "post": post}, _("Have somebody appointed."), "vacant"
    )


def transferred(resource: Resource, *, old: Department, now: datetime) -> None:
    """Open applications for the entry wait for its new department from now on."""
    goal = resource.provider
    offices = {old.pk}.union(*heirs([old.pk]).values())
    if old.parent_id is not None:
        offices.add(old.parent_id)
    reason = str(_("The entry went over to %(name)s.")) % {"name": goal.name}
    waiting = ApplicationItem.objects.filter(
        resource=resource, status__in=["draft", *ApplicationItem.OPEN_STATUSES]
    )
    for pk, status in list(waiting.order_by("pk").values_list("pk", "status")):
        ApplicationItem.objects.filter(pk=pk).update(provider=goal)
        if status != ApplicationItem.Status.DRAFT:
            _hand_over(pk, offices, goal, reason=reason, now=now, side=Side.PROVIDER)
