"""Leave: who arranges it, what stands in the way, what both people are told, what heads see."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from portal.errors import Forbidden, Invalid, NotAllowed
from portal.leave import actions, board
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.organisation import actions as organisation
from portal.organisation.access import held_posts
from portal.organisation.models import Post, Role, Substitution
from tests.world import World, hire

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def row(world: World, **facts: object) -> Substitution:
    content = {
        "principal": world.people["clerk"], "substitute": world.people["colleague"],
        "valid_from": world.today, "valid_until": world.today + 4 * DAY, "kind": "annual",
    }  # fmt: skip
    return Substitution(**content | facts)


def arrange(world: World, by: str = "clerk", **facts: object) -> Substitution:
    return actions.arrange(by=world.people[by], row=row(world, **facts), now=world.now)


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("official__username", flat=True))


@pytest.mark.parametrize("by", ["clerk", "office_head", "secadmin"])
def test_the_person_a_head_and_the_security_administrator_arrange_it(world: World, by: str):
    made = arrange(world, by)

    acted = [post.acting_for_id for post in held_posts(world.people["colleague"], world.today)]
    assert world.people["clerk"].pk in acted
    assert made.arranged_by == world.people[by]
    entry = Entry.objects.get(kind="substitution.made")
    assert (entry.actor, entry.data["after"]["kind"]) == (world.people[by], "annual")
    assert told("leave.begun_away") == ["clerk"]
    assert told("leave.begun_stand_in") == ["colleague"]


@pytest.mark.parametrize(
    "by", ["colleague", "county_reviewer", "provider_head", "sysadmin", "auditadmin"]
)
def test_nobody_else_does(world: World, by: str):
    with pytest.raises(Forbidden):
        arrange(world, by)
    assert not Substitution.objects.exists()


def test_a_head_does_not_take_the_post(world: World):
    with pytest.raises(Invalid) as error:
        arrange(world, "office_head", substitute=world.people["office_head"])
    assert error.value.faults[0].code == "own"


FAULTS = [
    ({"valid_from": -1}, "valid_from", "invalid"),
    ({"valid_until": -1}, "valid_until", "invalid"),
    ({"valid_until": 366}, "valid_until", "invalid"),
    ({"substitute": "clerk"}, "substitute", "invalid"),
    ({"substitute": "stranger"}, "substitute", "tree"),
    ({"substitute": "sysadmin"}, "substitute", "administrator"),
]


@pytest.mark.parametrize(("change", "field", "code"), FAULTS)
def test_what_cannot_be_is_explained(world: World, change, field, code):
    facts = {
        key: world.people[value] if isinstance(value, str) else world.today + value * DAY
        for key, value in change.items()
    }
    with pytest.raises(Invalid) as error:
        arrange(world, **facts)
    found = {(fault.field, fault.code) for fault in error.value.faults}
    assert (field, code) in found
    assert all(fault.remedy for fault in error.value.faults)


def test_several_faults_at_once(world: World):
    with pytest.raises(Invalid) as error:
        arrange(world, valid_from=world.today - DAY, valid_until=world.today - 2 * DAY,
                substitute=world.people["secadmin"])  # fmt: skip
    assert [fault.field for fault in error.value.faults] == [
        "valid_from", "valid_until", "substitute",
    ]  # fmt: skip


def test_somebody_who_is_switched_off_stands_in_for_nobody(world: World):
    world.people["colleague"].is_active = False
    world.people["colleague"].save()
    with pytest.raises(Invalid) as error:
        arrange(world)
    assert "switched off" in str(error.value.faults[0].message)


def test_a_gap_is_named_by_its_first_day(world: World):
    Post.objects.filter(official=world.people["colleague"]).update(
        valid_until=world.today + 2 * DAY
    )
    with pytest.raises(Invalid) as error:
        arrange(world)
    (fault,) = error.value.faults
    assert fault.code == "gap"
    assert str(world.today + 3 * DAY) in fault.message


def test_an_overlap_is_named_with_days_and_name(world: World):
    arrange(world)
    with pytest.raises(Invalid) as error:
        arrange(world, substitute=world.people["office_head"], valid_from=world.today + 4 * DAY,
                valid_until=world.today + 6 * DAY)  # fmt: skip
    (fault,) = error.value.faults
    assert fault.code == "overlap"
    assert "陈晓东" in fault.message
    assert str(world.today + 5 * DAY) in fault.remedy


def test_there_are_no_chains_and_no_cycles(world: World):
    arrange(world)
    for principal, stand_in in (("colleague", "office_head"), ("colleague", "clerk"),
                                ("office_head", "clerk")):  # fmt: skip
        with pytest.raises(Invalid) as error:
            arrange(world, principal, principal=world.people[principal],
                    substitute=world.people[stand_in])  # fmt: skip
        assert "chain" in {fault.code for fault in error.value.faults}, (principal, stand_in)
    after = {"valid_from": world.today + 5 * DAY, "valid_until": world.today + 6 * DAY}
    assert arrange(world, "colleague", principal=world.people["colleague"],
                   substitute=world.people["clerk"], **after)  # fmt: skip


@pytest.mark.parametrize(
    ("principal", "stand_in"), [("clerk", "office_head"), ("colleague", "office_head"), ("office_head", "clerk"), ("colleague", "clerk")]
)  # fmt: skip
def test_the_database_holds_it_too(world: World, principal, stand_in):
    row(world).save()
    other = row(world, principal=world.people[principal], substitute=world.people[stand_in])
    with pytest.raises(IntegrityError, match="organisation_substitution"), transaction.atomic():
        other.save()
    other.valid_from = other.valid_until = world.today + 5 * DAY
    other.save()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_why_not(world: World):
    barrier, outcomes = threading.Barrier(2), []

    def work(substitute: str) -> None:
        barrier.wait()
        try:
            arrange(world, substitute=world.people[substitute])
            outcomes.append("made")
        except Invalid as error:
            outcomes.append(error.faults[0].field)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[key]) for key in ("colleague", "office_head")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "valid_from"]
    assert Substitution.objects.count() == 1


def test_both_are_told_when_it_begins_and_ends_and_only_once(world: World):
    arrange(world, valid_from=world.today + 2 * DAY)
    assert told("leave.arranged_away") == ["clerk"]
    assert told("leave.begun_away") == []

    for days in (1, 2, 2, 3):
        actions.follow_calendar(world.now + days * DAY)
    assert told("leave.begun_away") == ["clerk"]
    assert told("leave.begun_stand_in") == ["colleague"]
    assert told("leave.ended_away") == []

    for days in (4, 5, 6):
        actions.follow_calendar(world.now + days * DAY)
    assert told("leave.ended_away") == ["clerk"]
    assert told("leave.ended_stand_in") == ["colleague"]


def test_it_ends_early_or_is_called_off(world: World):
    made = arrange(world)

    with pytest.raises(Forbidden):
        actions.end_early(by=world.people["colleague"], row=made, now=world.now)
    actions.end_early(by=world.people["clerk"], row=made, now=world.now)

    assert len(held_posts(world.people["colleague"], world.today)) == 1
    assert told("leave.ended_stand_in") == ["colleague"]
    with pytest.raises(NotAllowed):
        actions.end_early(by=world.people["clerk"], row=made, now=world.now)
    assert actions.follow_calendar(world.now + 9 * DAY) == 0


def test_heads_are_told_of_a_vacant_post_once(world: World):
    post = Post.objects.get(official=world.people["provider_office"])
    organisation.relieve(by=world.people["secadmin"], post=post, until=world.today, now=world.now)
    assert actions.tell_of_vacancies(world.now) == 0
    tomorrow = world.now + DAY

    assert actions.tell_of_vacancies(tomorrow) == 1
    assert actions.tell_of_vacancies(tomorrow + DAY) == 0

    assert told("seat.vacant") == ["provider_head"]
    assert (
        "head of the sharing office in 江苏省公安厅" in Notice.objects.get(kind="seat.vacant").text
    )
    hire(world, "successor", "police", Role.SHARING_OFFICE_HEAD)
    assert actions.vacancies([world.departments["police"].pk], world.today + 2 * DAY) == []


def test_without_any_head_the_security_administrators_are_told(world: World):
    organisation.deactivate(
        by=world.people["secadmin"],
        official=world.people["office_head"],
        reason="调离",
        now=world.now,
    )
    actions.tell_of_vacancies(world.now)
    assert told("seat.vacant") == ["secadmin"]


def test_the_board_shows_days_side_by_side(world: World):
    arrange(world, valid_from=world.today + DAY, valid_until=world.today + 3 * DAY)
    ids = {world.departments["subdistrict"].pk}

    lines = {line.name: line for line in board.lines_of(ids, world.today)}

    shown = [(span.days, span.kind, span.text) for span in lines["张海燕"].spans]
    assert shown == [(1, "held", ""), (3, "away", "陈晓东"), (24, "held", "")]
    assert sum(span.days for span in lines["王建国"].spans) == board.DAYS


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_pages_of_the_person(world: World):
    client = sign_in(world, "clerk")
    page = reverse("leave:mine")
    content = {
        "kind": "sick", "valid_from": world.today, "valid_until": world.today + DAY,
        "substitute": world.people["colleague"].pk,
    }  # fmt: skip

    wrong = client.post(page, {**content, "valid_until": world.today - DAY, "reason": "复诊"})
    assert wrong.status_code == 422
    assert "复诊" in wrong.content.decode()
    assert client.post(page, content).status_code == 302
    made = Substitution.objects.get()
    assert "陈晓东" in client.get(page).content.decode()
    assert sign_in(world, "stranger").post(reverse("leave:end", args=[made.pk])).status_code == 404
    assert client.post(reverse("leave:end", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at


def test_pages_of_the_head(world: World):
    page = reverse("leave:board")
    assert sign_in(world, "clerk").get(page).status_code == 404
    client = sign_in(world, "office_head")
    content = {
        "principal": world.people["clerk"].pk, "kind": "trip", "valid_from": world.today,
        "valid_until": world.today + DAY, "substitute": world.people["colleague"].pk,
    }  # fmt: skip

    assert (
        client.post(page, {**content, "principal": world.people["steward"].pk}).status_code == 422
    )
    assert client.post(page, content).status_code == 302
    shown = client.get(page, {"from": "9999-12-31"}).content.decode()
    assert "张海燕" in shown
    assert "陈晓东" in client.get(page).content.decode()
    made = Substitution.objects.get()
    client.post(reverse("leave:end", args=[made.pk]), {"back": "board"})
    made.refresh_from_db()
    assert made.revoked_at


def test_the_board_asks_few_questions(world: World, django_assert_max_num_queries):
    for number in range(30):
        hire(world, f"more{number}", "subdistrict", Role.CLERK)
    client = sign_in(world, "office_head")
    client.get(reverse("leave:board"))
    with django_assert_max_num_queries(45):
        client.get(reverse("leave:board"))


def test_administrators_have_no_leave_to_arrange(world: World):
    client = sign_in(world, "sysadmin")
    assert client.get(reverse("leave:mine")).context["form"] is None
    assert client.post(reverse("leave:mine"), {}).status_code == 403


def test_a_post_that_begins_later_is_no_gap_before_it(world: World):
    newcomer = hire(world, "newcomer", "subdistrict", Role.CLERK)
    Post.objects.filter(official=newcomer).update(valid_from=world.today + 2 * DAY)
    with pytest.raises(Invalid) as error:
        arrange(world, substitute=newcomer)
    assert error.value.faults[0].code == "gap"
    later = {"valid_from": world.today + 2 * DAY, "valid_until": world.today + 3 * DAY}
    assert arrange(world, substitute=newcomer, **later)
