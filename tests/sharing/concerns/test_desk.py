"""Corrections, objections, disputes and complaints: actions, who sees what, clocks, tasks."""

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from catalog.actions import set_visibility
from catalog.models import Resource
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.organisation.models import Role, Substitution
from portal.worktime import access as worktime
from portal.worktime.models import DeadlineRule, Holiday
from sharing import concerns
from sharing.actions import execute
from sharing.actions.complaints import (
    erase_contacts,
    read_contact,
    receive_complaint,
    state_of_complaint,
)
from sharing.actions.concerns import available_concern_verbs, recompute_concerns
from sharing.actions.raising import open_dispute, raise_correction, raise_objection
from sharing.approval.commands import Refuse
from sharing.approval.terms import Person, RefusalCode
from sharing.concern_kinds import LEDGER, NOTICES
from sharing.concern_reasons import DENIALS
from sharing.concern_reminders import overdue_corrections, remind_concerns
from sharing.disputes.events import EVENTS
from sharing.disputes.terms import DenialCode, TaskKind, Verb
from sharing.grants import suspend
from sharing.models import (
    ApplicationItem,
    ComplaintContact,
    Concern,
    ConcernEvent,
    ConcernTask,
    Grant,
)
from sharing.presenting.concerns import NEXT, TONES, VERBS, statistics
from sharing.row_references import masked, place_of
from tests.sharing.concerns.desk import (
    SECRET,
    act,
    content,
    corrected,
    correction,
    dispute,
    failed,
    objection,
    refused_item,
)
from tests.world import World, granted, hire, submitted_item


def faults(caught) -> set[str]:
    return {fault.field for fault in caught.value.faults}


def told(world: World, person: str) -> list[str]:
    notices = Notice.objects.filter(official=world.people[person]).order_by("pk")
    kinds = notices.values_list("kind", flat=True)
    return [kind for kind in kinds if kind in NOTICES]


def sees(world: World, person: str, concern: Concern) -> bool:
    found = concerns.concerns_visible_to(world.people[person], world.today)
    return found.filter(pk=concern.pk).exists()


# --- corrections ----------------------------------------------------------------------------


def test_a_correction_goes_to_the_provider_with_the_clock_of_the_law(world: World):
    concern = correction(world)
    assert (concern.status, concern.handler) == ("received", world.departments["police"])
    assert concern.limit_days == 10
    assert concern.due_on == worktime.calendar().add_working_days(world.today, 10).on
    assert told(world, "steward") == ["concern.to_answer"]
    entry = Entry.objects.get(kind="concern.raised")
    assert (entry.article, entry.object_id) == ("26", str(concern.pk))


def test_keys_of_rows_stand_nowhere_and_still_find_the_row(world: World):
    concern = corrected(world, correction(world, rows=(SECRET, " ", "42")))
    rows = [one["masked"] for one in concern.row_keys]
    assert rows == ["32**************17", "**"]
    assert place_of(concern.pk, concern.row_keys, f" {SECRET} ") == 1
    assert place_of(concern.pk, concern.row_keys, "320613198001010018") is None
    everywhere = [
        json.dumps(list(Concern.objects.values("row_keys", "text", "title", "evidence"))),
        json.dumps([row.data for row in ConcernEvent.objects.all()]),
        json.dumps([entry.data for entry in Entry.objects.all()]),
        json.dumps([notice.params for notice in Notice.objects.all()]),
    ]
    assert not any(SECRET in text for text in everywhere)
    assert masked("") == ""


def test_what_people_write_stands_in_no_notice_and_in_no_ledger_entry(world: World):
    mark = "机密文字"
    concern = correction(world, text=mark)
    act(world, concern, "steward", Verb.REJECT, text=mark)
    assert not any(
        mark in json.dumps(one.params, ensure_ascii=False) for one in Notice.objects.all()
    )
    entries = Entry.objects.filter(kind__startswith="concern.")
    assert entries.count() == 2
    assert not any(mark in json.dumps(one.data, ensure_ascii=False) for one in entries)


