"""REST tokens."""

import hashlib
from datetime import timedelta

import pytest

from portal.errors import Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.organisation import tokens
from portal.organisation.models import ApiToken, Official
from tests.world import World

pytestmark = pytest.mark.django_db


def issue(world: World, key: str = "clerk", **changes: object) -> tuple[ApiToken, str]:
    facts = {"name": "夜间核对", "scopes": ["read", "download", "read"], "days": 30, **changes}
    return tokens.issue(official=world.people[key], now=world.now, **facts)


def test_only_the_digest_is_kept(world: World):
    token, clear = issue(world)

    assert clear.startswith(f"gs_{token.prefix}_")
    assert len(clear.split("_", 2)[2]) >= 43  # 256 bits
    assert token.digest == hashlib.sha256(clear.encode()).hexdigest()
    secret = clear.split("_", 2)[2]
    assert secret not in str(ApiToken.objects.values())
    assert secret not in str(Entry.objects.values())
    assert token.scopes == ["download", "read"]


def test_the_clear_text_signs_its_official_in(world: World):
    token, clear = issue(world)

    found = tokens.authenticate(clear, world.now)

    assert found == token
    assert found.official == world.people["clerk"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda clear: clear + "x",
        lambda clear: clear[:-1] + ("A" if clear[-1] != "A" else "B"),
        lambda clear: clear.upper(),
        lambda clear: clear.removeprefix("gs_"),
        lambda _clear: "",
        lambda _clear: "gs__",
        lambda _clear: "\udcff",
        lambda clear: clear.rsplit("_", 1)[0],
    ],
)
def test_nothing_else_does(world: World, spoil):
    _token, clear = issue(world)

    assert tokens.authenticate(spoil(clear), world.now) is None


def test_a_token_expires(world: World):
    token, clear = issue(world, days=1)

    assert tokens.authenticate(clear, token.expires_at - timedelta(seconds=1))
    assert tokens.authenticate(clear, token.expires_at) is None


def test_a_token_ends_with_the_account(world: World):
    _token, clear = issue(world)
    Official.objects.filter(pk=world.people["clerk"].pk).update(is_active=False)

    assert tokens.authenticate(clear, world.now) is None


def test_the_last_use_is_written_at_most_once_a_minute(world: World, django_assert_num_queries):
    token, clear = issue(world)
    assert token.last_used_at is None

    with django_assert_num_queries(2):
        tokens.authenticate(clear, world.now)
    with django_assert_num_queries(1):
        tokens.authenticate(clear, world.now + timedelta(seconds=59))
    token.refresh_from_db()
    assert token.last_used_at == world.now

    later = world.now + timedelta(seconds=61)
    tokens.authenticate(clear, later)
    token.refresh_from_db()
    assert token.last_used_at == later


@pytest.mark.parametrize("key", ["clerk", "secadmin"])
def test_the_owner_and_the_security_administrator_revoke_it(world: World, key: str):
    token, clear = issue(world)

    tokens.revoke(by=world.people[key], token_id=token.pk, now=world.now)

    assert tokens.authenticate(clear, world.now) is None
    assert Entry.objects.latest("id").kind == "token.revoked"


@pytest.mark.parametrize("key", ["colleague", "sysadmin", "office_head"])
def test_for_others_it_does_not_exist(world: World, key: str):
    token, clear = issue(world)

    with pytest.raises(NotVisible):
        tokens.revoke(by=world.people[key], token_id=token.pk, now=world.now)

    assert tokens.authenticate(clear, world.now)


def test_all_faults_come_at_once(world: World):
    with pytest.raises(Invalid) as caught:
        issue(world, name=" ", scopes=["root"], days=0)

    assert [fault.field for fault in caught.value.faults] == ["name", "scopes", "days"]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("days", [1, 366])
def test_the_longest_and_the_shortest_time(world: World, days: int):
    token, _clear = issue(world, days=days)

    assert token.expires_at - token.created_at == timedelta(days=days)


def test_too_long_is_refused(world: World):
    with pytest.raises(Invalid):
        issue(world, days=367)


@pytest.mark.parametrize("key", ["sysadmin", "secadmin", "auditadmin"])
def test_administrators_have_no_tokens(world: World, key: str):
    with pytest.raises(NotAllowed):
        issue(world, key)
