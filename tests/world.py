"""A small world that tests share: four levels of one province, their officials, one provider.

The persons, by the key under which ``world.people`` holds them:

====================  =========================================  ==========================
key                   department                                 post
====================  =========================================  ==========================
clerk                 Hongqiao sub-district (the applicant)      clerk
colleague             Hongqiao sub-district                      clerk
office_head           Hongqiao sub-district                      head of the sharing office
county_reviewer       data bureau of Chongchuan                  reviewer of the authority
county_authority      data bureau of Chongchuan                  head of the authority
city_reviewer         data bureau of Nantong                     reviewer of the authority
city_authority        data bureau of Nantong                     head of the authority
province_reviewer     data bureau of Jiangsu                     reviewer of the authority
province_authority    data bureau of Jiangsu                     head of the authority
steward               Jiangsu public security (the provider)     data steward
provider_office       Jiangsu public security                    head of the sharing office
provider_head         Jiangsu public security                    head of department
county_clerk          civil affairs of Chongchuan                clerk
county_office         civil affairs of Chongchuan                head of the sharing office
stranger              civil affairs of Suzhou (another city)     clerk
sysadmin …            data bureau of Jiangsu                     the three administrators
====================  =========================================  ==========================
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from catalog.models import (
    Attachment,
    DataItem,
    DataSource,
    Resource,
    ResourceVersion,
)
from catalog.search import reindex
from portal.organisation import uscc
from portal.organisation.actions import follow_posts
from portal.organisation.models import Department, Official, Post, Region, Role
from sharing import actions
from sharing.approval.commands import Sign
from sharing.models import Application, ApplicationItem, Grant
from tests.source import SourceDatabase

SINCE = date(2020, 1, 1)
PASSWORD = "correct horse battery staple"

REGIONS = [
    ("nation", "000000", "全国", "nation", None),
    ("jiangsu", "320000", "江苏省", "province", "nation"),
    ("nantong", "320600", "南通市", "city", "jiangsu"),
    ("suzhou", "320500", "苏州市", "city", "jiangsu"),
    ("chongchuan", "320613", "崇川区", "county", "nantong"),
    ("hongqiao", "320613100", "虹桥街道", "township", "chongchuan"),
]
DEPARTMENTS = [
    ("province_bureau", "jiangsu", "江苏省数据局", "authority", None),
    ("police", "jiangsu", "江苏省公安厅", "department", None),
    ("civil_affairs", "jiangsu", "江苏省民政厅", "department", None),
    ("city_bureau", "nantong", "南通市数据局", "authority", "province_bureau"),
    ("suzhou_civil", "suzhou", "苏州市民政局", "department", "civil_affairs"),
    ("suzhou_bureau", "suzhou", "苏州市数据局", "authority", "province_bureau"),
    ("county_bureau", "chongchuan", "崇川区数据局", "authority", "city_bureau"),
    ("county_civil", "chongchuan", "崇川区民政局", "department", None),
    ("subdistrict", "hongqiao", "虹桥街道办事处", "department", None),
]
PEOPLE = [
    ("clerk", "subdistrict", Role.CLERK, "张海燕"),
    ("colleague", "subdistrict", Role.CLERK, "陈晓东"),
    ("office_head", "subdistrict", Role.SHARING_OFFICE_HEAD, "王建国"),
    ("county_reviewer", "county_bureau", Role.AUTHORITY_REVIEWER, "李明"),
    ("county_authority", "county_bureau", Role.AUTHORITY_HEAD, "周敏"),
    ("city_reviewer", "city_bureau", Role.AUTHORITY_REVIEWER, "吴国强"),
    ("city_authority", "city_bureau", Role.AUTHORITY_HEAD, "郑丽"),
    ("province_reviewer", "province_bureau", Role.AUTHORITY_REVIEWER, "孙伟"),
    ("province_authority", "province_bureau", Role.AUTHORITY_HEAD, "钱学军"),
    ("steward", "police", Role.STEWARD, "赵静"),
    ("provider_office", "police", Role.SHARING_OFFICE_HEAD, "冯涛"),
    ("provider_head", "police", Role.DEPARTMENT_HEAD, "蒋勇"),
    ("county_clerk", "county_civil", Role.CLERK, "沈佳"),
    ("county_office", "county_civil", Role.SHARING_OFFICE_HEAD, "韩磊"),
    ("stranger", "suzhou_civil", Role.CLERK, "杨帆"),
    ("sysadmin", "province_bureau", Role.SYSADMIN, "系统管理员"),
    ("secadmin", "province_bureau", Role.SECADMIN, "安全管理员"),
    ("auditadmin", "province_bureau", Role.AUDITADMIN, "审计管理员"),
]
ITEMS = [
    # key, name, type, length, grade, personal, mask, sharing type, required
    ("id_number", "公民身份号码", "C", 18, 3, True, "", "", True),
    ("name", "姓名", "C", 60, 3, True, "", "", True),
    ("sex", "性别代码", "C", 1, 2, True, "", "", False),
    ("birth_date", "出生日期", "D", None, 3, True, "", "", False),
    ("phone", "联系电话", "C", 20, 3, True, "", "", False),
    ("address", "居住地址", "C", 200, 3, True, "", "", False),
    ("region_code", "居住地区划", "C", 12, 1, False, "", "", True),
    ("income", "家庭年收入", "Y", 12, 2, True, "", "", False),
    ("updated_at", "更新时间", "T", None, 1, False, "", "", False),
    ("case_note", "案件备注", "M", None, 4, True, "", "non_shared", False),
]
FIELDS = ["id_number", "name", "birth_date", "region_code"]
"""What tests usually ask for."""


@dataclass
class World:
    """What ``build_world`` made; every key of the tables above names one object."""

    now: datetime
    regions: dict[str, Region] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[str, Official] = field(default_factory=dict)
    resource: Resource | None = None
    """常住人口基本信息 of the province's public security: conditional, with a region column."""
    address: Resource | None = None
    """标准地址信息 of the same provider: unconditional, not attached."""

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def application(self, **changes: object) -> dict[str, object]:
        """Content of a complete application for the population entry."""
        content: dict[str, object] = {
            "use_basis": "《社会救助暂行办法》第十三条",
            "use_scenario": "低保家庭人口核对",
            "use_scope": "虹桥街道民政办内部使用，不对外提供",
            "mode": "file",
            "starts_on": self.today,
            "ends_on": self.today + timedelta(days=365),
            "reflux": False,
            "emergency": False,
            "row_region": self.regions["hongqiao"].code,
        }
        return content | changes


