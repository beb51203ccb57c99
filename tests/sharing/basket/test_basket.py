"""Several entries in one application: filling, sending all or what is ready, several tabs."""

import threading

import pytest
from django.db import connections

from portal.errors import Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.models import Entry
from sharing import actions, planning
from sharing.actions import content as contents
from sharing.approval.commands import RequestSupplement
from sharing.approval.terms import Gap
from sharing.invariants import approvals
from sharing.matters import NeedState, propose
from sharing.models import Application, ApplicationItem
from tests.sharing.basket.conftest import PDF, Basket
from tests.world import SIGNERS, World, draft_application, granted, sign


def send(basket: Basket, **options: object):
    return actions.submit_basket(
        by=basket.world.people["clerk"], application_id=basket.application.pk,
        now=basket.world.now, **options,
    )  # fmt: skip


# --- filling -------------------------------------------------------------------------------
def test_an_entry_put_in_twice_stands_there_once_with_all_fields(basket: Basket):
    again = actions.put_in(
        by=basket.world.people["clerk"], application_id=basket.application.pk,
        resource=basket.marriage, fields=["married_on"], now=basket.world.now,
    )  # fmt: skip
    assert again.fields == ["id_number", "spouse", "married_on"]
    assert len(basket.items) == 2


def test_a_full_basket_takes_no_more(basket: Basket, settings):
    settings.BASKET_MAX = 2
    with pytest.raises(NotAllowed) as error:
        actions.put_in(
            by=basket.world.people["clerk"], application_id=basket.application.pk,
            resource=basket.world.address, now=basket.world.now,
        )  # fmt: skip
    assert error.value.reason == "basket_full"


@pytest.mark.parametrize(("person", "error"), [("colleague", NotAllowed), ("stranger", NotVisible)])
def test_only_the_applicant_fills_and_empties(basket: Basket, person: str, error: type):
    world, by = basket.world, basket.world.people[person]
    key, now = basket.application.pk, basket.world.now
    with pytest.raises(error):
        actions.put_in(by=by, application_id=key, resource=world.address, now=now)
    with pytest.raises(error):
        actions.take_out(by=by, application_id=key, item_id=basket.civil.pk, now=now)
    with pytest.raises(error):
        actions.submit_basket(by=by, application_id=key, now=now)
    assert len(basket.items) == 2


