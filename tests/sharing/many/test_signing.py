"""Signing many at once does to each item what signing it alone does, and names every item."""

import uuid
from contextlib import suppress

import pytest
from django.db import transaction

from portal import gathering
from portal.errors import Invalid, NotVisible
from portal.invariants import invariants, verify
from portal.ledger.models import Entry
from portal.ledger.records import digest_of
from portal.notices.models import Notice
from sharing import actions
from sharing.actions.many import MOST, Pick, judge_many, sign_many
from sharing.approval.commands import Refuse
from sharing.approval.terms import RefusalCode
from sharing.models import ApplicationItem, Counter, Grant, ItemEvent, SignOff
from tests.sharing.many.twins import entries, everything_about, sign_one_by_one, submitted
from tests.world import ITEMS, SIGNERS, World


def picks_of(items: list[ApplicationItem]) -> list[Pick]:
    fresh = ApplicationItem.objects.in_bulk([item.pk for item in items])
    return [Pick(item.pk, fresh[item.pk].event_count) for item in items]


def sign_together(world: World, items: list[ApplicationItem], person: str, **kwargs) -> SignOff:
    return sign_many(
        by=world.people[person], picks=picks_of(items), comment="同意", key=uuid.uuid4(),
        now=world.now, **kwargs,
    )  # fmt: skip


def results(report: SignOff) -> list[str]:
    return list(report.lines.values_list("result", flat=True))


@pytest.fixture
def waiting(world: World) -> list[ApplicationItem]:
    """Applications that wait for the head of the sharing office."""
    return [submitted(world, entry) for entry in entries(world, 4)]


def test_both_ways_leave_the_same_rows(world: World, waiting: list[ApplicationItem]):
    one_by_one, together = waiting[:2], waiting[2:]
    for person in SIGNERS:
        sign_one_by_one(world, one_by_one, person)
        report = sign_together(world, together, person)
        assert report.signed == report.total == 2
        for one, other in zip(one_by_one, together, strict=True):
            assert everything_about(one) == everything_about(other)
    assert results(report) == ["consented", "consented"]
    assert sorted(Grant.objects.values_list("status", flat=True)) == (
        ["active"] * 2 + ["provisioning"] * 2
    )
    assert len(set(Grant.objects.values_list("number", flat=True))) == 4
    counter = Counter.objects.get(name__startswith="GX-")
    assert counter.value == 4
    assert [one for found in invariants() for one in verify(found.number, world.now)] == []


def test_what_one_item_denies_stops_no_other(world: World, waiting: list[ApplicationItem]):
    first, refused, stale, fine = waiting
    picks = picks_of(waiting)
    picks[2] = Pick(stale.pk, picks[2].seen - 1)
    refusal = Refuse(seen=picks[1].seen, code=RefusalCode.UNNECESSARY, text="不需要", citation="")
    actions.execute(
        by=world.people["office_head"], item_id=refused.pk, command=refusal, now=world.now
    )
    stranger = Pick(uuid.uuid4(), 1)
    report = sign_many(
        by=world.people["office_head"], picks=[*picks, stranger, picks[0]], key=uuid.uuid4(),
        now=world.now,
    )  # fmt: skip
    lines = list(report.lines.values_list("item", "result", "code"))
    assert lines == [
        (first.pk, "signed", ""),
        (refused.pk, "denied", "stale"),
        (stale.pk, "denied", "stale"),
        (fine.pk, "signed", ""),
        (None, "not_visible", "not_found"),
    ]
    assert (report.total, report.signed) == (5, 2)
    line = report.lines.get(item=stale)
    assert (line.number, line.title) == (stale.application.number, "常住人口")
    assert line.message
    assert line.remedy
    stale.refresh_from_db()
    assert stale.event_count == ItemEvent.objects.filter(item=stale).count() == picks[0].seen


