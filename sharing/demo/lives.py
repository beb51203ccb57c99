"""What becomes of grants in the demonstration: records of use, renewals, changes, disposal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from portal.organisation.models import Official, Role
from sharing.demo.clockwork import Course
from sharing.demo.scripts import Script
from sharing.granting import execute_on_grant
from sharing.granting.clockwork import change_due
from sharing.granting.usage import Use, record_use
from sharing.grantlife import commands as c
from sharing.grantlife.terms import ChangeKind, Disposal
from sharing.models import Grant, GrantStatus

if TYPE_CHECKING:
    from sharing.demo.cases import Scene

_WINDOW: Final = 90
_ENDED: Final = {GrantStatus.EXPIRED, GrantStatus.TERMINATED}
_PROCESSES: Final = (
    "按月批量比对，结果人工复核后使用。",
    "受理时逐户核对，每日约20笔。",
    "每周比对一次名单。",
)
_EFFECTS: Final = (
    "减少证明材料2份，核出不符合条件的4户。", "办理时限由5个工作日缩短到2个。", "纠正登记错误7处。",
)  # fmt: skip


def records(scene: Scene, script: Script, grant: Grant, applicant: Official) -> Course:
    """The recipient records the use of the data about three weeks ago; then somebody may act."""
    today = timezone.localdate(scene.now)
    moment = scene.hours.at(scene.hours.days_before(today, 14), scene.chance.between(60, 400))
    if moment <= grant.created_at:
        return
    yield moment
    grant.refresh_from_db()
    on = timezone.localdate(moment)
    if not grant.covers(on):
        return
    use = Use(
        period_from=max(grant.starts_on, on - timedelta(days=28)), period_to=on,
        scene=script.matter.scenario, process=scene.chance.pick(_PROCESSES),
        effect=scene.chance.pick(_EFFECTS), storage="区政务云专用库，两名经办人可查。",
    )  # fmt: skip
    record_use(by=applicant, grant_id=grant.pk, use=use, now=moment)
    yield from _acts(scene, script, grant, applicant)


def _acts(scene: Scene, script: Script, grant: Grant, applicant: Official) -> Course:
    """A renewal where the end is near; otherwise sometimes a narrowing or a planned change."""
    today = timezone.localdate(scene.now)
    moment = scene.hours.at(scene.hours.days_before(today, 6), scene.chance.between(60, 400))
    yield moment
    grant.refresh_from_db()
    if not grant.covers(timezone.localdate(moment)):
        return
    steward = scene.made.holders[script.provider, Role.STEWARD]
    if (grant.ends_on - timezone.localdate(moment)).days <= _WINDOW:
        wish = c.AskRenewal(
            until=grant.ends_on + timedelta(days=180), use="按授权范围每月核对，未向第三方提供。",
            results="核减不符合条件对象4户，少跑腿约120人次。",
        )  # fmt: skip
        _give(grant, applicant, wish, moment)
        if scene.chance.among(2):
            later = scene.hours.after(moment, 300)
            yield later
            _give(grant, steward, c.EndorseRenewal(comment="用途未变，同意续用。"), later)
    elif len(grant.fields) > 2:
        chance = scene.chance.among(4)
        if chance == 0:
            keep = tuple(field["key"] for field in grant.fields[:-1])
            _give(grant, applicant, c.Narrow(keep=keep, reason="该数据项不再需要。"), moment)
        elif chance == 1:
            _give(grant, steward, _planned(ChangeKind.SOURCE, moment, days=20), moment)


def stopped_by_provider(
    scene: Scene, script: Script, grant: Grant, reason: str, moment: datetime
) -> Course:
    """An end without fault: proposed, negotiated, filed, in effect on its day (article 27)."""
    steward = scene.made.holders[script.provider, Role.STEWARD]
    filing = scene.made.holders[("data", script.provider[1]), Role.AUTHORITY_REVIEWER]
    plan = c.ProposeChange(
        change=ChangeKind.TERMINATION, reason=reason,
        effective_on=timezone.localdate(moment) + timedelta(days=10),
    )  # fmt: skip
    if not _give(grant, steward, plan, moment):
        return
    talk = scene.hours.after(moment, 900)
    yield talk
    agreed = c.RecordNegotiation(
        held_on=timezone.localdate(talk), participants="双方共享工作机构", agreed=True,
        text="双方同意到期停止，使用单位自行处置存量数据。",
    )  # fmt: skip
    _give(grant, steward, agreed, talk)
    filed = scene.hours.after(talk, 500)
    yield filed
    number = f"备{filed.year}-{grant.number[-3:]}"
    _give(grant, filing, c.FileChange(filing_number=number), filed)
    day = scene.hours.at(plan.effective_on, 30)
    yield max(day, filed)
    change_due(max(day, filed))


def disposal(scene: Scene, script: Script, grant: Grant, applicant: Official) -> Course:
    """Most recipients confirm some days after the end what became of the data."""
    grant.refresh_from_db()
    if grant.status not in _ENDED or not scene.chance.among(4):
        return
    moment = scene.hours.after(grant.status_at, scene.chance.between(600, 2500))
    yield moment
    done = c.ConfirmDisposal(
        how=Disposal.DELETED, disposed_on=timezone.localdate(moment),
        responsible=applicant.full_name,
        certificate=f"{script.matter.subject}数据销毁记录，含备份介质，双人复核。",
    )  # fmt: skip
    _give(grant, applicant, done, moment)


def _planned(kind: ChangeKind, moment: datetime, *, days: int) -> c.ProposeChange:
    return c.ProposeChange(
        change=kind, effective_on=timezone.localdate(moment) + timedelta(days=days),
        reason="数源系统升级，预计停服三天，升级后字段不变。",
    )  # fmt: skip


def _give(grant: Grant, by: Official, command: c.Command, now: datetime) -> bool:
    """Give the command if the grant still runs its way; whether it was given."""
    grant.refresh_from_db()
    running = grant.status in {GrantStatus.PROVISIONING, GrantStatus.ACTIVE}
    if running is isinstance(command, c.ConfirmDisposal) or (grant.status == GrantStatus.SUSPENDED):
        return False
    execute_on_grant(by=by, grant_id=grant.pk, command=command, now=now)
    return True
