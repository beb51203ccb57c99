"""Every page of sharing asked for by every kind of person: whoever is not named gets 404."""

from collections.abc import Iterable

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from psycopg import sql

from portal.organisation.models import Role, Substitution
from sharing import actions
from sharing.models import ApplicationItem, Delivery
from tests.sharing.pages.conftest import Enter
from tests.world import SIGNERS, World, draft_application, hire, sign, submitted_item

HOME = {"clerk", "colleague", "office_head"}
PARTIES = HOME | {
    "steward", "provider_office", "provider_head",
    "county_reviewer", "county_authority", "province_reviewer", "province_authority",
}  # fmt: skip
"""Recipient, provider, authorities: who sees a grant."""
CLOSED = {"sysadmin", "root"}
"""Those who hold no business post; ``root`` is a superuser."""
ASKED = HOME | CLOSED | {
    "deputy", "county_reviewer", "city_reviewer", "province_authority", "steward", "stranger",
}  # fmt: skip
"""One of every kind of person; ``tests/sharing/test_access.py`` asks for all."""
DRAFT_PAGES = ("tasks", "purpose", "items", "use", "application_check")
SENT_PAGES = ("application", "supplement", "submitted")
WRITES = {
    "application": [
        "discard",
        "copy",
        "supplement",
        "application",
        "application_check",
        "purpose",
        "items",
        "use",
        "basket_remove",
        "files",
    ],
    "item": ["review"],
    "grant": ["pull", "usage"],
    "delivery": ["confirm"],
    "file": ["link"],
}


PRINT = sql.SQL("SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {} AS t")


@pytest.fixture
def everybody(world: World) -> World:
    """The world with a substitute, a superuser without a post, and somebody who was barred."""
    hire(world, "deputy", "county_civil", Role.CLERK, "顾芳")
    Substitution.objects.create(
        principal=world.people["office_head"],
        substitute=world.people["deputy"],
        valid_from=world.today,
        valid_until=world.today,
    )
    root = hire(world, "root", "county_civil", Role.CLERK, "超级用户")
    root.posts.all().delete()
    root.is_superuser = root.is_staff = True
    root.save()
    barred = hire(world, "barred", "subdistrict", Role.CLERK, "已停用")
    barred.is_active = False
    barred.save()
    return world


def answers(enter: Enter, path: str) -> dict[int, set[str]]:
    """Who got which status; asking changed nothing."""
    found: dict[int, set[str]] = {}
    for person in ASKED:
        found.setdefault(enter(person).get(path).status_code, set()).add(person)
    return found


def assert_open_to(enter: Enter, path: str, people: Iterable[str], status=200):
    found = answers(enter, path)
    wanted = {status: ASKED & set(people), 404: ASKED - set(people)}
    assert found == {code: who for code, who in wanted.items() if who}, path
    for stranger in (Client(), enter("barred")):
        answer = stranger.get(path)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/account/sign-in/"), path


def test_every_page_is_in_the_tables():
    """A new address must be added to a table here, and to the pages asked for below."""
    known = {name for names in WRITES.values() for name in names} | set(DRAFT_PAGES)
    known |= {"apply", "applications", "inbox", "grants", "submitted", "progress", "grant"}
    known |= {"delivery", "download", "cancel_pull"}
    # one address for each command within a stage: tests/sharing/pages/test_casework.py
    known |= {"casework"}
    # tests/sharing/basket
    known |= {"baskets", "basket_add", "basket_matter", "attachment", "remove_file", "print", "pdf"}
    # of the life of grants: tests/sharing/grantlife/test_pages.py
    known |= {"data_in_use", "grant_command", "usage_export", "usage_correct"}
    # who signs, and who oversees offices: tests/sharing/many
    known |= {"together", "sign_offs", "sign_off", "sign_off_file"}
    known |= {"workload", "workload_office", "workload_rows"}
    # for those who look after an entry: tests/sharing/quality/test_checks.py
    known |= {"data_checks", "data_check_progress", "run_data_check", "data_rule", "failing_rows"}
    # tests/sharing/oversight
    known |= {"oversight", "oversight_case", "feeds", "revoke_feed", "calendar"}
    # tests/sharing/policies
    known |= {"policies", "policy", "simulate", "simulation", "simulation_progress", "path"}
    known |= {"consent_rules", "new_consent_rule", "consent_rule", "emergency", "emergencies"}
    _prefix, sharing = get_resolver().namespace_dict["sharing"]
    assert {name for name in sharing.reverse_dict if isinstance(name, str)} == known


@pytest.mark.parametrize("name", ["applications", "inbox", "grants"])
def test_lists_are_open_and_hold_only_what_is_seen(everybody: World, enter: Enter, name: str):
    item = submitted_item(everybody)
    path = reverse(f"sharing:{name}")
    found = answers(enter, path)
    assert set(found) == {200}
    shown = {who for who in found[200] if item.version.title in enter(who).get(path).text}
    assert shown == {
        "applications": HOME | {"deputy"},
        "inbox": {"office_head", "deputy"},
        "grants": set(),
    }[name]  # fmt: skip


def test_only_holders_of_a_business_post_begin_an_application(everybody: World, enter: Enter):
    found = answers(enter, reverse("sharing:apply", args=[everybody.resource.pk]))
    assert found[403] == CLOSED
    assert set(found) == {200, 403}


