"""Business matters: keeping them, what they need, who learns of what."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog import actions, matters
from catalog.access import visible_to
from catalog.models import Resource, ServiceItem
from portal.errors import Forbidden, Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]
Need = actions.NeedContent


def matter_of(world: World, department: str = "police", **changes: object) -> ServiceItem:
    fields = {
        "department": world.departments[department], "code": "3200000001", "name": "居住证核发",
        "kind": "permit", "basis": "《居住证暂行条例》第九条",
    } | changes  # fmt: skip
    return ServiceItem(**fields)


def keep(
    world: World, *needs: actions.NeedContent, by: str | None = None, **changes
) -> ServiceItem:
    official = world.people[by] if by else None
    matter = matter_of(world, **changes)
    return actions.save_matter(by=official, matter=matter, needs=needs, now=world.now)


@pytest.fixture
def hidden(world: World) -> Resource:
    entry = publish_entry(
        world, "内部名册", ITEMS, sharing_type="conditional", provider="suzhou_civil"
    )
    return actions.set_visibility(by=None, resource=entry, visibility="limited", now=world.now)


@pytest.fixture
def permit(world: World, hidden: Resource) -> ServiceItem:
    """A matter with a need met, one met by an entry few see, one met by nothing."""
    return keep(
        world, Need("申请人身份", world.resource, ("id_number", "name")), Need("内部情况", hidden),
        Need("海外学历"), Need("住址", world.address),
    )  # fmt: skip


def test_what_cannot_be_is_refused(world: World, hidden: Resource):
    with pytest.raises(Invalid) as caught:
        keep(
            world, Need(" "), Need("甲", hidden), Need("乙", world.resource, ("nothing",)),
            Need("丙", None, ("name",)), by="steward", name="", kind="other kind",
        )  # fmt: skip
    assert {fault.field for fault in caught.value.faults} == {
        "name", "kind", "needs[0].text", "needs[1].resource", "needs[2].fields", "needs[3].fields",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        keep(world, by="stranger")
    assert not ServiceItem.objects.exists()


def test_a_code_is_used_once_in_a_department(world: World, permit: ServiceItem):
    with pytest.raises(Invalid, match="cannot be saved"):
        keep(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceItem.objects.bulk_create([matter_of(world, updated_at=world.now)])
    keep(world, department="civil_affairs")


def test_saving_is_recorded_and_keeps_what_one_does_not_see(world: World, permit, hidden):
    permit.name = "居住证签发"
    needs = [Need("内部情况", hidden), Need("身份", world.resource)]
    actions.save_matter(by=world.people["steward"], matter=permit, needs=needs, now=world.now)
    entry = Entry.objects.get(kind="matter.changed")
    assert entry.data["after"] == {"name": "居住证签发"}
    assert (entry.data["needs"], entry.data["matched"]) == (2, 2)
    assert list(permit.needs.values_list("resource", flat=True)) == [hidden.pk, world.resource.pk]


def test_a_reader_learns_only_of_entries_that_the_reader_sees(world: World, permit, hidden):
    met = {
        key: [need.entry for need in matters.needs_of(permit, world.people[key], world.today)]
        for key in ("clerk", "stranger")
    }
    assert met["clerk"] == [world.resource, None, None, world.address]
    assert met["stranger"] == [world.resource, hidden, None, world.address]
    for key, count in (("clerk", 2), ("stranger", 3)):
        client = Client()
        client.force_login(reads_english(world.people[key]))
        page = client.get(reverse("catalog:matter", args=[permit.pk])).content.decode()
        told = client.get(reverse("api:matter", args=[permit.pk])).json()
        listed = client.get(reverse("api:matters")).json()["results"][0]
        assert ("内部名册" in page) == (key == "stranger")
        assert f"{count} of 4 in the catalog" in page
        assert told["met_count"] == listed["met_count"] == count
        assert (str(hidden.pk) in str(told)) == (key == "stranger")


def test_the_entries_of_a_matter_are_what_one_application_asks_for(world: World, permit):
    keep(world, Need("甲", world.resource, ("name",)), Need("乙", world.resource), code="2")
    clerk = world.people["clerk"]
    assert matters.entries_for(permit, clerk, world.today) == [
        (world.resource, ["id_number", "name"]), (world.address, []),
    ]  # fmt: skip
    second = ServiceItem.objects.get(code="2")
    assert matters.entries_for(second, clerk, world.today) == [(world.resource, [])]


def test_matters_are_chosen_by_what_the_catalog_has(world: World, permit):
    keep(world, Need("身份", world.resource), department="civil_affairs", name="低保核对")
    keep(world, department="suzhou_civil", name="婚姻登记", state="ended")
    seen = visible_to(world.people["clerk"], world.today)

    def names(**choice: object) -> list[str]:
        found = matters.matters_of(seen, matters.Choice.of(choice))
        return sorted(found.values_list("name", flat=True))

    assert names() == ["低保核对", "居住证核发"]
    assert names(needs="gaps") == ["居住证核发"]
    assert names(needs="complete") == ["低保核对"]
    assert names(q="居住") == ["居住证核发"]
    assert names(kind="permit", department=str(world.departments["police"].pk)) == ["居住证核发"]
    assert names(region="320500") == []
    assert names(region="999999") == []


def test_the_entry_says_which_matters_use_it(world: World, permit):
    client = Client()
    client.force_login(reads_english(world.people["clerk"]))
    url = reverse("catalog:entry", args=[world.address.pk])
    assert "居住证核发" in client.get(url).content.decode()
    ServiceItem.objects.update(state="ended")
    assert "居住证核发" not in client.get(url).content.decode()


def test_the_list_shows_and_filters(world: World, permit):
    client = Client()
    client.force_login(reads_english(world.people["clerk"]))
    url = reverse("catalog:matters")
    with CaptureQueriesContext(connection) as few:
        assert "2 of 4 in the catalog" in client.get(url).content.decode()
    for number in range(30):
        keep(world, Need("身份", world.resource), code=str(number))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few), "however many matters"
    assert "No matter fits" in client.get(url, {"q": "没有"}).content.decode()


def test_the_administration_saves_by_the_action(world: World, permit, hidden):
    client = Client()
    client.force_login(reads_english(world.people["steward"]))
    url = reverse("admin:catalog_serviceitem_change", args=[permit.pk])
    page = client.get(url)
    assert "内部名册" not in page.content.decode()
    assert hidden.code not in page.content.decode()
    rows = list(permit.needs.all())
    data = {
        "department": permit.department_id, "code": permit.code, "name": "新名称",
        "kind": "permit", "basis": "依据", "state": "in_force",
        "needs-TOTAL_FORMS": "4", "needs-INITIAL_FORMS": "4",
    }  # fmt: skip
    for number, row in enumerate(rows):
        data |= {
            f"needs-{number}-id": row.pk, f"needs-{number}-item": permit.pk,
            f"needs-{number}-position": number, f"needs-{number}-text": row.text,
        }  # fmt: skip
    data |= {"needs-0-code": world.resource.code, "needs-0-keys": "wrong", "needs-2-code": "1/2"}
    errors = client.post(url, data).context["inline_admin_formsets"][0].formset.errors
    assert [sorted(one) for one in errors] == [["keys"], [], ["code"], []]
    data |= {"needs-0-keys": "name，sex", "needs-2-code": world.address.code}
    data["needs-3-DELETE"] = "on"
    assert client.post(url, data).status_code == 302
    permit.refresh_from_db()
    assert permit.name == "新名称"
    assert list(permit.needs.values_list("text", "resource", "fields")) == [
        ("申请人身份", world.resource.pk, ["name", "sex"]),
        ("内部情况", hidden.pk, []),
        ("海外学历", world.address.pk, []),
    ]
    other = Client()
    other.force_login(world.people["stranger"])
    assert other.get(url).status_code in {302, 403}
