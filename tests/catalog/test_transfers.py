"""Entries go to another department only when it accepts them; what hangs on them goes along."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import access, actions, handover
from catalog.exchange.names import read_name
from catalog.exchange.providers import Providers
from catalog.models import (
    DataSource,
    EntryTransfer,
    InformationSystem,
    PublicationReview,
    Resource,
    ReviewStatus,
    SavedSearch,
)
from catalog.places import places
from catalog.search import Filters, Reader, find
from catalog.search.facets import value_label
from catalog.search.suggesting import suggest
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.organisation import actions as organisation
from portal.organisation.models import ChangeReceiver, Department, DepartmentChange, Role
from tests.catalog.conftest import reads_english
from tests.catalog.reviewed import approved, new_draft, told
from tests.world import World, hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world: World) -> World:
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD, "何静")
    hire(world, "civil_office", "civil_affairs", Role.SHARING_OFFICE_HEAD, "许涛")
    hire(world, "civil_head", "civil_affairs", Role.DEPARTMENT_HEAD, "邓勇")
    return world


def offer(world: World, resource: Resource | None = None, by: str = "steward") -> EntryTransfer:
    (made,) = actions.offer_entries(
        by=world.people[by], resources=[resource or world.address],
        to=world.departments["civil_affairs"], reason="职责划转", now=world.now,
    )  # fmt: skip
    return made


def change(world: World, kind: str, *receivers: ChangeReceiver, sources=("police",)):
    made = organisation.prepare_change(
        by=world.people["sysadmin"],
        change=DepartmentChange(
            kind=kind, effective_on=world.today, legal_basis="苏编办发〔2026〕12号"
        ),
        sources=[world.departments[key] for key in sources],
        receivers=receivers,
        now=world.now,
    )
    return organisation.confirm_change(by=world.people["secadmin"], change=made, now=world.now)


def merged(world: World) -> DepartmentChange:
    goal = world.departments["civil_affairs"]
    return change(
        world, "merge", ChangeReceiver(department=goal), sources=("police", "civil_affairs")
    )


def codes(refused) -> set[str]:
    return {fault.code for fault in refused.value.faults}


def titles(world: World, person: str, text: str = "", **filters: str) -> set[str]:
    chosen = Filters.of({name: [value] for name, value in filters.items()})
    page = find(world.people[person], world.today, text, chosen)
    return {hit.resource.live.title for hit in page.rows}


def test_an_offer_changes_nothing_until_it_is_accepted(world: World):
    code = world.address.code
    made = offer(world)
    assert told("transfer.offered") == {"civil_steward", "civil_office"}
    assert Resource.objects.get(pk=world.address.pk).provider == world.departments["police"]
    assert access.can_manage(world.people["steward"], world.address, world.today)
    assert not access.can_manage(world.people["civil_steward"], world.address, world.today)
    actions.accept_transfer(by=world.people["civil_steward"], transfer_id=made.pk, now=world.now)
    entry = Resource.objects.get(pk=world.address.pk)
    assert (entry.provider, entry.code) == (world.departments["civil_affairs"], code)
    assert not access.can_manage(world.people["steward"], entry, world.today)
    assert access.can_manage(world.people["civil_steward"], entry, world.today)
    assert entry.search.provider_id == world.departments["civil_affairs"].pk
    last = Entry.objects.filter(kind="catalog.transferred").get()
    assert (last.data["from"], last.data["to"]) == ("江苏省公安厅", "江苏省民政厅")
    before = handover.provider_on(entry, world.now - timedelta(days=1))
    assert before == world.departments["police"]


def test_only_the_receiving_departments_office_answers(world: World):
    made = offer(world)
    with pytest.raises(NotVisible):
        actions.accept_transfer(by=world.people["stranger"], transfer_id=made.pk, now=world.now)
    for person in ("steward", "civil_head"):
        with pytest.raises(Forbidden):
            actions.accept_transfer(by=world.people[person], transfer_id=made.pk, now=world.now)
    actions.accept_transfer(by=world.people["civil_office"], transfer_id=made.pk, now=world.now)
    with pytest.raises(NotAllowed):
        actions.accept_transfer(by=world.people["civil_office"], transfer_id=made.pk, now=world.now)


def test_only_who_looks_after_an_entry_offers_it_and_once(world: World):
    with pytest.raises(Forbidden):
        offer(world, by="civil_steward")
    offer(world)
    with pytest.raises(Invalid) as refused:
        actions.offer_entries(
            by=world.people["steward"], resources=[world.address],
            to=world.departments["police"], reason="", now=world.now,
        )  # fmt: skip
    assert codes(refused) == {"missing", "same"}
    with pytest.raises(Invalid) as twice:
        offer(world)
    assert codes(twice) == {"open"}


def test_a_refusal_goes_to_the_authority_which_decides(world: World):
    made = offer(world)
    steward, reviewer = world.people["civil_steward"], world.people["province_reviewer"]
    with pytest.raises(Invalid):
        actions.refuse_transfer(by=steward, transfer_id=made.pk, reason=" ", now=world.now)
    actions.refuse_transfer(by=steward, transfer_id=made.pk, reason="不属本厅职责", now=world.now)
    assert told("transfer.refused") == {"province_reviewer", "province_authority"}
    with pytest.raises(NotAllowed):
        actions.accept_transfer(by=steward, transfer_id=made.pk, now=world.now)
    with pytest.raises(Invalid) as refused:
        actions.decide_transfer(by=reviewer, transfer_id=made.pk, to=None, text="", now=world.now)
    assert codes(refused) == {"missing"}
    actions.decide_transfer(
        by=reviewer, transfer_id=made.pk, to=None, text="按三定规定留公安", now=world.now
    )
    made.refresh_from_db()
    assert made.status == "returned"
    again = offer(world)
    actions.refuse_transfer(by=steward, transfer_id=again.pk, reason="不属职责", now=world.now)
    actions.decide_transfer(
        by=reviewer, transfer_id=again.pk, to=world.departments["civil_affairs"],
        text="归民政", now=world.now,
    )  # fmt: skip
    entry = Resource.objects.get(pk=world.address.pk)
    assert entry.provider == world.departments["civil_affairs"]


def test_an_offer_can_be_taken_back_before_the_answer(world: World):
    made = offer(world)
    actions.take_back_transfer(by=world.people["steward"], transfer_id=made.pk, now=world.now)
    with pytest.raises(NotAllowed):
        actions.accept_transfer(
            by=world.people["civil_steward"], transfer_id=made.pk, now=world.now
        )
    offer(world)


def test_a_version_under_review_comes_back_to_be_sent_by_the_new_department(world: World):
    review = approved(world, new_draft(world))
    made = offer(world, review.resource)
    actions.accept_transfer(by=world.people["civil_office"], transfer_id=made.pk, now=world.now)
    review = PublicationReview.objects.get(pk=review.pk)
    assert review.status == ReviewStatus.RETURNED
    draft = actions.send(
        by=world.people["civil_steward"], version=review.version, now=world.now,
        sending=actions.Sending(seen=review.step_count),
    )  # fmt: skip
    assert draft.status == ReviewStatus.HEAD_REVIEW


def test_a_merger_offers_entries_and_the_authority_keeps_them_meanwhile(world: World):
    keeper = hire(world, "keeper", "province_bureau", Role.STEWARD, "保管人")
    before = Resource.objects.filter(provider=world.departments["police"]).count()
    merged(world)
    waiting = EntryTransfer.objects.filter(status="offered", in_custody=True)
    assert waiting.count() == before > 1
    entry = world.address
    assert access.can_manage(keeper, entry, world.today)
    assert not access.can_manage(world.people["civil_steward"], entry, world.today)
    assert world.people["steward"].pk in told_ids("transfer.offered")
    ids = list(waiting.values_list("pk", flat=True))
    answered = actions.accept_many(by=world.people["steward"], ids=ids, now=world.now)
    assert [one.error for one in answered] == [None] * before
    assert not access.can_manage(keeper, entry, world.today)
    assert access.can_manage(world.people["civil_steward"], entry, world.today)
    assert not Resource.objects.filter(provider=world.departments["police"]).exists()


def told_ids(kind: str) -> set[int]:
    from portal.notices.models import Notice

    return set(Notice.objects.filter(kind=kind).values_list("official_id", flat=True))


def test_entries_of_a_department_without_successor_wait_for_the_authority(world: World):
    for key in ("steward", "provider_office", "provider_head"):
        for post in world.people[key].posts.all():
            organisation.relieve(
                by=None, post=post, until=world.today - timedelta(days=1), now=world.now
            )
    change(world, "dissolve")
    transfer = EntryTransfer.objects.filter(resource=world.address).get()
    assert (transfer.status, transfer.to_department) == ("referred", None)
    reviewer = world.people["province_reviewer"]
    with pytest.raises(Invalid) as refused:
        actions.decide_transfer(
            by=reviewer, transfer_id=transfer.pk, to=None, text="留", now=world.now
        )
    assert codes(refused) == {"gone"}
    actions.decide_transfer(
        by=reviewer, transfer_id=transfer.pk, to=world.departments["civil_affairs"],
        text="归民政", now=world.now,
    )  # fmt: skip
    entry = Resource.objects.get(pk=world.address.pk)
    assert entry.provider == world.departments["civil_affairs"]


def test_the_preview_counts_entries_by_goal_and_names_wrong_codes(world: World):
    made = organisation.prepare_change(
        by=world.people["sysadmin"],
        change=DepartmentChange(
            kind="split", effective_on=world.today, legal_basis="苏编办发〔2026〕13号"
        ),
        sources=[world.departments["police"]],
        receivers=[
            ChangeReceiver(department=world.departments["police"]),
            ChangeReceiver(
                department=world.departments["civil_affairs"],
                entry_codes=[world.address.code, "307/没有"],
            ),
        ],
        now=world.now,
    )
    shown = organisation.preview(made, world.today)
    assert {fault.code for fault in shown.faults} == {"codes"}
    assert "307/没有" in str(shown.faults[0].message)
    entries = [one for one in shown.consequences if str(one.what) == "Catalog entries"]
    assert [(one.count, "江苏省民政厅" in str(one.becomes)) for one in entries] == [(1, True)]


def test_the_old_name_still_finds_department_and_entries(world: World):
    old = world.departments["police"]
    saved = SavedSearch.objects.create(
        official=world.people["stranger"], name="公安", filters={"provider": [str(old.pk)]}
    )
    merged(world)
    ids = list(EntryTransfer.objects.values_list("pk", flat=True))
    actions.accept_many(by=world.people["steward"], ids=ids, now=world.now)
    assert "标准地址信息" in titles(world, "stranger", "江苏省公安厅")
    assert "标准地址信息" in titles(world, "stranger", "gongan")
    found = titles(world, "stranger", provider=saved.filters["provider"][0])
    assert "标准地址信息" in found
    label = "江苏省公安厅 (now: 江苏省民政厅)"
    assert str(value_label("provider", str(old.pk))) == label
    reader = Reader.of(world.people["stranger"], world.today)
    shown = [one.text for one in suggest(reader, "公安厅").found if one.department]
    assert shown == ["江苏省民政厅 (formerly 江苏省公安厅)"]


def test_a_renamed_department_is_found_by_both_names(world: World):
    change(world, "rename", ChangeReceiver(name="江苏省警察厅"))
    for name in ("江苏省公安厅", "江苏省警察厅"):
        assert "标准地址信息" in titles(world, "stranger", name)


def test_members_of_the_successor_see_what_the_old_department_saw(world: World):
    limited = Resource.objects.get(pk=world.address.pk)
    limited.visibility = "limited"
    limited.save(update_fields=["visibility"])
    access.give("view_resource", department=world.departments["county_civil"], resource=limited)
    person = hire(world, "newcomer", "subdistrict", Role.CLERK)
    assert not access.visible_to(person, world.today).filter(pk=limited.pk).exists()
    change(
        world, "dissolve", ChangeReceiver(department=world.departments["subdistrict"]),
        sources=("county_civil",),
    )  # fmt: skip
    assert access.visible_to(person, world.today).filter(pk=limited.pk).exists()


def page_of(world: World, person: str) -> Client:
    client = Client()
    client.force_login(reads_english(world.people[person]))
    return client


def test_pages_of_a_transfer(world: World):
    steward, receiver = page_of(world, "steward"), page_of(world, "civil_steward")
    address = reverse("catalog:offer")
    wrong = steward.post(address, {"to": "没有的部门", "codes": "x", "reason": ""})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "No department is called “没有的部门”" in text
    assert "These are none of the entries: x." in text
    posted = {"to": "江苏省民政厅", "codes": world.address.code, "reason": "职责划转"}
    assert steward.post(address, posted).status_code == 302
    (made,) = EntryTransfer.objects.all()
    page = reverse("catalog:transfer", args=[made.pk])
    entry_page = steward.get(reverse("catalog:entry", args=[world.address.pk])).content.decode()
    assert "On its way to 江苏省民政厅" in entry_page
    assert page_of(world, "stranger").get(page).status_code == 404
    assert "标准地址信息" in receiver.get(reverse("catalog:transfers")).content.decode()
    assert "Entries to look after" in receiver.get(reverse("home")).content.decode()
    missing = receiver.post(page, {"answer": "refuse", "reason": ""})
    assert missing.status_code == 422
    assert receiver.post(page, {"answer": "refuse", "reason": "不属职责"}).status_code == 302
    authority = page_of(world, "province_reviewer")
    decided = authority.post(page, {"decision": "go", "to": "江苏省民政厅", "text": "归民政"})
    assert decided.status_code == 302
    shown = receiver.get(reverse("catalog:entry", args=[world.address.pk])).content.decode()
    assert "Department then" in shown
    assert "江苏省公安厅 (now: 江苏省公安厅)" not in shown
    assert "江苏省公安厅" in shown


def test_several_are_accepted_at_once(world: World):
    offer(world)
    offer(world, world.resource)
    client = page_of(world, "civil_steward")
    response = client.post(reverse("catalog:accept_transfers"), {"all": "1"}, follow=True)
    assert "2 entries are now yours." in response.content.decode()
    none = client.post(reverse("catalog:accept_transfers"), {}, follow=True)
    assert "Choose at least one entry." in none.content.decode()


def test_the_page_of_a_department_shows_its_history(world: World):
    merged(world)
    client = page_of(world, "stranger")
    old = client.get(reverse("department", args=[world.departments["police"].pk]))
    assert "This department ended on" in old.content.decode()
    assert "江苏省民政厅" in old.content.decode()
    new = client.get(reverse("department", args=[world.departments["civil_affairs"].pk]))
    assert "Took over from" in new.content.decode()
    assert "苏编办发〔2026〕12号" in new.content.decode()
    assert client.get(reverse("department", args=[999_999])).status_code == 404


def test_a_department_with_entries_is_not_simply_closed(world: World):
    with pytest.raises(NotAllowed) as refused:
        organisation.close_department(
            by=world.people["sysadmin"], department=world.departments["police"],
            on=timezone.localdate(), successor=None, now=world.now,
        )  # fmt: skip
    assert refused.value.reason == "not_empty"
    assert Department.objects.get(pk=world.departments["police"].pk).valid_until is None


def test_sources_and_systems_follow_the_successor_under_names_of_their_own(world: World):
    police, civil = world.departments["police"], world.departments["civil_affairs"]
    for department in (police, civil):
        DataSource.objects.create(name="业务库", department=department, connector="postgresql")
        InformationSystem.objects.create(
            name="协同办公系统", department=department, network="internet", counted_on=world.today
        )
    merged(world)
    for model, name in ((DataSource, "业务库"), (InformationSystem, "协同办公系统")):
        names = model.objects.filter(department=civil).values_list("name", flat=True)
        assert set(names) == {name, f"{name}（江苏省公安厅）"}
        assert not model.objects.filter(department=police).exists()


def test_an_import_goes_to_the_successor_of_an_abolished_region(world: World):
    region = world.regions["suzhou"]
    region.valid_until, region.successor = world.today, world.regions["nantong"]
    region.save(update_fields=["valid_until", "successor"])
    providers = Providers(now=world.now)
    wanted = read_name("苏州市大数据中心", places()["320500"])
    with transaction.atomic():
        made = Department.objects.get(pk=providers.department_id(wanted))
    assert made.region == world.regions["nantong"]
    assert providers.regions_moved == {"苏州市": "南通市"}