def test_everything_wrong_with_a_correction_is_said_at_once(world: World):
    with pytest.raises(Invalid) as caught:
        raise_correction(
            by=world.people["county_clerk"], department=world.departments["county_civil"],
            resource_id=world.resource.pk, now=world.now,
            content=content(text=" ", fields=("nothing",), rows=("x" * 101,)),
        )  # fmt: skip
    assert faults(caught) == {"text", "fields", "rows", "subject"}
    assert not Concern.objects.exists()


def test_who_sees_the_entry_reports_what_is_wrong_with_it(world: World):
    given = {"department": world.departments["county_civil"], "resource_id": world.resource.pk,
             "now": world.now}  # fmt: skip
    concern = raise_correction(
        by=world.people["county_clerk"], content=content("entry_wrong"), **given
    )
    assert concern.grant is None
    with pytest.raises(Forbidden):
        raise_correction(by=world.people["stranger"], content=content("entry_wrong"), **given)
    with pytest.raises(Invalid) as caught:  # nobody reports to themselves
        raise_correction(
            by=world.people["steward"], content=content("entry_wrong"),
            **given | {"department": world.departments["police"]},
        )  # fmt: skip
    assert "own" in {fault.code for fault in caught.value.faults}


def test_a_hidden_entry_stays_hidden(world: World):
    set_visibility(by=None, resource=world.resource, visibility="limited", now=world.now)
    given = {"by": world.people["county_clerk"], "department": world.departments["county_civil"]}
    with pytest.raises(NotVisible):
        raise_correction(
            resource_id=world.resource.pk, content=content("entry_wrong"), now=world.now, **given
        )
    with pytest.raises(NotVisible):
        raise_objection(resource_id=world.resource.pk, content=content("1"), now=world.now, **given)
    assert not Concern.objects.exists()


def test_a_concern_about_a_hidden_entry_tells_nobody_of_it(world: World):
    concern = correction(world)
    refused = dispute(world, None) if not ApplicationItem.objects.filter(status="refused") else None
    assert sees(world, "province_reviewer", concern), "the authority supervises the provider"
    set_visibility(by=None, resource=world.resource, visibility="limited", now=world.now)
    assert not sees(world, "province_reviewer", concern)
    assert not sees(world, "stranger", concern)
    assert sees(world, "clerk", concern)
    assert sees(world, "steward", concern)
    if refused is not None:
        assert not sees(world, "province_reviewer", refused), "not before it is referred"
    hidden = world.departments["civil_affairs"]
    with pytest.raises(Invalid) as caught:
        act(world, concern, "steward", Verb.FORWARD, target=hidden.pk)
    assert [fault.code for fault in caught.value.faults] == ["hidden"]


def test_passed_on_once_with_the_clock_going_on(world: World):
    concern = correction(world)
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD)
    before = concern.due_on
    later = world.now + timedelta(days=3)
    target = world.departments["civil_affairs"]
    concern = act(world, concern, "steward", Verb.FORWARD, target=target.pk, now=later)
    assert (concern.handler, concern.due_on) == (target, before)
    assert told(world, "civil_steward") == ["concern.to_answer"]
    assert told(world, "clerk")[-1] == "concern.moved"
    with pytest.raises(NotAllowed) as caught:
        act(world, concern, "civil_steward", Verb.FORWARD, target=world.departments["police"].pk)
    assert caught.value.reason == "forwarded_already"
    with pytest.raises(NotAllowed) as caught:
        act(world, concern, "steward", Verb.ACCEPT)
    assert caught.value.reason == "not_yours"
    act(world, concern, "civil_steward", Verb.ACCEPT)


