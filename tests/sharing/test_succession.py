"""When departments change, applications and grants go on, and history stays as it was."""

import pytest
from django.db import connection
from django.utils import timezone, translation

from catalog import actions as catalog
from portal.errors import Invalid, NotVisible
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.organisation import actions as organisation
from portal.organisation.models import ChangeReceiver, DepartmentChange, Role
from sharing import access, actions, cases, invariants  # noqa: F401 - registers itself
from sharing.approval.commands import Withdraw
from sharing.models import Application, ApplicationItem, Grant, ItemEvent, ItemStage
from sharing.presenting.timeline import timeline
from tests.world import SIGNERS, World, draft_application, granted, hire, sign, submitted_item
from tests.world import world as world  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.django_db
NUMBERS = (5, 6, 7, 8, 25, 31, 34)


@pytest.fixture(autouse=True)
def english(world: World):
    with translation.override("en"):
        yield
    if not connection.needs_rollback:
        assert not [found for number in NUMBERS for found in verify(number, timezone.now())]


def change(world: World, sources: list[str], *receivers: ChangeReceiver, kind="merge"):
    return organisation.prepare_change(
        by=world.people["sysadmin"],
        change=DepartmentChange(
            kind=kind, effective_on=world.today, legal_basis="苏编办发〔2026〕12号"
        ),
        sources=[world.departments[key] for key in sources],
        receivers=receivers,
        now=world.now,
    )


def confirm(world: World, made: DepartmentChange) -> DepartmentChange:
    return organisation.confirm_change(by=world.people["secadmin"], change=made, now=world.now)


def renamed_office(world: World) -> DepartmentChange:
    """The sub-district becomes another department with all its people."""
    from portal.organisation import uscc

    code = uscc.compose("1", "1", "320613", "00000777")
    return change(
        world, ["subdistrict"], ChangeReceiver(name="虹桥新区管理委员会", uscc=code),
        kind="dissolve",
    )  # fmt: skip


def test_an_application_of_a_department_that_ends_goes_on_with_its_successor(world: World):
    item = submitted_item(world)
    draft = draft_application(world, by="colleague")
    made = renamed_office(world)
    shown = {
        str(one.what): one.count for one in organisation.preview(made, world.today).consequences
    }
    assert shown["Applications under way"] == shown["Draft applications"] == 1
    assert shown["Steps of approval chains"] == 1
    confirm(world, made)
    new = made.receivers.get().department
    stage = ItemStage.objects.get(item=item, position=1)
    assert stage.office == new
    (event,) = ItemEvent.objects.filter(item=item, kind="office_succeeded")
    assert event.data["reason"] == "苏编办发〔2026〕12号"
    assert Entry.objects.filter(kind="item.office_succeeded", data__seq=event.seq).count() == 1
    item.refresh_from_db()
    assert item.application.department == world.departments["subdistrict"]
    assert access.inbox(world.people["office_head"], world.today).filter(item=item).exists()
    lines = [line.what for line in timeline(cases.load(item))]
    assert any("虹桥新区管理委员会 took over from 虹桥街道办事处" in line for line in lines)
    for person in SIGNERS:
        sign(world, item, person)
    grant = Grant.objects.get(item=item)
    assert access.is_recipient(world.people["clerk"], grant, world.today)
    assert Application.objects.get(pk=draft.pk).department == new
    assert draft.items.get().demander == new


def test_grants_go_on_and_newcomers_of_the_successor_use_them(world: World):
    grant = granted(world)
    made = renamed_office(world)
    confirm(world, made)
    world.departments["new"] = made.receivers.get().department
    newcomer = hire(world, "newcomer", "new", Role.CLERK)
    grant.refresh_from_db()
    assert grant.department == world.departments["subdistrict"]
    assert access.grants_visible_to(newcomer, world.today).filter(pk=grant.pk).exists()
    assert access.is_recipient(newcomer, grant, world.today)
    assert access.items_visible_to(newcomer, world.today).filter(pk=grant.item_id).exists()
    organisation.follow_posts(on=world.today)


def test_without_successor_nothing_that_lives_may_be_left(world: World):
    granted(world)
    made = change(world, ["subdistrict"], kind="dissolve")
    found = {fault.code for fault in organisation.preview(made, world.today).faults}
    assert found == {"no_heir", "post_without_successor"}


def test_departments_with_an_application_between_them_do_not_become_one(world: World):
    item = submitted_item(world)
    hire(world, "police_too", "subdistrict", Role.DEPARTMENT_HEAD)
    made = change(
        world, ["subdistrict"], ChangeReceiver(department=world.departments["police"]),
        kind="dissolve",
    )  # fmt: skip
    found = {fault.code for fault in organisation.preview(made, world.today).faults}
    assert "own_application" in found
    actions.execute(
        by=world.people["clerk"], item_id=item.pk, now=world.now,
        command=Withdraw(seen=ApplicationItem.objects.get(pk=item.pk).event_count),
    )  # fmt: skip
    again = {fault.code for fault in organisation.preview(made, world.today).faults}
    assert "own_application" not in again


def _offer(world: World):
    return catalog.offer_entries(
        by=world.people["steward"], resources=[world.resource],
        to=world.departments["civil_affairs"], reason="职责划转", now=world.now,
    )  # fmt: skip


def test_open_applications_go_with_the_entry_to_its_new_department(world: World):
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD)
    item = submitted_item(world)
    for person in SIGNERS[:4]:
        sign(world, item, person)
    with pytest.raises(Invalid) as refused:
        _offer(world)
    assert {fault.code for fault in refused.value.faults} == {"vacant"}
    hire(world, "civil_office", "civil_affairs", Role.SHARING_OFFICE_HEAD)
    (transfer,) = _offer(world)
    catalog.accept_transfer(
        by=world.people["civil_steward"], transfer_id=transfer.pk, now=world.now
    )
    item.refresh_from_db()
    assert item.provider == world.departments["civil_affairs"]
    with pytest.raises(NotVisible):
        sign(world, item, "steward")
    sign(world, item, "civil_steward")
    sign(world, item, "civil_office")
    assert Grant.objects.get(item=item).resource.provider == world.departments["civil_affairs"]


def test_a_department_does_not_take_over_what_it_applies_for(world: World):
    submitted_item(world)
    with pytest.raises(Invalid) as refused:
        catalog.offer_entries(
            by=world.people["steward"], resources=[world.resource],
            to=world.departments["subdistrict"], reason="职责划转", now=world.now,
        )  # fmt: skip
    assert "own_application" in {fault.code for fault in refused.value.faults}


def test_rows_of_an_abolished_region_are_not_asked_for_any_more(world: World):
    draft = draft_application(world)
    region = world.regions["hongqiao"]
    region.valid_until, region.successor = world.today, world.regions["chongchuan"]
    region.save(update_fields=["valid_until", "successor"])
    with pytest.raises(Invalid) as refused:
        actions.submit_application(by=world.people["clerk"], application_id=draft.pk, now=world.now)
    (fault,) = [one for one in refused.value.faults if one.code == "abolished"]
    assert "崇川区" in str(fault.remedy)
