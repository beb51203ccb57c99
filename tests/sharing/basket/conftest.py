"""A basket: one entry of public security, one of civil affairs, and a matter that needs both."""

from dataclasses import dataclass

import pytest

from catalog.models import Resource, ServiceItem, ServiceItemNeed
from portal.organisation.models import Role
from sharing import actions
from sharing.models import Application, ApplicationItem
from tests.sharing.pages.conftest import enter as enter  # noqa: PLC0414 - a fixture
from tests.world import FIELDS, World, draft_application, hire, publish_entry

MARRIAGE = [
    ("id_number", "公民身份号码", "C", 18, 3, True, "", "", True),
    ("spouse", "配偶姓名", "C", 60, 3, True, "", "", False),
    ("married_on", "登记日期", "D", None, 2, True, "", "", False),
]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40 + b"IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


@dataclass
class Basket:
    """What the tests of this folder share."""

    world: World
    marriage: Resource
    application: Application

    @property
    def items(self) -> dict[str, ApplicationItem]:
        found = self.application.items.select_related("version", "resource__live", "application")
        return {item.version.title: item for item in found}

    @property
    def police(self) -> ApplicationItem:
        return self.items["常住人口基本信息"]

    @property
    def civil(self) -> ApplicationItem:
        return self.items["居民婚姻登记信息"]


@pytest.fixture
def marriage(world: World) -> Resource:
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD, "许静")
    hire(world, "civil_office", "civil_affairs", Role.SHARING_OFFICE_HEAD, "何平")
    return publish_entry(
        world, "居民婚姻登记信息", MARRIAGE, sharing_type="conditional", provider="civil_affairs"
    )


@pytest.fixture
def basket(world: World, marriage: Resource) -> Basket:
    application = draft_application(world)
    actions.put_in(
        by=world.people["clerk"], application_id=application.pk, resource=marriage,
        fields=["id_number", "spouse"], now=world.now,
    )  # fmt: skip
    return Basket(world, marriage, application)


@pytest.fixture
def matter(world: World, marriage: Resource) -> ServiceItem:
    found = ServiceItem.objects.create(
        department=world.departments["subdistrict"], code="M1", name="最低生活保障审核确认",
        basis="《社会救助暂行办法》第十三条", updated_at=world.now,
    )  # fmt: skip
    needs = [
        ("核对家庭成员", world.resource, FIELDS),
        ("核对婚姻", marriage, ["id_number", "spouse"]),
        ("核对用电量", None, []),
    ]
    for position, (text, resource, fields) in enumerate(needs):
        ServiceItemNeed.objects.create(
            item=found, position=position, text=text, resource=resource, fields=fields
        )
    return found
