"""Entries of the demonstration on their way into the catalog: some at every step."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog import actions
from catalog.actions.content import APPROVALS, CONTENT_FIELDS, ITEM_FIELDS
from catalog.lifecycle.terms import Check, CheckKind, Command, Order, Outcome, Remark
from catalog.models import PublicationReview, Resource, ResourceVersion, SharingType
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Official, Role
from portal.worktime import access as worktime

COUNTY = "320613"
_POLICE: Key = ("police", PROVINCE)
_NEW_ITEM = {
    "key": "data_source", "name": "数据来源", "name_en": "Data source", "data_type": "C",
    "length": 60, "meaning": "采集该条数据的业务系统", "grade": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who acts, and on what."""

    made: Organisation
    now: datetime
    busy: Collection[UUID]
    chance: Chance

    def at(self, days_ago: int, hour: int) -> datetime:
        """An hour of the working day so many working days ago; never after now."""
        calendar = worktime.calendar()
        day = timezone.localdate(self.now)
        while days_ago > 0 or not calendar.is_working_day(day):
            day -= timedelta(days=1)
            days_ago -= calendar.is_working_day(day)
        moment = timezone.make_aware(datetime.combine(day, time(hour, 20)))
        return min(moment, self.now - timedelta(minutes=40 - hour))

    def holder(self, key: Key, role: Role) -> Official:
        """Who holds the post."""
        return self.made.holders[key, role]

    def free(self, key: Key) -> Iterator[Resource]:
        """Published entries of the department that nobody has applied for, in order."""
        found = Resource.objects.published().provided_by(self.made.departments[key])
        found = found.filter(attachment=None).exclude(live__sharing_type=SharingType.NON_SHARED)
        for resource in found.exclude(pk__in=self.busy).select_related("live").order_by("code"):
            if not actions.content_faults(resource.shown_version()):
                yield resource


def load_reviews(
    made: Organisation, *, seed: int, now: datetime, busy: Collection[UUID] = ()
) -> int:
    """Send versions of entries on their way and leave some at every step; return how many.

    Every step is the action that officials give. ``busy`` are entries to leave alone, because
    applications for them are under way. The same for the same arguments.
    """
    scene = _Scene(made, now, frozenset(busy), Chance(seed, "reviews"))
    _of_the_police(scene)
    _of_other_departments(scene, PROVINCE, 4)
    _of_other_departments(scene, COUNTY, 4)
    return PublicationReview.objects.count()


def _of_the_police(scene: _Scene) -> None:
    """One at each step, all with the same steward, whom the story knows."""
    steward = scene.holder(_POLICE, Role.STEWARD)
    entries = scene.free(_POLICE)
    three = next(entries)
    for days_ago, sentence in ((38, "自2026年起按月归集。"), (15, "新增数据来源说明。")):
        version = _revised(scene, three, steward, sentence, scene.at(days_ago, 9))
        review = _approved(scene, _POLICE, version, days_ago)
        _release(scene, _POLICE, review, scene.at(days_ago - 1, 15))
    _updates_of_the_police(scene, entries, steward)
    _new_of_the_police(scene, entries, steward)


def _updates_of_the_police(scene: _Scene, entries: Iterator[Resource], steward: Official) -> None:
    waiting = _revised(scene, next(entries), steward, "补充更新频率说明。", scene.at(1, 9))
    _sent(scene, waiting, steward, scene.at(1, 10), "更新周期和数据项有变化")
    timed = _revised(scene, next(entries), steward, "按新的业务口径填报。", scene.at(3, 9))
    tomorrow = timezone.localtime(scene.now) + timedelta(days=1)
    when = tomorrow.replace(hour=9, minute=0, second=0, microsecond=0)
    review = _approved(scene, _POLICE, timed, 2, wanted_at=when)
    _give(scene, _authority(_POLICE), review, scene.at(1, 14), Command.SCHEDULE, publish_at=when)
    late = _revised(scene, next(entries), steward, "增补共享条件。", scene.at(6, 9))
    _approved(scene, _POLICE, late, 5)


def _new_of_the_police(scene: _Scene, entries: Iterator[Resource], steward: Official) -> None:
    pattern = next(entries)
    unfinished = {"title": "流动人口居住登记变更信息", "abstract": ""}
    _new(scene, pattern, steward, unfinished, scene.at(2, 10), only_title=True)
    first = _new(scene, pattern, steward, {"title": "户政业务办理统计信息"}, scene.at(1, 11))
    _sent(scene, first, steward, scene.at(1, 14), "新编目录")
    second = _new(scene, pattern, steward, {"title": "出入境证件办理统计信息"}, scene.at(4, 11))
    review = _sent(scene, second, steward, scene.at(4, 14), "新编目录")
    key = second.items.first()
    remarks = (
        Remark("abstract", "请写明统计口径和起始年份。"),
        Remark(f"items[{key.key if key else ''}]", "请说明取值范围。"),
    )
    head = scene.holder(_POLICE, Role.DEPARTMENT_HEAD)
    order = Order(Command.RETURN, review.step_count, "摘要和数据项说明不够具体。", remarks)
    actions.execute(by=head, review_id=review.pk, order=order, now=scene.at(3, 10))


