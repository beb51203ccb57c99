"""How one invented application runs its course, through the same actions as a real one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.utils import timezone

from catalog.demo import Catalog
from catalog.models import Resource, ServiceItem
from portal.organisation.demo import Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Official, Role
from sharing import actions, grants
from sharing.approval.commands import Command, Refuse, RequestSupplement, Sign, Withdraw
from sharing.approval.terms import Gap, RefusalCode
from sharing.demo import lives
from sharing.demo.asides import happen
from sharing.demo.clockwork import Course, OfficeHours, together
from sharing.demo.scripts import Afterwards, Ending, Script
from sharing.models import Application, ApplicationItem, Grant, GrantStatus, ItemStage
from sharing.pulling.requests import request_pull
from sharing.pulling.running import run as run_pull

_MOST_FIELDS = 9
_COMMENTS = (
    "",
    "",
    "同意。",
    "用途明确，同意。",
    "符合履职需要，同意提供。",
    "已核对使用范围，同意。",
)
_GAP = "使用依据请写明具体条款，并说明与所申请数据项的对应关系。"
_REFUSALS = {
    "unconditional": (
        RefusalCode.UNNECESSARY,
        "所列业务已可在政务服务平台直接查询，无需另行提供。",
    ),
    "reflux": (RefusalCode.SECURITY, "接收端尚未完成等级保护测评，暂不具备安全接收条件。"),
    "conditional": (RefusalCode.BEYOND_DUTY, "所列数据项超出申请单位履行该项职责的需要。"),
}
_SUSPENDED = "连续两个月未填报使用记录，请于十个工作日内补报。"
_STOPPED = "数源系统停止运行，改由上级平台统一提供。"


@dataclass(frozen=True, slots=True)
class Scene:
    """What every course needs to know; ``now`` is the moment at which the invented past ends."""

    made: Organisation
    catalog: Catalog
    people: dict[int, Official]
    hours: OfficeHours
    chance: Chance
    now: datetime


def course(script: Script, scene: Scene) -> Course:
    """The life of one application, from its draft to the end of its grant."""
    today = timezone.localdate(scene.now)
    begins = scene.hours.at(
        scene.hours.days_before(today, script.ago), scene.chance.between(5, 150)
    )
    yield begins
    applicant = scene.made.holders[script.demander, Role.CLERK]
    application = _draft(script, scene, applicant, begins)
    for provider, subject in script.more:
        if (*provider, subject) in scene.catalog.entries:
            further = scene.catalog.of(*provider, subject)
            actions.put_in(
                by=applicant, application_id=application.pk, resource=further,
                fields=_fields(further, ()), now=begins,
            )  # fmt: skip
    if script.ending == Ending.DRAFT:
        return
    sent = begins + timedelta(minutes=scene.chance.between(8, 50))
    yield sent
    actions.submit_basket(by=applicant, application_id=application.pk, now=sent)
    items = application.items.order_by("resource__code")
    yield from together([_item(script, scene, item, applicant, sent) for item in items])


def _item(
    script: Script, scene: Scene, item: ApplicationItem, applicant: Official, sent: datetime
) -> Course:
    """What becomes of one entry of the application, and of its grant."""
    yield from _review(script, scene, item, sent)
    grant = (
        Grant.objects.filter(item=item, is_emergency=False)
        .select_related("resource__provider")
        .first()
    )
    if grant is not None:
        yield from _use(script, scene, grant, applicant)


def _draft(script: Script, scene: Scene, applicant: Official, now: datetime) -> Application:
    resource = scene.catalog.of(*script.provider, script.matter.subject)
    version = resource.live
    starts = timezone.localdate(now)
    matter = script.matter
    region = applicant.department.region_id if applicant.department else None
    content: dict[str, Any] = {
        "use_basis": matter.basis, "use_scenario": matter.scenario, "use_scope": matter.scope,
        "mode": "file", "starts_on": starts, "ends_on": starts + timedelta(days=script.days),
        "reflux": matter.reflux, "emergency": False,
        "row_region": region if version and version.splittable else None,
    }  # fmt: skip
    application = actions.draft(
        by=applicant,
        department=scene.made.departments[script.demander],
        resource=resource,
        fields=_fields(resource, script.extra_fields),
        content=content,
        now=now,
    )
    if script.service:
        own = ServiceItem.objects.filter(department=application.department, name=script.service)
        application.matter = own.first()
        application.save(update_fields=["matter"])
    return application


def _fields(resource: Resource, extra: Sequence[str]) -> list[str]:
    items = resource.live.items.all() if resource.live else []
    shared = [item for item in items if item.sharing_type != "non_shared"]
    ordinary = [item.key for item in shared if item.grade < 5]
    wanted = {*ordinary[:_MOST_FIELDS], *extra, "region_code"}
    return [item.key for item in shared if item.key in wanted]


def _review(script: Script, scene: Scene, item: ApplicationItem, sent: datetime) -> Course:
    """Every stage in turn, until the end the script foresees or a post that leaves it lying."""
    moment = sent
    pending = script.ending
    while (stage := _open_stage(item)) is not None and not _holds(script, scene, stage):
        waits = scene.chance.between(40, 300 if script.hold else 700)
        moment = scene.hours.after(moment, waits)
        yield moment
        item.refresh_from_db()
        if pending == Ending.WITHDRAWAL:
            _execute(item, item.application.applicant, Withdraw(seen=item.event_count), moment)
            return
        signer = scene.people[scene.chance.pick(stage.holders)]
        command = _command(pending, stage, item, scene)
        _execute(item, signer, command, moment)
        item.refresh_from_db()
        if isinstance(command, RequestSupplement):
            if pending == Ending.UNANSWERED_SUPPLEMENT:
                return
            pending = Ending.CONSENT
            moment = scene.hours.after(moment, scene.chance.between(60, 900))
            yield moment
            _answer(item, script, moment)
    if script.aside and stage is not None:
        moment = scene.hours.after(moment, 45)
        yield moment
        item.refresh_from_db()
        happen(script.aside, item, stage, scene.people[stage.holders[0]], moment)


def _open_stage(item: ApplicationItem) -> ItemStage | None:
    return ItemStage.objects.filter(item=item, status=ItemStage.Status.OPEN).first()


def _holds(script: Script, scene: Scene, stage: ItemStage) -> bool:
    if script.hold is None:
        return False
    key, role = script.hold
    return stage.office_id == scene.made.departments[key].pk and stage.role == role


def _execute(item: ApplicationItem, by: Official, command: Command, now: datetime) -> None:
    actions.execute(by=by, item_id=item.pk, command=command, now=now)


def _command(pending: Ending, stage: ItemStage, item: ApplicationItem, scene: Scene) -> Command:
    """What the holder of the stage does: refusals and supplements are the provider's."""
    seen = item.event_count
    if stage.side == "provider" and pending == Ending.REFUSAL:
        kind = "reflux" if item.application.reflux else item.version.sharing_type
        code, text = _REFUSALS[kind]
        return Refuse(seen=seen, code=code, text=text)
    if stage.side == "provider" and pending in {Ending.SUPPLEMENT, Ending.UNANSWERED_SUPPLEMENT}:
        return RequestSupplement(seen=seen, gaps=(Gap(field="use_basis", text=_GAP),))
    return Sign(seen=seen, comment=scene.chance.pick(_COMMENTS))


