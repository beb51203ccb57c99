"""Trying a policy out: chains before and after, figures from the rows, bounded, once at a time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.errors import Forbidden
from sharing import simulating
from sharing.actions import policies
from sharing.models import ApplicationItem, ChainPolicy, PolicySimulation
from tests.world import SIGNERS, World, draft_application, sign, submitted_item


@pytest.fixture
def past(world: World) -> ApplicationItem:
    """One application that everybody signed, a day each."""
    item = submitted_item(world)
    started = world.now
    for person in SIGNERS:
        sign(world, item, person)
    world.now = started
    return item


@pytest.fixture
def skipping(world: World) -> ChainPolicy:
    """A draft that leaves the relaying authorities out."""
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    rules = policy.definition | {"relay": "skip"}
    return policies.change_draft(by=by, policy=policy, definition=rules, note="", now=world.now)


def run(world: World, policy: ChainPolicy, by: str = "secadmin") -> PolicySimulation:
    asked = simulating.ask(by=world.people[by], policy=policy, now=world.now)
    simulating.work(asked.pk)
    asked.refresh_from_db()
    return asked


def test_chains_before_and_after(world: World, past: ApplicationItem, skipping: ChainPolicy):
    done = run(world, skipping)
    assert (done.status, done.total, done.done) == ("done", 1, 1)
    case = done.cases.get()
    assert (case.stages_before, case.stages_after) == (6, 4)
    assert (case.limit_before, case.limit_after) == (18, 14)
    assert case.item == past
    figures = simulating.summary(done)
    assert figures.stages == (6.0, 4.0)
    assert (figures.cases, figures.without) == (1, 0)


def test_usual_days_come_from_history(world: World, past: ApplicationItem, skipping: ChainPolicy):
    stages = past.stages.filter(role="authority_reviewer")
    for stage in stages:
        stage.opened_at = world.now - timedelta(days=28)
        stage.decided_at = world.now
        stage.save(update_fields=["opened_at", "decided_at"])
    done = run(world, skipping)
    case = done.cases.get()
    saved = case.usual_before - case.usual_after
    assert saved >= 2 * 14  # two offices, some twenty working days each; holidays may be among them
    assert case.slowest == "崇川区数据局|authority_reviewer"
    figures = simulating.summary(done)
    assert (figures.shorter, figures.longer) == (1, 0)
    assert figures.steps[0][:3] == ("崇川区数据局", "authority_reviewer", 1)
    assert simulating.chosen(done, "shorter").count() == figures.shorter
    assert simulating.chosen(done, "longer").count() == figures.longer
    assert simulating.chosen(done, "all", "崇川区数据局|authority_reviewer").count() == 1
    assert simulating.chosen(done, "all", "江苏省数据局|authority_reviewer").count() == 0


def test_case_that_would_find_no_chain_is_told(world: World, past: ApplicationItem):
    by = world.people["secadmin"]
    policy = policies.draft_version(by=by, name="default", now=world.now)
    rules = policy.definition
    for person in ("provider_head", "province_reviewer", "province_authority"):
        world.people[person].posts.all().delete()
    rules["lanes"]["conditional"].append(
        {"side": "provider", "role": "department_head", "decides": "approval", "from_grade": 2}
    )
    rules["lanes"]["conditional"] = [
        seat for seat in rules["lanes"]["conditional"] if seat.get("from_grade", 1) < 5
    ]
    policies.change_draft(by=by, policy=policy, definition=rules, note="", now=world.now)
    done = run(world, policy)
    case = done.cases.get()
    assert case.faults
    assert any("江苏省公安厅" in fault for fault in case.faults)
    assert simulating.summary(done).without == simulating.chosen(done, "without").count() == 1


def test_drafts_and_other_regions_are_left_out(world: World, past: ApplicationItem):
    draft_application(world, by="colleague")
    by = world.people["secadmin"]
    elsewhere = policies.draft_version(
        by=by, name="苏州", region=world.regions["suzhou"], now=world.now
    )
    assert list(simulating.past_items(elsewhere)) == []
    here = policies.draft_version(
        by=by, name="南通", region=world.regions["nantong"], now=world.now
    )
    assert list(simulating.past_items(here)) == [past]


def test_bounded(world: World, past: ApplicationItem, skipping: ChainPolicy, monkeypatch):
    monkeypatch.setattr(simulating, "MOST", 0)
    done = run(world, skipping)
    assert (done.total, done.is_partial, done.cases.count()) == (0, True, 0)


def test_once_at_a_time_and_twice_is_once(
    world: World, past: ApplicationItem, skipping: ChainPolicy
):
    keeper = world.people["secadmin"]
    first = simulating.ask(by=keeper, policy=skipping, now=world.now)
    assert simulating.ask(by=keeper, policy=skipping, now=world.now) == first
    later = world.now + timedelta(minutes=6)
    second = simulating.ask(by=keeper, policy=skipping, now=later)  # the first was lost
    first.refresh_from_db()
    assert (first.status, second == first) == ("failed", False)
    simulating.work(second.pk)
    simulating.work(second.pk)
    assert second.cases.count() == 1


def test_who_may(world: World, skipping: ChainPolicy):
    run(world, skipping, "city_reviewer")
    for person in ("clerk", "steward", "sysadmin"):
        with pytest.raises(Forbidden):
            simulating.ask(by=world.people[person], policy=skipping, now=world.now)


def test_pages(world: World, past: ApplicationItem, skipping: ChainPolicy, enter):
    keeper = enter("secadmin")
    answer = keeper.post(reverse("sharing:simulate", args=[skipping.pk]))
    made = PolicySimulation.objects.get()
    page = reverse("sharing:simulation", args=[made.pk])
    assert answer["Location"] == page
    progress = reverse("sharing:simulation_progress", args=[made.pk])
    assert "hx-get" in keeper.get(progress).content.decode()
    simulating.work(made.pk)
    assert keeper.get(progress)["HX-Refresh"] == "true"
    text = keeper.get(page).content.decode()
    assert past.application.number in text
    assert (
        reverse("sharing:application", args=[past.application_id]) not in text
    )  # no business data
    seen = enter("city_reviewer").get(page).content.decode()
    assert reverse("sharing:application", args=[past.application_id]) in seen
    for query in ("?show=shorter", "?show=x&step=y", "?page=nine", "?step=%00"):
        assert keeper.get(page + query).status_code == 200
    assert enter("clerk").get(page).status_code == 404
    policy_page = keeper.get(reverse("sharing:policy", args=[skipping.pk]))
    assert policy_page.context["differences"]
    assert policy_page.context["examples"]
