"""Drafts, publication with all its faults, withdrawal, and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from catalog import actions, hooks
from catalog.access import visible_to
from catalog.actions.faults import is_national_basis
from catalog.codes import UnsuitableClassError
from catalog.models import Classification, Resource, ResourceVersion
from catalog.numbering import next_code
from catalog.search import find
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.organisation.models import Department
from tests.world import World

ITEMS = [
    {"key": "name", "name": "姓名", "data_type": "C", "length": 60, "grade": 3, "personal": True},
    {"key": "born", "name": "出生日期", "data_type": "D", "grade": 2},
]
GOOD = {
    "title": "户籍迁移信息",
    "abstract": "省内和跨省户口迁入、迁出登记。",
    "classification": "307001",
    "format_class": "3",
    "format_types": ["KingbaseES"],
    "update_cycle": "daily",
    "sharing_type": "conditional",
    "sharing_condition": "公安、民政部门核对户籍使用",
    "sharing_modes": ["file", "table"],
    "open_type": "closed",
    "secrecy_reviewed": True,
    "privacy_assessed": True,
    "head_approved": True,
}


@pytest.fixture
def draft(world: World):
    def make(items=ITEMS, **changes: object) -> ResourceVersion:
        return actions.create_draft(
            by=world.people["steward"], provider=world.departments["police"],
            content=GOOD | changes, items=items, now=world.now,
        )  # fmt: skip

    return make


def publish(world: World, version: ResourceVersion) -> ResourceVersion:
    """As commands do; officials go through the review (test_reviewing)."""
    return actions.publish(by=None, version=version, now=world.now)


def test_a_complete_draft_is_published_with_code_grade_ledger_and_search_row(world, draft):
    version = publish(world, draft())
    resource = Resource.objects.get(pk=version.resource_id)
    assert (resource.status, resource.live, resource.code) == ("published", version, "307001/1")
    assert version.grade == 3
    assert find(world.people["clerk"], world.today, "户籍迁移").total == 1
    entry = Entry.objects.get(kind="catalog.published")
    assert entry.actor is None
    assert entry.departments == [world.departments["police"].pk]
    assert entry.data["code"] == "307001/1"
    assert entry.data["sha256"] == actions.content_digest(version)
    assert publish(world, draft(title="户籍注销信息")).resource.code == "307001/2"


FAULTS = [
    ({"abstract": " "}, "abstract", "missing"),
    ({"format_class": ""}, "format_class", "missing"),
    ({"format_types": []}, "format_types", "missing"),
    ({"update_cycle": ""}, "update_cycle", "missing"),
    ({"sharing_type": ""}, "sharing_type", "missing"),
    ({"sharing_modes": []}, "sharing_modes", "missing"),
    ({"classification": None}, "classification", "missing"),
    ({"classification": "307"}, "classification", "too_coarse"),
    ({"sharing_condition": ""}, "sharing_condition", "missing"),
    ({"sharing_condition": "无条件"}, "sharing_condition", "missing"),
    ({"sharing_type": "unconditional"}, "sharing_condition", "condition"),
    (
        {
            "sharing_type": "non_shared",
            "sharing_condition": "",
            "sharing_citation": "《中华人民共和国统计法》第二十八条",
        },
        "sharing_condition", "missing",
    ),
    ({"sharing_type": "non_shared", "sharing_citation": ""}, "sharing_citation", "basis"),
    (
        {"sharing_type": "non_shared", "sharing_citation": "《某部管理办法》第三条"},
        "sharing_citation", "basis",
    ),
    (
        {"sharing_type": "non_shared", "sharing_citation": "《中华人民共和国统计法》"},
        "sharing_citation", "article",
    ),
    ({"open_type": "on_request"}, "open_condition", "missing"),
    ({"secrecy_reviewed": False}, "secrecy_reviewed", "missing"),
    ({"privacy_assessed": False}, "privacy_assessed", "missing"),
    ({"head_approved": False}, "head_approved", "missing"),
    ({"format_types": ["xlsx"]}, "format_types", "mismatch"),
    ({"format_class": "2", "format_types": ["xlsx"]}, "sharing_modes", "mismatch"),
    (
        {"format_class": "7", "format_types": ["api"], "sharing_modes": ["file"]},
        "sharing_modes", "mismatch",
    ),
    ({"title": "常住人口基本信息"}, "title", "duplicate"),
]  # fmt: skip


def test_every_rule_of_publication_has_its_fault_and_remedy(world, draft):
    assert actions.publication_faults(draft(), world.today) == []
    for changes, field, code in FAULTS:
        faults = actions.publication_faults(draft(**changes), world.today)
        assert [(fault.field, fault.code) for fault in faults] == [(field, code)], changes
        assert faults[0].message
        assert faults[0].remedy


def test_all_faults_come_at_once_and_nothing_changes(world, draft):
    version = draft(items=[], abstract="", update_cycle="", head_approved=False, sharing_type="")
    with pytest.raises(Invalid) as refused:
        publish(world, version)
    fields = {fault.field for fault in refused.value.faults}
    assert fields == {"abstract", "update_cycle", "sharing_type", "head_approved", "items"}
    version.refresh_from_db()
    assert (version.status, version.resource.status, version.resource.code) == (
        "draft",
        "draft",
        None,
    )
    assert not Entry.objects.filter(kind="catalog.published").exists()


def test_items_of_characters_need_a_length(world, draft):
    version = draft(items=[ITEMS[0], {"key": "sex", "name": "性别", "data_type": "C"}])
    faults = actions.publication_faults(version, world.today)
    assert [fault.field for fault in faults] == ["items[1].length"]


def test_the_provider_must_be_a_real_department_of_that_day(world, draft):
    version = draft()
    police = world.departments["police"]
    Department.objects.filter(pk=police.pk).update(valid_until=world.today)
    version.resource.provider.refresh_from_db()
    assert [f.code for f in actions.publication_faults(version, world.today)] == ["ended"]
    before = world.today - timedelta(days=1)
    assert actions.publication_faults(version, before) == []
    Department.objects.filter(pk=police.pk).update(uscc=None, verified=False, valid_until=None)
    version.resource.provider.refresh_from_db()
    faults = actions.publication_faults(version, world.today)
    assert [(fault.field, fault.code) for fault in faults] == [("provider", "missing")]


def test_a_unit_is_covered_by_the_code_of_its_department(world, draft):
    version = draft()
    police = world.departments["police"]
    unit = Department.objects.create(
        name="科技处", region=police.region, parent=police, valid_from=date(2020, 1, 1),
        group=type(police.group).objects.create(name="unit"),
    )  # fmt: skip
    version.resource.provider = unit
    assert actions.publication_faults(version, world.today) == []


BASES = [
    ("《中华人民共和国统计法》第二十八条", True),
    ("《中华人民共和国民法典》第一千零三十四条", True),
    ("《政务数据共享条例》第三条", True),
    ("《城市居民最低生活保障条例》第三条", True),
    ("《国务院关于加强数字政府建设的决定》第5条", True),
    ("行政法规：户口登记条例 第十条", True),
    ("《江苏省公共数据管理条例》第九条", False),
    ("《上海市数据条例》第九条", False),
    ("《南通市大数据条例》第九条", False),
    ("《公安机关办理行政案件程序规定》第三条", False),
    ("《政务信息资源共享管理办法》第三条", False),
    ("部门内部规定", False),
    ("", False),
]


@pytest.mark.parametrize(("citation", "counts"), BASES)
def test_only_national_law_exempts_from_sharing(citation, counts):
    assert is_national_basis(citation) is counts


def test_editing_a_published_entry_makes_the_next_version_and_leaves_the_live_one(world, draft):
    first = publish(world, draft())
    second = actions.revise(by=world.people["steward"], resource=first.resource, now=world.now)
    assert second.number == 2
    assert actions.revise(by=None, resource=first.resource, now=world.now) == second
    assert [item.key for item in second.items.all()] == ["name", "born"]
    actions.save_draft(
        by=world.people["steward"], version=second, content={"title": "户籍迁移登记"},
        items=[*ITEMS, {"key": "note", "name": "备注", "data_type": "M", "grade": 4}], now=world.now,
    )  # fmt: skip
    clerk = world.people["clerk"]
    assert find(clerk, world.today, "迁移信息").total == 1
    assert find(clerk, world.today, "迁移登记").total == 0
    published = publish(world, second)
    first.refresh_from_db()
    assert (first.status, published.status, published.grade) == ("superseded", "published", 4)
    assert published.resource.code == "307001/1"
    assert find(clerk, world.today, "迁移登记").total == 1


def test_withdrawal_needs_a_reason_stops_what_hangs_on_it_and_can_be_undone(
    world, draft, monkeypatch
):
    told: list[object] = []
    monkeypatch.setitem(
        hooks._withdrawals,
        "test",
        lambda resource, **facts: told.append((resource, facts["reason"])),
    )
    resource = publish(world, draft()).resource
    steward = world.people["steward"]
    with pytest.raises(Invalid):
        actions.withdraw(by=steward, resource=resource, reason=" ", now=world.now)
    actions.withdraw(by=steward, resource=resource, reason="职责调整", now=world.now)
    assert told == [(resource, "职责调整")]
    assert not visible_to(world.people["clerk"], world.today).filter(pk=resource.pk).exists()
    with pytest.raises(NotAllowed):
        actions.withdraw(by=steward, resource=resource, reason="again", now=world.now)
    again = actions.revise(by=steward, resource=resource, now=world.now)
    assert publish(world, again).resource.status == "published"


def test_strangers_cannot_touch_an_entry(world, draft):
    version = draft()
    for key in ("clerk", "provider_head_of_other", "sysadmin", "province_authority"):
        official = world.people.get(key, world.people["office_head"])
        for call in (
            lambda by: actions.publish(by=by, version=version, now=world.now),
            lambda by: actions.revise(by=by, resource=version.resource, now=world.now),
            lambda by: actions.save_draft(by=by, version=version, content={}, now=world.now),
            lambda by: actions.withdraw(
                by=by, resource=world.resource, reason="x", now=world.now
            ),
            lambda by: actions.create_draft(
                by=by, provider=world.departments["police"], content=GOOD, items=[], now=world.now
            ),
            lambda by: actions.permit(
                by=by, permission="view_resource", department=world.departments["police"],
                resource=world.resource, now=world.now,
            ),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                call(official)


def test_wrong_input_to_a_draft_lists_every_fault(world):
    with pytest.raises(Invalid) as refused:
        actions.create_draft(
            by=world.people["steward"], provider=world.departments["police"],
            content={"title": "", "sharing_type": "secret", "colour": "red", "classification": "9"},
            items=[{"key": "a b", "name": "", "data_type": "X"}, {"key": "k"}, {"key": "k"}],
            now=world.now,
        )  # fmt: skip
    fields = {fault.field for fault in refused.value.faults}
    assert fields >= {
        "title", "sharing_type", "colour", "classification", "items[0].key", "items[0].name",
        "items[0].data_type", "items[2].key",
    }  # fmt: skip
    assert not Resource.objects.filter(status="draft").exists()


def test_publishing_twice_is_refused(world, draft):
    version = draft()
    publish(world, version)
    with pytest.raises(NotAllowed, match="no longer a draft"):
        publish(world, version)


def test_the_provincial_rule_gives_the_code_when_the_settings_say_so(world, draft, settings):
    settings.RESOURCE_CODE_RULE = "provincial-6-6"
    assert publish(world, draft()).resource.code == "307001/320000000001"


def test_a_class_without_group_can_never_get_a_code(world, draft):
    version = draft()
    version.classification = Classification.objects.get(code="307")
    with pytest.raises(UnsuitableClassError):
        next_code(version)


NEW_ITEM = """INSERT INTO catalog_dataitem (version_id, position, key, name, name_en, data_type,
    meaning, code_set, grade, personal, mask, sharing_type, required)
    VALUES ({version}, 9, 'new', 'new', '', 'C', '', '', 1, false, '', '', false)"""
REFUSED = [
    "UPDATE catalog_resourceversion SET title = 'x' WHERE id = {version}",
    "UPDATE catalog_resourceversion SET status = 'draft' WHERE id = {version}",
    "UPDATE catalog_resourceversion SET status = 'imported' WHERE id = {version}",
    "UPDATE catalog_resourceversion SET status = 'superseded', title = 'x' WHERE id = {version}",
    "DELETE FROM catalog_resourceversion WHERE id = {version}",
    "UPDATE catalog_dataitem SET grade = 1 WHERE version_id = {version}",
    "DELETE FROM catalog_dataitem WHERE version_id = {version}",
    NEW_ITEM,
    "UPDATE catalog_resource SET live_id = NULL WHERE live_id = {version}",
    "UPDATE catalog_resource SET code = NULL WHERE live_id = {version}",
    "UPDATE catalog_resource SET status = 'imported' WHERE live_id = {version}",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_what_is_published(statement, world):
    sql = statement.format(version=world.resource.live_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(sql)


def test_the_database_refuses_to_change_what_was_imported(world):
    resource = Resource.objects.create(provider=world.departments["police"], external_key="a")
    version = resource.versions.create(number=1, status="imported", title="数据")
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceVersion.objects.filter(pk=version.pk).update(title="other")
    ResourceVersion.objects.filter(pk=version.pk).update(status="superseded")


def test_a_published_version_needs_the_moment_of_publication(world):
    resource = Resource.objects.create(provider=world.departments["police"])
    with pytest.raises(IntegrityError), transaction.atomic():
        resource.versions.create(number=1, status="published", title="x")


def test_an_entry_has_one_draft_and_one_live_version_at_most(world):
    for status in ("draft", "imported"):
        resource = Resource.objects.create(provider=world.departments["police"])
        resource.versions.create(number=1, status=status, title="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            resource.versions.create(number=2, status=status, title="x")


def test_rights_given_by_hand_are_written_into_the_ledger(world):
    steward, office = world.people["steward"], world.departments["subdistrict"]
    facts = {"permission": "view_resource", "department": office, "resource": world.resource}
    actions.permit(by=steward, now=world.now, **facts)
    actions.forbid(by=steward, now=world.now, **facts)
    kinds = ["catalog.right_given", "catalog.right_taken"]
    assert (
        list(Entry.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True))
        == kinds
    )
