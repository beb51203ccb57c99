"""Leave over REST: what the pages do, for whom the pages do it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal.leave import actions
from portal.ledger.models import Entry
from portal.organisation.access import held_posts
from portal.organisation.models import Substitution
from tests.world import World

LEAVE = "/api/v1/leave/"
DAY = timedelta(days=1)
ENGLISH = {"Accept-Language": "en"}


def body(world: World, **changes: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "substitute": world.people["colleague"].pk, "kind": "annual",
        "valid_from": world.today, "valid_until": world.today + 4 * DAY,
    }  # fmt: skip
    return usual | changes


def arranged(world: World, begins: int = 0) -> Substitution:
    row = Substitution(
        principal=world.people["clerk"], substitute=world.people["colleague"], kind="sick",
        valid_from=world.today + begins * DAY, valid_until=world.today + (begins + 4) * DAY,
    )  # fmt: skip
    return actions.arrange(by=world.people["clerk"], row=row, now=world.now)


def test_arranging_the_own_leave_once(call, world: World):
    key = {"Idempotency-Key": str(uuid4())}
    first = call("clerk", "POST", LEAVE, body(world), **key)
    assert first.status_code == 201, first.content
    assert first.json()["state"] == "in_force"
    assert first.json()["arranged_by"]["id"] == world.people["clerk"].pk
    assert first.json()["commands"]["end"]["allowed"] is True
    again = call("clerk", "POST", LEAVE, body(world), **key)
    assert again.json() == first.json()
    assert Substitution.objects.count() == 1
    acted = [post.acting_for_id for post in held_posts(world.people["colleague"], world.today)]
    assert world.people["clerk"].pk in acted
    assert Entry.objects.get(kind="substitution.made").actor == world.people["clerk"]


def test_a_head_arranges_it_for_the_own_people_only(call, world: World):
    clerk = world.people["clerk"].pk
    made = call("office_head", "POST", LEAVE, body(world, principal=clerk))
    assert made.status_code == 201, made.content
    for person, principal in (
        ("colleague", clerk),
        ("office_head", world.people["stranger"].pk),
        ("office_head", 10**15),
    ):
        answer = call(person, "POST", LEAVE, body(world, principal=principal), **ENGLISH)
        assert answer.status_code == 403, (person, principal)
        assert "head of the department" in answer.json()["title"]
    assert call("sysadmin", "POST", LEAVE, body(world)).status_code == 403
    assert Substitution.objects.count() == 1


def test_all_faults_with_their_remedies(call, world: World):
    wrong = body(world, valid_from=world.today - DAY, valid_until=world.today - 2 * DAY)
    answer = call("clerk", "POST", LEAVE, wrong, **ENGLISH)
    assert answer.status_code == 422
    assert [one["attr"] for one in answer.json()["errors"]] == ["valid_from", "valid_until"]
    assert "Choose today" in answer.json()["errors"][0]["detail"]
    stranger = call("clerk", "POST", LEAVE, body(world, substitute=world.people["stranger"].pk))
    assert stranger.json()["errors"][0]["code"] == "not_offered"
    assert "杨帆" not in stranger.content.decode()
    own = body(world, principal=world.people["clerk"].pk, substitute=world.people["office_head"].pk)
    assert call("office_head", "POST", LEAVE, own).json()["errors"][0]["code"] == "own"
    assert call("clerk", "POST", LEAVE, {"substitute": "x"}).status_code == 400
    assert call("clerk", "POST", LEAVE, body(world, arranged_by=1)).status_code == 422
    assert not Substitution.objects.exists()


@pytest.mark.parametrize(
    ("person", "listed", "read", "ended"),
    [
        ("clerk", 1, 200, 200), ("colleague", 1, 200, 403), ("office_head", 0, 200, 200),
        ("secadmin", 0, 200, 200), ("county_reviewer", 0, 404, 404), ("stranger", 0, 404, 404),
        ("sysadmin", 0, 404, 404), ("", None, 401, 401),
    ],
)  # fmt: skip
def test_who_sees_it_and_who_ends_it(call, world: World, person, listed, read, ended):
    row = arranged(world)
    if listed is not None:
        assert len(call(person, "GET", LEAVE).json()["results"]) == listed
    answer = call(person, "GET", f"{LEAVE}{row.pk}/")
    assert answer.status_code == read
    if read == 200:
        assert answer.json()["commands"]["end"]["allowed"] is (ended == 200)
    answer = call(person, "POST", f"{LEAVE}{row.pk}/end/", {}, **ENGLISH)
    assert answer.status_code == ended, answer.content
    row.refresh_from_db()
    assert (row.revoked_at is not None) is (ended == 200)
    if ended == 403:
        assert answer.json()["title"] == "Leave is ended by the person or a head of the department."


@pytest.mark.parametrize(("begins", "state"), [(0, "ended_early"), (3, "called_off")])
def test_it_ends_once(call, world: World, begins, state):
    path = f"{LEAVE}{arranged(world, begins).pk}/"
    assert call("clerk", "POST", f"{path}end/", {}).json()["state"] == state
    again = call("clerk", "POST", f"{path}end/", {})
    assert again.status_code == 409
    assert again.json()["type"].endswith(":over")
    assert again.json()["title"]
    assert call("clerk", "GET", path).json()["commands"]["end"]["code"] == "over"


def test_people_and_candidates(call, world: World):
    row = arranged(world, 2)
    (shown,) = call("office_head", "GET", f"{LEAVE}people/").json()["results"]
    assert (shown["id"], shown["state"]) == (row.pk, "to_come")
    assert call("clerk", "GET", f"{LEAVE}people/").status_code == 404
    names = {one["name"] for one in call("clerk", "GET", f"{LEAVE}candidates/").json()["results"]}
    assert names == {"陈晓东", "王建国"}
    path = f"{LEAVE}candidates/?principal={world.people['clerk'].pk}"
    assert len(call("office_head", "GET", path).json()["results"]) == 2
    assert call("stranger", "GET", path).status_code == 403
    assert call("clerk", "GET", f"{LEAVE}candidates/?principal=x").status_code == 422


def test_a_reading_token_arranges_nothing(call, world: World):
    row = arranged(world)
    assert call("clerk", "POST", LEAVE, body(world), scopes=["read"]).status_code == 403
    assert call("clerk", "POST", f"{LEAVE}{row.pk}/end/", {}, scopes=["read"]).status_code == 403
    assert call("clerk", "GET", LEAVE, scopes=["read"]).status_code == 200
