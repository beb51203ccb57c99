"""Workload and timeliness: the figures are those of their rows, and only those who oversee see them."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from portal.organisation.models import Department
from sharing import access, workload
from sharing.models import ApplicationItem, ItemStage
from sharing.workload import Figures, Month
from tests.sharing.many.test_signing import sign_together
from tests.sharing.many.twins import entries, submitted
from tests.world import SIGNERS, SINCE, World, hire

OFFICES = reverse("sharing:workload")


@pytest.fixture
def decided(world: World) -> list[ApplicationItem]:
    """Three applications: two signed by the sub-district, of them one also by the county, late."""
    items = [submitted(world, entry) for entry in entries(world, 3)]
    sign_together(world, items[:2], SIGNERS[0])
    sign_together(world, items[:1], SIGNERS[1])
    ItemStage.objects.filter(item=items[0], position=2).update(
        due_on=world.today - timedelta(days=1), used_days=7
    )
    ItemStage.objects.filter(item=items[1], position=2).update(
        due_on=world.today - timedelta(days=1)
    )
    return items


def figures(world: World, office: str) -> Figures:
    stages = ItemStage.objects.filter(office=world.departments[office])
    found = workload.figures(stages, "office", Month.of(world.today), world.today)
    return found[world.departments[office].pk]


def test_the_figures(world: World, decided):
    assert figures(world, "subdistrict") == Figures(open=1, late=0, done=2, on_time=2, days=0)
    county = figures(world, "county_bureau")
    assert county == Figures(open=1, late=1, done=1, on_time=0, days=7)
    assert (county.overrun, county.rate) == (1, 0)
    assert workload.total([county, county]).done == 2


def test_every_figure_lists_as_many_rows_as_it_says(world: World, decided):
    for office in ("subdistrict", "county_bureau"):
        stages = ItemStage.objects.filter(office=world.departments[office])
        one = figures(world, office)
        for kind in workload.KINDS:
            found = workload.listed(stages, kind, Month.of(world.today), world.today)
            assert found.count() == getattr(one, kind), kind


def test_the_days_of_a_stage_are_those_of_the_clock(world: World, decided):
    stages = ItemStage.objects.filter(item=decided[1]).order_by("position")
    assert [stage.used_days for stage in stages] == [0, None, None, None, None, None]


@pytest.mark.parametrize(
    ("person", "offices"),
    [
        ("office_head", {"subdistrict"}),
        ("provider_head", {"police"}),
        ("county_reviewer", {"county_bureau", "county_civil", "subdistrict"}),
        (
            "city_authority",
            {"city_bureau", "county_bureau", "county_civil", "subdistrict"},
        ),
        ("clerk", set()),
        ("steward", set()),
        ("sysadmin", set()),
        ("secadmin", set()),
    ],
)
def test_who_oversees_which_offices(world: World, person: str, offices: set[str]):
    found = access.offices_overseen_by(world.people[person], world.today)
    assert set(found) == {world.departments[key] for key in offices}


def test_the_audit_administrator_oversees_all(world: World):
    found = access.offices_overseen_by(world.people["auditadmin"], world.today)
    assert set(found) == set(world.departments.values())


def test_neighbours_of_a_city_that_ends_in_nought_are_not_overseen(world: World):
    region = type(world.regions["nantong"])
    for key, code in (("yangzhou", "321000"), ("zhenjiang", "321100")):
        world.regions[key], _ = region.objects.get_or_create(
            code=code, defaults={"name": key, "level": "city", "parent": world.regions["jiangsu"]}
        )
        world.departments[key] = Department.objects.create(
            name=key, kind="authority", region=world.regions[key], verified=False, valid_from=SINCE,
            group=Group.objects.create(name=key),
        )  # fmt: skip
    head = hire(world, "yangzhou_head", "yangzhou", "authority_head")
    found = access.offices_overseen_by(head, world.today)
    assert set(found) == {world.departments["yangzhou"]}


def test_pages_open_down_to_the_rows(enter, world: World, decided):
    client = enter("county_authority")
    text = client.get(OFFICES).content.decode()
    office = world.departments["county_bureau"]
    assert office.name in text
    assert 'width="100%"' in text
    page = client.get(reverse("sharing:workload_office", args=[office.pk]))
    assert page.status_code == 200
    for kind, number in (("open", 1), ("late", 1), ("done", 1), ("on_time", 0), ("overrun", 1)):
        address = reverse("sharing:workload_rows", args=[office.pk, kind])
        answer = client.get(address)
        assert len(answer.context["rows"]) == number, kind
        assert client.get(f"{address}?month=2019-01").status_code == 200
    assert client.get(f"{OFFICES}?month=nonsense&q=%00").status_code == 200


def test_titles_of_hidden_entries_stay_hidden(enter, world: World, decided):
    entry = decided[0].resource
    entry.visibility = "limited"
    entry.save(update_fields=["visibility"])
    from catalog.search import reindex

    reindex([entry])
    office = world.departments["county_bureau"]
    address = reverse("sharing:workload_rows", args=[office.pk, "done"])
    (row,) = enter("city_authority").get(address).context["rows"]
    assert (row["title"], row["is_open"]) == ("", False)
    (row,) = enter("county_reviewer").get(address).context["rows"]
    assert (row["title"], row["is_open"]) == ("常住人口", True)


@pytest.mark.parametrize("person", ["clerk", "steward", "sysadmin"])
def test_others_see_none_of_it(enter, world: World, decided, person: str):
    office = world.departments["county_bureau"].pk
    client = enter(person)
    for address in (
        OFFICES,
        reverse("sharing:workload_office", args=[office]),
        reverse("sharing:workload_rows", args=[office, "open"]),
    ):
        assert client.get(address).status_code == 404
    assert OFFICES not in client.get("/").content.decode()


def test_an_office_elsewhere_and_an_unknown_figure_do_not_exist(enter, world: World):
    client = enter("county_authority")
    police, county = (world.departments[key].pk for key in ("police", "county_bureau"))
    for address in (f"{OFFICES}{police}/", f"{OFFICES}{police}/open/", f"{OFFICES}{county}/no/",
                    f"{OFFICES}{10**30}/"):  # fmt: skip
        assert client.get(address).status_code == 404


def test_months():
    assert str(Month.of(date(2026, 11, 30)).plus(2)) == "2027-01"
    assert str(Month(2026, 1).plus(-1)) == "2025-12"
    assert Month.parse("2026-13") is None
    assert Month.parse("0001-01").plus(-1) == Month(1, 1)
    assert Month.parse("9999-12").first.year == 9999