def _of_other_departments(scene: _Scene, region: str, count: int) -> None:
    """Updates that wait with the authority of the region, and one it has returned."""
    keys = [
        key for key in scene.made.departments
        if key[1] == region and key[0] not in {"data", "police"}
        and (key, Role.DEPARTMENT_HEAD) in scene.made.holders
    ]  # fmt: skip
    done = 0
    for key in keys:
        resource = next(scene.free(key), None)
        if resource is None or done > count:
            continue
        steward = scene.holder(key, Role.STEWARD)
        ago = 4 if done == 0 else 1
        version = _revised(
            scene, resource, steward, "按年度目录更新要求修订。", scene.at(ago + 1, 9)
        )
        review = _approved(scene, key, version, ago)
        if done == count:
            _give(
                scene, _authority(key), review, scene.at(0, 9), Command.RETURN,
                text="共享条件须列明共享范围和用途（《政务数据共享条例》第十五条）。",
            )  # fmt: skip
        done += 1


def _authority(key: Key) -> tuple[Key, Role]:
    return (("data", key[1]), Role.AUTHORITY_REVIEWER)


def _revised(
    scene: _Scene, resource: Resource, by: Official, sentence: str, at: datetime
) -> ResourceVersion:
    """The next version: a sentence more, an item more (or one renamed), another order."""
    del scene
    version = actions.revise(by=by, resource=resource, now=at)
    items = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in version.items.all()]
    if all(item["key"] != _NEW_ITEM["key"] for item in items):
        items.insert(1, dict(_NEW_ITEM))
        items[-1]["meaning"] = f"{items[-1]['meaning']}（以业务系统登记为准）"
    else:
        items[0], items[-1] = items[-1], items[0]
        items = [item for item in items if item["key"] != _NEW_ITEM["key"]]
    content = {"abstract": f"{version.abstract}{sentence}"}
    return actions.save_draft(by=by, version=version, content=content, items=items, now=at)


def _new(
    scene: _Scene, pattern: Resource, by: Official, changes: dict[str, Any], at: datetime,
    *, only_title: bool = False,
) -> ResourceVersion:  # fmt: skip
    """A new entry like the pattern, or only begun."""
    like = pattern.shown_version()
    content = {
        name: getattr(like, name) for name in CONTENT_FIELDS if name not in {*APPROVALS, "grade"}
    }
    items = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in like.items.all()]
    content |= {"title_en": "", "keywords": []} | changes
    return actions.create_draft(
        by=by, provider=pattern.provider, now=at, resource_id=scene.chance.identifier(),
        content={"title": changes["title"]} if only_title else content,
        items=[] if only_title else items,
    )  # fmt: skip


def _sent(
    scene: _Scene, version: ResourceVersion, by: Official, at: datetime, text: str
) -> PublicationReview:
    del scene
    return actions.send(by=by, version=version, sending=actions.Sending(text=text), now=at)


def _approved(
    scene: _Scene, key: Key, version: ResourceVersion, days_ago: int,
    *, wanted_at: datetime | None = None,
) -> PublicationReview:  # fmt: skip
    """Sent and approved with both checks, so many working days ago."""
    steward = scene.holder(key, Role.STEWARD)
    sending = actions.Sending(text="目录更新", wanted_at=wanted_at)
    at = scene.at(days_ago, 10)
    review = actions.send(by=steward, version=version, sending=sending, now=at)
    personal = version.items.filter(personal=True).exists()
    day = timezone.localdate(scene.at(days_ago, 11))
    checks = (
        Check(CheckKind.SECRECY, Outcome.CLEAR, "保密办公室", day, "逐项核对，未发现涉密内容。"),
        Check(
            CheckKind.PRIVACY,
            Outcome.WITH_MEASURES if personal else Outcome.NO_PERSONAL,
            "法制工作机构", day, "按分级脱敏，仅限履职使用。" if personal else "",
        ),
    )  # fmt: skip
    order = Order(Command.APPROVE, review.step_count, checks=checks)
    head = scene.holder(key, Role.DEPARTMENT_HEAD)
    return actions.execute(by=head, review_id=review.pk, order=order, now=scene.at(days_ago, 11))


def _release(scene: _Scene, key: Key, review: PublicationReview, at: datetime) -> None:
    _give(scene, _authority(key), review, at, Command.APPROVE)


def _give(  # noqa: PLR0913 - an order has this many parts
    scene: _Scene, post: tuple[Key, Role], review: PublicationReview, at: datetime,
    command: Command, *, text: str = "", publish_at: datetime | None = None,
) -> None:  # fmt: skip
    order = Order(command, review.step_count, text, publish_at=publish_at)
    actions.execute(by=scene.holder(*post), review_id=review.pk, order=order, now=at)
