"""Versions of policies: two people, immutable, regions only tighten; the database holds it too."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.errors import Forbidden, Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.organisation.models import Role
from sharing import planning
from sharing.actions import policies
from sharing.approval.serialise import load_policy
from sharing.models import ApplicationItem, ChainPolicy
from tests.sharing.policies.conftest import broken
from tests.world import World, draft_application, hire, sign, submitted_item


def plan_now(world: World) -> planning.Planned:
    application = draft_application(world)
    return planning.plan(application, application.items.get(), world.now)


def test_a_version_needs_two_people(world: World, other_secadmin):
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    assert (policy.version, policy.status, policy.region_id) == (2, "draft", None)
    assert planning.policy_for(world.regions["hongqiao"], world.today).version == 1
    policies.put_forward(by=by, policy=policy, valid_from=world.today, now=world.now)
    with pytest.raises(NotAllowed) as error:
        policies.confirm(by=by, policy=policy, now=world.now)
    assert error.value.reason == "two_people"
    for person in ("county_authority", "sysadmin", "provider_head"):
        with pytest.raises(Forbidden):
            policies.confirm(by=world.people[person], policy=policy, now=world.now)
    policies.confirm(by=other_secadmin, policy=policy, now=world.now)
    assert planning.policy_for(world.regions["hongqiao"], world.today).version == 2
    kinds = Entry.objects.filter(object_type="sharing.chainpolicy").values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == [
        "policy.drafted", "policy.put_forward", "policy.confirmed",
    ]  # fmt: skip


def test_head_of_the_regions_authority_confirms(world: World):
    by = world.people["secadmin"]
    policy = policies.draft_version(
        by=by, name="南通", region=world.regions["nantong"], now=world.now
    )
    policies.put_forward(by=by, policy=policy, valid_from=world.today, now=world.now)
    with pytest.raises(Forbidden):
        policies.confirm(by=world.people["county_authority"], policy=policy, now=world.now)
    policies.confirm(by=world.people["city_authority"], policy=policy, now=world.now)


@pytest.mark.parametrize("person", ["sysadmin", "province_authority", "clerk", "auditadmin"])
def test_only_the_security_administrator_drafts(world: World, person: str):
    with pytest.raises(Forbidden):
        policies.draft_version(by=world.people[person], name="default", now=world.now)


def test_one_version_is_worked_on_at_a_time(world: World):
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    with pytest.raises(NotAllowed):
        policies.draft_version(by=by, name="default", now=world.now)
    with pytest.raises(Invalid):
        policies.give_up(by=by, policy=policy, reason=" ", now=world.now)
    policies.give_up(by=by, policy=policy, reason="不再需要", now=world.now)
    assert policies.draft_version(by=by, name="default", now=world.now).version == 3


def test_a_name_stays_with_its_region(world: World, in_force):
    in_force("江苏", "jiangsu")
    with pytest.raises(NotAllowed) as error:
        policies.draft_version(
            by=world.people["secadmin"], name="江苏", region=world.regions["suzhou"], now=world.now
        )
    assert error.value.reason == "other_region"


def test_draft_takes_lawful_rules_only_and_says_everything(world: World):
    by = world.people["secadmin"]
    policy = policies.draft_version(
        by=by, name="江苏", region=world.regions["jiangsu"], now=world.now
    )
    rules = {**policy.definition, "limits": {**policy.definition["limits"], "home_review": 9}}
    rules["lanes"] = {**rules["lanes"], "reflux": []}
    with pytest.raises(Invalid) as error:
        policies.change_draft(by=by, policy=policy, definition=rules, note="", now=world.now)
    found = {fault.code for fault in error.value.faults}
    assert {"longer", "seat_needed", "must_begin_at_home"} <= found
    assert all(str(fault.message) and str(fault.remedy) for fault in error.value.faults)
    policy.refresh_from_db()
    assert policy.definition != rules


def test_no_beginning_in_the_past(world: World):
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    with pytest.raises(Invalid):
        policies.put_forward(
            by=by, policy=policy, valid_from=world.today - timedelta(days=1), now=world.now
        )


def test_nearest_region_counts(world: World, in_force):
    in_force("江苏", "jiangsu", limits={"home_review": 1})
    assert plan_now(world).plan.policy_version == "江苏 v1"
    in_force("南通", "nantong", relay="skip")
    found = plan_now(world).plan
    assert found.policy_version == "南通 v1"
    assert [stage.office.name for stage in found.stages] == [
        "虹桥街道办事处", "崇川区数据局", "江苏省公安厅", "江苏省公安厅",
    ]  # fmt: skip


def test_stricter_national_rules_wait_for_looser_regions(world: World, in_force):
    in_force("江苏", "jiangsu", limits={"supply": 15})
    with pytest.raises(Invalid) as error:
        in_force(limits={"supply": 10})
    assert [fault.code for fault in error.value.faults] == ["looser_region"]
    assert "江苏" in str(error.value.faults[0].message)


def test_a_looser_region_is_refused_on_load(world: World):
    """Rules that reached the table by another way plan nothing (R46)."""
    lanes = {"conditional": [{"side": "home", "role": "sharing_office_head", "decides": "send"}]}
    ChainPolicy.objects.create(
        name="江苏", version=1, region=world.regions["jiangsu"], valid_from=world.today,
        definition={"lanes": lanes}, status="confirmed",
    )  # fmt: skip
    with pytest.raises(Invalid) as error:
        plan_now(world)
    assert error.value.remedy
    assert any("江苏" in line for line in broken(world.now))


# --- the database ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits", [{"reply_conditional": 11}, {"supply": 21}, {"reply_unconditional": "x"}]
)
def test_database_holds_the_national_limits(world: World, limits: dict):
    with pytest.raises(IntegrityError, match="only shorten"), transaction.atomic():
        ChainPolicy.objects.create(
            name="x", version=1, definition={"limits": limits}, valid_from=world.today,
            status="confirmed",
        )  # fmt: skip


def test_database_holds_the_limits_above_a_region(world: World, in_force):
    in_force(limits={"supply": 15})
    row = {"version": 1, "region": world.regions["jiangsu"], "valid_from": world.today}
    with pytest.raises(IntegrityError, match="supply"), transaction.atomic():
        ChainPolicy.objects.create(name="x", definition={}, status="confirmed", **row)
    rules = {"limits": {"supply": 15, "home_review": None}}
    with pytest.raises(IntegrityError, match="home_review"), transaction.atomic():
        ChainPolicy.objects.create(name="x", definition=rules, status="prepared", **row)


def test_database_keeps_what_is_confirmed(world: World, in_force):
    policy = in_force()
    rows = ChainPolicy.objects.filter(pk=policy.pk)
    for change in (
        {"definition": {}}, {"valid_from": date(2030, 1, 1)}, {"name": "y"}, {"status": "draft"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        policy.delete()


def test_database_wants_two_people(world: World):
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    policies.put_forward(by=by, policy=policy, valid_from=world.today, now=world.now)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        ChainPolicy.objects.filter(pk=policy.pk).update(status="confirmed", confirmed_by=by)


# --- cases under way ---------------------------------------------------------------------------


def test_cases_keep_their_version(world: World, in_force):
    item = submitted_item(world)
    before = [(s.office_id, s.role) for s in item.stages.order_by("position")]
    in_force(relay="skip")
    for person in ("office_head", "county_reviewer", "city_reviewer"):
        sign(world, item, person)
    item.refresh_from_db()
    assert [(s.office_id, s.role) for s in item.stages.order_by("position")] == before
    assert str(item.policy) == "default v1"
    assert load_policy({}).limits.supply == 20  # what old versions left out takes the default


@pytest.mark.parametrize(("mode", "signers"), [("notify", 4), ("skip", 4), ("sign", 6)])
def test_relay_modes_at_work(world: World, in_force, mode: str, signers: int):
    in_force(relay=mode)
    item = submitted_item(world)
    assert item.stages.filter(kind="sign").count() == signers
    people = ["office_head", "county_reviewer", "steward", "provider_office"]
    if mode == "sign":
        people[2:2] = ["city_reviewer", "province_reviewer"]
    for person in people:
        sign(world, item, person)
    item.refresh_from_db()
    assert item.status == "consented"
    told = list(item.stages.filter(status="notified").values_list("office__name", flat=True))
    assert told == (["南通市数据局", "江苏省数据局"] if mode == "notify" else [])
    assert broken(world.now) == []


# --- the editor --------------------------------------------------------------------------------


def editor_data(client, policy: ChainPolicy) -> dict[str, str]:
    """Everything the editor would send if nobody changed anything."""
    page = client.get(reverse("admin:sharing_chainpolicy_rules", args=[policy.pk]))
    editor = page.context["editor"]
    data = {}
    for form in [editor.rules, *(f for _, _, seats in editor.lanes for f in seats)]:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value in (None, False) else value
    for _lane, _label, seats in editor.lanes:
        for field in seats.management_form:
            data[field.html_name] = field.value()
    return data


def test_editor_keeps_and_changes(world: World, enter):
    client = enter("secadmin")
    answer = client.post(
        reverse("admin:sharing_chainpolicy_add"), {"name": "江苏", "region": "320000"}
    )
    policy = ChainPolicy.objects.get(name="江苏")
    page = reverse("admin:sharing_chainpolicy_rules", args=[policy.pk])
    assert answer["Location"] == page
    before = policy.definition
    data = editor_data(client, policy)
    assert client.post(page, data).status_code == 302
    policy.refresh_from_db()
    assert policy.definition == before
    data |= {
        "reply_conditional": "5", "relay_city": "skip", "note": "五个工作日答复",
        "conditional-8-position": "1", "conditional-8-side": "home", "conditional-8-decides": "approval",
        "conditional-8-role": "department_head", "conditional-8-kind": "notify",
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    policy.refresh_from_db()
    rules = policies.rules_of(policy)
    assert (rules.limits.reply_conditional, rules.relays.city) == (5, "skip")
    roles = [seat.role for seat in rules.lanes.conditional]
    assert "department_head" in roles[:3]
    look = client.get(reverse("admin:sharing_chainpolicy_change", args=[policy.pk]))
    assert look.status_code == 200
    portal = client.get(reverse("sharing:policy", args=[policy.pk]))
    assert portal.status_code == 200


def test_editor_says_every_fault_and_keeps_what_was_entered(world: World, enter):
    client = enter("secadmin")
    policy = policies.draft_version(by=world.people["secadmin"], name="default", now=world.now)
    page = reverse("admin:sharing_chainpolicy_rules", args=[policy.pk])
    data = editor_data(client, policy) | {
        "reply_conditional": "12", "conditional-0-remove": "on", "reflux-1-kind": "notify",
    }  # fmt: skip
    first = client.post(page, data)
    assert first.status_code == 200
    assert {fault.code for fault in first.context["faults"]} == {"too_high"}
    data["reply_conditional"] = "10"
    answer = client.post(page, data)
    assert {fault.field for fault in answer.context["faults"]} >= {
        "lanes.conditional",
        "lanes.reflux",
    }
    assert answer.context["editor"].lanes[2][2].forms[1]["kind"].value() == "notify"


def test_buttons_lead_from_draft_to_force(world: World, enter):
    keeper, head = enter("secadmin"), enter("province_authority")
    policy = policies.draft_version(by=world.people["secadmin"], name="default", now=world.now)
    forward = reverse("admin:sharing_chainpolicy_put_forward", args=[policy.pk])
    confirm = reverse("admin:sharing_chainpolicy_confirm", args=[policy.pk])
    assert keeper.post(forward, {"reason": "morgen"}).status_code == 200
    assert keeper.post(forward, {"reason": world.today.isoformat()}).status_code == 302
    assert keeper.post(confirm).status_code == 403
    assert enter("sysadmin").post(confirm).status_code == 403
    assert head.post(confirm).status_code == 302
    policy.refresh_from_db()
    assert (policy.status, policy.confirmed_by) == ("confirmed", world.people["province_authority"])
    assert (
        keeper.get(reverse("admin:sharing_chainpolicy_rules", args=[policy.pk])).status_code == 404
    )
    again = keeper.post(reverse("admin:sharing_chainpolicy_next_version", args=[policy.pk]))
    assert ChainPolicy.objects.get(name="default", version=3).status == "draft"
    assert again.status_code == 302


def test_editor_is_closed_to_others(world: World, enter):
    policy = policies.draft_version(by=world.people["secadmin"], name="default", now=world.now)
    page = reverse("admin:sharing_chainpolicy_rules", args=[policy.pk])
    for person in ("sysadmin", "province_authority", "clerk"):
        assert enter(person).get(page).status_code == 404
    assert enter("clerk").get(reverse("sharing:policies")).status_code == 200
    assert enter("clerk").get(reverse("sharing:policy", args=[policy.pk])).status_code == 200
    assert enter("clerk").get(reverse("sharing:policy", args=[999999])).status_code == 404


def test_a_chain_whose_office_is_dissolved_has_a_remedy(world: World):
    """An office without anybody falls to its authority; without one the fault names the office."""
    for person in ("steward", "provider_office", "provider_head"):
        world.people[person].is_active = False
        world.people[person].save(update_fields=["is_active"])
    helper = hire(world, "helper", "province_bureau", Role.AUTHORITY_REVIEWER, "顾芳")
    assert ApplicationItem.objects.count() == 0
    found = plan_now(world).plan
    assert {stage.office.name for stage in found.stages if stage.side == "provider"} == {
        "江苏省数据局"
    }
    assert helper.pk in {h.person.official_id for s in found.stages for h in s.holders}
