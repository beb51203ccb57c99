"""Consent given beforehand: within its bounds at once, outside of them never; stopped at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from catalog.models import ServiceItem, ServiceItemNeed
from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.notices.models import Notice
from sharing.actions import autonomy
from sharing.actions.autonomy import Bounds
from sharing.models import ApplicationItem, ConsentRule
from tests.sharing.policies.conftest import broken
from tests.world import World, sign, submitted_item

MATTER = "最低生活保障审核确认"
ITEMS = ["name", "birth_date", "region_code"]


@pytest.fixture
def matter(world: World) -> ServiceItem:
    made = ServiceItem.objects.create(
        department=world.departments["subdistrict"], code="MZ-01", name=MATTER,
        basis="《社会救助暂行办法》", updated_at=world.now,
    )  # fmt: skip
    ServiceItemNeed.objects.create(
        item=made, text="家庭成员", resource=world.resource, fields=[*ITEMS, "id_number"]
    )
    return made


def bounds(world: World, matter: ServiceItem, **changes: object) -> Bounds:
    usual: dict[str, object] = {
        "kind": "matter", "resource": world.resource, "matter": matter, "fields": ITEMS,
        "max_grade": 3, "max_days": 400,
    }  # fmt: skip
    return Bounds(**(usual | changes))  # type: ignore[arg-type]


@pytest.fixture
def rule(world: World, matter: ServiceItem) -> ConsentRule:
    return set_rule(world, bounds(world, matter))


def set_rule(world: World, within: Bounds, by: str = "provider_office") -> ConsentRule:
    return autonomy.set_rule(
        by=world.people[by], department=world.departments["police"], name="低保核对",
        bounds=within, now=world.now,
    )  # fmt: skip


def asked(world: World, **changes: object) -> ApplicationItem:
    usual: dict[str, object] = {"fields": ITEMS, "use_scenario": f"{MATTER}：家庭成员核对"}
    return submitted_item(world, **(usual | changes))


def by_rule(item: ApplicationItem) -> bool:
    return item.stages.filter(side="provider", kind="sign").count() == 0


def test_within_bounds_the_rule_answers_when_the_own_office_sends(
    attached: World, matter: ServiceItem
):
    rule = set_rule(attached, bounds(attached, matter))
    item = asked(attached)
    assert by_rule(item)
    sign(attached, item, "office_head")
    item.refresh_from_db()
    assert (item.status, item.grant.status) == ("consented", "active")
    entry = Entry.objects.get(kind="item.consented")
    assert entry.data["by_rule"] is True
    assert (entry.data["rule"], entry.data["set_by"]) == ("低保核对 v1", "冯涛")
    assert list(autonomy.used_by(rule)) == [item]
    assert list(
        item.stages.filter(status="notified", side="provider").values_list("role", flat=True)
    )
    assert broken(attached.now) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": [*ITEMS, "id_number"]},
        {"use_scenario": "人口调查"},
        {"reflux": True},
        {"ends_on_days": 500},
    ],
)
def test_outside_its_bounds_people_answer(world: World, rule: ConsentRule, changes: dict):
    if days := changes.pop("ends_on_days", None):
        changes["ends_on"] = world.today + timedelta(days=days)
    assert not by_rule(asked(world, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"max_grade": 2, "fields": ["region_code"]},
        {"demanders": "county_civil"},
        {"mode": "api"},
        {"max_days": 30},
    ],
)
def test_narrower_rules_do_not_answer(world: World, matter: ServiceItem, changes: dict):
    if "demanders" in changes:
        changes["demanders"] = [world.departments[changes["demanders"]]]
    set_rule(world, bounds(world, matter, **changes))
    assert not by_rule(asked(world))


def test_matter_must_be_the_demanders_own_and_need_it(world: World, rule: ConsentRule):
    ServiceItemNeed.objects.update(resource=None, fields=[])
    assert not by_rule(asked(world))


def test_ended_matter_answers_nothing(world: World, rule: ConsentRule, matter: ServiceItem):
    ServiceItem.objects.update(state="ended")
    assert not by_rule(asked(world))


def test_unconditional_entries_by_the_departments_own_rule(world: World):
    set_rule(world, Bounds(kind="unconditional", max_grade=4, max_days=400))
    world.resource = world.address
    assert by_rule(submitted_item(world, fields=["address"]))


def test_rule_for_unconditional_entries_leaves_others_alone(world: World):
    set_rule(world, Bounds(kind="unconditional", max_grade=4, max_days=400))
    assert not by_rule(asked(world))


def test_who_set_the_rule_never_profits_from_it(world: World, rule: ConsentRule):
    """The setter also heading the asking office would consent twice (R19)."""
    setter = world.people["provider_office"]
    setter.posts.create(
        department=world.departments["subdistrict"], role="sharing_office_head",
        valid_from=world.today - timedelta(days=9),
    )  # fmt: skip
    assert not by_rule(asked(world))


# --- setting -----------------------------------------------------------------------------------


def test_only_the_head_of_the_sharing_office_sets(world: World, matter: ServiceItem):
    for person in ("steward", "provider_head", "office_head", "province_authority", "secadmin"):
        with pytest.raises(Forbidden):
            set_rule(world, bounds(world, matter), by=person)


def test_every_fault_at_once(world: World, matter: ServiceItem):
    within = Bounds(
        kind="matter", resource=world.resource, fields=["case_note", "no_such"], max_grade=5,
        max_days=0, valid_until=world.today - timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        set_rule(world, within)
    assert {fault.field for fault in error.value.faults} == {
        "max_grade", "max_days", "valid_until", "fields", "matter",
    }  # fmt: skip
    with pytest.raises(Invalid) as error:
        set_rule(world, Bounds(kind="unconditional", resource=world.resource))
    assert [fault.code for fault in error.value.faults] == ["conditional"]


def test_next_version_replaces_the_one_before(world: World, matter: ServiceItem, rule: ConsentRule):
    second = set_rule(world, bounds(world, matter, max_days=10))
    rule.refresh_from_db()
    assert (second.version, rule.stopped_at is not None) == (2, True)
    assert not by_rule(asked(world))


def test_database_never_gives_careful_data_by_rule(world: World, rule: ConsentRule):
    rows = ConsentRule.objects.filter(pk=rule.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(max_grade=4)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM sharing_consentrule")
    rule.pk, rule.name, rule.max_grade = None, "另一条", 5
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save(force_insert=True)


# --- stopping ----------------------------------------------------------------------------------


def test_stopped_at_once_for_what_is_under_way_too(world: World, rule: ConsentRule):
    item = asked(world)
    autonomy.stop_rule(
        by=world.people["steward"], rule=rule, reason="发现超范围使用", now=world.now
    )
    with pytest.raises(NotAllowed) as error:
        sign(world, item, "office_head")
    assert error.value.reason == "rule_stopped"
    assert error.value.remedy
    item.refresh_from_db()
    assert item.status == "home_review"
    assert Notice.objects.filter(official=world.people["clerk"], kind="item.rule_stopped").exists()
    assert broken(world.now) == []


@pytest.mark.parametrize("person", ["office_head", "clerk", "city_authority", "secadmin"])
def test_others_do_not_stop_it(world: World, rule: ConsentRule, person: str):
    with pytest.raises(Forbidden):
        autonomy.stop_rule(by=world.people[person], rule=rule, reason="x", now=world.now)


def test_pages(world: World, rule: ConsentRule, enter):
    listing, new = reverse("sharing:consent_rules"), reverse("sharing:new_consent_rule")
    page = reverse("sharing:consent_rule", args=[rule.pk])
    head = enter("provider_office")
    assert "低保核对" in head.get(listing).content.decode()
    assert "低保核对" in enter("province_reviewer").get(listing).content.decode()
    assert "低保核对" not in enter("clerk").get(listing).content.decode()
    assert enter("clerk").get(page).status_code == 404
    assert enter("clerk").get(new).status_code == 403
    data = {
        "department": world.departments["police"].pk, "name": "地址", "kind": "unconditional",
        "max_grade": "2", "mode": "file", "max_days": "30", "items": "居住地址、无此项",
        "resource": str(world.address.pk),
    }  # fmt: skip
    assert head.get(new).status_code == 200
    refused = head.post(new, data)
    assert refused.status_code == 200
    assert "无此项" in refused.content.decode()
    assert head.post(new, data | {"items": "居住地区划"}).status_code == 302
    made = ConsentRule.objects.get(name="地址")
    assert made.fields == ["region_code"]
    asked(world)
    assert head.get(page).context["page_obj"].paginator.count == 1
    assert head.post(page, {"reason": " "}).status_code == 200
    assert head.post(page, {"reason": "停用"}).status_code == 302
    rule.refresh_from_db()
    assert rule.stop_reason == "停用"
