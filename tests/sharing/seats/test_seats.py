"""Open steps follow the people: leave, its end, departures, and nobody left at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.invariants import verify
from portal.leave import actions as leave
from portal.ledger.models import Entry
from portal.models import OutboxMessage
from portal.notices.models import Notice
from portal.organisation import actions as organisation
from portal.organisation.models import Post, Role, Substitution
from sharing import access, cases, invariants  # noqa: F401 - registers itself
from sharing.actions import seats
from sharing.approval.evolve import fold
from sharing.models import ItemEvent, ItemStage
from sharing.presenting.timeline import timeline
from tests.world import World, hire, sign, submitted_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NUMBERS = (5, 6, 7, 8, 25, 31, 34)


@pytest.fixture(autouse=True)
def sound(world: World):
    yield
    assert not [found for number in NUMBERS for found in verify(number, timezone.now())]


def go_away(world: World, who: str, stand_in: str, days: int = 3) -> Substitution:
    row = Substitution(
        principal=world.people[who], substitute=world.people[stand_in],
        valid_from=world.today, valid_until=world.today + days * DAY, kind="sick",
    )  # fmt: skip
    return leave.arrange(by=world.people[who], row=row, now=world.now)


def leave_for_good(world: World, who: str) -> None:
    organisation.deactivate(
        by=world.people["secadmin"], official=world.people[who], reason="调离", now=world.now
    )


def first(item) -> ItemStage:
    return ItemStage.objects.select_related("office").get(item=item, position=1)


def lines(item) -> list[str]:
    return [f"{line.what} | {line.detail}" for line in timeline(cases.load(item))]


def test_pending_work_moves_on_the_first_day_and_comes_back(world: World):
    hire(world, "helper", "subdistrict", Role.STEWARD, "顾芳")
    item = submitted_item(world)
    row = go_away(world, "office_head", "helper")
    assert OutboxMessage.objects.filter(task="sharing.follow_holders").exists()

    assert seats.follow_holders(world.now) == 1
    assert seats.follow_holders(world.now) == 0
    assert first(item).holders == [world.people["helper"].pk]
    assert access.inbox(world.people["helper"], world.today).filter(item=item).exists()
    told = Notice.objects.filter(kind="item.to_sign", official=world.people["helper"])
    assert told.exists()
    assert "now with 顾芳 for 王建国" in lines(item)[0]
    assert "王建国: away" in lines(item)[0]

    leave.end_early(by=world.people["office_head"], row=row, now=world.now)
    assert seats.follow_holders(world.now) == 1
    assert first(item).holders == [world.people["office_head"].pk]
    assert not access.inbox(world.people["helper"], world.today).filter(item=item).exists()
    assert Entry.objects.filter(kind="item.office_succeeded").count() == 2


def test_what_the_substitute_signs_is_under_both_names(world: World):
    hire(world, "helper", "subdistrict", Role.STEWARD, "顾芳")
    item = submitted_item(world)
    go_away(world, "office_head", "helper")
    seats.follow_holders(world.now)
    sign(world, item, "helper")

    stage = first(item)
    assert (stage.signed_by, stage.acting_for) == (
        world.people["helper"], world.people["office_head"],
    )  # fmt: skip
    assert any("顾芳 for 王建国" in line for line in lines(item))
    entry = Entry.objects.get(kind="item.stage_signed")
    assert (entry.actor_name, entry.acting_for) == ("顾芳", "王建国")


def test_a_substitute_who_applied_does_not_decide_the_step_falls(world: World):
    head = hire(world, "head", "subdistrict", Role.DEPARTMENT_HEAD, "刘洋")
    item = submitted_item(world)
    go_away(world, "office_head", "clerk")  # the applicant

    assert seats.follow_holders(world.now) == 1

    stage = first(item)
    assert (stage.role, stage.holders) == ("department_head", [head.pk])
    assert any("took over" in line for line in lines(item))
    sign(world, item, "head")


@pytest.mark.parametrize("how", ["switched off", "post ended"])
def test_who_departs_hands_over_to_the_head_and_history_keeps_the_name(world: World, how: str):
    head = hire(world, "head", "subdistrict", Role.DEPARTMENT_HEAD, "刘洋")
    item = submitted_item(world)
    if how == "switched off":
        leave_for_good(world, "office_head")
    else:
        post = Post.objects.get(official=world.people["office_head"])
        organisation.relieve(
            by=world.people["secadmin"], post=post, until=world.today - DAY, now=world.now
        )

    assert seats.follow_holders(world.now) == 1

    stage = first(item)
    assert (stage.role, stage.holders) == ("department_head", [head.pk])
    assert access.inbox(head, world.today).filter(item=item).exists()
    assert any("王建国: no longer there" in line for line in lines(item))
    submitted = ItemEvent.objects.get(item=item, kind="submitted")
    assert "王建国" in str(submitted.data["plan"])


def test_after_a_departure_colleagues_of_the_same_post_go_on(world: World):
    second = hire(world, "second", "subdistrict", Role.SHARING_OFFICE_HEAD, "许静")
    item = submitted_item(world)
    leave_for_good(world, "office_head")

    seats.follow_holders(world.now)

    assert (first(item).role, first(item).holders) == ("sharing_office_head", [second.pk])


def test_without_a_head_it_falls_to_the_authority(world: World):
    item = submitted_item(world)
    leave_for_good(world, "office_head")

    assert seats.follow_holders(world.now) == 1

    stage = first(item)
    assert stage.office == world.departments["county_bureau"]
    assert stage.holders != []
    state = cases.load(item).state
    assert state == fold(cases.load(item).events, start=cases.draft_of(item))


def test_nobody_anywhere_is_said_once_a_day_and_ends_when_somebody_comes(world: World):
    item = submitted_item(world)
    for who in ("office_head", "county_reviewer", "county_authority"):
        leave_for_good(world, who)

    assert seats.follow_holders(world.now) == 0
    assert seats.follow_holders(world.now) == 0

    told = Notice.objects.filter(kind="item.stuck")
    assert [one.official.username for one in told] == ["secadmin"]
    seats.follow_holders(world.now + DAY)
    assert told.all().count() == 2
    new = hire(world, "new", "subdistrict", Role.SHARING_OFFICE_HEAD, "许静")
    assert seats.follow_holders(world.now) == 1
    assert first(item).holders == [new.pk]


def test_one_department_never_gives_both_consents(world: World):
    """The steward's step must not fall to an office of the applicant's side."""
    item = submitted_item(world)
    for who in ("office_head", "county_reviewer", "city_reviewer", "province_reviewer"):
        stage = item.stages.filter(status="open").get()
        if stage.side == "provider":
            break
        sign(world, item, who)
    stage = item.stages.filter(status="open").get()
    assert stage.office == world.departments["police"]
    for who in ("steward", "provider_office", "provider_head"):
        if who in world.people:
            leave_for_good(world, who)

    seats.follow_holders(world.now)

    home = set(item.stages.exclude(side="provider").values_list("office_id", flat=True))
    after = item.stages.get(position=stage.position)
    moved = after.office_id != stage.office_id
    assert not moved or after.office_id not in home
    assert moved or Notice.objects.filter(kind="item.stuck").exists()


def test_nothing_moves_while_everybody_is_there(world: World, django_assert_max_num_queries):
    submitted_item(world)
    hire(world, "second", "subdistrict", Role.SHARING_OFFICE_HEAD, "许静")
    with django_assert_max_num_queries(4):
        assert seats.follow_holders(world.now) == 0
