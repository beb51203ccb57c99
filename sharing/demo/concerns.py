"""Corrections, objections, disputes and complaints of the demonstration province."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from portal.errors import PortalError
from portal.organisation.models import Department, Official, Role
from portal.organisation.models import Post as PostRow
from sharing.actions.complaints import receive_complaint
from sharing.actions.concerns import execute_concern
from sharing.actions.raising import Content, open_dispute, raise_correction, raise_objection
from sharing.approval.terms import Person
from sharing.disputes.commands import Order
from sharing.disputes.terms import Verb
from sharing.models import ApplicationItem, Concern, Grant, GrantStatus

_ERRORS = (
    (
        "data_wrong",
        "部分人员的居住地址与户口簿不一致，已搬迁的仍登记在原地址。",
        "社区上门核实记录",
    ),
    ("data_missing", "本月新迁入人员的记录缺失，窗口无法核对。", "窗口办件记录"),
    ("data_wrong", "个别记录的更新时间早于出生日期。", "数据比对结果"),
    ("entry_wrong", "目录所写更新周期与实际不符，实际按月更新。", "近三次交付的源时间"),
    ("data_wrong", "区划代码仍用撤并前的代码。", "区划调整文件"),
)
_OBJECTIONS = (
    ("3.1", "提交问题后一周没有人答复。", 4, True),
    ("3.2", "同一人有两条记录，信息不一致。", 2, False),
    ("3.3", "字段含义说明过于简单，难以使用。", 5, True),
)
_COMPLAINTS = (
    ("办理低保时，窗口仍要求提交已经可以共享的户口证明。", "13900000001"),
    ("个人信息被用于与办事无关的回访。", ""),
    ("共享数据有误，导致申请被退回，要求更正。", "请电话联系 13900000002"),
)


def load_concerns(*, now: datetime) -> int:
    """Some of each kind in different states; nothing is invented that the rules do not allow."""
    now = timezone.localtime(now).replace(hour=10, minute=10)  # in office hours
    grants = list(
        Grant.objects.filter(status=GrantStatus.ACTIVE)
        .select_related("department", "resource__provider", "item__application__applicant")
        .order_by("created_at", "number")[: len(_ERRORS) + len(_OBJECTIONS)]
    )
    for number, grant in enumerate(grants):
        if number < len(_ERRORS):
            _correction(grant, number, now - timedelta(days=9 - number))
        else:
            _objection(grant, number - len(_ERRORS), now - timedelta(days=6))
    refused = ApplicationItem.objects.filter(
        stages__status="refused", stages__side__in=["authority", "provider"]
    )
    for number, item in enumerate(refused.order_by("decided_at", "pk")[:3]):
        _dispute(item, number, now - timedelta(days=3))
    authorities = Department.objects.filter(
        kind=Department.Kind.AUTHORITY, posts__role=Role.AUTHORITY_HEAD
    )
    for number, authority in enumerate(authorities.distinct().order_by("-region_id")[:3]):
        _complaint(authority, number, now - timedelta(days=2))
    return Concern.objects.count()


def _holder(department: int | None, roles: Iterable[str], but: int = 0) -> Official | None:
    posts = PostRow.objects.filter(department=department, role__in=list(roles), valid_until=None)
    found = posts.exclude(official=but).select_related("official").order_by("pk").first()
    return found.official if found else None


def _act(concern: Concern, who: Official | None, verb: Verb, now: datetime, text: str = "") -> None:
    """Give an order if somebody can: a vacant post leaves the concern where it is."""
    if who is None:
        return
    seen = Concern.objects.get(pk=concern.pk).event_count
    try:
        execute_concern(
            by=who, concern_id=concern.pk, order=Order(verb=verb, seen=seen, text=text), now=now
        )
    except PortalError:
        return


_DATA = (Role.STEWARD, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)


def _correction(grant: Grant, number: int, now: datetime) -> None:
    subject, text, evidence = _ERRORS[number]
    keys = [field["key"] for field in grant.fields]
    concern = raise_correction(
        by=grant.item.application.applicant,
        department=grant.department,
        resource_id=grant.resource_id,
        content=Content(subject, text, evidence, tuple(keys[:1]), ("3206001234", "3206005678")),
        now=now,
    )
    steward = _holder(grant.resource.provider_id, _DATA, grant.item.application.applicant_id)
    later = now + timedelta(hours=5)
    if number > 0:
        _act(concern, steward, Verb.ACCEPT, later)
    if number in {2, 3}:
        _act(concern, steward, Verb.CORRECT, later + timedelta(days=1), "已核实并在源系统更正。")
    if number == 3:
        _confirm_all(concern, later + timedelta(days=2))
    if number == 4:
        _act(concern, steward, Verb.REJECT, later, "经核实，源系统记录正确，差异由对方缓存引起。")


def _confirm_all(concern: Concern, now: datetime) -> None:
    for task in concern.tasks.order_by("key"):
        who = _holder(task.department_id, [*_DATA, Role.CLERK])
        seen = Concern.objects.get(pk=concern.pk).event_count
        if who is not None:
            order = Order(verb=Verb.CONFIRM, seen=seen, task=task.key)
            execute_concern(by=who, concern_id=concern.pk, order=order, now=now)


def _objection(grant: Grant, number: int, now: datetime) -> None:
    subject, text, score, solved = _OBJECTIONS[number]
    applicant = grant.item.application.applicant
    concern = raise_objection(
        by=applicant, department=grant.department, content=Content(subject, text),
        grant_id=grant.pk, now=now,
    )  # fmt: skip
    steward = _holder(grant.resource.provider_id, _DATA, applicant.pk)
    if number > 0:
        _act(concern, steward, Verb.ACCEPT, now + timedelta(hours=3))
    if number > 1 and steward is not None:
        _act(concern, steward, Verb.UPHOLD, now + timedelta(days=1), "已补充说明。")
        seen = Concern.objects.get(pk=concern.pk).event_count
        order = Order(verb=Verb.RATE, seen=seen, score=score, solved=solved)
        execute_concern(
            by=applicant, concern_id=concern.pk, order=order, now=now + timedelta(days=2)
        )


def _dispute(item: ApplicationItem, number: int, now: datetime) -> None:
    applicant = item.application.applicant
    concern = open_dispute(
        by=applicant, text="拒绝理由不成立，该数据为履行职责所必需。", item_id=item.pk, now=now
    )
    steward = _holder(item.provider_id, _DATA)
    later = now + timedelta(hours=4)
    _act(concern, applicant, Verb.RECORD_ROUND, later, "第一轮：双方就使用范围交换意见。")
    if number > 0:
        _act(concern, applicant, Verb.FAIL, later, "未能达成一致。")
        _act(concern, steward, Verb.FAIL, later, "未能达成一致。")
    if number > 1:
        reviewer = _holder(concern.authority_id, [Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD])
        opinion = "建议提供核对所需的最小字段。"
        _act(concern, reviewer, Verb.GIVE_OPINION, later + timedelta(days=1), opinion)


def _complaint(authority: Department, number: int, now: datetime) -> None:
    text, contact = _COMPLAINTS[number]
    received = receive_complaint(
        by=None, authority_id=authority.pk, text=text, contact=contact, now=now
    )
    head = _holder(authority.pk, [Role.AUTHORITY_HEAD])
    if number == 0 or head is None:
        return
    person = _holder(authority.pk, [Role.AUTHORITY_REVIEWER]) or head
    seen = received.concern.event_count
    order = Order(verb=Verb.ASSIGN, seen=seen, person=Person(person.pk, person.full_name))
    execute_concern(by=head, concern_id=received.concern.pk, order=order, now=now)
    if number > 1:
        answer = "已责成有关部门更正数据并重新受理。"
        _act(received.concern, person, Verb.ANSWER, now + timedelta(days=1), answer)
