"""What happens within a stage, in the database: columns, inboxes, who sees it, notices, ledger."""

from datetime import timedelta

import pytest

from portal.errors import Invalid, NotAllowed, NotVisible, Stale
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.organisation.models import Role
from sharing import access, actions
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.approval.commands import RequestSupplement, Sign
from sharing.approval.terms import Gap
from sharing.models import ApplicationItem, Grant
from tests.world import SIGNERS, World, hire, sign, submitted_item

CHECKED = (5, 6, 7, 8, 25, 31)


def do(world: World, item: ApplicationItem, by: str, name: str, **data: object) -> ApplicationItem:
    """``by`` gives the command as a form or the interface would."""
    item = ApplicationItem.objects.get(pk=item.pk)
    command = actions.command_of(name, item, data, seen=item.event_count, now=world.now)
    return actions.execute(by=world.people[by], item_id=item.pk, command=command, now=world.now)


def inbox_of(world: World, who: str) -> set[object]:
    found = access.inbox(world.people[who], world.today)
    return set(found.values_list("item_id", flat=True))


def told(world: World, who: str, kind: str) -> bool:
    return Notice.objects.filter(official=world.people[who], kind=kind).exists()


def assert_sound(world: World, item: ApplicationItem) -> None:
    """One ledger entry for each event, and the columns are the fold of the events."""
    entries = Entry.objects.filter(kind__startswith="item.", object_id=str(item.pk))
    assert entries.count() == ApplicationItem.objects.get(pk=item.pk).event_count
    broken = {number: verify(number, world.now) for number in CHECKED}
    assert broken == {number: [] for number in CHECKED}


def test_a_stage_moves_between_the_people_of_an_office(world: World):
    hire(world, "second", "subdistrict", Role.SHARING_OFFICE_HEAD, "唐亮")
    hire(world, "chief", "subdistrict", Role.DEPARTMENT_HEAD, "黄卫东")
    item = submitted_item(world)
    do(world, item, "office_head", "claim")
    assert (inbox_of(world, "second"), inbox_of(world, "office_head")) == (set(), {item.pk})
    with pytest.raises(NotAllowed) as error:
        sign(world, item, "second")
    assert error.value.reason == "with_somebody_else"
    colleague = world.people["second"]
    do(world, item, "office_head", "delegate", to=colleague.pk, text="请核对依据")
    assert told(world, "second", "item.to_prepare")
    assert (inbox_of(world, "second"), inbox_of(world, "office_head")) == ({item.pk}, set())
    do(world, item, "second", "hand_back", text="依据充分")
    assert told(world, "office_head", "item.prepared")
    do(world, item, "office_head", "transfer", to=world.people["chief"].pk, text="更熟悉")
    assert inbox_of(world, "chief") == {item.pk}
    sign(world, item, "chief")
    do(world, item, "chief", "take_back", text="看错")
    assert inbox_of(world, "county_reviewer") == set()
    assert told(world, "county_reviewer", "item.taken_back")
    sign(world, item, "chief")
    assert_sound(world, item)


def test_who_is_drawn_in_sees_the_application_and_nobody_else(world: World):
    item = submitted_item(world)
    stranger, steward = world.people["stranger"], world.people["steward"]
    do(world, item, "office_head", "consult", who=stranger.username, text="贵局如何核对？")
    do(world, item, "office_head", "consult", who="江苏省公安厅", text="能否提供？")
    assert inbox_of(world, "stranger") == {item.pk}
    assert told(world, "steward", "item.opinion_asked")
    for person in (stranger, steward):
        assert access.get_item(person, item.pk, world.today) == item
    with pytest.raises(NotVisible):
        access.get_item(world.people["county_clerk"], item.pk, world.today)
    do(world, item, "stranger", "advise", text="按月比对", agrees="yes")
    assert inbox_of(world, "stranger") == set()
    do(world, item, "office_head", "copy", who=world.people["county_clerk"].full_name)
    assert access.get_item(world.people["county_clerk"], item.pk, world.today) == item
    with pytest.raises(Invalid):
        do(world, item, "office_head", "consult", who="没有这个人", text="?")
    assert_sound(world, item)


def test_more_time_is_for_the_authority_and_the_applicant_is_told(world: World):
    item = submitted_item(world)
    for person in SIGNERS[:4]:
        sign(world, item, person)
    before = ApplicationItem.objects.get(pk=item.pk).due_on
    do(world, item, "steward", "request_extension", days=5, text="数据量大")
    assert told(world, "province_reviewer", "item.extension_asked")
    do(world, item, "province_authority", "consent_extension")
    assert told(world, "clerk", "item.extended")
    assert ApplicationItem.objects.get(pk=item.pk).due_on > before
    do(world, item, "clerk", "urge", text="请尽快")
    assert told(world, "steward", "item.urged")
    with pytest.raises(NotAllowed) as error:
        do(world, item, "colleague", "urge")
    assert error.value.reason == "may_not_urge"
    assert_sound(world, item)


def test_a_stricter_signature_reaches_the_grant(world: World):
    item = submitted_item(world)
    seen = item.event_count
    until = world.today + timedelta(days=30)
    strict = {"starts_on": world.today, "ends_on": until, "masks": {"name": "redact"}}
    wrong = actions.sign_command({"masks": {"name": "none"}}, seen=seen, keep=None)
    with pytest.raises(Invalid):
        actions.execute(
            by=world.people["office_head"], item_id=item.pk, command=wrong, now=world.now
        )
    command = actions.sign_command(strict, seen=seen, keep=None)
    actions.execute(by=world.people["office_head"], item_id=item.pk, command=command, now=world.now)
    for person in SIGNERS[1:]:
        sign(world, item, person)
    grant = Grant.objects.get(item=item)
    assert grant.ends_on == until
    assert {field["key"]: field["mask"] for field in grant.fields}["name"] == "redact"
    assert_sound(world, item)


def test_the_supplement_shows_what_changed_and_goes_on_after_a_narrowing(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head", keep=["id_number", "name"])
    seen = ApplicationItem.objects.get(pk=item.pk).event_count
    ask = RequestSupplement(seen=seen, gaps=(Gap("use_basis", "请写明条款"),))
    actions.execute(by=world.people["county_reviewer"], item_id=item.pk, command=ask, now=world.now)
    with pytest.raises(Stale):
        actions.execute(
            by=world.people["county_reviewer"],
            item_id=item.pk,
            command=Sign(seen=seen),
            now=world.now,
        )
    answered = actions.resubmit_application(
        by=world.people["clerk"], item_id=item.pk, seen=seen + 1,
        content={"use_basis": "《社会救助暂行办法》第十三条第二款"}, now=world.now,
    )  # fmt: skip
    changes = answered.events.get(kind="resubmitted").data["changes"]
    assert [change["part"] for change in changes] == ["use_basis"]
    assert changes[0]["after"] == "《社会救助暂行办法》第十三条第二款"
    assert answered.stages.get(status="open").position == 2  # the head's signature stands
    assert_sound(world, item)
