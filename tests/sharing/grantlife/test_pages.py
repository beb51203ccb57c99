"""Pages and REST of the life of grants."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sharing.grant_forms import FORMS
from sharing.grant_reasons import DENIALS
from sharing.grantlife.commands import COMMANDS
from sharing.grantlife.decide import decide
from sharing.grantlife.events import EVENTS
from sharing.grantlife.terms import Denial
from sharing.models import Grant
from sharing.notice_kinds import TEXTS
from sharing.presenting.grant_life import _HAPPENED, COMMAND_WORDS
from tests.world import World


def test_everything_has_its_words():
    by_clock = {"raise_masks", "take_effect", "expire", "end_by_rule"}
    assert set(FORMS) == set(COMMAND_WORDS) == set(COMMANDS) - by_clock
    assert set(DENIALS) == set(Denial)
    assert set(_HAPPENED) == set(EVENTS.values())
    silent = {"grant.granted", "grant.activated"}
    assert {f"grant.{name}" for name in EVENTS} - silent <= set(TEXTS)
    assert decide.__module__ == "sharing.grantlife.decide"


def steps_in(page: str, grant: Grant) -> set[str]:
    return {
        name for name in FORMS if reverse("sharing:grant_command", args=[grant.pk, name]) in page
    }


def test_the_page_offers_what_the_core_allows(attached: World, grant: Grant, enter):
    path = reverse("sharing:grant", args=[grant.pk])
    clerk = enter("clerk").get(path).text
    assert steps_in(clerk, grant) == {"narrow", "give_up"}
    assert "It is too early to ask for a renewal." in clerk
    assert "The data can be pulled" in clerk
    assert steps_in(enter("steward").get(path).text, grant) == {
        "suspend", "emergency_stop", "propose_change",
    }  # fmt: skip
    assert steps_in(enter("province_reviewer").get(path).text, grant) == {
        "suspend", "emergency_stop",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_opens_in_both_languages_and_keeps_what_was_entered(
    attached: World, grant: Grant, enter, name: str
):
    path = reverse("sharing:grant_command", args=[grant.pk, name])
    for language in ("en", "zh-hans"):
        for person in ("clerk", "steward"):
            assert enter(person, language).get(path).status_code == 200
    assert enter("stranger").get(path).status_code == 404
    kept = enter("clerk").post(path, {"reason": "保留的文字", "text": "保留的文字"})
    assert kept.status_code in {302, 403, 409, 422}
    if kept.status_code in {409, 422} and {"reason", "text"} & set(FORMS[name].base_fields):
        assert "保留的文字" in kept.text


def test_a_stale_form_is_told_and_works_the_second_time(attached: World, grant: Grant, enter):
    clerk = enter("clerk")
    path = reverse("sharing:grant_command", args=[grant.pk, "give_up"])
    stale = clerk.post(path, {"seen": "1", "reason": "用途实现"})
    assert stale.status_code == 409
    assert "Somebody has changed the grant since you opened it." in stale.text
    assert 'name="seen" value="2"' in stale.text
    assert clerk.post(path, {"seen": "2", "reason": "用途实现"}).status_code == 302
    grant.refresh_from_db()
    assert (grant.status, grant.status_reason) == ("terminated", "用途实现")


def test_all_faults_of_a_form_at_once(attached: World, grant: Grant, enter):
    path = reverse("sharing:grant_command", args=[grant.pk, "propose_change"])
    page = enter("steward").post(path, {}).text
    assert all(f'href="#id_{name}' in page for name in ("change", "effective_on", "reason"))


@pytest.mark.parametrize("side", ["received", "given", "supervised"])
def test_data_in_use_shows_each_side_its_own(attached: World, grant: Grant, enter, side: str):
    path = reverse("sharing:data_in_use", args=[side])
    sees = {"received": "clerk", "given": "steward", "supervised": "county_authority"}
    for who in sees.values():
        page = enter(who).get(path)
        assert page.status_code == 200
        assert (grant.number in page.text) is (who == sees[side])
        assert grant.number not in enter(who).get(f"{path}?waiting=1").text
    assert grant.number not in enter("stranger").get(path).text
    assert enter("clerk").get("/data/other/").status_code == 404


def test_rest_gives_commands_and_answers_why_not(attached: World, grant: Grant, call):
    base = f"/api/v1/grants/{grant.pk}"
    life = call("clerk", "GET", f"{base}/life/").json()
    assert [one["kind"] for one in life["events"]] == ["granted", "activated"]
    assert life["commands"]["narrow"] == {"allowed": True, "code": "", "reason": ""}
    assert life["commands"]["ask_renewal"]["code"] == "too_early"
    assert "expire" not in life["commands"]
    missing = call("steward", "POST", f"{base}/commands/", {"command": "suspend", "seen": 2})
    assert missing.status_code == 422
    assert {one["attr"] for one in missing.json()["errors"]} == {"reason", "facts", "rectify_by"}
    body = {"command": "narrow", "seen": 2, "keep": ["name"]}
    assert call("stranger", "POST", f"{base}/commands/", body).status_code == 404
    assert call("steward", "POST", f"{base}/commands/", body).status_code == 403
    assert call("clerk", "POST", f"{base}/commands/", body | {"seen": 1}).status_code == 409
    done = call("clerk", "POST", f"{base}/commands/", body)
    assert (done.status_code, done.json()["event_count"]) == (200, 3)
    wider = call("clerk", "POST", f"{base}/commands/", body | {"seen": 3, "keep": ["address"]})
    assert wider.status_code == 422
    plan = {
        "command": "propose_change", "seen": 3, "change": "source", "reason": "换库",
        "effective_on": str(attached.today + timedelta(days=3)),
    }  # fmt: skip
    assert call("steward", "POST", f"{base}/commands/", plan).json()["change_step"] == "proposed"


def test_rest_of_the_usage_register(attached: World, grant: Grant, call):
    path = f"/api/v1/grants/{grant.pk}/usage/"
    said = {
        "period_from": str(attached.today), "period_to": str(attached.today), "scene": "核对",
        "process": "比对", "effect": "纠错", "storage": "政务云", "destruction": "",
    }  # fmt: skip
    made = call("clerk", "POST", path, said)
    assert made.status_code == 201
    fixed = said | {"corrects": made.json()["id"], "correction_reason": "笔误"}
    assert call("clerk", "POST", path, fixed).status_code == 201
    assert call("clerk", "POST", path, fixed).status_code == 409
    assert call("steward", "POST", path, said).status_code == 403
    assert len(call("steward", "GET", path).json()) == 2
    assert call("stranger", "GET", path).status_code == 404
