"""The census of information systems: rules, rights, numbers, pages, REST."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from catalog import actions, census
from catalog.access import visible_to
from catalog.models import InformationSystem
from portal.errors import Forbidden, Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]


def system_of(world: World, name: str, *, department: str = "police", **changes: Any):
    fields: dict[str, Any] = {
        "department": world.departments[department], "name": name, "counted_on": world.today,
        "network": "government",
    }  # fmt: skip
    fields |= changes
    if fields.get("link_status", "unlinked") != "unlinked":
        fields.setdefault("linked_on", world.today)
    return InformationSystem(**fields)


def enter(world: World, name: str, **changes: Any) -> InformationSystem:
    resources = changes.pop("resources", None)
    return actions.save_system(
        by=None, system=system_of(world, name, **changes), resources=resources, now=world.now
    )


@pytest.fixture
def systems(world: World) -> dict[str, InformationSystem]:
    """Police: two linked, one fed nothing; civil affairs: on a network of its own; Suzhou: mixed."""
    return {
        "people": enter(world, "人口库", link_status="linked", resources=[world.resource]),
        "crime": enter(world, "案件系统", link_status="linked"),
        "relief": enter(
            world, "救助系统", department="civil_affairs", network="line", obstacle="行业专网"
        ),
        "town": enter(world, "苏州民政系统", department="suzhou_civil", link_status="partly"),
        "old": enter(world, "旧系统", department="suzhou_civil", state="retired"),
    }


# --- rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"link_status": "linked", "linked_on": None}, ""),
        ({"link_status": "unlinked", "linked_on": "today"}, ""),
        ({"link_status": "linked", "network": "local"}, ""),
        ({"network": "other"}, "network"),
        ({"protection_level": 6}, "protection_level"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_action_and_database(changes, field, world: World):
    if changes.get("linked_on") == "today":
        changes = changes | {"linked_on": world.today}
    system = system_of(world, "系统")
    for name, value in changes.items():
        setattr(system, name, value)

    with pytest.raises(Invalid) as caught:
        actions.save_system(by=None, system=system, now=world.now)

    assert [fault.field for fault in caught.value.faults if fault.field == field]
    assert not InformationSystem.objects.exists()
    if not field:
        with pytest.raises(IntegrityError), transaction.atomic():
            system.save(force_insert=True)


def test_all_faults_come_at_once(world: World):
    with pytest.raises(Invalid) as caught:
        enter(world, "", network="x", protection_level=9)

    assert {fault.field for fault in caught.value.faults} >= {"name", "network", "protection_level"}


def test_a_name_is_free_again_when_the_system_is_out_of_use(world: World, systems):
    with pytest.raises(Invalid, match="cannot be saved"):
        enter(world, "人口库")
    systems["people"].state = "retired"
    actions.save_system(by=None, system=systems["people"], now=world.now)

    assert enter(world, "人口库").pk


def test_only_those_who_look_after_the_department_keep_its_systems(world: World, systems):
    steward = world.people["steward"]
    system = actions.save_system(by=steward, system=system_of(world, "门户网站"), now=world.now)

    for person in ("clerk", "county_office", "sysadmin"):
        with pytest.raises(Forbidden):
            actions.save_system(by=world.people[person], system=system, now=world.now)
    with pytest.raises(Forbidden):
        actions.save_system(by=steward, system=systems["relief"], now=world.now)


def test_nobody_takes_a_system_away_from_another_department(world: World, systems):
    taken = systems["relief"]
    taken.department = world.departments["police"]

    with pytest.raises(Forbidden):
        actions.save_system(by=world.people["steward"], system=taken, now=world.now)


def test_only_entries_one_looks_after_can_be_fed(world: World):
    foreign = publish_entry(
        world, "低保对象", ITEMS, sharing_type="unconditional", provider="civil_affairs"
    )

    with pytest.raises(Invalid) as caught:
        actions.save_system(
            by=world.people["steward"], system=system_of(world, "系统"),
            resources=[world.resource, foreign], now=world.now,
        )  # fmt: skip

    assert [fault.field for fault in caught.value.faults] == ["resources"]


def test_the_ledger_tells_what_changed(world: World, systems):
    system = systems["relief"]
    system.link_status, system.network, system.linked_on = "linked", "government", world.today
    actions.save_system(by=None, system=system, now=world.now)

    entry = Entry.objects.get(kind="system.changed")
    assert entry.data["before"] == {
        "network": "line", "link_status": "unlinked", "linked_on": None,
    }  # fmt: skip
    assert entry.data["after"]["link_status"] == "linked"
    assert Entry.objects.filter(kind="system.added").count() == len(systems)


# --- numbers -------------------------------------------------------------------------------


def seen_by(world: World, person: str):
    return visible_to(world.people[person], world.today)


def numbers(world: World, region: str = "") -> list[tuple[int, int]]:
    found = census.figures(seen_by(world, "clerk"), census.Choice(region=region))
    return [(figure.value, figure.of) for figure in found]


def test_the_figures_count_what_is_in_use(world: World, systems):
    # systems, linked, departments wholly linked, departments apart, without an entry
    assert numbers(world) == [(4, 0), (2, 4), (1, 3), (1, 3), (3, 4)]
    assert numbers(world, "320500") == [(1, 0), (0, 1), (0, 1), (0, 1), (1, 1)]
    assert numbers(world, "999999") == [(0, 0)] + [(0, 0)] * 4


def test_every_figure_opens_as_many_rows_as_it_says(world: World, systems, client: Client):
    client.force_login(reads_english(world.people["clerk"]))
    page = client.get(reverse("catalog:systems"))

    for figure, url in page.context["figures"]:
        assert client.get(url).context["page_obj"].paginator.count == figure.value, figure


def test_the_department_furthest_behind_comes_first(world: World, systems):
    enter(world, "第二系统", department="civil_affairs", network="line")
    shown = [(line.department.name, line.percent) for line in census.lines(census.Choice())]

    assert shown == [
        (world.departments["civil_affairs"].name, 0),
        (world.departments["suzhou_civil"].name, 0),
        (world.departments["police"].name, 100),
    ]


def test_an_entry_one_does_not_see_is_not_counted(world: World, systems):
    actions.set_visibility(by=None, resource=world.resource, visibility="limited", now=world.now)

    def entries(person: str) -> int:
        found = census.systems_of(seen_by(world, person), census.Choice(text="人口库"))
        return int(found.get().entries)

    assert (entries("steward"), entries("clerk")) == (1, 0)
    assert numbers(world)[4] == (4, 4)


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ({"network": "line"}, {"relief"}),
        ({"link": "partly"}, {"town"}),
        ({"covered": "yes"}, {"people"}),
        ({"covered": "no", "link": "linked"}, {"crime"}),
        ({"q": "民政"}, {"relief", "town"}),
        ({"region": "320500"}, {"town"}),
        ({"region": "x", "network": "y", "link": "z", "department": "-1"}, None),
    ],
)
def test_filters(choice, wanted, world: World, systems):
    found = census.systems_of(seen_by(world, "clerk"), census.Choice.of(choice))
    expected = set(systems) - {"old"} if wanted is None else wanted

    assert {row.pk for row in found} == {systems[name].pk for name in expected}


# --- pages and REST ------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?view=systems", "?view=systems&q=none", "?kind=apart"])
def test_the_pages_open(query: str, world: World, systems, client: Client):
    client.force_login(reads_english(world.people["clerk"]))

    answer = client.get(reverse("catalog:systems") + query)

    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("No system fits" in text) == ("none" in query)
    assert (world.departments["police"].name in text) == (query in {"", "?view=systems"})


def test_an_empty_census_says_what_to_do(world: World, client: Client):
    client.force_login(reads_english(world.people["clerk"]))
    for query in ("", "?view=systems"):
        text = client.get(reverse("catalog:systems") + query).content.decode()
        assert "Stewards enter the systems of their department" in text


def test_a_system_shows_its_entries(world: World, systems, client: Client):
    client.force_login(reads_english(world.people["clerk"]))

    fed = client.get(reverse("catalog:system", args=[systems["people"].pk])).content.decode()
    bare = client.get(reverse("catalog:system", args=[systems["relief"].pk])).content.decode()

    assert reverse("catalog:entry", args=[world.resource.pk]) in fed
    assert "No entry of the catalog comes from this system yet" in bare
    assert "行业专网" in bare
    unknown = reverse("catalog:system", args=[world.resource.pk])
    assert client.get(unknown).status_code == 404


def test_the_number_of_queries_does_not_grow(
    world: World, systems, client: Client, django_assert_max_num_queries
):
    for number in range(30):
        enter(world, f"系统{number}")
    client.force_login(reads_english(world.people["clerk"]))

    for query in ("", "?view=systems"):
        with django_assert_max_num_queries(30):
            client.get(reverse("catalog:systems") + query)


def test_rest(world: World, systems, client: Client):
    client.force_login(world.people["clerk"])

    answer = client.get("/api/v1/systems/", {"link": "linked", "page_size": 1}).json()
    rows = answer["results"] + client.get(answer["next"]).json()["results"]

    assert {row["id"] for row in rows} == {str(systems[k].pk) for k in ("people", "crime")}
    assert {row["entries"] for row in rows} == {0, 1}
    assert client.get("/api/v1/systems/", {"colour": "red"}).status_code == 422


class TestAdmin:
    """Each department keeps its own systems."""

    def page(self, *args: Any) -> str:
        return reverse(f"admin:catalog_informationsystem_{args[0]}", args=args[1:])

    def test_a_steward_enters_a_system(self, world: World, client: Client):
        steward = reads_english(world.people["steward"])
        client.force_login(steward)
        content = {
            "department": world.departments["police"].pk, "name": "门禁系统", "state": "running",
            "network": "line", "link_status": "unlinked", "counted_on": world.today,
            "resources": [world.resource.pk],
        }  # fmt: skip

        answer = client.post(self.page("add"), content)

        assert answer.status_code == 302, answer.context["errors"]
        made = InformationSystem.objects.get(name="门禁系统")
        assert list(made.resources.all()) == [world.resource]
        assert Entry.objects.filter(kind="system.added", actor_id=steward.pk).exists()

    def test_what_cannot_be_is_said_at_the_form(self, world: World, client: Client):
        client.force_login(reads_english(world.people["steward"]))
        content = {
            "department": world.departments["police"].pk, "name": "门禁系统", "state": "running",
            "network": "line", "link_status": "linked", "counted_on": world.today,
        }  # fmt: skip

        answer = client.post(self.page("add"), content)

        assert answer.status_code == 200
        assert "A linked system says since when" in answer.content.decode()

    def test_systems_of_others_do_not_exist_there(self, world: World, systems, client: Client):
        client.force_login(world.people["steward"])

        shown = client.get(self.page("changelist")).content.decode()

        assert "人口库" in shown
        assert "救助系统" not in shown
        other = client.get(self.page("change", systems["relief"].pk))
        assert other.status_code == 302  # sent back to the list

    def test_the_form_offers_no_department_of_others(self, world: World, client: Client):
        client.force_login(world.people["steward"])
        content = {
            "department": world.departments["suzhou_civil"].pk, "name": "x", "state": "running",
            "network": "line", "link_status": "unlinked", "counted_on": world.today,
        }  # fmt: skip

        assert client.post(self.page("add"), content).status_code == 200
        assert not InformationSystem.objects.exists()
