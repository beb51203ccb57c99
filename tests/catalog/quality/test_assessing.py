"""Assessing entries: in bulk, when they change, when time passes, and what is kept."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalog import actions, quality
from catalog.models import (
    Attachment,
    DataSource,
    EntryQuality,
    QualityMeasure,
    QualitySnapshot,
    Resource,
    ResourceSearch,
)
from catalog.quality.measures import starting_values
from catalog.quality.rules import WARNINGS
from catalog.search import Filters, find, reindex, reindex_all
from portal.errors import Invalid
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.organisation.models import Post, Role
from tests.world import World, publish_entry

ITEMS = [("name", "名称", "C", 60, 1, False, "", "", True)]


@pytest.fixture
def assessed(world: World) -> World:
    quality.assess_due(world.now)
    return world


def row_of(resource: Resource | None) -> EntryQuality:
    assert resource is not None
    return EntryQuality.objects.get(pk=resource.pk)


def newest_row(entry: Resource, at: datetime) -> None:
    """What a check of attached data found, as far as time is concerned."""
    EntryQuality.objects.filter(pk=entry.pk).update(data_checked_at=at, data_newest=at, stale=True)


def shown(world: World, **filters: Any) -> dict[str, str]:
    page = find(world.people["clerk"], world.today, "", Filters.of(filters))
    return {hit.version.title: hit.quality for hit in page.rows}


def counts(world: World) -> dict[str, int]:
    page = find(world.people["clerk"], world.today)
    facets = {facet.name: facet for facet in page.facets}
    return {one.value: one.count for one in facets["quality"].options}


def attach(world: World, **location: Any) -> Attachment:
    source = DataSource.objects.create(name="库", department=world.departments["police"])
    return actions.attach(
        by=None, resource=world.resource, source=source, now=world.now,
        **{"table": "t", "key_columns": ["id_number"], "region_column": "r",
           "columns": {"name": "xm"}} | location,
    )  # fmt: skip


def test_whatever_changed_is_assessed_once(world: World):
    assert EntryQuality.objects.filter(stale=True).count() == 2

    assert quality.assess_due(world.now) == 2
    assert quality.assess_due(world.now) == 0

    row = row_of(world.resource)
    assert (row.stale, row.assessed_at) == (False, world.now)
    assert {"never_attached", "personal_unmasked", "items_unexplained", "update_unknown"} <= set(
        row.codes
    )
    assert set(row.codes) <= set(WARNINGS)


def test_the_same_grade_is_in_state_search_and_history(assessed: World):
    for row in EntryQuality.objects.select_related("resource__search"):
        snapshot = QualitySnapshot.objects.get(resource=row.resource)
        assert (row.letter, row.overall) == (snapshot.letter, snapshot.overall)
        assert row.resource.search.quality == row.letter != ""
        assert row.scores == snapshot.scores
    assert counts(assessed) == {row_of(assessed.resource).letter: 2}


def test_the_filter_counts_and_finds_exactly(assessed: World):
    EntryQuality.objects.filter(pk=assessed.address.pk).update(letter="A", overall=95)
    ResourceSearch.objects.filter(pk=assessed.address.pk).update(quality="A")
    other = row_of(assessed.resource).letter

    assert counts(assessed) == {"A": 1, other: 1}
    assert shown(assessed, quality=["A"]) == {"标准地址信息": "A"}
    assert len(shown(assessed, quality=["A", other])) == 2
    assert len(shown(assessed, quality=["Z"])) == 2  # cannot occur, so it restricts nothing


def test_search_rows_written_anew_keep_the_grade(assessed: World):
    letter = row_of(assessed.resource).letter
    reindex_all()

    assert not EntryQuality.objects.filter(stale=True).exists()
    assert set(shown(assessed).values()) == {letter}

    ResourceSearch.objects.all().delete()
    reindex([assessed.resource])
    assert shown(assessed) == {"常住人口基本信息": letter}
    assert row_of(assessed.resource).stale
    assert verify(61, assessed.now) == []


def test_a_difference_between_state_and_search_is_noticed(assessed: World):
    ResourceSearch.objects.filter(pk=assessed.resource.pk).update(quality="")

    assert [found.obj for found in verify(61, assessed.now)] == [str(assessed.resource.pk)]


def test_attaching_data_is_a_change(assessed: World):
    before = row_of(assessed.resource)
    attach(assessed)
    quality.assess_due(assessed.now)

    after = row_of(assessed.resource)
    assert "never_attached" not in after.codes
    assert {"items_unmapped", "data_unchecked"} <= set(after.codes)
    assert before.overall != after.overall


def test_only_changes_make_history_and_one_a_day(assessed: World):
    entry = assessed.resource
    quality.refresh([entry.pk], assessed.now)
    quality.refresh([entry.pk], assessed.now + timedelta(days=1))
    assert QualitySnapshot.objects.filter(resource=entry).count() == 1

    attach(assessed)
    later = assessed.now + timedelta(days=3)
    quality.refresh([entry.pk], later)
    EntryQuality.objects.filter(pk=entry.pk).update(letter="", overall=None)
    quality.refresh([entry.pk], later)

    days = list(QualitySnapshot.objects.filter(resource=entry).values_list("on", flat=True))
    assert days == [assessed.today, timezone.localdate(later)]


def test_time_alone_makes_an_entry_overdue(assessed: World):
    entry = publish_entry(assessed, "医院信息", ITEMS, sharing_type="unconditional")
    newest_row(entry, assessed.now)
    quality.assess_due(assessed.now)
    assert row_of(entry).turns_on == assessed.today + timedelta(days=2)  # updated every day
    assert quality.assess_due(assessed.now + timedelta(days=1)) == 0

    assert quality.assess_due(assessed.now + timedelta(days=2)) == 1
    assert "overdue" in row_of(entry).codes
    assert quality.assess_due(assessed.now + timedelta(days=3)) == 0


def test_lists_know_of_the_newest_row_too(assessed: World):
    entry = assessed.resource
    newest_row(entry, assessed.now)
    quality.assess_due(assessed.now)
    until = assessed.today + timedelta(days=1)
    assert ResourceSearch.objects.get(pk=entry.pk).fresh_until == until

    ResourceSearch.objects.filter(pk=entry.pk).update(fresh_until=None)
    reindex([entry])
    assert ResourceSearch.objects.get(pk=entry.pk).fresh_until == until


def test_a_page_is_live_whatever_is_kept(assessed: World):
    entry = assessed.resource
    newest_row(entry, assessed.now - timedelta(days=1))
    today = quality.assess_live(entry, assessed.today)
    later = quality.assess_live(entry, assessed.today + timedelta(days=1))

    assert "overdue" not in today.assessment.codes
    assert "overdue" in later.assessment.codes
    assert later.assessment.overall < today.assessment.overall
    assert "overdue" not in row_of(entry).codes


def test_twins_warn_both_until_one_changes(assessed: World):
    second = publish_entry(assessed, "标准地址信息（2）", ITEMS, sharing_type="unconditional")
    elsewhere = publish_entry(
        assessed, "标准地址信息", ITEMS, sharing_type="unconditional", provider="civil_affairs"
    )
    quality.assess_due(assessed.now)
    warned = {pk for pk, codes in _codes() if "title_twin" in codes}
    assert warned == {assessed.address.pk, second.pk}
    assert row_of(elsewhere).codes.count("title_twin") == 0

    second.status = "withdrawn"
    second.save(update_fields=["status"])
    reindex([second])
    assert quality.assess_due(assessed.now) == 2  # the withdrawn one, and the one it stood beside
    assert not any("title_twin" in codes for _pk, codes in _codes())


def _codes() -> list[tuple[Any, list[str]]]:
    return list(EntryQuality.objects.values_list("pk", "codes"))


def test_a_steward_who_leaves_is_noticed(assessed: World):
    assert quality.look_again(assessed.today) == 0
    Post.objects.filter(role=Role.STEWARD).update(valid_until=assessed.today)
    later = assessed.now + timedelta(days=2)

    assert quality.look_again(timezone.localdate(later)) == 2
    quality.assess_due(later)
    assert "contact_missing" in row_of(assessed.resource).codes
    assert quality.look_again(timezone.localdate(later)) == 0


def test_entries_from_before_get_a_row(world: World):
    EntryQuality.objects.all().delete()

    quality.look_again(world.today)

    assert quality.assess_due(world.now) == 2


def test_the_number_of_queries_does_not_grow_with_the_entries(
    world: World, django_assert_num_queries
):
    quality.assess_due(world.now)
    entries = [
        publish_entry(world, f"第{number}类设施信息", ITEMS, sharing_type="unconditional")
        for number in "甲乙丙丁"
    ]
    counted = []
    for size in (1, 3):
        with django_assert_num_queries(16, exact=False) as seen:
            quality.refresh([entry.pk for entry in entries[:size]], world.now)
        counted.append(len(seen))
        EntryQuality.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
        ResourceSearch.objects.update(quality="")
    assert counted[0] == counted[1]


def test_data_results_count_and_are_kept(assessed: World):
    attach(assessed)
    results = [
        {"rule": "id_number", "dimension": "accuracy", "names": ["公民身份号码"],
         "checked": 100, "failed": 40, "allowed": 1.0},
    ]  # fmt: skip
    quality.keep_data_results(
        assessed.resource.pk, rows=100, newest=assessed.now, results=results, now=assessed.now
    )

    row = row_of(assessed.resource)
    assert "data_id_number" in row.codes
    assert not {"data_unchecked", "update_unknown"} & set(row.codes)
    assert (row.data_rows, row.data_results) == (100, results)
    assert row.turns_on == assessed.today + timedelta(days=2)


class TestScale:
    """The numbers of the authority."""

    def measure(self, code: str) -> QualityMeasure:
        return QualityMeasure.objects.get(code=code)

    @pytest.mark.usefixtures("db")
    def test_every_number_is_there_to_be_edited(self):
        kept = {(one.kind, one.code): one.value for one in QualityMeasure.objects.all()}
        assert kept == starting_values()

    def test_a_change_has_everything_assessed_anew(self, assessed: World):
        before = row_of(assessed.resource).overall
        quality.set_measure(
            by=None, measure=self.measure("never_attached"), value=Decimal(10), now=assessed.now
        )

        assert quality.assess_due(assessed.now) == 2
        assert row_of(assessed.resource).overall < before
        entry = Entry.objects.get(kind="quality.measure_changed")
        assert (entry.data["before"], entry.data["after"]) == ("6.0", "10")

    def test_what_is_not_changed_changes_nothing(self, assessed: World):
        quality.set_measure(
            by=None, measure=self.measure("overdue"), value=Decimal(8), now=assessed.now
        )
        assert quality.assess_due(assessed.now) == 0
        assert not Entry.objects.filter(kind="quality.measure_changed").exists()

    @pytest.mark.parametrize(
        ("code", "value", "why"),
        [("overdue", 11, "range"), ("overdue", -1, "range"), ("A", 80, "order"), ("D", 101, "range"),
         ("C", 59, "order")],
    )  # fmt: skip
    def test_impossible_numbers_are_refused(self, code: str, value: int, why: str, world: World):
        with pytest.raises(Invalid) as caught:
            quality.set_measure(
                by=None, measure=self.measure(code), value=Decimal(value), now=world.now
            )
        assert [fault.code for fault in caught.value.faults] == [why]

    def test_one_dimension_must_count(self, world: World):
        QualityMeasure.objects.filter(kind="dimension").exclude(code="accuracy").update(value=0)
        with pytest.raises(Invalid):
            quality.set_measure(
                by=None, measure=self.measure("accuracy"), value=Decimal(0), now=world.now
            )
