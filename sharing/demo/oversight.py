"""What lay too long in the invented past: the ladder climbs, violations are found and followed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils import timezone

from portal.organisation.models import Official
from portal.worktime.access import calendar
from sharing.access import AUTHORITY_ROLES, holders
from sharing.demo.cases import Scene
from sharing.demo.clockwork import Course
from sharing.models import OversightItem
from sharing.oversight.terms import Command, Order
from sharing.reminders import remind
from sharing.violations import access, actions

_DAYS: Final = (30, 20, 14, 11, 8, 6, 4, 3, 2, 1, 0)
"""So many working days ago the clockwork ran; more often is not needed for a story."""
_FOLLOWED_UNTIL: Final = 2
"""The youngest cases nobody has looked at yet."""


class _Said(NamedTuple):
    command: Command
    text: str
    days: int = 0


_ASKED = _Said(Command.ASK, "请于五个工作日内书面说明超期原因和补办时间。", 5)
_EXPLAINED = _Said(Command.ANSWER, "经办人员岗位调整，交接期间未及时受理，已明确专人，本周内办结。")
_WAYS: Final[tuple[tuple[_Said, ...], ...]] = (
    (_ASKED, _EXPLAINED, _Said(Command.CONFIRM, "情况属实，请限期整改并报送结果。", 10)),
    (_ASKED, _EXPLAINED),
    (_ASKED,),
    (
        _ASKED, _EXPLAINED, _Said(Command.CONFIRM, "情况属实，予以登记。", 5),
        _Said(Command.ANSWER, "数据已按要求提供，已建立每日催办制度。"),
        _Said(Command.RECTIFY, "已核实整改到位。"),
    ),
    (
        _Said(Command.ANSWER, "申请单位来函请求暂缓，双方另有书面约定。"),
        _Said(Command.DISMISS, "经核实系双方协商暂缓，不属于逾期，予以撤销。"),
    ),
    (),
)  # fmt: skip
"""How far violations are followed, in turn."""
_SUPERVISED: Final[tuple[tuple[_Said, ...], ...]] = (
    (_Said(Command.SET_DATE, "请在规定日期前办结。", 3),),
    (_ASKED, _EXPLAINED),
    (),
)


def course(scene: Scene) -> Course:
    """The clockwork of the past days, and what authorities and departments did about it."""
    today = timezone.localdate(scene.now)
    followed: dict[str, int] = {"violation": 0, "supervision": 0}
    for ago in _DAYS:
        moment = scene.hours.at(scene.hours.days_before(today, ago), 20)
        if moment >= scene.now:
            return
        yield moment
        remind(moment)
        if ago > _FOLLOWED_UNTIL:
            for item in _fresh():
                number = followed[item.kind]
                followed[item.kind] += 1
                ways = _WAYS if item.kind == "violation" else _SUPERVISED
                _follow(scene, item, ways[number % len(ways)], moment)


def _fresh() -> Iterator[OversightItem]:
    found = OversightItem.objects.filter(status="open", step_count=1, authority__isnull=False)
    yield from list(found.order_by("number"))


def _follow(scene: Scene, item: OversightItem, way: tuple[_Said, ...], moment: datetime) -> None:
    on = timezone.localdate(moment)
    department = access.answering(item.department_id, on)
    authority = holders(item.authority_id or 0, AUTHORITY_ROLES, on)
    for number, said in enumerate(way, start=1):
        people = department if said.command is Command.ANSWER else authority
        by = _somebody(scene, people)
        if by is None:
            return
        actions.give(
            by=by, item_id=item.pk, order=Order(said.command, number), text=said.text,
            wanted_on=calendar().add_working_days(on, said.days).on if said.days else None,
            now=moment + timedelta(minutes=35 * number),
        )  # fmt: skip


def _somebody(scene: Scene, people: set[int]) -> Official | None:
    known = sorted(people & set(scene.people))
    return scene.people[known[0]] if known else None
