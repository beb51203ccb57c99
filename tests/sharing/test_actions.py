"""Applications through the real database: sending, signing, refusing, supplementing."""

import pytest
from django.utils import timezone

from catalog.actions import withdraw
from catalog.models import ResourceVersion
from portal.errors import NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from portal.notices.models import Notice
from portal.organisation.models import Role, Substitution
from portal.worktime.changes import announce
from sharing import access, actions
from sharing.approval.commands import Refuse, RequestSupplement, Sign
from sharing.approval.terms import DenialCode, Gap, RefusalCode
from sharing.models import ApplicationItem, Grant
from sharing.reasons import DENIALS
from tests.world import (
    SIGNERS,
    World,
    draft_application,
    granted,
    hire,
    sign,
    submitted_item,
)


def command(world: World, item: ApplicationItem, by: str, given: object) -> ApplicationItem:
    return actions.execute(by=world.people[by], item_id=item.pk, command=given, now=world.now)


def seen(item: ApplicationItem) -> int:
    return ApplicationItem.objects.get(pk=item.pk).event_count


def notices(world: World, person: str) -> list[str]:
    rows = Notice.objects.filter(official=world.people[person]).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def supplemented(world: World) -> ApplicationItem:
    """An item whose first signer asked for a better basis."""
    item = submitted_item(world)
    gaps = (Gap("use_basis", "写明条款"),)
    return command(world, item, "office_head", RequestSupplement(seen=seen(item), gaps=gaps))


def test_the_whole_chain_ends_in_a_grant(attached: World):
    item = submitted_item(attached)
    assert item.status == "home_review"
    assert [stage.status for stage in item.stages.all()] == ["open"] + ["waiting"] * 5
    for person in SIGNERS:
        stage = access.inbox(attached.people[person], attached.today).get()
        assert stage.item_id == item.pk
        sign(attached, item, person)
        assert not access.inbox(attached.people[person], attached.today).exists()
    item.refresh_from_db()
    assert (item.status, item.decided_at) == ("consented", attached.now)
    grant = Grant.objects.get(item=item)
    assert grant.status == "active"
    assert {field["key"]: field["mask"] for field in grant.fields} == {
        "id_number": "id_number",
        "name": "name",
        "birth_date": "birth",
        "region_code": "none",
    }


def test_projection_has_due_dates_and_holders(world: World):
    item = submitted_item(world)
    first, *others = item.stages.all()
    assert first.due_on == item.due_on
    assert first.due_on > world.today
    assert [stage.holders for stage in (first, others[-1])] == [
        [world.people["office_head"].pk],
        [world.people["provider_office"].pk],
    ]
    assert [stage.due_on for stage in others] == sorted(stage.due_on for stage in others)


def test_every_event_has_one_ledger_entry(attached: World):
    grant = granted(attached)
    entries = Entry.objects.filter(object_type="sharing.applicationitem").order_by("pk")
    events = grant.item.events.order_by("seq")
    assert [entry.kind for entry in entries] == [f"item.{event.kind}" for event in events]
    submitted = entries.first()
    assert (submitted.actor_name, submitted.article) == ("张海燕", "20")


def test_holders_and_applicant_are_told(attached: World):
    granted(attached)
    assert notices(attached, "office_head")[0] == "item.to_sign"
    assert notices(attached, "steward") == ["item.to_sign"]
    assert notices(attached, "clerk") == ["item.consented", "grant.active"]
    assert notices(attached, "stranger") == []


def test_narrowed_fields_are_not_granted(attached: World):
    item = submitted_item(attached)
    for person in SIGNERS:
        sign(attached, item, person, keep=["name", "region_code"] if person == "steward" else None)
    assert [field["key"] for field in Grant.objects.get().fields] == ["name", "region_code"]


def test_refusal_ends_the_case(world: World):
    item = submitted_item(world)
    refusal = Refuse(seen=seen(item), code=RefusalCode.UNNECESSARY, text="本单位已有该数据")
    item = command(world, item, "office_head", refusal)
    assert item.status == "refused"
    assert not Grant.objects.exists()
    assert "item.refused" in notices(world, "clerk")
    stage = item.stages.get(position=1)
    assert (stage.status, stage.comment) == ("refused", "本单位已有该数据")