def test_every_holder_of_the_data_takes_the_correction_over(world: World):
    grant = granted(world)
    other = _copy(grant, world.departments["county_civil"], fields=grant.fields)
    _copy(
        grant,
        world.departments["suzhou_civil"],
        fields=[f for f in grant.fields if f["key"] == "name"],
    )
    gone = _copy(grant, world.departments["county_bureau"], fields=grant.fields)
    long_ago = world.now - timedelta(days=2000)
    Grant.objects.filter(pk=gone.pk).update(status="expired", status_at=long_ago)
    concern = corrected(world, correction(world, grant))
    holders = {world.departments["subdistrict"].pk, world.departments["county_civil"].pk}
    assert set(concern.tasks.values_list("department", flat=True)) == holders
    assert concern.status == "corrected"
    assert "correction.take_over" in told(world, "clerk")
    assert "correction.take_over" in told(world, "office_head")
    assert "correction.take_over" in told(world, "county_office")
    assert told(world, "stranger") == []
    assert sees(world, "county_clerk", concern)
    key = concern.tasks.get(department=other.department).key
    concern = act(world, concern, "county_clerk", Verb.CONFIRM, task=key)
    assert concern.tasks.get(key=key).done_by == world.people["county_clerk"]
    with pytest.raises(NotAllowed):  # another department's task
        act(
            world, concern, "county_clerk", Verb.CONFIRM, task=concern.tasks.exclude(key=key)[0].key
        )
    key = concern.tasks.get(department=grant.department).key
    concern = act(world, concern, "colleague", Verb.CONFIRM, task=key)
    assert concern.status == "closed"
    assert told(world, "clerk")[-1] == "concern.closed"


def _copy(grant: Grant, department, **changes) -> Grant:
    """The same grant for another department."""
    item = ApplicationItem.objects.get(pk=grant.item_id)
    application = item.application
    application.pk, application.number = None, f"SQ-{department.pk}"
    application._state.adding = True
    application.department = department
    application.applicant = application.applicant
    application.save(force_insert=True)
    item.pk, item.application, item.demander = None, application, department
    item._state.adding = True
    item.save(force_insert=True)
    new = Grant.objects.get(pk=grant.pk)
    new.pk, new.number, new.item, new.department = None, f"SJ-{department.pk}", item, department
    new._state.adding = True
    for name, value in changes.items():
        setattr(new, name, value)
    new.save(force_insert=True)
    return new


def test_past_holders_are_told_until_their_time_is_over(world: World, settings):
    grant = granted(world)
    concern = correction(world, grant)
    on = world.today
    assert set(concerns.holders_of(concern, on)) == {grant.department_id}
    end = grant.ends_on + timedelta(days=settings.CORRECTION_REACH_DAYS)
    Grant.objects.filter(pk=grant.pk).update(
        status="expired", status_at=timezone.make_aware(timezone.datetime.combine(grant.ends_on, timezone.datetime.min.time())),
    )  # fmt: skip
    assert set(concerns.holders_of(concern, end)) == {grant.department_id}
    assert concerns.holders_of(concern, end + timedelta(days=2)) == {}


def test_who_stands_in_for_the_raiser_does_not_answer(world: World):
    concern = raise_correction(
        by=world.people["county_clerk"], department=world.departments["county_civil"],
        resource_id=world.resource.pk, content=content("entry_wrong"), now=world.now,
    )  # fmt: skip
    Substitution.objects.create(
        principal=world.people["county_clerk"], substitute=world.people["steward"],
        valid_from=world.today, valid_until=world.today,
    )  # fmt: skip
    with pytest.raises(NotAllowed) as caught:
        act(world, concern, "steward", Verb.ACCEPT)
    assert caught.value.reason == "own_concern"


