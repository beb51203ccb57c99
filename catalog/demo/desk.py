"""Demands and planned forms of the demonstration: one at every step, by the actions officials use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from catalog import actions
from catalog.demanding.terms import Command, Order, Refusal
from catalog.models import Demand, Resource
from portal.organisation.demo import PROVINCE, TOWNSHIP, Key, Organisation
from portal.organisation.models import Official, Role
from portal.worktime import access as worktime

Entries = Mapping[tuple[str, str, str], Resource]
HONGQIAO: Key = (TOWNSHIP, "320613005")
_CIVIL, _POLICE, _HEALTH = ("civil", PROVINCE), ("police", PROVINCE), ("health", PROVINCE)
_LABOUR, _MARKET, _COUNTY = ("labour", PROVINCE), ("market", PROVINCE), ("data", "320613")


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who acts, and when."""

    made: Organisation
    entries: Entries
    now: datetime

    def at(self, days_ago: int, hour: int) -> datetime:
        """An hour of the working day so many working days ago; never after now."""
        calendar = worktime.calendar()
        day = timezone.localdate(self.now)
        while days_ago > 0 or not calendar.is_working_day(day):
            day -= timedelta(days=1)
            days_ago -= calendar.is_working_day(day)
        moment = timezone.make_aware(datetime.combine(day, time(hour, 10)))
        return min(moment, self.now - timedelta(minutes=60 - hour))

    def holder(self, key: Key, role: Role) -> Official:
        """Who holds the post."""
        return self.made.holders[key, role]

    def ask(
        self, title: str, items: str, why: tuple[str, str], *, to: Key | None, ago: int
    ) -> Demand:
        """The sub-district asks; ``why`` is scene and basis."""
        moment = self.at(ago, 9)
        content = actions.DemandContent(
            title, why[0], why[1], tuple(items.split("、")), "query",
            timezone.localdate(moment) + timedelta(days=90),
            self.made.departments[to] if to else None,
        )  # fmt: skip
        return actions.send_demand(
            by=self.holder(HONGQIAO, Role.CLERK),
            department=self.made.departments[HONGQIAO],
            content=content,
            now=moment,
        )

    def act(self, demand: Demand, key: Key, role: Role, order: Order, ago: int) -> Demand:
        """Somebody takes the next step."""
        steps = Demand.objects.get(pk=demand.pk).step_count
        return actions.execute_demand(
            by=self.holder(key, role),
            demand_id=demand.pk,
            order=replace(order, seen=steps),
            now=self.at(ago, 15),
        )


_RELIEF = ("低保家庭复核：停发已死亡人员的低保金", "《社会救助暂行办法》第十三条")
_ELDERLY = ("高龄津贴发放前核对", "《中华人民共和国老年人权益保障法》第三十三条")
_FIRMS = ("楼宇经济底数调查", "《中华人民共和国中小企业促进法》第六条")


def load(made: Organisation, entries: Entries, *, now: datetime) -> tuple[int, int]:
    """Ask, answer, refuse and check; return how many demands and how many checks."""
    scene = _Scene(made, entries, now)
    _open(scene)
    _answered(scene)
    checks = _checks(scene)
    return Demand.objects.count(), checks


def _open(scene: _Scene) -> None:
    scene.ask(
        "跨省迁入人员原籍救助记录",
        "姓名、公民身份号码、原籍救助类别、停发日期",
        _RELIEF,
        to=None,
        ago=2,
    )
    scene.ask(
        "养老机构护理人员名册", "姓名、护理等级证书编号、所在机构", _ELDERLY, to=_CIVIL, ago=4
    )
    moved = scene.ask(
        "殡葬火化记录", "死者姓名、公民身份号码、火化日期", _RELIEF, to=_HEALTH, ago=8
    )
    target = scene.made.departments[_CIVIL].pk
    order = Order(Command.TRANSFER, text="火化记录由民政部门殡葬系统管理。", target=target)
    scene.act(moved, _HEALTH, Role.STEWARD, order, 6)
    promised = scene.ask(
        "流动人口居住登记变更记录", "姓名、公民身份号码、变更日期、现住址", _ELDERLY, to=_POLICE, ago=12,
    )  # fmt: skip
    day = timezone.localdate(scene.now) + timedelta(days=21)
    order = Order(Command.PROMISE, text="正在整理数据项，按期编入目录。", promised_on=day)
    scene.act(promised, _POLICE, Role.STEWARD, order, 9)


