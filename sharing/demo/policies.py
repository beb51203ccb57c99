"""Policies of the demonstration: national and regional versions, a rule of consent, an emergency."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from catalog.demo import Catalog
from catalog.models import ServiceItemNeed
from portal.organisation.demo import PROVINCE, TOWNSHIP, Key, Organisation
from portal.organisation.models import Department, Official, Region, Role
from sharing import actions
from sharing.actions import autonomy, emergencies, policies
from sharing.actions.autonomy import Bounds
from sharing.approval.commands import Sign
from sharing.demo.clockwork import Course
from sharing.demo.story import FIRST_SUBJECT
from sharing.models import ChainPolicy
from sharing.simulating import ask

_DATA: Final[Key] = ("data", PROVINCE)
_IN_NEED: Final[Key] = (TOWNSHIP, "320613001")
_SUBJECT: Final = "死亡人口信息"
TAKEN: Final = frozenset({(_IN_NEED, _SUBJECT)})
"""Who asks for what here: nobody else may have it under way."""
_MOST_FIELDS: Final = 6


def course(made: Organisation, catalog: Catalog, *, now: datetime) -> Course:
    """Put policies in force as of four hours ago, and show each of their ways with one case."""
    ruled = now - timedelta(hours=4)
    yield ruled
    _national(made, ruled)
    _regional(made, ruled)
    _tried_out(made, ruled)
    yield from _rule(made, now)
    yield from _emergency(made, catalog, now)


def _put_in_force(
    made: Organisation, name: str, changes: Mapping[str, Any], note: str, now: datetime,
    region: Region | None = None,
) -> ChainPolicy:  # fmt: skip
    keeper = made.holders[_DATA, Role.SECADMIN]
    policy = _draft(keeper, name, changes, note, now, region)
    policies.put_forward(by=keeper, policy=policy, valid_from=timezone.localdate(now), now=now)
    return policies.confirm(by=made.holders[_DATA, Role.AUTHORITY_HEAD], policy=policy, now=now)


def _draft(
    keeper: Official, name: str, changes: Mapping[str, Any], note: str, now: datetime,
    region: Region | None = None,
) -> ChainPolicy:  # fmt: skip
    policy = policies.draft_version(by=keeper, name=name, region=region, now=now)
    rules = dict(policy.definition)
    for key, value in changes.items():
        rules[key] = {**rules[key], **value} if isinstance(value, Mapping) else value
    return policies.change_draft(by=keeper, policy=policy, definition=rules, note=note, now=now)


def _national(made: Organisation, now: datetime) -> None:
    _put_in_force(
        made, "default", {"emergencies": {"days": 3}},
        "突发事件处置需要时，经本单位共享工作机构负责人开通，可先用三日，审批随后进行。", now,
    )  # fmt: skip


def _regional(made: Organisation, now: datetime) -> None:
    _put_in_force(
        made, "南通市", {"limits": {"home_review": 1, "reply_conditional": 7, "supply": 15}},
        "本市承诺：本单位一个工作日审核，有条件共享七个工作日答复，十五个工作日提供。", now,
        made.regions["320600"],
    )  # fmt: skip


def _tried_out(made: Organisation, now: datetime) -> None:
    """A draft that waits for its author, with a simulation for the worker that starts soon."""
    keeper = made.holders[_DATA, Role.SECADMIN]
    policy = _draft(
        keeper, "default", {"relays": {"city": "skip", "province": "notify"}},
        "减少层层审批：市级不再转报，省级只抄告。", now,
    )  # fmt: skip
    ask(by=keeper, policy=policy, now=now)


def _rule(made: Organisation, now: datetime) -> Course:
    """The first matter whose data another department has: consented to beforehand, used once."""
    needs = ServiceItemNeed.objects.filter(
        resource__isnull=False, resource__live__isnull=False, item__state="in_force"
    ).select_related("item__department", "resource__provider", "resource__live")
    # the guide begins with an application for that entry
    needs = needs.exclude(resource__live__title=FIRST_SUBJECT)
    agreed_at = now - timedelta(hours=3)
    yield agreed_at
    for need in needs.order_by("item__department__name", "item__code", "position"):
        fields = _agree(made, need, agreed_at)
        if fields:
            yield from _apply_by_rule(made, need, fields, now)
            return


def _agree(made: Organisation, need: ServiceItemNeed, now: datetime) -> list[str]:
    entry, matter = need.resource, need.item
    if entry is None or entry.live is None or entry.provider_id == matter.department_id:
        return []
    asker = _holder(made, matter.department, Role.CLERK)
    sender = _holder(made, matter.department, Role.SHARING_OFFICE_HEAD)
    giver = _holder(made, entry.provider, Role.SHARING_OFFICE_HEAD)
    wanted = entry.live.items.exclude(sharing_type="non_shared").filter(grade__lt=5)
    if need.fields:
        wanted = wanted.filter(key__in=need.fields)
    items = list(wanted.order_by("position")[:_MOST_FIELDS])
    is_file = "file" in entry.live.sharing_modes
    if giver is None or None in {asker, sender} or not items or not is_file:
        return []
    grade = max(item.grade for item in items)
    fields = [item.key for item in items]
    autonomy.set_rule(
        by=giver, department=entry.provider, name=f"{matter.name}所需数据",
        bounds=Bounds(
            kind="matter", resource=entry, matter=matter, fields=fields,
            max_grade=grade, max_days=366, demanders=[matter.department],
        ),
        now=now,
    )  # fmt: skip
    return fields


def _apply_by_rule(
    made: Organisation, need: ServiceItemNeed, fields: list[str], now: datetime
) -> Course:
    matter = need.item
    asker = _holder(made, matter.department, Role.CLERK)
    sender = _holder(made, matter.department, Role.SHARING_OFFICE_HEAD)
    if asker is None or sender is None or need.resource is None:
        return
    starts = timezone.localdate(now)
    sent, signed = now - timedelta(hours=2), now - timedelta(hours=1)
    content = {
        "use_basis": matter.basis, "use_scenario": f"{matter.name}：{need.text}",
        "use_scope": "窗口受理人员，在办公内网使用", "mode": "file", "starts_on": starts,
        "ends_on": starts + timedelta(days=364), "reflux": False, "emergency": False,
    }  # fmt: skip
    yield sent
    application = actions.draft(
        by=asker, department=matter.department, resource=need.resource, fields=fields,
        content=content, now=sent,
    )  # fmt: skip
    actions.submit_application(by=asker, application_id=application.pk, now=sent)
    item = application.items.get()
    yield signed
    actions.execute(by=sender, item_id=item.pk, command=Sign(seen=item.event_count), now=signed)


def _emergency(made: Organisation, catalog: Catalog, now: datetime) -> Course:
    """A typhoon: one sub-district uses data before consent."""
    entry = catalog.entries.get(("health", PROVINCE, _SUBJECT))
    asker = made.holders.get((_IN_NEED, Role.CLERK))
    head = made.holders.get((_IN_NEED, Role.SHARING_OFFICE_HEAD))
    if entry is None or entry.live is None or asker is None or head is None:
        return
    starts = timezone.localdate(now)
    sent, opened = now - timedelta(minutes=50), now - timedelta(minutes=35)
    shared = entry.live.items.exclude(sharing_type="non_shared").filter(grade__lt=5)
    content = {
        "use_basis": "《突发事件应对法》第七十三条", "use_scenario": "台风转移安置人员名单核对",
        "use_scope": "街道应急指挥部4人", "mode": "file", "starts_on": starts,
        "ends_on": starts + timedelta(days=30), "reflux": False, "emergency": True,
        "row_region": made.departments[_IN_NEED].region_id if entry.live.splittable else None,
    }  # fmt: skip
    yield sent
    application = actions.draft(
        by=asker, department=made.departments[_IN_NEED], resource=entry,
        fields=list(shared.order_by("position").values_list("key", flat=True)[:_MOST_FIELDS]),
        content=content, now=sent,
    )  # fmt: skip
    actions.submit_application(by=asker, application_id=application.pk, now=sent)
    yield opened
    emergencies.open_access(
        by=head, item_id=application.items.get().pk,
        reason="台风今夜登陆，须在两小时内核对转移名单，等不及逐级审批。", now=opened,
    )  # fmt: skip


def _holder(made: Organisation, department: Department, role: Role) -> Official | None:
    keys = [key for key, found in made.departments.items() if found.pk == department.pk]
    return made.holders.get((keys[0], role)) if keys else None
