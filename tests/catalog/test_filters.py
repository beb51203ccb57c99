"""Filters and their counts: trees, modes, classes, freshness, own use; a count is what it shows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog import access, quality
from catalog.models import Classification, Resource, Visibility
from catalog.search import Filters, Reader, find, parse, reindex, rows_seen
from catalog.search.facets import LABELS
from catalog.search.filters import POSSIBLE
from catalog.search.freshness import LIMITS, fresh_until
from portal.organisation.models import Department
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEM = [("a", "甲", "N", 8, 1, False, "", "", False)]


@pytest.fixture
def full(world: World) -> World:
    """Entries that differ in everything that can be filtered, one of them hidden."""
    classes = {node.code: node for node in Classification.objects.all()}
    made = {
        "甲": {"classification": classes["101001"], "sharing_modes": ["file", "api"], "grade": 2,
              "update_cycle": "daily", "source_updated_on": world.today - timedelta(days=1)},
        "乙": {"classification": classes["101001"], "sharing_modes": ["api"], "grade": 2,
              "update_cycle": "daily", "source_updated_on": world.today - timedelta(days=2)},
        "丙": {"classification": classes["205001"], "sharing_modes": ["table"], "grade": 4,
              "update_cycle": "irregular", "source_updated_on": world.today},
        "丁": {"classification": classes["307001"], "sharing_modes": ["table"], "grade": 4,
              "update_cycle": "yearly", "source_updated_on": None},
    }  # fmt: skip
    for title, content in made.items():
        entry = publish_entry(world, title, ITEM, sharing_type="unconditional",
                              provider="civil_affairs")  # fmt: skip
        _rewrite(entry, content)
    hidden = publish_entry(world, "藏", ITEM, sharing_type="unconditional", provider="suzhou_civil")
    hidden.visibility = Visibility.LIMITED
    hidden.save(update_fields=["visibility"])
    _rewrite(hidden, made["甲"])
    quality.assess_due(world.now)
    return world


def _rewrite(entry: Resource, content: dict[str, object]) -> None:
    """Another published version, since one never changes."""
    old = entry.live
    old.status = "superseded"
    old.save(update_fields=["status"])
    old.pk, old.number, old.status = None, 2, "published"
    for name, value in content.items():
        setattr(old, name, value)
    old.save(force_insert=True)
    entry.live = old
    entry.save(update_fields=["live"])
    reindex([entry])


def numbers(world: World, name: str, filters: Filters | None = None, key: str = "clerk"):
    page = find(world.people[key], world.today, "", filters)
    facet = next((one for one in page.facets if one.name == name), None)
    return {one.value: one.count for one in facet.options} if facet else {}


def test_every_count_is_what_choosing_shows(full):
    """For every value of every facet, alone and together with a filter of another facet."""
    reader = Reader.of(full.people["clerk"], full.today)
    compared = 0
    for other in [Filters(), Filters(sharing=("unconditional",)), Filters(mode=("table", "api"))]:
        for facet in find(full.people["clerk"], full.today, "", other).facets:
            for option in facet.options:
                chosen = replace(other, **{facet.name: (option.value,)})
                rows = rows_seen(reader, parse(""), chosen)
                titles = set(rows.values_list("title", flat=True))
                assert len(titles) == option.count > 0, (facet.name, option.value, other)
                assert "藏" not in titles
                compared += 1
    assert compared > 60


def test_every_facet_has_a_label_and_values_in_the_full_world(full):
    assert set(LABELS) == set(POSSIBLE)
    page = find(full.people["clerk"], full.today)
    assert {facet.name for facet in page.facets} == set(LABELS) - {"theme"}


def test_nothing_of_a_hidden_entry_is_counted(full):
    assert str(full.departments["suzhou_civil"].pk) not in numbers(full, "provider")
    assert "320500" not in numbers(full, "region")
    assert numbers(full, "mode")["api"] == 2
    assert numbers(full, "mode", key="stranger")["api"] == 3  # who sees it counts it


def test_an_entry_of_several_modes_counts_for_each(full):
    assert numbers(full, "mode") == {"file": 3, "table": 2, "api": 2}


def test_classes_open_downwards(full):
    assert numbers(full, "classification") == {"1": 2, "2": 1, "3": 1}
    assert numbers(full, "classification", Filters(classification=("1",))) == {"1": 2, "101": 2}
    down = Filters(classification=("1", "101"))
    assert numbers(full, "classification", down) == {"1": 2, "101": 2, "101001": 2}


def test_what_is_chosen_below_narrows_what_is_chosen_above(full):
    wide = find(full.people["clerk"], full.today, "", Filters(classification=("1", "205")))
    assert wide.total == 3
    narrow = find(full.people["clerk"], full.today, "", Filters(region=("320000", "320600")))
    assert narrow.total == 0


def test_departments_stand_for_their_units(full):
    parent = full.departments["civil_affairs"]
    unit = Department.objects.create(
        name="养老处", region=parent.region, parent=parent, valid_from="2020-01-01", verified=False,
        group=parent.group.__class__.objects.create(name="unit"),
    )  # fmt: skip
    full.departments["unit"] = unit
    publish_entry(full, "戊", ITEM, sharing_type="unconditional", provider="unit")
    above, below = str(parent.pk), str(unit.pk)
    counted = numbers(full, "provider")
    assert counted[above] == 5
    assert below not in counted
    opened = numbers(full, "provider", Filters(provider=(above,)))
    assert (opened[above], opened[below]) == (5, 1)
    clerk = full.people["clerk"]
    assert find(clerk, full.today, "", Filters(provider=(above,))).total == 5
    assert find(clerk, full.today, "", Filters(provider=(below,))).total == 1
    assert find(clerk, full.today, "", Filters(provider=(above, below))).total == 1
    facet = next(one for one in find(clerk, full.today, "", Filters(provider=(below,))).facets
                 if one.name == "provider")  # fmt: skip
    assert {one.value: one.depth for one in facet.options}[below] == 1


def test_freshness_is_asked_of_the_day_of_the_search(full):
    assert numbers(full, "freshness") == {"fresh": 1, "overdue": 1}
    clerk, tomorrow = full.people["clerk"], full.today + timedelta(days=1)
    page = find(clerk, tomorrow, "", Filters(freshness=("overdue",)))
    assert {hit.version.title for hit in page.rows} == {"甲", "乙"}
    both = find(clerk, full.today, "", Filters(freshness=("fresh", "overdue")))
    assert both.total == 2  # of the others nobody can say


def test_limits_of_freshness(world):
    day = world.today
    assert fresh_until("irregular", day) is None
    assert fresh_until("", day) is None
    assert fresh_until("daily", None) is None
    assert {cycle: (fresh_until(cycle, day) - day).days for cycle in LIMITS} == {
        "realtime": 0, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "half_yearly": 184,
        "yearly": 366,
    }  # fmt: skip


def test_what_my_department_can_use(full):
    """Unconditional data of others at once; conditional data once it may be pulled."""
    clerk = full.people["clerk"]
    usable = Filters(usable=("yes",))

    def found(key: str = "clerk") -> set[str]:
        page = find(full.people[key], full.today, "", usable)
        return {hit.version.title for hit in page.rows}

    assert found() == {"甲", "乙", "丙", "丁", "标准地址信息"}
    assert found("steward") == {"甲", "乙", "丙", "丁"}  # the police provide the addresses
    office = full.departments["subdistrict"]
    access.give("pull_resource", department=office, resource=full.resource)
    assert found() == {"甲", "乙", "丙", "丁", "标准地址信息", "常住人口基本信息"}
    assert found("county_clerk") == {"甲", "乙", "丙", "丁", "标准地址信息"}
    assert numbers(full, "usable") == {"yes": 6}
    assert find(full.people["sysadmin"], full.today, "", usable).total == 0
    assert find(None, full.today, "", usable).total == 0
    clerk.is_active = False
    assert find(clerk, full.today, "", usable).total == 0


def test_imported_entries_have_no_grade(full):
    assert numbers(full, "grade")["4"] == 3
    entry = Resource.objects.get(live__title="丙")
    entry.status, entry.external_key = "imported", "x"
    entry.save(update_fields=["status", "external_key"])
    reindex([entry])
    assert numbers(full, "grade")["4"] == 2
    assert find(full.people["clerk"], full.today, "", Filters(grade=("4",))).total == 2


def test_filters_go_into_an_address_and_come_back():
    filters = Filters(
        mode=("api",), provider=("3", "5"), usable=("yes",), freshness=("overdue",), sort="used",
        literal=True,
    )  # fmt: skip
    assert Filters.of(filters.as_lists()) == filters
    assert Filters().as_lists() == {}
    strange = {"usable": ["no"], "freshness": ["x"], "classification": ["1a"], "mode": ["'"],
               "grade": ["9"]}  # fmt: skip
    assert Filters.of(strange) == Filters()


def test_the_page_carries_every_filter_and_folds_the_rare_ones(client: Client, full):
    client.force_login(reads_english(full.people["clerk"]))
    page = client.get(reverse("catalog:list"), {"mode": "api", "sort": "used"}).content.decode()
    assert 'name="mode" value="api" checked' in page
    assert "can use it at once" in page
    folded = page.count('<details class="facet">')
    opened = page.count('<details class="facet" open>')
    assert folded > 0
    assert opened > 0
    assert '<option value="used" selected>' in page
    assert "?mode=api&amp;sort=used" in page.replace("%3D", "=")
