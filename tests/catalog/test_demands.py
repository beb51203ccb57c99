"""The demand desk: asking, answering, who sees what, clocks, pages, REST."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog import actions, demands
from catalog.demanding.terms import Command, Order, Refusal
from catalog.matching import possible_answers
from catalog.models import Demand, DemandStep
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.worktime import access as worktime
from portal.worktime.models import DeadlineRule
from tests.catalog.conftest import reads_english
from tests.world import World, hire, publish_entry

LAW = "《中华人民共和国统计法》第二十八条"
ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]


def ask(world: World, *, to: str | None = "police", by: str = "county_clerk", **changes) -> Demand:
    content = {
        "title": "死亡人员名单", "scene": "停发低保金", "basis": "《社会救助暂行办法》第十三条",
        "wanted_items": ("姓名", "死亡日期"), "wanted_mode": "query",
        "responder": world.departments[to] if to else None,
    } | changes  # fmt: skip
    return actions.send_demand(
        by=world.people[by], department=world.departments["county_civil"],
        content=actions.DemandContent(**content), now=world.now,
    )  # fmt: skip


def act(world: World, demand: Demand, person: str, command: Command, **parts) -> Demand:
    parts.setdefault("seen", Demand.objects.get(pk=demand.pk).step_count)
    return actions.execute_demand(
        by=world.people[person], demand_id=demand.pk, order=Order(command, **parts), now=world.now
    )


def faults(caught) -> list[str]:
    return [fault.field for fault in caught.value.faults]


def told(world: World, person: str) -> list[str]:
    notices = Notice.objects.filter(official=world.people[person]).order_by("pk")
    return list(notices.values_list("kind", flat=True))


# --- asking --------------------------------------------------------------------------------


def test_a_demand_goes_to_the_department_named_or_to_the_authority(world: World):
    named, open_ = ask(world), ask(world, to=None)
    assert (named.status, open_.status) == ("answering", "assigning")
    assert named.authority == open_.authority == world.departments["county_bureau"]
    assert [named.number[-4:], open_.number[-4:]] == ["-001", "-002"]
    assert told(world, "steward") == ["demand.to_answer"]
    assert told(world, "county_reviewer") == ["demand.to_assign"]
    assert Entry.objects.filter(kind="demand.sent").count() == 2


def test_what_is_asked_is_checked_as_a_whole(world: World):
    with pytest.raises(Invalid) as caught:
        ask(
            world, title="", scene="", basis="", wanted_items=(" ",), wanted_mode="x",
            needed_by=world.today - timedelta(days=1), to="county_civil",
        )  # fmt: skip
    assert set(faults(caught)) == {
        "title", "scene", "basis", "wanted_items", "wanted_mode", "needed_by", "responder",
    }  # fmt: skip
    assert not Demand.objects.exists()
    with pytest.raises(Forbidden):
        ask(world, by="stranger")


def test_what_may_answer_it_is_found_among_what_the_asker_sees(world: World):
    hidden = publish_entry(world, "死亡人员信息", ITEMS, sharing_type="conditional")
    actions.set_visibility(by=None, resource=hidden, visibility="limited", now=world.now)
    clerk = world.people["county_clerk"]
    found = possible_answers(clerk, world.today, "常住人口", ["姓名", "居住地址", "血型"])
    assert found[0].resource == world.resource
    assert found[0].title
    assert found[0].items == ["姓名", "居住地址"]
    assert [one.resource for one in found] == [world.resource, world.address]
    assert possible_answers(clerk, world.today, "死亡人员", []) == []


# --- answering -----------------------------------------------------------------------------


def test_an_answer_names_an_entry_and_tells_the_asker(world: World):
    demand = ask(world)
    act(world, demand, "steward", Command.ANSWER, entry=world.resource.code)
    demand.refresh_from_db()
    assert (demand.status, demand.entry) == ("answered", world.resource)
    assert told(world, "county_clerk") == ["demand.answered"]
    step = demand.steps.last()
    assert (step.command, step.entry, step.actor) == (
        "answer", world.resource, world.people["steward"],
    )  # fmt: skip
    assert Entry.objects.get(kind="demand.answered").data["entry"] == str(world.resource.pk)


def test_an_answer_is_an_entry_that_both_sides_see(world: World):
    demand = ask(world)
    hidden = publish_entry(world, "死亡人员信息", ITEMS, sharing_type="conditional")
    actions.set_visibility(by=None, resource=hidden, visibility="limited", now=world.now)
    for entry in ("", "307001/404", hidden.code):
        with pytest.raises(Invalid) as caught:
            act(world, demand, "steward", Command.ANSWER, entry=entry)
        assert faults(caught) == ["entry"]
    elsewhere = publish_entry(
        world, "苏州名册", ITEMS, sharing_type="conditional", provider="suzhou_civil"
    )
    actions.set_visibility(by=None, resource=elsewhere, visibility="limited", now=world.now)
    with pytest.raises(Invalid, match="not complete") as caught:
        act(world, demand, "steward", Command.ANSWER, entry=elsewhere.code)
    assert caught.value.faults[0].code == "unknown"


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({}, {"text", "refusal"}),
        ({"refusal": Refusal.LAW, "text": "涉密"}, {"citation"}),
        ({"refusal": Refusal.LAW, "text": "涉密", "citation": "统计法"}, {"citation"}),
        ({"refusal": Refusal.OTHER}, {"text"}),
        ({"refusal": Refusal.ELSEWHERE, "text": "在卫健委"}, set()),
        ({"refusal": Refusal.LAW, "text": "依法不得提供", "citation": LAW}, set()),
    ],
)
def test_a_refusal_has_a_reason_a_text_and_by_law_a_citation(world: World, parts, fields):
    demand = ask(world)
    if fields:
        with pytest.raises(Invalid) as caught:
            act(world, demand, "steward", Command.REFUSE, **parts)
        assert set(faults(caught)) == fields
        return
    refused = act(world, demand, "steward", Command.REFUSE, **parts)
    assert (refused.status, refused.refusal_type) == ("refused", parts["refusal"].value)
    for broken in ({"refusal_type": ""}, {"refusal_type": "1", "citation": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Demand.objects.filter(pk=demand.pk).update(**broken)


def test_a_promise_names_a_future_day_and_another_day_its_reason(world: World):
    demand = ask(world)
    for day in (None, world.today):
        with pytest.raises(Invalid) as caught:
            act(world, demand, "steward", Command.PROMISE, promised_on=day)
        assert faults(caught) == ["promised_on"]
    day = world.today + timedelta(days=30)
    assert act(world, demand, "steward", Command.PROMISE, promised_on=day).promised_on == day
    later = day + timedelta(days=9)
    with pytest.raises(Invalid) as caught:
        act(world, demand, "steward", Command.PROMISE, promised_on=later)
    assert faults(caught) == ["text"]
    act(world, demand, "steward", Command.PROMISE, promised_on=later, text="系统改造")
    done = act(world, demand, "steward", Command.ANSWER, entry=world.resource.code)
    assert done.promised_on is None


def test_it_is_passed_on_sent_back_and_assigned(world: World):
    demand = ask(world)
    civil = world.departments["civil_affairs"]
    for parts, fields in (({}, ["text", "target"]), ({"text": "x", "target": 0}, ["target"])):
        with pytest.raises(Invalid) as caught:
            act(world, demand, "steward", Command.TRANSFER, **parts)
        assert faults(caught) == fields
    act(world, demand, "steward", Command.TRANSFER, target=civil.pk, text="在民政")
    demand.refresh_from_db()
    assert (demand.responder, demand.status) == (civil, "answering")
    assert demands.demands_visible_to(world.people["steward"], world.today).get() == demand
    civil_steward = hire(world, "civil_steward", "civil_affairs", "steward")
    act(world, demand, "civil_steward", Command.RETURN, text="不掌握")
    demand.refresh_from_db()
    assert (demand.responder, demand.status) == (None, "assigning")
    with pytest.raises(NotAllowed):
        act(world, demand, "county_reviewer", Command.ASSIGN, target=demand.department_id)
    act(world, demand, "county_reviewer", Command.ASSIGN, target=world.departments["police"].pk)
    assert list(demands.waiting_for(world.people["steward"], world.today)) == [demand]
    assert not demands.waiting_for(civil_steward, world.today).exists()
    assert told(world, "county_clerk") == ["demand.moved"] * 3


def test_the_asker_takes_it_back_or_reopens_it_once(world: World):
    demand = ask(world)
    assert act(world, demand, "county_office", Command.TAKE_BACK).status == "taken_back"
    second = ask(world)
    act(world, second, "steward", Command.REFUSE, refusal=Refusal.NOT_READY, text="未整理")
    with pytest.raises(Invalid) as caught:
        act(world, second, "county_clerk", Command.REOPEN)
    assert faults(caught) == ["text"]
    again = act(world, second, "county_clerk", Command.REOPEN, text="业务急需")
    assert (again.status, again.responder, again.reopened) == ("assigning", None, True)
    act(world, second, "county_reviewer", Command.ASSIGN, target=world.departments["police"].pk)
    act(world, second, "steward", Command.REFUSE, refusal=Refusal.NOT_READY, text="未整理")
    with pytest.raises(NotAllowed) as denied:
        act(world, second, "county_clerk", Command.REOPEN, text="再来")
    assert denied.value.reason == "reopened_already"


def test_of_two_at_once_the_second_sees_what_the_first_did(world: World):
    demand = ask(world)
    act(world, demand, "steward", Command.PROMISE, promised_on=world.today + timedelta(days=5))
    with pytest.raises(Stale):
        act(world, demand, "provider_office", Command.REFUSE, seen=1)


def test_steps_are_never_changed(world: World):
    ask(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        DemandStep.objects.update(text="anders")
    with pytest.raises(DatabaseError), transaction.atomic():
        DemandStep.objects.all().delete()


def test_nobody_answers_for_their_own_department_even_as_its_authority(world: World):
    bureau = world.departments["county_bureau"]
    content = actions.DemandContent("数据", "场景", "依据", ("项",), "file")
    demand = actions.send_demand(
        by=world.people["county_reviewer"], department=bureau, content=content, now=world.now
    )
    with pytest.raises(NotAllowed) as denied:
        act(world, demand, "county_authority", Command.ANSWER, entry=world.resource.code)
    assert denied.value.reason == "own_demand"


# --- clocks --------------------------------------------------------------------------------


def test_there_is_a_due_date_only_where_a_region_sets_a_limit(world: World):
    assert ask(world).due_on is None
    DeadlineRule.objects.create(
        rule="demand_cataloguing", region=world.regions["jiangsu"], days=15,
        valid_from=world.today - timedelta(days=1),
    )  # fmt: skip
    demand = ask(world)
    due = worktime.read_calendar().add_working_days(world.today, 15).on
    assert (demand.due_on, demand.limit_days) == (due, 15)
    with pytest.raises(Invalid) as caught:
        act(world, demand, "steward", Command.PROMISE, promised_on=due + timedelta(days=1))
    assert caught.value.faults[0].code == "too_late"
    Demand.objects.filter(pk=demand.pk).update(due_on=world.today)
    assert actions.recompute_demands() == 2  # the first one came before there was a limit
    demand.refresh_from_db()
    assert demand.due_on == due


# --- who sees what -------------------------------------------------------------------------


def test_only_those_whom_it_concerns_see_a_demand(world: World):
    demand = ask(world)
    sees = {
        key: demands.demands_visible_to(official, world.today).exists()
        for key, official in world.people.items()
    }
    assert {key for key, seen in sees.items() if seen} == {
        "county_clerk", "county_office", "steward", "provider_office", "provider_head",
        "county_reviewer", "county_authority",
    }  # fmt: skip
    with pytest.raises(NotVisible):
        act(world, demand, "stranger", Command.REFUSE)


def test_pages_of_others_do_not_exist(world: World):
    demand = ask(world)
    client = Client()
    client.force_login(world.people["stranger"])
    for name in ("catalog:demand", "api:demand"):
        assert client.get(reverse(name, args=[demand.pk])).status_code == 404
    assert demand.title not in client.get(reverse("catalog:demands")).content.decode()
    assert demand.number not in client.get(reverse("api:demands")).content.decode()


# --- pages and REST ------------------------------------------------------------------------


def test_the_page_searches_before_it_sends(world: World):
    client = Client()
    client.force_login(reads_english(world.people["county_clerk"]))
    url = reverse("catalog:demand_new")
    data = {
        "title": "常住人口", "wanted_items": "姓名\n居住地址", "scene": "核对", "basis": "办法",
        "wanted_mode": "query", "department": world.departments["county_civil"].pk,
        "responder": world.departments["police"].pk, "send": "1",
    }  # fmt: skip
    page = client.post(url, data)
    assert "The catalog may have it already" in page.content.decode()
    assert not Demand.objects.exists()
    data["checked"] = page.context["form"]["checked"].value()
    other = client.post(url, data | {"title": "别的"})
    assert other.status_code == 200
    assert not Demand.objects.exists()
    sent = client.post(url, data)
    demand = Demand.objects.get()
    assert sent.url == reverse("catalog:demand", args=[demand.pk])
    assert demand.wanted_items == ["姓名", "居住地址"]
    faulty = client.post(url, {"send": "1", "scene": "留着"})
    assert faulty.status_code == 422
    assert "留着" in faulty.content.decode()


def test_the_responder_answers_on_the_page(world: World):
    demand = ask(world)
    client = Client()
    client.force_login(reads_english(world.people["steward"]))
    url = reverse("catalog:demand", args=[demand.pk])
    assert "Pass on to another department" in client.get(url).content.decode()
    refused = client.post(url, {"seen": 1, "command": "refuse", "text": "不便提供"})
    assert refused.status_code == 422
    assert "不便提供" in refused.content.decode()
    stale = client.post(url, {"seen": 0, "command": "refuse", "refusal": "3", "text": "未整理"})
    assert "since you opened it" in stale.content.decode()
    assert stale.context["form"]["seen"].value() == "1"
    done = client.post(url, {"seen": 1, "command": "answer", "entry": world.resource.code})
    assert done.status_code == 302
    asker = Client()
    asker.force_login(reads_english(world.people["county_clerk"]))
    page = asker.get(url).content.decode()
    assert world.resource.code in page
    assert "Re-open" in page


def test_rest_asks_and_answers(world: World):
    asker, responder = Client(), Client()
    asker.force_login(reads_english(world.people["county_clerk"]))
    responder.force_login(reads_english(world.people["steward"]))
    body = {
        "department": world.departments["county_civil"].pk, "title": "死亡人员名单",
        "scene": "停发", "basis": "办法", "wanted_items": ["姓名"], "wanted_mode": "query",
        "responder": world.departments["police"].pk,
    }  # fmt: skip
    sent = asker.post(reverse("api:demands"), json.dumps(body), content_type="application/json")
    assert sent.status_code == 201, sent.content
    pk = sent.json()["id"]
    url = reverse("api:demand_commands", args=[pk])
    order = {"command": "refuse", "seen": 1, "refusal": "1", "text": "不行"}
    wrong = responder.post(url, json.dumps(order), content_type="application/json")
    assert wrong.status_code == 422
    own = asker.post(url, json.dumps(order), content_type="application/json")
    assert own.status_code == 409
    order = {"command": "answer", "seen": 1, "entry": world.resource.code}
    done = responder.post(url, json.dumps(order), content_type="application/json")
    assert done.status_code == 200, done.content
    assert done.json()["entry"] == str(world.resource.pk)
    assert asker.get(reverse("api:demands")).json()["results"][0]["status"] == "answered"
