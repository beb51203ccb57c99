"""Departments are renamed, merged, divided, dissolved and moved, by two people, at their day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.errors import Invalid, NotAllowed
from portal.ledger.models import Entry
from portal.organisation import actions, naming, uscc
from portal.organisation.access import department_ids
from portal.organisation.models import (
    ChangeReceiver,
    Department,
    DepartmentChange,
    FormerName,
    Post,
    Region,
    Role,
)
from tests.portal.organisation.conftest import Enter
from tests.world import World, hire

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def english():
    from django.utils import translation

    with translation.override("en"):
        yield


def code(number: int) -> str:
    return uscc.compose("1", "1", "320000", f"{number:08d}")


def plan(world: World, kind: str, sources: list[str], *receivers: ChangeReceiver, **more):
    change = DepartmentChange(
        kind=kind,
        effective_on=more.pop("on", world.today),
        legal_basis=more.pop("basis", "苏编办发〔2026〕12号"),
        **more,
    )
    return actions.prepare_change(
        by=world.people["sysadmin"],
        change=change,
        sources=[world.departments[key] for key in sources],
        receivers=receivers,
        now=world.now,
    )


def confirm(world: World, change: DepartmentChange, by: str = "secadmin") -> DepartmentChange:
    return actions.confirm_change(by=world.people[by], change=change, now=world.now)


def codes(faults) -> set[str]:
    return {fault.code for fault in faults}


def test_a_renamed_department_keeps_its_history(world: World):
    change = plan(world, "rename", ["police"], ChangeReceiver(name="江苏省公安与移民厅"))
    confirm(world, change)
    department = Department.objects.get(pk=world.departments["police"].pk)
    assert department.name == "江苏省公安与移民厅"
    assert department.sort_key.startswith("jiang su sheng gong an yu")
    former = FormerName.objects.get(department=department)
    assert (former.name, former.valid_until) == ("江苏省公安厅", world.today)
    before, today = world.today - timedelta(days=1), world.today
    assert naming.name_on(department, before).name == "江苏省公安厅"
    assert naming.name_on(department, today).name == "江苏省公安与移民厅"
    shown = naming.then_and_now(department, before, today)
    assert shown == "江苏省公安厅 (now: 江苏省公安与移民厅)"
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {
        "department_change.prepared", "department_change.confirmed", "department_change.done",
        "department.changed",
    } <= kinds  # fmt: skip


def test_it_takes_two_people(world: World):
    change = plan(world, "rename", ["police"], ChangeReceiver(name="新名称"))
    with pytest.raises(NotAllowed) as refused:
        confirm(world, change, by="sysadmin")
    assert refused.value.reason == "two_people"
    change.confirmed_by, change.confirmed_at = change.prepared_by, world.now
    change.status = "confirmed"
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        change.save()


def test_a_merger_moves_posts_accounts_and_what_hangs_below(world: World):
    unit = actions.create_department(
        by=None, now=world.now,
        department=Department(
            name="社会救助处", region=world.regions["jiangsu"], valid_from=world.today,
            parent=world.departments["civil_affairs"],
        ),
    )  # fmt: skip
    official = hire(world, "head", "civil_affairs", Role.DEPARTMENT_HEAD)
    change = plan(
        world, "merge", ["civil_affairs", "police"],
        ChangeReceiver(department=world.departments["police"], name="江苏省公安民政厅"),
    )  # fmt: skip
    shown = actions.preview(change, world.today)
    assert shown.faults == ()
    counted = {str(one.what): one.count for one in shown.consequences}
    assert counted.items() >= {
        "Posts": 1, "Accounts": 1, "Internal units": 1, "Subordinate departments": 1,
    }.items()  # fmt: skip
    confirm(world, change)
    police = Department.objects.get(pk=world.departments["police"].pk)
    gone = Department.objects.get(pk=world.departments["civil_affairs"].pk)
    assert (police.name, police.valid_until) == ("江苏省公安民政厅", None)
    assert (gone.valid_until, gone.successor_id) == (world.today, police.pk)
    held = Post.objects.held_on(world.today).get(official=official)
    assert (held.department_id, held.role) == (police.pk, Role.DEPARTMENT_HEAD)
    official.refresh_from_db()
    unit.refresh_from_db()
    assert official.department_id == unit.parent_id == police.pk
    assert Department.objects.get(name="苏州市民政局").superior_id == police.pk
    assert department_ids(official, world.today) == {police.pk, gone.pk}
    assert gone.group in official.groups.all()
    assert naming.heirs([gone.pk]) == {gone.pk: {police.pk}}
    assert set(naming.earlier_names([police.pk])[police.pk]) == {"江苏省公安厅", "江苏省民政厅"}


def test_a_divided_department_gives_posts_to_its_parts(world: World):
    steward = Post.objects.get(official=world.people["steward"])
    change = plan(
        world, "split", ["police"],
        ChangeReceiver(name="江苏省公安一厅", uscc=code(901)),
        ChangeReceiver(name="江苏省公安二厅", uscc=code(902)),
    )  # fmt: skip
    change.receivers.get(position=2).posts.add(steward)
    confirm(world, change)
    one, two = (Department.objects.get(name=f"江苏省公安{n}厅") for n in "一二")
    posts = Post.objects.held_on(world.today)
    assert posts.get(official=world.people["steward"]).department_id == two.pk
    assert posts.get(official=world.people["provider_head"]).department_id == one.pk
    police = world.departments["police"].pk
    assert naming.heirs([police]) == {police: {one.pk, two.pk}}


def test_all_faults_of_a_plan_at_once(world: World):
    change = plan(
        world, "merge", ["province_bureau", "county_civil"],
        ChangeReceiver(name="江苏省民政厅", uscc="11320000000000017X"),
    )  # fmt: skip
    assert codes(actions.preview(change, world.today).faults) == {
        "regions", "name_taken", "wrong_code",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        confirm(world, change)
    assert codes(refused.value.faults) == {"regions", "name_taken", "wrong_code"}
    again = plan(world, "dissolve", ["county_civil"])
    found = actions.preview(again, world.today).faults
    assert codes(found) == {"pending", "post_without_successor"}
    without = [fault for fault in found if fault.code == "post_without_successor"]
    assert len(without) == 2
    assert "韩磊" in " ".join(str(fault.message) for fault in without)


def test_posts_of_the_authority_do_not_go_to_another_department(world: World):
    change = plan(
        world, "dissolve", ["city_bureau"],
        ChangeReceiver(department=world.departments["suzhou_civil"]),
    )  # fmt: skip
    assert codes(actions.preview(change, world.today).faults) >= {"authority_post"}


def test_a_move_refuses_cycles_and_abolished_regions(world: World):
    change = plan(world, "move", ["province_bureau"], superior=world.departments["county_bureau"])
    assert codes(actions.preview(change, world.today).faults) == {"cycle"}
    there = plan(world, "move", ["county_civil"], region=abolish(world))
    (fault,) = actions.preview(there, world.today).faults
    assert fault.code == "abolished"
    assert "南通市 (320600)" in str(fault.remedy)
    department = Department.objects.get(pk=world.departments["province_bureau"].pk)
    department.superior = world.departments["county_bureau"]
    with pytest.raises(NotAllowed) as refused:
        actions.update_department(by=None, department=department, now=world.now)
    assert refused.value.reason == "cycle"


def test_it_is_done_on_its_day_and_not_before(world: World):
    day = world.today + timedelta(days=3)
    change = plan(world, "rename", ["police"], ChangeReceiver(name="江苏省公安局"), on=day)
    confirm(world, change)
    assert actions.change_departments(world.now + timedelta(days=2)) == 0
    assert actions.change_departments(world.now + timedelta(days=3)) == 1
    assert actions.change_departments(world.now + timedelta(days=3)) == 0
    assert Department.objects.get(pk=world.departments["police"].pk).name == "江苏省公安局"


def test_what_became_faulty_waits_and_says_why(world: World):
    day = world.today + timedelta(days=3)
    change = plan(world, "dissolve", ["county_civil"], on=day)
    for post in Post.objects.filter(department=world.departments["county_civil"]):
        actions.relieve(by=None, post=post, until=day - timedelta(days=1), now=world.now)
    confirm(world, change)
    hire(world, "newcomer", "county_civil", Role.CLERK, "新来的")
    assert actions.change_departments(world.now + timedelta(days=3)) == 0
    change.refresh_from_db()
    assert change.status == "confirmed"
    assert "新来的" in change.problems[0]


def test_a_change_can_be_given_up(world: World):
    change = plan(world, "rename", ["police"], ChangeReceiver(name="新名称"))
    actions.cancel_change(
        by=world.people["secadmin"], change=change, reason="文件撤回", now=world.now
    )
    with pytest.raises(NotAllowed):
        confirm(world, change)
    assert Department.objects.get(pk=world.departments["police"].pk).name == "江苏省公安厅"


def abolish(world: World) -> Region:
    Department.objects.filter(region=world.regions["suzhou"]).update(valid_until=world.today)
    return actions.abolish_region(
        by=None, region=world.regions["suzhou"], on=world.today,
        successor=world.regions["nantong"], now=world.now,
    )  # fmt: skip


def test_an_abolished_region_is_refused_for_new_uses_and_named_with_its_successor(world: World):
    with pytest.raises(Invalid) as still:
        actions.abolish_region(
            by=None, region=world.regions["nantong"], on=world.today,
            successor=world.regions["nantong"], now=world.now,
        )  # fmt: skip
    assert codes(still.value.faults) == {"successor", "departments"}
    region = abolish(world)
    department = Department(
        name="苏州市大数据中心", region=region, valid_from=world.today, verified=False
    )
    with pytest.raises(NotAllowed) as refused:
        actions.create_department(by=None, department=department, now=world.now)
    assert refused.value.reason == "abolished"
    assert "南通市 (320600)" in str(refused.value.remedy)
    assert Department.objects.get(name="苏州市民政局").region == region


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1132000000000001", "has 16 characters"),
        ("11320000000000I17X", "wrong: 15: I"),
        ("B1320000000000017X", "place 1 names the registering authority"),
        ("10320000000000017X", "place 2 names the category"),
        ("1132X000000000017X", "places 3 to 8"),
    ],
)
def test_the_wrong_part_of_a_credit_code_is_named(value: str, words: str):
    from django.core.exceptions import ValidationError

    from portal.organisation.models.departments import validate_uscc

    with pytest.raises(ValidationError) as refused:
        validate_uscc(value)
    assert words in " ".join(refused.value.messages)


def test_a_mistyped_check_character_is_told_from_a_wrong_number():
    right = code(17)
    validated = uscc.wrong_parts(right)
    assert validated == []
    other = next(one for one in uscc.ALPHABET if one != right[17])
    assert uscc.wrong_parts(right[:17] + other) == [uscc.Wrong.CHECK]
    digit = next(one for one in "0123456789" if one != right[16])
    assert uscc.Wrong.ORGANISATION in uscc.wrong_parts(right[:16] + digit + right[17])


def posted(world: World, **changes: object) -> dict[str, object]:
    """What the form of a new change sends: a renaming of the police."""
    return {
        "kind": "rename", "sources": [world.departments["police"].pk],
        "effective_on": world.today.isoformat(), "legal_basis": "苏编办发〔2026〕12号",
        "note": "", "superior": "", "region": "",
        "receivers-TOTAL_FORMS": 1, "receivers-INITIAL_FORMS": 0,
        "receivers-MIN_NUM_FORMS": 0, "receivers-MAX_NUM_FORMS": 1000,
        "receivers-0-position": 1, "receivers-0-department": "",
        "receivers-0-name": "江苏省警察厅", "receivers-0-name_en": "", "receivers-0-uscc": "",
        "receivers-0-short_name": "", "receivers-0-entry_codes": "",
    } | changes  # fmt: skip


def test_prepared_and_confirmed_in_the_administration(world: World, enter: Enter):
    add = reverse("admin:organisation_departmentchange_add")
    assert enter("secadmin").get(add).status_code == 403
    sysadmin = enter("sysadmin")
    assert sysadmin.post(add, posted(world, legal_basis="")).status_code == 200
    assert not DepartmentChange.objects.exists()
    answer = sysadmin.post(add, posted(world))
    change = DepartmentChange.objects.get()
    page = reverse("admin:organisation_departmentchange_change", args=[change.pk])
    assert answer["Location"] == page
    assert change.prepared_by == world.people["sysadmin"]
    confirming = reverse("admin:organisation_departmentchange_confirm", args=[change.pk])
    assert sysadmin.post(confirming).status_code in {302, 403}
    change.refresh_from_db()
    assert change.status == "prepared"
    secadmin = enter("secadmin")
    assert secadmin.get(page).status_code == 200
    assert secadmin.post(page, posted(world, legal_basis="别的文件")).status_code == 403
    assert secadmin.get(confirming).status_code == 200
    assert secadmin.post(confirming).status_code == 302
    change.refresh_from_db()
    assert (change.status, change.legal_basis) == ("done", "苏编办发〔2026〕12号")
    assert Department.objects.get(pk=world.departments["police"].pk).name == "江苏省警察厅"


def test_a_region_is_abolished_in_the_administration(world: World, enter: Enter):
    Department.objects.filter(region=world.regions["suzhou"]).update(valid_until=world.today)
    address = reverse("admin:organisation_region_abolish", args=[world.regions["suzhou"].pk])
    posted = {"on": world.today.isoformat(), "successor": world.regions["nantong"].pk}
    assert enter("sysadmin").post(address, posted).status_code == 302
    assert Region.objects.get(pk="320500").today(world.today) == world.regions["nantong"]
