"""Notices over REST: everybody's own and nobody else's."""

import pytest

from portal.notices.actions import notify
from portal.notices.models import Notice, Preferences
from tests.world import World

NOTICES = "/api/v1/notices/"


@pytest.fixture
def told(world: World) -> list[Notice]:
    params = {"number": "SQ-1", "department": "虹桥街道办事处", "title": "常住人口", "begin": "2026-01-01",
              "end": "2026-01-02", "principal": "张海燕", "substitute": "陈晓东"}  # fmt: skip
    made = []
    for kind, person in (
        ("item.to_sign", "clerk"), ("leave.begun_away", "clerk"), ("item.to_sign", "steward"),
    ):  # fmt: skip
        made += notify(
            kind, officials=[world.people[person]], params=params, url="/inbox/", now=world.now
        )
    return made


def test_everybody_reads_their_own(call, told):
    rows = call("clerk", "GET", NOTICES).json()["results"]
    assert [row["id"] for row in rows] == [told[1].pk, told[0].pk]
    assert rows[0]["group"] == "leave"
    assert "陈晓东" in rows[0]["text"]
    assert rows[0]["url"] == "/inbox/"
    assert call("stranger", "GET", NOTICES).json()["results"] == []
    assert call("", "GET", NOTICES).status_code == 401
    about = call("clerk", "GET", f"{NOTICES}?about=item&only=new").json()["results"]
    assert [row["id"] for row in about] == [told[0].pk]
    wrong = call("clerk", "GET", f"{NOTICES}?about=nonsense&only=old")
    assert wrong.status_code == 422
    assert {one["attr"] for one in wrong.json()["errors"]} == {"about", "only"}


def test_reading_one(call, told):
    path = f"{NOTICES}{told[0].pk}/read/"
    assert call("steward", "POST", path, {}).status_code == 404
    assert call("clerk", "POST", path, {}, scopes=["read"]).status_code == 403
    first = call("clerk", "POST", path, {})
    assert first.json()["read_at"]
    assert call("clerk", "POST", path, {}).json() == first.json()
    assert len(call("clerk", "GET", f"{NOTICES}?only=new").json()["results"]) == 1


def test_reading_some_and_all(call, told):
    theirs = {"ids": [told[0].pk, told[2].pk]}
    assert call("clerk", "POST", f"{NOTICES}read/", theirs).json() == {"marked": 1, "unread": 1}
    assert Notice.objects.get(pk=told[2].pk).read_at is None, "somebody else's stays new"
    assert call("clerk", "POST", f"{NOTICES}read/", {"all": True}).json()["unread"] == 0
    for wrong in ({}, {"ids": [1], "all": True}):
        assert call("clerk", "POST", f"{NOTICES}read/", wrong).status_code == 422
    assert call("clerk", "POST", f"{NOTICES}read/", {"ids": [0]}).status_code == 400
    assert Notice.objects.filter(read_at=None).count() == 1


def test_choices_are_read_and_changed_in_parts(call, world: World):
    path = f"{NOTICES}preferences/"
    before = call("clerk", "GET", path).json()
    assert (before["mail"], before["digest"], before["muted"]) == (True, "now", [])
    optional = next(one["key"] for one in before["groups"] if not one["required"])
    changed = call("clerk", "PATCH", path, {
        "digest": "weekly", "digest_weekday": 2, "quiet_from": "22:00", "quiet_until": "07:00",
        "muted": [optional],
    })  # fmt: skip
    assert changed.status_code == 200, changed.content
    call("clerk", "PATCH", path, {"mail": False})
    kept = Preferences.objects.get(official=world.people["clerk"])
    assert (kept.mail, kept.digest, kept.digest_weekday, kept.muted) == (
        False, "weekly", 2, [optional],
    )  # fmt: skip
    assert call("colleague", "GET", path).json()["digest"] == "now"


def test_choices_that_cannot_be_are_all_named(call, world: World):
    path = f"{NOTICES}preferences/"
    groups = call("clerk", "GET", path).json()["groups"]
    required = next(one["key"] for one in groups if one["required"])
    wrong = {"muted": [required], "unmailed": ["nonsense"], "quiet_from": "22:00"}
    answer = call("clerk", "PATCH", path, wrong)
    assert answer.status_code == 422
    assert {one["attr"] for one in answer.json()["errors"]} == {"muted", "unmailed", "quiet_until"}
    assert call("clerk", "PATCH", path, {"digest_hour": 24}).status_code == 400
    assert call("clerk", "PATCH", path, {"official": 1}).status_code == 422
    assert call("clerk", "PATCH", path, {"mail": False}, scopes=["read"]).status_code == 403
    assert not Preferences.objects.exists()
