"""Access before consent: who opens it, for how long, and that it ends by itself in every way."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from sharing import actions, grants
from sharing.actions import emergencies
from sharing.approval.clocks import local_day
from sharing.approval.commands import Refuse, Withdraw
from sharing.approval.terms import RefusalCode
from sharing.models import ApplicationItem, EmergencyAccess, Grant
from tests.sharing.policies.conftest import broken
from tests.world import World, draft_application, publish_entry, sign, submitted_item

REASON = "台风“木兰”今夜登陆，需核对转移人员"
CHAIN = ["office_head", "steward", "provider_office"]


def opened(world: World, by: str = "office_head", item: ApplicationItem | None = None):
    item = item or submitted_item(world, emergency=True)
    return emergencies.open_access(
        by=world.people[by], item_id=item.pk, reason=REASON, now=world.now
    )


def test_without_policy_there_is_none(world: World):
    with pytest.raises(Invalid) as error:
        submitted_item(world, emergency=True)
    assert "emergency_not_offered" in {fault.code for fault in error.value.faults}


def test_access_is_boxed_in_time(attached: World, emergencies_allowed):
    access = opened(attached)
    grant = access.grant
    assert (grant.status, grant.is_emergency) == ("active", True)
    assert (grant.starts_on, grant.ends_on) == (attached.today, attached.today + timedelta(days=2))
    assert [field["key"] for field in grant.fields] == [
        "id_number",
        "name",
        "birth_date",
        "region_code",
    ]
    assert str(access.policy_version) == "default v2"
    item = ApplicationItem.objects.get(pk=access.item_id)
    assert item.status == "home_review"
    assert item.grant is None  # the ordinary one comes with consent
    assert broken(attached.now) == []


def test_consent_hands_over_to_the_ordinary_grant(attached: World, emergencies_allowed):
    access = opened(attached)
    item = ApplicationItem.objects.get(pk=access.item_id)
    assert item.stages.filter(kind="sign").count() == len(CHAIN)
    for person in CHAIN:
        sign(attached, item, person)
    access.refresh_from_db()
    assert (access.ended, access.grant.status) == ("consented", "terminated")
    item.refresh_from_db()
    assert (item.grant.status, item.grant.is_emergency) == ("active", False)
    assert item.grants.count() == 2
    assert broken(attached.now) == []


def test_refusal_ends_it_at_once(attached: World, emergencies_allowed):
    access = opened(attached)
    item = ApplicationItem.objects.get(pk=access.item_id)
    sign(attached, item, "office_head")
    item.refresh_from_db()
    no = Refuse(seen=item.event_count, code=RefusalCode.UNTRUE, text="并无该项转移任务")
    actions.execute(by=attached.people["steward"], item_id=item.pk, command=no, now=attached.now)
    access.refresh_from_db()
    assert (access.ended, access.grant.status) == ("refused", "terminated")
    assert access.grant.status_reason
    assert not Grant.objects.filter(status="active").exists()
    assert broken(attached.now) == []


def test_withdrawal_ends_it(attached: World, emergencies_allowed):
    access = opened(attached)
    item = ApplicationItem.objects.get(pk=access.item_id)
    back = Withdraw(seen=item.event_count)
    actions.execute(by=attached.people["clerk"], item_id=item.pk, command=back, now=attached.now)
    access.refresh_from_db()
    assert (access.ended, access.grant.status) == ("withdrawn", "terminated")


@pytest.mark.parametrize("expired_first", [True, False])
def test_days_end_it(attached: World, emergencies_allowed, later, expired_first):
    access = opened(attached)
    assert emergencies.end_overdue(later(2)) == 0
    if expired_first:
        grants.expire_due(later(3))
    assert emergencies.end_overdue(later(3)) == 1
    assert emergencies.end_overdue(later(3)) == 0
    access.refresh_from_db()
    assert access.ended == "over"
    assert access.grant.status in {"terminated", "expired"}
    assert not access.grant.covers(local_day(later(3)))


def test_invariant_sees_what_stays_open(attached: World, emergencies_allowed, later):
    opened(attached)
    assert any(line.startswith("71") for line in broken(later(4)))


@pytest.mark.parametrize(
    ("person", "error"),
    [
        ("clerk", Forbidden), ("colleague", Forbidden), ("county_reviewer", NotVisible),
        ("steward", NotVisible), ("stranger", NotVisible), ("secadmin", NotVisible),
    ],
)  # fmt: skip
def test_only_the_named_posts_of_the_own_office_open_it(
    attached: World, emergencies_allowed, person: str, error
):
    with pytest.raises(error):
        opened(attached, by=person)
    assert not Grant.objects.exists()


def test_nobody_opens_it_for_an_own_application(attached: World, emergencies_allowed):
    draft = draft_application(attached, by="office_head", emergency=True)
    actions.submit_application(
        by=draft.applicant, application_id=draft.pk, seen=0, now=attached.now
    )
    with pytest.raises(Forbidden) as error:
        opened(attached, item=draft.items.get())
    assert error.value.reason == "own_application"


def test_once_only_with_a_reason_while_under_way(attached: World, emergencies_allowed):
    ordinary = submitted_item(attached)
    with pytest.raises(NotAllowed) as error:
        opened(attached, item=ordinary)
    assert error.value.reason == "no_emergency"
    back = Withdraw(seen=ordinary.event_count)
    actions.execute(
        by=attached.people["clerk"], item_id=ordinary.pk, command=back, now=attached.now
    )
    item = submitted_item(attached, emergency=True)
    head = attached.people["office_head"]
    with pytest.raises(Invalid):
        emergencies.open_access(by=head, item_id=item.pk, reason=" ", now=attached.now)
    opened(attached, item=item)
    with pytest.raises(NotAllowed) as error:
        opened(attached, item=item)
    assert error.value.reason == "opened_before"


def test_careful_data_is_never_opened(world: World, emergencies_allowed):
    items = [("plan", "部署方案", "C", 90, 5, False, "", "", True)]
    world.resource = publish_entry(world, "重要数据", items, sharing_type="conditional")
    with pytest.raises(Invalid) as error:
        submitted_item(world, fields=["plan"], emergency=True, row_region=None)
    assert "too_careful" in {fault.code for fault in error.value.faults}


def test_database_keeps_the_record(attached: World, emergencies_allowed):
    access = opened(attached)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.filter(pk=access.pk).update(reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        access.delete()


def test_pages(attached: World, emergencies_allowed, enter):
    draft = draft_application(attached)
    clerk = enter("clerk")
    way = reverse("sharing:path", args=[draft.pk])
    assert clerk.get(way).status_code == 200
    assert clerk.post(way, {"way": "emergency"}).status_code == 302
    assert clerk.post(way, {"way": "nonsense"}).status_code == 200
    draft.refresh_from_db()
    assert draft.emergency
    actions.submit_application(
        by=draft.applicant, application_id=draft.pk, seen=0, now=attached.now
    )
    page = reverse("sharing:emergency", args=[draft.pk])
    assert clerk.get(page).status_code == 200
    assert clerk.post(page, {"reason": REASON}).status_code == 200  # told why not
    assert not EmergencyAccess.objects.exists()
    head = enter("office_head")
    assert "id_reason" in head.post(page, {"reason": ""}).content.decode()
    assert head.post(page, {"reason": REASON}).status_code == 302
    assert REASON in head.get(page).content.decode()
    register = reverse("sharing:emergencies")
    for person in ("office_head", "steward", "province_reviewer", "county_reviewer"):
        assert REASON in enter(person).get(register).content.decode()
    assert REASON not in enter("stranger").get(register).content.decode()
    assert enter("stranger").get(page).status_code == 404


# --- reflux (R25) ------------------------------------------------------------------------------


def test_reflux_asks_for_the_own_rows_only(world: World, enter):
    draft = draft_application(world, row_region=None)
    client = enter("clerk")
    assert (
        client.post(reverse("sharing:path", args=[draft.pk]), {"way": "reflux"}).status_code == 302
    )
    item = draft.items.get()
    assert item.row_region_id == "320613100"
    other = {"row_region": world.regions["chongchuan"].code}
    actions.save_draft(by=draft.applicant, application_id=draft.pk, content=other, now=world.now)
    with pytest.raises(Invalid) as error:
        actions.submit_application(
            by=draft.applicant, application_id=draft.pk, seen=0, now=world.now
        )
    assert "rows_not_own_region" in {fault.code for fault in error.value.faults}


def test_reflux_of_an_entry_without_region_column_is_told(world: World):
    items = [("title", "名称", "C", 90, 2, False, "", "", True)]
    world.resource = publish_entry(
        world, "不可拆分", items, sharing_type="conditional", splittable=False
    )
    with pytest.raises(Invalid) as error:
        submitted_item(world, fields=["title"], reflux=True)
    assert "not_splittable" in {fault.code for fault in error.value.faults}


def test_reflux_goes_from_own_head_to_steward_and_is_refused_for_safety_only(world: World):
    item = submitted_item(world, reflux=True)
    assert [stage.role for stage in item.stages.order_by("position")] == [
        "sharing_office_head", "steward",
    ]  # fmt: skip
    sign(world, item, "office_head")
    item.refresh_from_db()
    steward = world.people["steward"]
    no = Refuse(seen=item.event_count, code=RefusalCode.BEYOND_DUTY, text="不需要")
    with pytest.raises(NotAllowed):
        actions.execute(by=steward, item_id=item.pk, command=no, now=world.now)
    no = Refuse(seen=item.event_count, code=RefusalCode.SECURITY, text="接收端未测评")
    actions.execute(by=steward, item_id=item.pk, command=no, now=world.now)
    item.refresh_from_db()
    assert item.status == "refused"