def build_world(now: datetime | None = None) -> World:
    """Make the world in the database; the entries are published, nothing is attached yet."""
    world = World(now=now or timezone.now())
    _make_regions(world)
    _make_departments(world)
    for key, department, role, name in PEOPLE:
        hire(world, key, department, role, name)
    follow_posts(on=world.today)
    world.resource = publish_entry(world, "常住人口基本信息", ITEMS, sharing_type="conditional")
    world.address = publish_entry(world, "标准地址信息", ITEMS[5:7], sharing_type="unconditional")
    return world


def _make_regions(world: World) -> None:
    for key, code, name, level, parent in REGIONS:
        world.regions[key], _ = Region.objects.get_or_create(
            code=code,
            defaults={"name": name, "level": level, "parent": world.regions.get(parent or "")},
        )


def _make_departments(world: World) -> None:
    for number, (key, region, name, kind, superior) in enumerate(DEPARTMENTS):
        code = world.regions[region].code[:6]
        world.departments[key] = Department.objects.create(
            name=name,
            kind=kind,
            region=world.regions[region],
            valid_from=SINCE,
            uscc=uscc.compose("1", "1", code, f"{number:08d}"),
            superior=world.departments.get(superior or ""),
            group=Group.objects.create(name=f"department {name}"),
        )


def hire(world: World, key: str, department: str, role: str, name: str = "") -> Official:
    """Make an official who holds ``role`` in the department of that key."""
    place = world.departments[department]
    official = Official.objects.create_user(
        key, PASSWORD, full_name=name or key, department=place, language="zh-hans"
    )
    official.groups.add(place.group)
    Post.objects.create(official=official, department=place, role=role, valid_from=SINCE)
    world.people[key] = official
    return official