def _answer(item: ApplicationItem, script: Script, now: datetime) -> None:
    application = item.application
    actions.resubmit_application(
        by=application.applicant,
        item_id=item.pk,
        seen=item.event_count,
        content={"use_basis": f"{script.matter.basis}；申请的各数据项均为该条规定的核对内容。"},
        explanation="已补充具体条款和对应关系。",
        now=now,
    )


def _use(script: Script, scene: Scene, grant: Grant, applicant: Official) -> Course:
    """What becomes of the grant; without an attached source it waits to be supplied."""
    steward = scene.made.holders[script.provider, Role.STEWARD]
    moment = grant.created_at
    if script.afterwards == Afterwards.PULL:
        yield from _deliver(scene, grant, applicant)
    if script.afterwards in {Afterwards.SUSPENSION, Afterwards.TERMINATION}:
        moment = _when_to_stop(script, scene, grant)
        yield moment
        if not _is_over(grant) and script.afterwards == Afterwards.SUSPENSION:
            grants.suspend(by=steward, grant_id=grant.pk, reason=_SUSPENDED, now=moment)
        elif not _is_over(grant):
            yield from lives.stopped_by_provider(scene, script, grant, _STOPPED, moment)
    else:
        yield from lives.records(scene, script, grant, applicant)
    over = scene.hours.at(grant.ends_on + timedelta(days=1), -530)
    yield max(over, moment)
    grants.expire_due(max(over, moment))
    yield from lives.disposal(scene, script, grant, applicant)


def _is_over(grant: Grant) -> bool:
    grant.refresh_from_db()
    return grant.status in {GrantStatus.EXPIRED, GrantStatus.TERMINATED}


def _when_to_stop(script: Script, scene: Scene, grant: Grant) -> datetime:
    """A suspension is some days old, so that it is still news; a grant ends some weeks after it began."""
    if script.afterwards == Afterwards.TERMINATION:
        return scene.hours.after(grant.created_at, scene.chance.between(5000, 15000))
    day = scene.hours.days_before(timezone.localdate(scene.now), scene.chance.between(2, 6))
    return max(scene.hours.at(day, 320), scene.hours.after(grant.created_at, 60))


def _deliver(scene: Scene, grant: Grant, applicant: Official) -> Course:
    """Real pulls in the past: soon after consent, and once more about a month ago."""
    first = scene.hours.after(grant.created_at, scene.chance.between(20, 200))
    month_ago = scene.hours.days_before(timezone.localdate(scene.now), 21)
    for moment in sorted({first, scene.hours.at(month_ago, scene.chance.between(10, 90))}):
        if moment < first:
            continue
        yield moment
        grant.refresh_from_db()
        if grant.covers(timezone.localdate(moment)) and grant.covers(timezone.localdate(scene.now)):
            pull = request_pull(by=applicant, grant_id=grant.pk, now=moment)
            run_pull(pull.pk, clock=_ticking(moment))


def _ticking(start: datetime) -> Callable[[], datetime]:
    """A clock that goes on from ``start`` as fast as real time."""
    began = monotonic()
    return lambda: start + timedelta(seconds=monotonic() - began)