def test_a_substitute_answers_and_both_names_are_kept(world: World):
    concern = correction(world)
    Substitution.objects.create(
        principal=world.people["steward"], substitute=world.people["county_clerk"],
        valid_from=world.today, valid_until=world.today,
    )  # fmt: skip
    act(world, concern, "county_clerk", Verb.ACCEPT)
    row = ConcernEvent.objects.get(concern=concern, kind="accepted")
    assert (row.actor, row.acting_for) == (world.people["county_clerk"], world.people["steward"])
    assert (
        Entry.objects.get(kind="concern.accepted").acting_for == world.people["steward"].full_name
    )


def test_a_stale_order_changes_nothing(world: World):
    concern = correction(world)
    act(world, concern, "steward", Verb.ACCEPT)
    with pytest.raises(Stale):
        act(world, concern, "provider_office", Verb.REJECT, seen=1)
    assert Concern.objects.get(pk=concern.pk).status == "verifying"


def test_missing_parts_are_all_named(world: World):
    concern = correction(world)
    with pytest.raises(Invalid) as caught:
        act(world, concern, "steward", Verb.FORWARD, text="", target=None)
    assert faults(caught) == {"text", "target"}
    assert Concern.objects.get(pk=concern.pk).event_count == 1


def test_late_corrections_are_reminded_of_and_found(world: World):
    concern = correction(world)
    assert remind_concerns(world.now) == 0
    late = world.now + timedelta(days=40)
    assert list(overdue_corrections(world.now)) == []
    assert remind_concerns(late) == 1
    assert told(world, "steward")[-1] == "concern.overdue"
    assert remind_concerns(late) == 0, "once a day"
    (found,) = overdue_corrections(late)
    assert (found.key, found.limit_days, found.due_on) == (str(concern.pk), 10, concern.due_on)
    assert found.department_id == world.departments["police"].pk
    act(world, concern, "steward", Verb.REJECT, now=late)
    (still,) = overdue_corrections(late)
    assert still.done_on == timezone.localdate(late)


def test_a_changed_calendar_moves_the_due_date(world: World):
    concern = correction(world)
    Holiday.objects.update_or_create(
        day=concern.due_on, defaults={"kind": "holiday", "name": "临时放假"}
    )
    worktime.forget()
    assert recompute_concerns(world.now) == 1
    assert Concern.objects.get(pk=concern.pk).due_on > concern.due_on
    assert recompute_concerns(world.now) == 0
    worktime.forget()


# --- objections -----------------------------------------------------------------------------


def test_an_objection_is_handled_and_rated(world: World):
    concern = objection(world)
    assert (concern.limit_days, concern.due_on) == (None, None), "the law sets no limit"
    act(world, concern, "steward", Verb.ACCEPT)
    act(world, concern, "steward", Verb.UPHOLD)
    assert told(world, "county_clerk") == ["concern.upheld"]
    with pytest.raises(Invalid) as caught:
        act(world, concern, "county_clerk", Verb.RATE, score=6, solved=None)
    assert faults(caught) == {"score", "solved"}
    concern = act(world, concern, "county_clerk", Verb.RATE, score=4, solved=True)
    assert (concern.status, concern.score, concern.solved) == ("rated", 4, True)
    seen = concerns.concerns_visible_to(world.people["province_reviewer"], world.today)
    (row,) = statistics(seen)
    assert (row["handler__name"], row["objections"], row["average"], row["settled"]) == (
        world.departments["police"].name, 1, 4.0, 1,
    )  # fmt: skip


def test_the_type_of_an_objection_names_what_it_is_about(world: World):
    given = {"by": world.people["clerk"], "department": world.departments["subdistrict"],
             "now": world.now}  # fmt: skip
    item = refused_item(world)
    to_item = raise_objection(item_id=item.pk, content=content("2.2"), **given)
    assert to_item.handler == world.departments["police"]
    other = raise_objection(content=content("4"), **given)
    assert other.handler == world.departments["county_bureau"], "the authority of the region"
    assert sees(world, "county_reviewer", other)
    for refs, subject in [
        ({}, "1"), ({}, "2.1"), ({}, "3.1"), ({"item_id": item.pk}, "3.1"),
        ({"resource_id": world.resource.pk}, "4"),
    ]:  # fmt: skip
        with pytest.raises(Invalid):
            raise_objection(content=content(subject), **refs, **given)
    with pytest.raises(NotVisible):
        raise_objection(
            by=world.people["stranger"], department=world.departments["suzhou_civil"],
            item_id=item.pk, content=content("2.1"), now=world.now,
        )  # fmt: skip