def test_the_last_entry_stays(basket: Basket):
    clerk, key, now = basket.world.people["clerk"], basket.application.pk, basket.world.now
    gone = basket.civil.pk
    for _click in (1, 2):
        actions.take_out(by=clerk, application_id=key, item_id=gone, now=now)
    assert list(basket.items) == ["常住人口基本信息"]
    with pytest.raises(NotAllowed) as error:
        actions.take_out(by=clerk, application_id=key, item_id=basket.police.pk, now=now)
    assert error.value.reason == "last_item"
    kinds = list(
        Entry.objects.filter(kind__startswith="application.item").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["application.item_added", "application.item_removed"]


def test_fields_of_a_basket_belong_to_one_entry(basket: Basket):
    clerk, key, now = basket.world.people["clerk"], basket.application.pk, basket.world.now
    with pytest.raises(Invalid):
        actions.save_draft(by=clerk, application_id=key, fields=["name"], content={}, now=now)
    actions.save_draft(
        by=clerk, application_id=key, item_id=basket.police.pk, fields=["name"], content={}, now=now
    )
    assert basket.police.fields == ["name"]
    assert basket.civil.fields == ["id_number", "spouse"]


def test_copy_takes_every_entry(basket: Basket):
    made = actions.copy(
        by=basket.world.people["clerk"], application_id=basket.application.pk, now=basket.world.now
    )
    copied = {item.resource_id: (item.fields, item.row_region_id) for item in made.items.all()}
    assert copied == {
        item.resource_id: (item.fields, item.row_region_id) for item in basket.items.values()
    }


# --- two tabs --------------------------------------------------------------------------------
def test_a_second_tab_does_not_overwrite_the_first(basket: Basket):
    clerk, key, now = basket.world.people["clerk"], basket.application.pk, basket.world.now
    shown = contents.stamp(basket.application, basket.police, contents.TEXTS)

    def save(scenario: str, seen: str) -> Application:
        words = {"use_basis": "《条例》第一条", "use_scenario": scenario, "use_scope": "本街道"}
        return actions.save_draft(by=clerk, application_id=key, content=words, shown=seen, now=now)

    first = save("第一个窗口", shown)
    with pytest.raises(Stale):
        save("第二个窗口", shown)
    basket.application.refresh_from_db()
    assert basket.application.use_scenario == "第一个窗口"
    item = first.items.first()
    save("第二个窗口", contents.stamp(first, item, contents.TEXTS))
    # another part of the same draft is not disturbed by it
    fields = contents.stamp(basket.application, basket.police, ["fields"])
    actions.save_draft(
        by=clerk, application_id=key, item_id=basket.police.pk, fields=["name"], content={},
        shown=fields, now=now,
    )  # fmt: skip


# --- sending ---------------------------------------------------------------------------------
def test_all_entries_are_sent_each_into_its_own_chain(basket: Basket):
    sent = send(basket)
    assert sent.left is None
    plans = {
        title: planning.plan(sent.application, item, basket.world.now)
        for title, item in basket.items.items()
    }
    offices = {
        title: {stage.office.name for stage in one.plan.stages} for title, one in plans.items()
    }
    assert "江苏省公安厅" in offices["常住人口基本信息"]
    assert "江苏省民政厅" in offices["居民婚姻登记信息"]
    assert {item.status for item in basket.items.values()} == {"home_review"}
    sign(basket.world, basket.police, "office_head")
    assert {item.status for item in basket.items.values()} == {"home_review"}
    assert not list(approvals.items_fit_their_application(basket.world.now))
    with pytest.raises(NotAllowed) as error:
        send(basket)
    assert error.value.reason == "already_submitted"


def test_all_or_nothing_and_every_fault_at_once(basket: Basket):
    ApplicationItem.objects.filter(pk=basket.civil.pk).update(fields=[])
    ApplicationItem.objects.filter(pk=basket.police.pk).update(fields=["case_note"])
    Application.objects.update(use_basis="")
    with pytest.raises(Invalid) as error:
        send(basket)
    found = {(fault.field, fault.code) for fault in error.value.faults}
    assert found == {
        ("use_basis", "required"),
        (f"item-{basket.civil.pk}-fields", "required"),
        (f"item-{basket.police.pk}-fields", "not_shared"),
    }
    named = [str(fault.message) for fault in error.value.faults if "item" in fault.field]
    assert all("信息" in text for text in named)
    assert {item.status for item in basket.items.values()} == {"draft"}


def test_what_is_ready_goes_alone_only_if_the_official_says_so(basket: Basket):
    actions.attach(
        by=basket.world.people["clerk"], application_id=basket.application.pk,
        file=_file(PDF), name="依据.pdf", now=basket.world.now,
    )  # fmt: skip
    ApplicationItem.objects.filter(pk=basket.civil.pk).update(fields=[])
    with pytest.raises(Invalid):
        send(basket)
    aside = basket.civil.pk
    sent = send(basket, only_ready=True)
    assert list(basket.items) == ["常住人口基本信息"]
    assert basket.police.status == "home_review"
    left = sent.left
    assert left is not None
    assert left.submitted_at is None
    assert left.items.get().pk == aside
    assert left.use_basis == basket.application.use_basis
    with left.attachments.get().file.open("rb") as stored:
        assert stored.read() == PDF


def test_with_nothing_ready_nothing_is_sent(basket: Basket):
    ApplicationItem.objects.update(fields=[])
    with pytest.raises(Invalid):
        send(basket, only_ready=True)
    assert Application.objects.count() == 1


def test_a_provider_sees_only_its_own_entry(basket: Basket):
    from sharing import access

    send(basket)
    for person in SIGNERS[:4]:
        sign(basket.world, basket.police, person)
    seen = access.items_visible_to(basket.world.people["steward"], basket.world.today)
    assert [item.pk for item in seen] == [basket.police.pk]


def test_a_supplement_changes_the_statement_of_its_own_entry_only(basket: Basket):
    send(basket)
    police, now = basket.police, basket.world.now
    for person in SIGNERS[:4]:
        sign(basket.world, police, person)
    police.refresh_from_db()
    ask = RequestSupplement(seen=police.event_count, gaps=(Gap("use_basis", "请写明条款"),))
    actions.execute(by=basket.world.people["steward"], item_id=police.pk, command=ask, now=now)
    police.refresh_from_db()
    answered = actions.resubmit_application(
        by=basket.world.people["clerk"], item_id=police.pk, seen=police.event_count,
        content={"use_basis": "《条例》第九条"}, now=now,
    )  # fmt: skip
    assert answered.application_id != basket.application.pk
    assert answered.application.use_basis == "《条例》第九条"
    basket.application.refresh_from_db()
    assert basket.application.use_basis == basket.world.application()["use_basis"]
    assert list(basket.items) == ["居民婚姻登记信息"]
    assert not list(approvals.items_fit_their_application(now))


# --- matters ---------------------------------------------------------------------------------
def states(world: World, matter) -> list[tuple[str, NeedState]]:
    found = propose(matter, world.people["clerk"], world.departments["subdistrict"], world.today)
    return [(str(one.entry) if one.entry else one.needs[0], one.state) for one in found]


def test_a_matter_says_what_is_granted_applied_for_and_missing(world: World, matter):
    assert [state for _entry, state in states(world, matter)] == [
        NeedState.ASK, NeedState.ASK, NeedState.MISSING,
    ]  # fmt: skip
    granted(world)
    assert states(world, matter)[0][1] is NeedState.GRANTED
    application = actions.for_matter(
        by=world.people["clerk"], department=world.departments["subdistrict"], matter=matter,
        now=world.now,
    )  # fmt: skip
    item = application.items.get()
    assert (item.version.title, item.fields) == ("居民婚姻登记信息", ["id_number", "spouse"])
    assert (application.use_basis, application.use_scenario) == (matter.basis, matter.name)
    actions.save_draft(
        by=world.people["clerk"], application_id=application.pk,
        content={"use_scope": "街道民政办"}, now=world.now,
    )  # fmt: skip
    actions.submit_basket(by=world.people["clerk"], application_id=application.pk, now=world.now)
    assert [state for _entry, state in states(world, matter)] == [
        NeedState.GRANTED, NeedState.APPLIED, NeedState.MISSING,
    ]  # fmt: skip
    with pytest.raises(NotAllowed) as error:
        actions.for_matter(
            by=world.people["clerk"], department=world.departments["subdistrict"], matter=matter,
            now=world.now,
        )  # fmt: skip
    assert error.value.reason == "nothing_to_ask"


def test_only_what_a_grant_lacks_is_proposed(world: World, matter):
    _grant_some(world)
    first = propose(matter, world.people["clerk"], world.departments["subdistrict"], world.today)[0]
    assert first.state is NeedState.ASK
    assert [item.key for item in first.fields] == ["birth_date", "region_code"]
    assert [item.key for item in first.granted] == ["id_number", "name"]


def _grant_some(world: World) -> None:
    draft = draft_application(world, fields=["id_number", "name"])
    actions.submit_basket(by=world.people["clerk"], application_id=draft.pk, now=world.now)
    for person in SIGNERS:
        sign(world, draft.items.get(), person)


def test_a_matter_fills_a_basket_that_is_there(world: World, matter, marriage):
    draft = draft_application(world, fields=["name"])
    filled = actions.for_matter(
        by=world.people["clerk"], department=world.departments["subdistrict"], matter=matter,
        chosen=[marriage.pk], application_id=draft.pk, now=world.now,
    )  # fmt: skip
    assert filled.pk == draft.pk
    assert {item.version.title for item in draft.items.all()} == {
        "常住人口基本信息",
        "居民婚姻登记信息",
    }
    with pytest.raises(NotAllowed):  # another department's matter
        actions.for_matter(
            by=world.people["county_clerk"], department=world.departments["county_civil"],
            matter=matter, now=world.now,
        )  # fmt: skip


# --- races -----------------------------------------------------------------------------------
@pytest.mark.usefixtures("live_world")
def test_two_clicks_at_once_send_a_basket_once(live_world: World):
    other = live_world.address
    draft = draft_application(live_world)
    actions.put_in(
        by=live_world.people["clerk"], application_id=draft.pk, resource=other,
        fields=["address"], now=live_world.now,
    )  # fmt: skip
    answers: list[str] = []
    gate = threading.Barrier(2)

    def click() -> None:
        try:
            gate.wait()
            actions.submit_basket(
                by=live_world.people["clerk"], application_id=draft.pk, now=live_world.now
            )
            answers.append("sent")
        except NotAllowed as error:
            answers.append(error.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in (["already_submitted", "sent"], ["busy", "sent"])
    assert {item.events.filter(kind="submitted").count() for item in draft.items.all()} == {1}


def _file(content: bytes):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("x", content)