def test_draft(everybody: World, enter: Enter):
    draft = draft_application(everybody)
    for name in DRAFT_PAGES:
        path = reverse(f"sharing:{name}", args=[draft.pk])
        assert_open_to(enter, path, HOME | {"deputy"})


def test_application_opens_to_those_it_has_reached(everybody: World, enter: Enter):
    item = submitted_item(everybody)
    paths = [
        reverse("sharing:review", args=[item.pk]),
        *(reverse("sharing:casework", args=[item.pk, name]) for name in ("transfer", "urge")),
        *(reverse(f"sharing:{name}", args=[item.application_id]) for name in SENT_PAGES),
    ]
    reached = HOME | {"deputy"}
    for path in paths:
        assert_open_to(enter, path, reached)
    for signer in SIGNERS[:4]:
        sign(everybody, item, signer)
    for path in paths:
        assert_open_to(enter, path, reached | set(SIGNERS[1:5]))


def test_pages_of_a_draft_lead_to_the_application_once_it_is_sent(world: World, enter: Enter):
    item = submitted_item(world)
    clerk, stranger = enter("clerk"), enter("stranger")
    for name in DRAFT_PAGES:
        path = reverse(f"sharing:{name}", args=[item.application_id])
        answer = clerk.get(path)
        assert (answer.status_code, answer.url) == (302, f"/applications/{item.application_id}/")
        assert stranger.get(path).status_code == 404


def test_grant_and_delivery_open_to_the_parties(everybody: World, delivery: Delivery, enter: Enter):
    grant = delivery.grant
    for name, key in [("grant", grant.pk), ("progress", grant.pk), ("delivery", delivery.pk)]:
        path = reverse(f"sharing:{name}", args=[key])
        assert_open_to(enter, path, PARTIES | {"deputy"})


def test_looking_changes_nothing(everybody: World, delivery: Delivery, enter: Enter):
    item = ApplicationItem.objects.get()
    draft = draft_application(everybody)
    pages = [
        *(reverse(f"sharing:{name}", args=[draft.pk]) for name in DRAFT_PAGES),
        *(reverse(f"sharing:{name}") for name in ("applications", "inbox", "grants")),
        reverse("sharing:apply", args=[everybody.resource.pk]),
        reverse("sharing:application", args=[item.application_id]),
        reverse("sharing:supplement", args=[item.application_id]),
        reverse("sharing:review", args=[item.pk]),
        reverse("sharing:grant", args=[delivery.grant_id]),
        reverse("sharing:delivery", args=[delivery.pk]),
    ]
    clerk = enter("clerk")
    clerk.get("/")
    before = _rows()
    for page in pages:
        assert clerk.get(page).status_code == 200, page
    assert _rows() == before


def _rows() -> dict[str, str]:
    """Fingerprint of every table, sessions left out."""
    prints: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename !~ '^(django|axes|account|socialaccount|mfa)_'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(PRINT.format(sql.Identifier(table)))
            prints[table] = cursor.fetchone()[0]
    assert prints["sharing_itemevent"]
    return prints


def _write_paths(delivery: Delivery) -> list[str]:
    keys = {
        "application": delivery.grant.item.application_id,
        "item": delivery.grant.item_id,
        "grant": delivery.grant_id,
        "delivery": delivery.pk,
        "file": delivery.files.first().pk,
    }
    return [
        *(reverse(f"sharing:{name}", args=[keys[of]]) for of, names in WRITES.items() for name in names),
        *(reverse("sharing:casework", args=[keys["item"], name]) for name in actions.CASEWORK),
        reverse("sharing:grant_command", args=[delivery.grant_id, "suspend"]),
        reverse("sharing:grant_command", args=[delivery.grant_id, "narrow"]),
        reverse("sharing:usage_correct", args=[delivery.grant_id, delivery.pk]),
        reverse("sharing:cancel_pull", args=[delivery.pull_id]),
        reverse("sharing:apply", args=[delivery.grant.resource_id]),
    ]  # fmt: skip


def test_nothing_is_written_without_the_token_of_the_form(
    everybody: World, delivery: Delivery, enter: Enter
):
    clerk = enter("clerk", csrf=True)
    clerk.get("/")
    before = _rows()
    for path in _write_paths(delivery):
        assert clerk.post(path, {"reason": "x", "seen": 0}).status_code == 403, path
    assert _rows() == before


def test_a_stranger_writes_nothing(everybody: World, delivery: Delivery, enter: Enter):
    stranger = enter("stranger")
    stranger.get("/")
    before = _rows()
    for path in _write_paths(delivery)[:-1]:
        data = {"reason": "x", "seen": 0, "decision": "sign", "agree": "on", "fields": "name"}
        assert stranger.post(path, data).status_code == 404, path
    assert _rows() == before


@pytest.mark.parametrize("name", ["pull", "discard", "copy", "link", "confirm"])
def test_steps_are_not_taken_by_following_an_address(
    everybody: World, delivery: Delivery, enter: Enter, name: str
):
    path = next(path for path in _write_paths(delivery) if f"/{name}/" in path)
    assert enter("clerk").get(path).status_code == 405
