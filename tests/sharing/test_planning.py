"""Chains planned from the database: facts, policies, limits, due dates."""

from datetime import date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from portal.errors import Invalid
from portal.organisation.models import Role, Substitution
from portal.worktime.models import DeadlineRule
from sharing import planning
from sharing.approval.policy import DEFAULT_POLICY
from sharing.approval.serialise import load_policy
from sharing.models import Application, ApplicationItem, ChainPolicy
from tests.world import World, draft_application, hire

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def planned(world: World, now: datetime = MONDAY, **changes: object) -> planning.Planned:
    application = draft_application(world, **changes)
    return planning.plan(application, application.items.get(), now)


def chain(found: planning.Planned) -> list[tuple[str, str, list[str]]]:
    return [
        (stage.office.name, stage.role.value, [holder.person.name for holder in stage.holders])
        for stage in found.plan.stages
    ]


def test_three_levels_six_signatures(world: World):
    assert chain(planned(world)) == [
        ("虹桥街道办事处", "sharing_office_head", ["王建国"]),
        ("崇川区数据局", "authority_reviewer", ["李明"]),
        ("南通市数据局", "authority_reviewer", ["吴国强"]),
        ("江苏省数据局", "authority_reviewer", ["孙伟"]),
        ("江苏省公安厅", "steward", ["赵静"]),
        ("江苏省公安厅", "sharing_office_head", ["冯涛"]),
    ]


def test_due_dates_count_working_days(world: World):
    timetable = planned(world).timetable
    assert [row.due.on for row in timetable.stages[:4]] == [
        date(2026, 3, 4), date(2026, 3, 6), date(2026, 3, 10), date(2026, 3, 12),
    ]  # fmt: skip
    assert timetable.reply.on == date(2026, 3, 26)  # ten working days after the provider has it


def test_unconditional_and_reflux_chains_are_short(world: World):
    world.resource = world.address
    assert [office for office, *_ in chain(planned(world, fields=["address"]))] == [
        "虹桥街道办事处", "江苏省公安厅",
    ]  # fmt: skip


def test_reflux_goes_to_the_provider_directly(world: World):
    found = planned(world, reflux=True, row_region="320613100")
    assert [role for _, role, _ in chain(found)] == ["sharing_office_head", "steward"]


def test_substitute_takes_the_absent_holders_place(world: World):
    helper = hire(world, "helper", "county_bureau", Role.CLERK, "顾芳")
    Substitution.objects.create(
        principal=world.people["county_reviewer"], substitute=helper,
        valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31),
    )  # fmt: skip
    stage = planned(world).plan.stages[1]
    assert [(holder.person.name, holder.acting_for.name) for holder in stage.holders] == [
        ("顾芳", "李明")
    ]


def test_asked_items_decide_grade_and_sharing_type(world: World):
    application = draft_application(world, fields=["region_code"])
    request = planning._request(application, application.items.get(), world.today)
    assert (request.grade, request.sharing_type) == (1, "conditional")


def test_region_has_its_own_policy_from_a_day_on(world: World):
    ChainPolicy.objects.create(
        name="江苏", version=1, region=world.regions["jiangsu"], valid_from=date(2026, 1, 1),
        definition={"relay": "skip"}, status="confirmed",
    )  # fmt: skip
    found = planned(world)
    assert found.plan.policy_version == "江苏 v1"
    assert len(found.plan.stages) < 6
    before = planned(world, MONDAY - timedelta(days=90))
    assert (before.plan.policy_version, len(before.plan.stages)) == ("default v1", 6)


def test_table_of_limits_only_shortens(world: World):
    DeadlineRule.objects.create(
        rule="reply_conditional",
        region=world.regions["jiangsu"],
        days=5,
        valid_from=date(2026, 1, 1),
    )
    shortened = planned(world)
    assert sum(stage.limit_days for stage in shortened.plan.stages[4:]) == 5


def test_faults_name_office_and_remedy(world: World):
    for person in ("steward", "provider_office", "provider_head"):
        world.people[person].is_active = False
        world.people[person].save()
    for person in ("province_reviewer", "province_authority"):
        world.people[person].is_active = False
        world.people[person].save()
    with pytest.raises(Invalid) as error:
        planned(world)
    messages = [str(fault.message) for fault in error.value.faults]
    assert any("江苏省公安厅" in message for message in messages)
    assert all(fault.remedy for fault in error.value.faults)


def test_no_policy_in_force(world: World):
    before_the_decree = datetime(2025, 3, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with pytest.raises(Invalid) as error:
        planned(world, before_the_decree)
    assert error.value.remedy


def test_planning_costs_few_queries(world: World, django_assert_max_num_queries):
    draft = draft_application(world)
    application = Application.objects.select_related("department__region").get(pk=draft.pk)
    item = ApplicationItem.objects.select_related("provider__region", "version").get()
    planning.plan(application, item, MONDAY)
    with django_assert_max_num_queries(16):
        planning.plan(application, item, MONDAY)


def test_migrated_policy_is_the_core_default():
    migration = import_module("sharing.migrations.0004_default_policy")
    assert load_policy(migration.DEFINITION) == DEFAULT_POLICY


def test_content_hash_covers_what_was_entered(world: World):
    application = draft_application(world)
    item = application.items.get()
    before = planning.content_hash(application, item)
    for name, value in [
        ("use_basis", "别的"), ("use_scope", "别的"), ("mode", "api"), ("ends_on", date(2030, 1, 1)),
    ]:  # fmt: skip
        kept = getattr(application, name)
        setattr(application, name, value)
        assert planning.content_hash(application, item) != before
        setattr(application, name, kept)
    item.fields = item.fields[:-1]
    assert planning.content_hash(application, item) != before
