"""What the entries of the demonstration catalog say: one subject, one department, one entry."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from catalog.demo.words import Item, Subject, subjects
from catalog.models import FormatClass, Mode, OpenType, SharingType, Visibility
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Department

_FULL = (PROVINCE, "320500", "320508", "320600", "320613")
_FULL_OF_SMALL = (PROVINCE,)
"""Regions whose departments have registered everything they hold; the others a part."""
STORY_ENTRY = ("公共租赁住房保障家庭信息", "320600")
"""A city's entry that the story needs."""
_SHARE_OF_CITIES = 44
_SHARE_OF_COUNTIES = 10
_MADE_CONDITIONAL = 40
"""Of 100 entries others share unconditionally, so many are conditional in a city or county."""
_CARELESS = (24, 12, 5)
"""Of 100 entries of other regions, so many are filled in with one, two, three lapses at least."""
_LEVELS = {"p": "province", "m": "city", "c": "county"}
_DATABASES = ("Dm", "KingbaseES", "oracle", "MySQL", "PostgreSQL", "sql server")
_CYCLE_WORDS = {
    "realtime": "实时", "daily": "每日", "weekly": "每周", "monthly": "每月",
    "quarterly": "每季度", "half_yearly": "每半年", "yearly": "每年",
}  # fmt: skip
_ABSTRACTS = (
    (
        "{scope}{stem}信息，由{provider}在{work}中采集形成，每条记录包括{items}等{count}个数据项，"
        "{cycle}更新，可用于{uses}。"
    ),
    (
        "汇集{scope}的{stem}信息，记录{items}等{count}项内容。数据来自{scope}{stem}业务系统，"
        "由{provider}负责维护，{cycle}更新，供{uses}使用。"
    ),
    (
        "{provider}依法履行{work}职责形成的{stem}信息，覆盖{scope}范围，"
        "含{items}等{count}个数据项，{cycle}更新，主要用于{uses}。"
    ),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry to be: its provider, its metadata, its items."""

    key: Key
    subject: Subject
    provider: Department
    content: dict[str, Any]
    items: tuple[Item, ...]
    visibility: str = Visibility.LISTED
    published_on: date = field(default=date.min)


def drafts(made: Organisation, *, seed: int, today: date, small: bool) -> Iterator[Draft]:
    """Yield the entries of all departments, the same for the same arguments."""
    chance, care, numbers = Chance(seed, "catalog"), Chance(seed, "care"), count(1)
    full = _FULL_OF_SMALL if small else _FULL
    for subject in subjects():
        for (line, code), department in made.departments.items():
            if line == subject.line and _holds(subject, made, code, chance, full):
                draft = _draft(subject, (line, code), department, chance, today)
                lot = care.among(100)
                lapses = sum(lot < limit for limit in _CARELESS)
                yield draft if code in full else _careless(draft, lapses, next(numbers), today)


def _holds(
    subject: Subject, made: Organisation, code: str, chance: Chance, full: tuple[str, ...]
) -> bool:
    level = made.regions[code].level
    if level not in {_LEVELS[letter] for letter in subject.levels}:
        return False
    if code in full or (subject.title, code) == STORY_ENTRY:
        return True
    return chance.among(100) < (_SHARE_OF_CITIES if level == "city" else _SHARE_OF_COUNTIES)


def _draft(
    subject: Subject, key: Key, department: Department, chance: Chance, today: date
) -> Draft:
    local = key[1] != PROVINCE
    region = department.region
    prefixed = local and chance.among(3) == 0
    sharing_type = _sharing_type(subject, chance, local=local)
    published_on = today - timedelta(days=chance.between(20, 900))
    content = {
        "title": f"{region.name if prefixed else ''}{subject.title}",
        "title_en": f"{subject.english} of {region.name_en}" if prefixed else subject.english,
        "abstract": _abstract(subject, department, chance),
        "theme": subject.theme.name,
        "keywords": [subject.stem[:60], subject.theme.name, subject.items[0].name],
        **_format(subject, chance),
        "update_cycle": subject.cycle,
        **_sharing(subject, sharing_type),
        **_openness(subject, sharing_type, chance),
        "grade": max(item.grade for item in subject.items),
        "splittable": any(item.key == "region_code" for item in subject.items),
        "secrecy_reviewed": True,
        "privacy_assessed": True,
        "head_approved": True,
        "source_published_on": published_on - timedelta(days=chance.between(30, 700)),
        "source_updated_on": today - timedelta(days=chance.between(1, 19)),
    }
    limited = local and sharing_type == SharingType.CONDITIONAL and chance.among(45) == 0
    return Draft(
        key, subject, department, content, subject.items,
        Visibility.LIMITED if limited else Visibility.LISTED, published_on,
    )  # fmt: skip


def _careless(draft: Draft, lapses: int, number: int, today: date) -> Draft:
    """The entry as somebody in a hurry fills it in, so that quality has something to say.

    It lacks nothing without which it could not be published.
    """
    content, items = dict(draft.content), draft.items
    if lapses > 0:
        content |= {"abstract": content["title"], "keywords": []}
        content["source_updated_on"] = today - timedelta(days=500)
    if lapses > 1:
        items = tuple(replace(item, meaning="") for item in items)
        content["title"] = f"{content['title']}，"
    if lapses > 2:
        items = tuple(replace(item, mask="") for item in items)
        content |= {"title": f"业务数据管理系统{number % 1000}", "theme": ""}
    return replace(draft, content=content, items=items)


def _sharing_type(subject: Subject, chance: Chance, *, local: bool) -> SharingType:
    opened = subject.sharing_type == SharingType.UNCONDITIONAL
    if opened and local and chance.among(100) < _MADE_CONDITIONAL:
        return SharingType.CONDITIONAL
    return subject.sharing_type


def _abstract(subject: Subject, department: Department, chance: Chance) -> str:
    names = [item.name.removesuffix("代码") for item in subject.items]
    return chance.pick(_ABSTRACTS).format(
        scope="全省" if department.region_id == PROVINCE else department.region.name,
        stem=subject.stem, provider=department.name, work=subject.theme.work,
        items="、".join(names[:4]), count=len(names), cycle=_CYCLE_WORDS[subject.cycle],
        uses=subject.theme.uses,
    )  # fmt: skip


def _format(subject: Subject, chance: Chance) -> dict[str, Any]:
    kind = FormatClass(subject.format_class)
    if kind == FormatClass.DATABASE:
        return {
            "format_class": kind,
            "format_types": [chance.pick(_DATABASES)],
            "sharing_modes": [Mode.FILE, *chance.some([Mode.TABLE, Mode.API], chance.among(3))],
        }
    if kind == FormatClass.SERVICE:
        return {"format_class": kind, "format_types": ["rest"], "sharing_modes": [Mode.API]}
    types = ["xlsx"] if kind == FormatClass.SPREADSHEET else ["OFD", "pdf"]
    return {"format_class": kind, "format_types": types, "sharing_modes": [Mode.FILE]}


def _sharing(subject: Subject, sharing_type: SharingType) -> dict[str, Any]:
    if sharing_type == SharingType.NON_SHARED:
        reason = "法律、行政法规明确规定应当保密，不予共享。"
        return _stated(sharing_type, reason, subject.basis)
    if sharing_type == SharingType.CONDITIONAL:
        condition = (
            f"共享范围：因履行法定职责需要的政务部门；用途：{subject.theme.uses}。"
            "不得超出申请的使用范围，不得提供给第三方。"
        )
        return _stated(sharing_type, condition, "")
    return _stated(sharing_type, "无条件", "")


def _stated(sharing_type: SharingType, condition: str, citation: str) -> dict[str, Any]:
    return {
        "sharing_type": sharing_type,
        "sharing_condition": condition,
        "sharing_citation": citation,
    }


def _openness(subject: Subject, sharing_type: SharingType, chance: Chance) -> dict[str, Any]:
    number = chance.among(10)
    if sharing_type != SharingType.UNCONDITIONAL or subject.personal or number > 7:
        return {"open_type": OpenType.CLOSED, "open_condition": ""}
    if number > 5:
        return {"open_type": OpenType.ON_REQUEST, "open_condition": "实名登记后按申请用途使用。"}
    return {"open_type": OpenType.OPEN, "open_condition": ""}
