"""Corrections: who is asked, the clock of the law, holders of the data."""

import json
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from catalog.actions import set_visibility
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.organisation.models import Role, Substitution
from portal.worktime import access as worktime
from portal.worktime.models import Holiday
from sharing import concerns
from sharing.actions.concerns import recompute_concerns
from sharing.actions.raising import raise_correction, raise_objection
from sharing.concern_reminders import overdue_corrections, remind_concerns
from sharing.disputes.terms import Verb
from sharing.granting import life
from sharing.grantlife.events import Expired, Granted
from sharing.grantlife.evolve import fold
from sharing.grantlife.serialise import to_dict
from sharing.grantlife.terms import Status
from sharing.models import (
    ApplicationItem,
    Concern,
    ConcernEvent,
    Grant,
    GrantEvent,
)
from sharing.row_references import masked, place_of
from sharing.violations import detectors
from tests.sharing.concerns.desk import (
    SECRET,
    act,
    content,
    corrected,
    correction,
    dispute,
    faults,
    sees,
    told,
)
from tests.world import World, granted, hire


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
    expired = [Expired(at=long_ago)]
    life.append(gone, expired, life.load(gone))
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
    new.content_hash = life.content_hash_of(new)
    new.save(force_insert=True)
    begun = Granted(at=new.created_at, terms=life.terms_of(new), status=Status(new.status))
    GrantEvent.objects.create(
        grant=new, seq=1, kind="granted", data=to_dict(begun), content_hash=new.content_hash,
        at=new.created_at,
    )  # fmt: skip
    life.project(new, fold([begun]))
    return new


def test_past_holders_are_told_until_their_time_is_over(world: World, settings):
    grant = granted(world)
    concern = correction(world, grant)
    on = world.today
    assert set(concerns.holders_of(concern, on)) == {grant.department_id}
    end = grant.ends_on + timedelta(days=settings.CORRECTION_REACH_DAYS)
    over = timezone.make_aware(datetime.combine(grant.ends_on, time.min))
    life.append(grant, [Expired(at=over)], life.load(grant))
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
    (entered,) = (one for one in detectors() if one.code == "late_correction")
    assert [one.key for one in entered.find(late)] == [str(concern.pk)]


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