def _answered(scene: _Scene) -> None:
    found = scene.ask("常住人口名册", "姓名、公民身份号码、户籍地址", _ELDERLY, to=None, ago=26)
    police = scene.made.departments[_POLICE].pk
    scene.act(
        found, _COUNTY, Role.AUTHORITY_REVIEWER,
        Order(Command.ASSIGN, text="由省公安厅答复。", target=police), 24,
    )  # fmt: skip
    entry = scene.entries["police", PROVINCE, "常住人口信息"]
    answer = Order(Command.ANSWER, text="目录中已有，请按程序申请。", entry=entry.code or "")
    scene.act(found, _POLICE, Role.STEWARD, answer, 22)
    refused = scene.ask("企业缴税明细", "企业名称、税种、缴税金额", _FIRMS, to=_MARKET, ago=18)
    order = Order(
        Command.REFUSE,
        text="市场监管部门不掌握缴税数据，请向税务部门提出。",
        refusal=Refusal.ELSEWHERE,
    )
    scene.act(refused, _MARKET, Role.STEWARD, order, 15)
    secret = scene.ask(
        "统计调查单户资料", "单位名称、营业收入、从业人数", _FIRMS, to=_LABOUR, ago=32
    )
    order = Order(
        Command.REFUSE, text="单户统计资料依法保密。", refusal=Refusal.LAW,
        citation="《中华人民共和国统计法》第二十八条",
    )  # fmt: skip
    scene.act(secret, _LABOUR, Role.STEWARD, order, 29)
    scene.act(
        secret, HONGQIAO, Role.CLERK,
        Order(Command.REOPEN, text="只需要行业汇总数，不需要单户资料。"), 27,
    )  # fmt: skip
    gone = scene.ask("燃气用户欠费名单", "户名、欠费金额", _FIRMS, to=None, ago=35)
    scene.act(gone, HONGQIAO, Role.CLERK, Order(Command.TAKE_BACK, text="业务不再需要。"), 34)


def _checks(scene: _Scene) -> int:
    """Three planned forms: nothing collected twice, given up, kept all the same."""
    clerk, place = scene.holder(HONGQIAO, Role.CLERK), scene.made.departments[HONGQIAO]
    forms = (
        ("困难家庭摸底登记表", "年度救助摸底", "姓名、公民身份号码、户籍地址、联系电话、家庭月支出", 20, False),
        ("商户走访登记表", "优化营商环境走访", "企业名称、统一社会信用代码、法定代表人、走访意见", 10, True),
        ("社区文化活动意向表", "编制活动计划", "感兴趣的活动、方便参加的时段", 5, None),
        ("高龄老人入户登记表", "高龄津贴复核", "姓名、出生日期、居住地址、子女照料情况", 1, None),
    )  # fmt: skip
    for title, purpose, names, ago, keep in forms:
        made = actions.check_collection(
            by=clerk, department=place, title=title, purpose=purpose, names=names.split("、"),
            now=scene.at(ago, 10),
        )  # fmt: skip
        if keep is not None and made.state == "open":
            actions.decide_collection(
                by=clerk, check_id=made.pk, keep=keep,
                reason="企业登记住址与实际经营地址不一致，需现场核实。" if keep else "",
                now=scene.at(ago, 14),
            )  # fmt: skip
    return len(forms)