def test_who_does_not_hold_the_post_signs_nothing(world: World, waiting: list[ApplicationItem]):
    before = ItemEvent.objects.count()
    report = sign_together(world, waiting, "clerk")
    assert set(report.lines.values_list("result", "code")) == {("denied", "own_application")}
    report = sign_together(world, waiting, "steward")
    assert set(report.lines.values_list("result", "number")) == {("not_visible", "")}
    assert ItemEvent.objects.count() == before
    assert not Notice.objects.filter(official=world.people["county_reviewer"]).exists()


def test_important_data_and_emergencies_are_reviewed_alone(world: World):
    items = [("secret", "重要数据项", "C", 20, 5, False, "", "", False), *ITEMS]
    entry, other = entries(world, 2, items=items)
    important = submitted(world, entry, fields=["secret", "name"])
    plain = submitted(world, other, fields=["name"])
    report = sign_together(world, [important, plain], "office_head")
    assert list(report.lines.values_list("result", "code")) == [
        ("denied", "reviewed_alone"),
        ("signed", ""),
    ]


def test_the_report_has_a_sound_ledger_entry(world: World, waiting: list[ApplicationItem]):
    report = sign_together(world, waiting, "office_head")
    entry = Entry.objects.get(kind="signoff.made")
    assert entry.object_id == str(report.pk)
    assert entry.data == {"picked": 4, "signed": 4}
    assert entry.departments == [world.departments["subdistrict"].pk]
    assert all(row.digest == digest_of(row) for row in Entry.objects.all())


def test_the_same_key_signs_once(world: World, waiting: list[ApplicationItem]):
    given = {"by": world.people["office_head"], "picks": picks_of(waiting), "now": world.now}
    key = uuid.uuid4()
    assert sign_many(key=key, **given) == sign_many(key=key, **given)
    assert SignOff.objects.get().signed == 4
    with pytest.raises(NotVisible):
        sign_many(key=key, **(given | {"by": world.people["steward"]}))


def test_judging_changes_nothing(world: World, waiting: list[ApplicationItem]):
    before = [everything_about(item) for item in waiting]
    outcomes = judge_many(by=world.people["office_head"], picks=picks_of(waiting), now=world.now)
    assert [outcome.result.value for outcome in outcomes] == ["signed"] * 4
    assert [everything_about(item) for item in waiting] == before
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("number", [0, MOST + 1])
def test_neither_none_nor_too_many(world: World, number: int):
    picks = [Pick(uuid.uuid4(), 1) for _ in range(number)]
    with pytest.raises(Invalid):
        sign_many(by=world.people["office_head"], picks=picks, key=uuid.uuid4(), now=world.now)


def test_the_number_of_statements_does_not_grow(world: World, django_assert_max_num_queries):
    waiting = [submitted(world, entry) for entry in entries(world, 12)]
    for person in SIGNERS[:-1]:
        sign_together(world, waiting, person)
    few, many = waiting[:4], waiting[4:]  # of both some are attached
    with django_assert_max_num_queries(90) as some:
        sign_together(world, few, SIGNERS[-1])
    with django_assert_max_num_queries(len(some)):
        sign_together(world, many, SIGNERS[-1])


def test_what_fails_while_gathering_leaves_nothing(world: World, waiting: list[ApplicationItem]):
    def kept(item: ApplicationItem) -> list[Notice]:
        notice = Notice(
            official=world.people["clerk"], kind="item.consented", params={}, url=f"/{item.pk}",
            created_at=world.now,
        )  # fmt: skip
        return gathering.insert([notice])

    with transaction.atomic(), gathering.gathered():
        kept(waiting[0])
        with suppress(KeyError), gathering.attempt():
            (notice,) = kept(waiting[1])
            assert gathering.is_pending(notice)
            raise KeyError
        assert not gathering.is_pending(notice)
    urls = Notice.objects.filter(kind="item.consented").values_list("url", flat=True)
    assert list(urls) == [f"/{waiting[0].pk}"]