def test_a_region_may_set_a_limit_for_objections(world: World):
    DeadlineRule.objects.create(
        rule="objection_handling", region=world.regions["jiangsu"], days=5,
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    assert objection(world).limit_days == 5


# --- disputes -------------------------------------------------------------------------------


def test_the_whole_ladder(world: World):
    concern = dispute(world)
    assert concern.authority == world.departments["province_bureau"]
    assert not sees(world, "province_reviewer", concern)
    act(world, concern, "steward", Verb.RECORD_ROUND, text="第一轮协商")
    concern = failed(world, concern)
    assert concern.status == "mediating"
    assert "dispute.to_authority" in told(world, "province_reviewer")
    assert sees(world, "province_reviewer", concern)
    for person in ("county_reviewer", "city_reviewer", "stranger"):
        assert not sees(world, person, concern)
        with pytest.raises(NotVisible):
            act(world, concern, person, Verb.GIVE_OPINION)
    act(world, concern, "province_reviewer", Verb.GIVE_OPINION)
    act(world, concern, "office_head", Verb.ACCEPT_OPINION)
    concern = act(world, concern, "provider_office", Verb.DECLINE_OPINION)
    assert concern.status == "deciding"
    with pytest.raises(Invalid) as caught:
        act(
            world, concern, "province_authority", Verb.RECORD_DECISION, number="苏政〔1〕号",
            decided_on=world.today + timedelta(days=1), orders=[TaskKind.RESTORE_GRANT],
        )  # fmt: skip
    assert faults(caught) == {"decided_on", "orders"}
    concern = act(
        world, concern, "province_authority", Verb.RECORD_DECISION, number="苏政〔1〕号",
        decided_on=world.today, orders=[TaskKind.APPLY_AGAIN, TaskKind.CORRECT_DATA],
    )  # fmt: skip
    assert concern.status == "decided"
    assert "dispute.to_carry_out" in told(world, "clerk")
    with pytest.raises(Invalid) as caught:  # the portal sees that it has not
        act(world, concern, "clerk", Verb.CONFIRM, task="apply_again")
    assert [fault.code for fault in caught.value.faults] == ["not_done"]
    concern = act(world, concern, "steward", Verb.CONFIRM, task="correct_data")
    item = concern.item
    item.application.submitted_at = world.now + timedelta(minutes=1)
    item.application.save()
    concern = act(world, concern, "clerk", Verb.CONFIRM, task="apply_again")
    assert (concern.status, concern.outcome) == ("closed", "decided")


def test_a_dispute_needs_something_to_dispute_and_is_opened_once(world: World):
    grant = granted(world)
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert caught.value.reason == "nothing_to_dispute"
    suspend(grant_id=grant.pk, by=world.people["steward"], reason="检查", now=world.now)
    first = open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert (first.grant, first.handler) == (grant, world.departments["police"])
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", grant_id=grant.pk, now=world.now)
    assert caught.value.reason == "duplicate"
    with pytest.raises(Forbidden):  # the provider sees the grant, but is the other side
        open_dispute(by=world.people["steward"], text="x", grant_id=grant.pk, now=world.now)
    with pytest.raises(NotVisible):
        open_dispute(by=world.people["stranger"], text="x", grant_id=grant.pk, now=world.now)


def test_the_refusal_of_the_own_office_is_no_dispute_with_the_provider(world: World):
    item = submitted_item(world)
    refuse = Refuse(seen=item.event_count, code=RefusalCode.UNNECESSARY, text="不需要")
    execute(by=world.people["office_head"], item_id=item.pk, command=refuse, now=world.now)
    with pytest.raises(NotAllowed) as caught:
        open_dispute(by=world.people["clerk"], text="x", item_id=item.pk, now=world.now)
    assert caught.value.reason == "own_refusal"


def test_a_rejected_correction_can_be_disputed(world: World):
    concern = correction(world)
    with pytest.raises(NotAllowed):
        open_dispute(by=world.people["clerk"], text="x", concern_id=concern.pk, now=world.now)
    act(world, concern, "steward", Verb.REJECT)
    opened = open_dispute(by=world.people["clerk"], text="x", concern_id=concern.pk, now=world.now)
    assert (opened.origin, opened.resource) == (concern, concern.resource)


def test_nobody_mediates_in_their_own_cause(world: World):
    bureau, office = world.departments["county_bureau"], world.departments["county_civil"]
    mediator = concerns.mediator_for(office, bureau, world.today)
    assert mediator == world.departments["city_bureau"]
    two = (world.departments["subdistrict"], office)
    assert concerns.mediator_for(*two, world.today) == bureau, "townships have none of their own"
    across = (world.departments["suzhou_civil"], office)
    assert concerns.mediator_for(*across, world.today) == world.departments["province_bureau"]


# --- complaints -----------------------------------------------------------------------------


def complaint(world: World, *, by: str | None = None, contact: str = "13812345678"):
    return receive_complaint(
        by=world.people[by] if by else None, authority_id=world.departments["county_bureau"].pk,
        text="窗口反复索要已共享的户口信息", contact=contact, now=world.now,
    )  # fmt: skip


def assigned(world: World):
    received = complaint(world)
    who = world.people["county_reviewer"]
    act(
        world, received.concern, "county_authority", Verb.ASSIGN,
        person=Person(who.pk, who.full_name),
    )  # fmt: skip
    return received


def test_a_complaint_is_for_its_authority_only(world: World):
    received = complaint(world)
    assert told(world, "county_authority") == ["concern.to_answer"]
    assert sees(world, "county_authority", received.concern)
    for person in ("clerk", "steward", "city_authority", "province_authority", "county_clerk"):
        assert not sees(world, person, received.concern)
    assert complaint(world, by="clerk").concern.raiser == world.people["clerk"]
    with pytest.raises(Forbidden):
        complaint(world, by="sysadmin")
    with pytest.raises(Invalid) as caught:
        receive_complaint(by=None, authority_id=0, text="", contact="x" * 201, now=world.now)
    assert faults(caught) == {"authority", "text", "contact"}


def test_a_contact_is_encrypted_read_by_its_handler_and_each_reading_recorded(world: World):
    received = assigned(world)
    contact = ComplaintContact.objects.get(concern=received.concern)
    assert bytes(contact.sealed).startswith(b"v1.")
    assert b"13812345678" not in bytes(contact.sealed)
    pk = received.concern.pk
    with pytest.raises(Forbidden):
        read_contact(by=world.people["county_authority"], concern_id=pk, now=world.now)
    with pytest.raises(NotVisible):
        read_contact(by=world.people["steward"], concern_id=pk, now=world.now)
    assert not Entry.objects.filter(kind="complaint.contact_read").exists()
    reader = world.people["county_reviewer"]
    assert read_contact(by=reader, concern_id=pk, now=world.now) == "13812345678"
    entry = Entry.objects.get(kind="complaint.contact_read")
    assert (entry.actor, "138" in json.dumps(entry.data)) == (reader, False)


def test_a_contact_is_erased_after_its_time(world: World, settings):
    received = assigned(world)
    act(world, received.concern, "county_reviewer", Verb.ANSWER, text="已处理")
    days = timedelta(days=settings.COMPLAINT_CONTACT_DAYS)
    assert erase_contacts(world.now + days - timedelta(hours=1)) == 0
    assert erase_contacts(world.now + days) == 1
    assert erase_contacts(world.now + days) == 0
    contact = ComplaintContact.objects.get(concern=received.concern)
    assert contact.sealed is None
    with pytest.raises(NotAllowed):
        read_contact(
            by=world.people["county_reviewer"], concern_id=received.concern.pk, now=world.now
        )
    assert Entry.objects.filter(kind="complaint.contact_erased").count() == 1


def test_the_code_tells_the_state_and_nothing_personal(world: World):
    received = assigned(world)
    assert received.code not in json.dumps(list(Concern.objects.values("receipt", "number")))
    found = state_of_complaint(received.code.lower().replace("-", " "))
    assert (found.number, found.answer) == (received.concern.number, "")
    act(world, received.concern, "county_reviewer", Verb.ANSWER, text="已责令改正")
    found = state_of_complaint(received.code)
    assert found.answer == "已责令改正"
    assert "13812345678" not in repr(found)
    assert world.people["county_reviewer"].full_name not in repr(found)
    with pytest.raises(NotVisible):
        state_of_complaint("AAAA-AAAA-AAAA-AAAA")


def test_a_complaint_goes_to_an_official_of_the_authority_or_to_another_one(world: World):
    received = complaint(world)
    stranger = world.people["steward"]
    with pytest.raises(Invalid) as caught:
        act(
            world, received.concern, "county_authority", Verb.ASSIGN,
            person=Person(stranger.pk, stranger.full_name),
        )  # fmt: skip
    assert faults(caught) == {"person"}
    with pytest.raises(Invalid):
        act(
            world, received.concern, "county_authority", Verb.FORWARD,
            target=world.departments["police"].pk,
        )  # fmt: skip
    moved = act(
        world, received.concern, "county_authority", Verb.FORWARD,
        target=world.departments["city_bureau"].pk,
    )  # fmt: skip
    assert (moved.status, moved.authority) == ("received", world.departments["city_bureau"])
    assert not sees(world, "county_authority", moved)


# --- what holds for all ---------------------------------------------------------------------


def test_the_list_of_work_agrees_with_the_core(world: World):
    made = (
        [correction(world), objection(world), dispute(world, None)]
        if not Concern.objects.exists()
        else []
    )
    made.append(assigned(world).concern)
    made.append(corrected(world, made[0]))
    for person, official in world.people.items():
        waiting = set(concerns.waiting_for(official, world.today).values_list("pk", flat=True))
        can = {
            one.pk
            for one in Concern.objects.all()
            if sees(world, person, one)
            and any(
                reason is None and verb is not Verb.TAKE_BACK
                for verb, reason in available_concern_verbs(one, official, world.now).items()
            )
        }
        # what is done already may be done again by the head of the authority: to give it anew
        assert waiting <= can, person
        assigned_away = {one.pk for one in made if one.status == "assigned"}
        assert can - waiting <= assigned_away | {made[3].pk}, person


def test_events_are_never_changed(world: World):
    event = ConcernEvent.objects.get(concern=correction(world))
    for change in (event.delete, lambda: ConcernEvent.objects.update(kind="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_every_code_has_its_words():
    assert set(DENIALS) == set(DenialCode)
    assert {f"concern.{name}" for name in EVENTS} <= set(LEDGER)
    statuses = {value for value, _label in Concern._meta.get_field("status").choices}
    assert set(TONES) == set(NEXT) == statuses
    assert set(VERBS) == set(Verb)


def test_a_successor_goes_on_with_what_the_department_had(world: World):
    concern = correction(world)
    new, old = world.departments["civil_affairs"], world.departments["police"]
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD)
    old.successor, old.valid_until = new, world.today
    old.save()
    act(world, concern, "civil_steward", Verb.ACCEPT)
    assert Resource.objects.filter(pk=concern.resource_id).exists()
    assert not ConcernTask.objects.exists()