def publish_entry(
    world: World,
    title: str,
    items: list[tuple],
    *,
    sharing_type: str,
    splittable: bool = True,
    provider: str = "police",
) -> Resource:
    """Make a published entry of the provider with ``items`` (as in ITEMS)."""
    department = world.departments[provider]
    resource = Resource.objects.create(provider=department)
    version = ResourceVersion.objects.create(
        resource=resource,
        number=1,
        title=title,
        abstract=f"{title}，由{department.name}采集。",
        format_class="3",
        format_types=["PostgreSQL"],
        update_cycle="daily",
        sharing_type=sharing_type,
        sharing_modes=["file"],
        sharing_condition="限社会救助核对使用" if sharing_type == "conditional" else "无条件",
        grade=max(item[4] for item in items),
        splittable=splittable,
        secrecy_reviewed=True,
        privacy_assessed=True,
        head_approved=True,
    )
    for position, (key, name, kind, length, grade, personal, mask, sharing, required) in enumerate(
        items
    ):
        DataItem.objects.create(
            version=version,
            position=position,
            key=key,
            name=name,
            data_type=kind,
            length=length,
            grade=grade,
            personal=personal,
            mask=mask,
            sharing_type=sharing,
            required=required,
        )
    version.status, version.published_at = "published", world.now
    version.save(update_fields=["status", "published_at"])
    number = Resource.objects.filter(code__isnull=False).count() + 1
    resource.live, resource.status, resource.code = version, "published", f"307320001/{number}"
    resource.save(update_fields=["live", "status", "code"])
    reindex([resource])
    return resource


def attach_people(world: World, source: SourceDatabase, *, table: str = "people") -> Attachment:
    """Attach the source's table to the population entry; without the column not to be shared."""
    place = DataSource.objects.create(
        name="人口库",
        department=world.departments["police"],
        connector="postgresql",
        options=source.options(),
    )
    return Attachment.objects.create(
        resource=world.resource,
        source=place,
        schema="public",
        table=table,
        columns={item[0]: item[0] for item in ITEMS},
        key_columns=["id_number"],
        region_column="region_code",
        change_column="updated_at",
        approximate_rows=900,
    )


SIGNERS = [
    "office_head",
    "county_reviewer",
    "city_reviewer",
    "province_reviewer",
    "steward",
    "provider_office",
]
"""Who signs an application of the sub-district for the population entry, in order."""


def draft_application(
    world: World, *, by: str = "clerk", fields: Iterable[str] = FIELDS, **changes: object
) -> Application:
    """A draft of the sub-district for the population entry."""
    return actions.draft(
        by=world.people[by],
        department=world.departments["subdistrict"],
        resource=world.resource,
        fields=list(fields),
        content=world.application(**changes),
        now=world.now,
    )


def submitted_item(world: World, **changes: object) -> ApplicationItem:
    """An item that waits for its first signature."""
    draft = draft_application(world, **changes)
    actions.submit_application(by=draft.applicant, application_id=draft.pk, seen=0, now=world.now)
    return ApplicationItem.objects.get(application=draft)


def sign(
    world: World, item: ApplicationItem, person: str, *, keep: Iterable[str] | None = None
) -> ApplicationItem:
    """``person`` signs the stage the item is at, leaving out fields that are not in ``keep``."""
    seen = ApplicationItem.objects.get(pk=item.pk).event_count
    kept = None if keep is None else tuple(keep)
    return actions.execute(
        by=world.people[person],
        item_id=item.pk,
        command=Sign(seen=seen, narrow_fields=kept),
        now=world.now,
    )


def granted(world: World, **changes: object) -> Grant:
    """A grant that six people signed for."""
    item = submitted_item(world, **changes)
    for person in SIGNERS:
        sign(world, item, person)
    return Grant.objects.get(item=item)


@pytest.fixture
def world(db: None) -> World:
    """The world without a source."""
    return build_world()


@pytest.fixture
def attached(world: World, source: SourceDatabase, settings) -> World:
    """The world with the population entry attached to a real source database."""
    settings.SOURCE_HOSTS = [*settings.SOURCE_HOSTS, source.host]
    attach_people(world, source)
    return world


@pytest.fixture
def live_world(transactional_db: None, source: SourceDatabase, settings) -> World:
    """The world, committed, with its source: for tests with several connections or processes."""
    settings.SOURCE_HOSTS = [*settings.SOURCE_HOSTS, source.host]
    world = build_world()
    attach_people(world, source)
    return world