def test_supplement_with_same_terms_goes_on_where_it_stopped(world: World):
    item = supplemented(world)
    assert item.status == "supplement"
    assert item.due_on is None
    item = actions.resubmit_application(
        by=world.people["clerk"], item_id=item.pk, seen=seen(item),
        content={"use_basis": "《社会救助暂行办法》第十三条第一款"}, now=world.now,
    )  # fmt: skip
    assert item.status == "home_review"
    assert item.application.use_basis.endswith("第一款")
    assert item.events.last().kind == "resubmitted"


def test_supplement_with_other_fields_starts_the_chain_anew(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    gaps = (Gap("fields", "去掉出生日期"),)
    command(world, item, "county_reviewer", RequestSupplement(seen=seen(item), gaps=gaps))
    item = actions.resubmit_application(
        by=world.people["clerk"], item_id=item.pk, seen=seen(item), content={},
        fields=["name", "region_code"], now=world.now,
    )  # fmt: skip
    assert item.stages.get(position=1).status == "open"
    assert item.fields == ["name", "region_code"]
    sign(world, item, "office_head")  # the first round's signature does not count any more


def test_only_one_supplement(world: World):
    item = supplemented(world)
    actions.resubmit_application(
        by=world.people["clerk"], item_id=item.pk, seen=seen(item), content={},
        explanation="依据见附件", now=world.now,
    )  # fmt: skip
    again = RequestSupplement(seen=seen(item), gaps=(Gap("use_scope", "再写"),))
    with pytest.raises(NotAllowed) as error:
        command(world, item, "office_head", again)
    assert error.value.reason == "supplement_used"


def test_withdrawal_tells_who_was_asked(world: World):
    item = submitted_item(world)
    item = actions.withdraw_application(
        by=world.people["clerk"], item_id=item.pk, seen=seen(item), now=world.now
    )
    assert item.status == "withdrawn"
    assert notices(world, "office_head") == ["item.to_sign", "item.withdrawn"]


def test_stale_page_is_refused(world: World):
    item = submitted_item(world)
    with pytest.raises(Stale) as error:
        command(world, item, "office_head", Sign(seen=seen(item) - 1))
    assert error.value.remedy
    assert item.events.count() == seen(item) == 2


def test_double_submit_is_refused(world: World):
    draft = draft_application(world)
    send = {"by": world.people["clerk"], "application_id": draft.pk, "seen": 0, "now": world.now}
    actions.submit_application(**send)
    with pytest.raises(NotAllowed) as error:
        actions.submit_application(**send)
    assert error.value.reason == "already_submitted"
    assert ApplicationItem.objects.get().event_count == 2


@pytest.mark.parametrize(
    ("person", "error", "reason"),
    [
        ("clerk", NotAllowed, "own_application"),
        ("colleague", NotAllowed, "not_a_holder"),
        ("county_reviewer", NotVisible, "not_found"),
        ("stranger", NotVisible, "not_found"),
        ("sysadmin", NotVisible, "not_found"),
    ],
)
def test_others_cannot_sign(world: World, person: str, error: type[Exception], reason: str):
    item = submitted_item(world)
    with pytest.raises(error) as raised:
        command(world, item, person, Sign(seen=seen(item)))
    assert raised.value.reason == reason
    assert item.events.count() == 2


def test_signing_out_of_turn(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    sign(world, item, "county_reviewer")
    with pytest.raises(NotAllowed) as error:
        command(world, item, "office_head", Sign(seen=seen(item)))
    assert error.value.reason == "not_your_turn"


def test_superuser_cannot_sign(world: World):
    world.people["stranger"].is_superuser = True
    world.people["stranger"].save()
    with pytest.raises(NotVisible):
        sign(world, submitted_item(world), "stranger")


def test_substitute_signs_for_the_holder(world: World):
    helper = hire(world, "helper", "subdistrict", Role.CLERK, "顾芳")
    Substitution.objects.create(
        principal=world.people["office_head"], substitute=helper,
        valid_from=world.today, valid_until=world.today,
    )  # fmt: skip
    item = submitted_item(world)
    assert access.inbox(helper, world.today).get().item_id == item.pk
    sign(world, item, "helper")
    stage = item.stages.get(position=1)
    assert (stage.signed_by, stage.acting_for) == (helper, world.people["office_head"])
    entry = Entry.objects.filter(kind="item.stage_signed").get()
    assert (entry.actor_name, entry.acting_for) == ("顾芳", "王建国")


def test_buttons_follow_the_same_decision(world: World):
    item = submitted_item(world)
    item = ApplicationItem.objects.select_related(
        "application__applicant", "application__department", "resource__live", "version"
    ).get(pk=item.pk)
    holder = actions.available_commands(item, world.people["office_head"], world.now)
    applicant = actions.available_commands(item, world.people["clerk"], world.now)
    assert {name for name, reason in holder.items() if reason is None} == {
        "sign", "refuse", "request_supplement", "transfer", "delegate", "claim", "add_signer",
        "consult", "copy",
    }  # fmt: skip
    assert {name for name, reason in applicant.items() if reason is None} == {"withdraw", "urge"}
    assert applicant["sign"].code == "own_application"


def test_every_denial_has_words():
    assert set(DENIALS) == set(DenialCode)
    assert all(words.text and words.remedy for words in DENIALS.values())


# --- what changes while an application waits -------------------------------------------------


def new_version(world: World, *, drop: str = "", grade: dict[str, int] | None = None) -> None:
    """The provider publishes a second version without ``drop`` and with other grades."""
    live = world.resource.live
    items = list(live.items.all())
    version = ResourceVersion.objects.get(pk=live.pk)
    version.pk, version.number, version.status, version.published_at = None, 2, "draft", None
    version.save(force_insert=True)
    for item in items:
        if item.key == drop:
            continue
        item.pk, item.version = None, version
        item.grade = (grade or {}).get(item.key, item.grade)
        item.save(force_insert=True)
    ResourceVersion.objects.filter(pk=live.pk).update(status="superseded")
    ResourceVersion.objects.filter(pk=version.pk).update(
        status="published", published_at=timezone.now()
    )
    world.resource.live = version
    world.resource.save(update_fields=["live"])


def test_new_version_with_the_same_items_changes_nothing(attached: World):
    item = submitted_item(attached)
    new_version(attached)
    for person in SIGNERS:
        sign(attached, item, person)
    assert Grant.objects.get().status == "active"


def test_withdrawn_items_cannot_be_granted(attached: World):
    item = submitted_item(attached)
    new_version(attached, drop="birth_date")
    with pytest.raises(NotAllowed) as error:
        sign(attached, item, "office_head")
    assert error.value.reason == "fields_withdrawn"
    assert "birth_date" in str(error.value.message)
    sign(attached, item, "office_head", keep=["name", "region_code"])


def test_items_graded_higher_need_a_new_application(attached: World):
    item = submitted_item(attached)
    new_version(attached, grade={"name": 5})
    with pytest.raises(NotAllowed) as error:
        sign(attached, item, "office_head")
    assert error.value.reason == "grade_raised"


def test_withdrawn_entry_cannot_be_granted_but_refused(attached: World):
    item = submitted_item(attached)
    withdraw(
        by=attached.people["steward"],
        resource=attached.resource,
        reason="停止采集",
        now=attached.now,
    )
    with pytest.raises(NotAllowed) as error:
        sign(attached, item, "office_head")
    assert error.value.reason == "entry_withdrawn"
    refusal = Refuse(seen=seen(item), code=RefusalCode.NOT_HELD, text="目录已下架")
    assert command(attached, item, "office_head", refusal).status == "refused"


def test_changed_calendar_moves_due_dates(world: World):
    from portal.worktime import access as worktime
    from portal.worktime.models import Holiday

    item = submitted_item(world)
    before = item.due_on
    Holiday.objects.update_or_create(day=before, defaults={"kind": "holiday", "name": "临时放假"})
    worktime.forget()
    announce(world.now)
    assert OutboxMessage.objects.filter(task="sharing.recompute_deadlines").exists()
    assert actions.recompute_deadlines(world.now) == 1
    item.refresh_from_db()
    assert item.due_on > before
    assert item.stages.get(position=1).due_on == item.due_on
    assert Entry.objects.filter(kind="deadline.moved").count() == 1
    assert actions.recompute_deadlines(world.now) == 0
