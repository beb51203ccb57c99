"""What happened to departments before: one has another name now, one went into another."""

from datetime import date, datetime, time
from itertools import count

from django.contrib.auth.models import Group
from django.utils import timezone

from portal.organisation import uscc
from portal.organisation.actions import confirm_change, prepare_change
from portal.organisation.demo.departments import FOUNDED, Key
from portal.organisation.demo.regions import PROVINCE
from portal.organisation.models import (
    ChangeKind,
    ChangeReceiver,
    Department,
    DepartmentChange,
    Official,
    Role,
)
from portal.organisation.sorting import sort_key

_RENAMED_ON = date(2025, 3, 3)
_MERGED_ON = date(2024, 6, 3)
_NUMBERS_FROM = 900_001


def load(made: dict[Key, Department], holders: dict[tuple[Key, str], Official]) -> int:
    """Play the changes through the actions, at the time they happened; return how many."""
    data = ("data", PROVINCE)
    people = holders[data, Role.SYSADMIN], holders[data, Role.SECADMIN]
    _merge(made["civil", PROVINCE], people)
    _rename(made["land", PROVINCE], people)
    return 2


def _merge(civil: Department, people: tuple[Official, Official]) -> None:
    numbers = count(_NUMBERS_FROM)
    name = "江苏省老龄工作委员会办公室"
    gone = Department.objects.create(
        name=name,
        name_en="Office of the Committee on Ageing of Jiangsu",
        short_name="省老龄办",
        uscc=uscc.compose("1", "2", PROVINCE, f"DM{next(numbers):06d}"),
        region=civil.region,
        kind=Department.Kind.INSTITUTION,
        group=Group.objects.create(name=f"department:{name}"),
        sort_key=sort_key(name),
        valid_from=FOUNDED,
    )
    receiver = ChangeReceiver(department=civil)
    _play(ChangeKind.MERGE, [gone, civil], receiver, "苏编办发〔2024〕18号", _MERGED_ON, people)


def _rename(land: Department, people: tuple[Official, Official]) -> None:
    receiver = ChangeReceiver(name=land.name, name_en=land.name_en, short_name=land.short_name)
    Department.objects.filter(pk=land.pk).update(
        name="江苏省国土资源厅",
        name_en="Department of Land and Resources of Jiangsu",
        short_name="省国土资源厅",
    )
    before = Department.objects.get(pk=land.pk)
    _play(ChangeKind.RENAME, [before], receiver, "苏编发〔2025〕7号", _RENAMED_ON, people)


def _play(
    kind: ChangeKind,
    sources: list[Department],
    receiver: ChangeReceiver,
    basis: str,
    on: date,
    people: tuple[Official, Official],
) -> None:
    preparing, confirming = people
    now: datetime = timezone.make_aware(datetime.combine(on, time(9, 30)))
    change = prepare_change(
        by=preparing,
        change=DepartmentChange(kind=kind, effective_on=on, legal_basis=basis),
        sources=sources,
        receivers=[receiver],
        now=now,
    )
    confirm_change(by=confirming, change=change, now=now)
